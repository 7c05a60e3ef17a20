"""The text is no value of the field's type."""

CODE = "cell.type"
