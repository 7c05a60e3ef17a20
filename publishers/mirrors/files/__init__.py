"""A static site of files, wherever fsspec can write."""

from gongshu.publishers.mirrors.files.mirror import Files

__all__ = ["Files"]
