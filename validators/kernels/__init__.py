"""Whole-column kernels on the bytes of Arrow text. They only accept; a cell not accepted is judged singly."""
