"""How text becomes a value: one type a file. A domain reads one cell exactly, and screens a whole column fast."""
