"""The version of this package, known without asking `importlib.metadata` (17 ms); a test holds it to pyproject.toml."""

VERSION = "0.1.0"
