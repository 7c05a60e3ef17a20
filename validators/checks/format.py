"""The value is understood, but spelled otherwise than the standard writes it."""

CODE = "cell.format"
