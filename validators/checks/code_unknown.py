"""The code stands in no row of its list, or not at the level or in the branch that the field asks for."""

CODE = "cell.code-unknown"
