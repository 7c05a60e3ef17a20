"""Rows that a table standard accepts, made from a seed; and rows that it refuses, with what is wrong in them.

Pure given seed and reference date. People in them are not real: born on 1900-01-01, called 合成.
"""

from gongshu.standards.sampling.rows import Planted, Sampled, sample

__all__ = ["Planted", "Sampled", "sample"]
