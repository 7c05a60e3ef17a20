"""The name of a code stands where the code is due."""

CODE = "cell.code-name-given"
