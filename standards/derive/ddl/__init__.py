"""SQL table definitions, one script for all dialects; what differs stands in `dialects.py`."""
