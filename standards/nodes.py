"""One mapping of a document, asked by key for values of a shape."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gongshu.standards.model import EMPTY, Text
from gongshu.standards.yamlsource import Located, Path


@dataclass(frozen=True, slots=True)
class Node:
    """One mapping of the document, asked by key; a value of another shape than asked for reads as absent."""

    source: Located
    path: Path
    value: Mapping[str, Any]

    def get(self, key: str) -> Any:
        """The value as it stands."""
        return self.value.get(key)

    def text(self, key: str, default: str = "") -> str:
        """A text."""
        found = self.value.get(key)
        return found if isinstance(found, str) else default

    def maybe(self, key: str) -> str | None:
        """A text, or None."""
        return self.text(key) or None

    def integer(self, key: str) -> int | None:
        """A whole number, or None."""
        found = self.value.get(key)
        return found if isinstance(found, int) and not isinstance(found, bool) else None

    def flag(self, key: str, default: bool) -> bool:
        """A truth value."""
        found = self.value.get(key)
        return found if isinstance(found, bool) else default

    def written(self, key: str) -> str | None:
        """A scalar as it was written in the document."""
        found = self.value.get(key)
        if found is None or isinstance(found, (dict, list)):
            return None
        return self.source.raw.get((*self.path, key), str(found))

    def listed(self, key: str) -> tuple[str, ...] | None:
        """A list of scalars as written; a lone scalar counts as a list of one; None where there is none."""
        found = self.value.get(key)
        if isinstance(found, list):
            places = range(len(found))
            return tuple(
                self.source.raw.get((*self.path, key, place), str(found[place]))
                for place in places
                if not isinstance(found[place], (dict, list)) and found[place] is not None
            )
        alone = self.written(key)
        return None if alone is None else (alone,)

    def child(self, key: str) -> Node:
        """The mapping under `key`; an empty one where there is none."""
        found = self.value.get(key)
        return Node(self.source, (*self.path, key), found if isinstance(found, dict) else EMPTY)

    def children(self, key: str) -> tuple[Node, ...]:
        """The items of the list under `key`; an item of another shape is an empty mapping, so positions hold."""
        found = self.value.get(key)
        items = found if isinstance(found, list) else []
        return tuple(
            Node(self.source, (*self.path, key, place), item if isinstance(item, dict) else EMPTY)
            for place, item in enumerate(items)
        )

    def words(self, key: str) -> Text:
        """`{zh: …, en: …}`, or a plain text, which is `zh`."""
        found = self.value.get(key)
        if isinstance(found, str):
            return Text(zh=found)
        inner = self.child(key)
        return Text(zh=inner.text("zh"), en=inner.text("en"))
