"""Workbooks changed in their package: touched parts are rewritten, every other part keeps its bytes."""
