"""Rules are SQL CHECK constraints in a closed language: `parse` makes a tree of the text, or says what is wrong."""

from gongshu.standards.expressions.parse import parse
from gongshu.standards.expressions.tree import Tree, codelists_of, columns, uses_today
from gongshu.standards.expressions.vocabulary import VOCABULARY, Form, kind_of

__all__ = ["VOCABULARY", "Form", "Tree", "codelists_of", "columns", "kind_of", "parse", "uses_today"]
