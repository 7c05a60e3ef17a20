"""Standards, validation and publication of public data."""
