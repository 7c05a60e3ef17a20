"""A value is due and there is none. This check alone speaks of absent values."""

CODE = "cell.required"
