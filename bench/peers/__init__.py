"""The same rules in the words of other tools, one a file; each reads a table and prints how many faults it found."""
