"""What can go wrong that is not a finding: four families, because four different people must act.

`StandardFault`: the standard is wrong or cannot be found (its author, or whoever typed its name).
`SourceFault`: a file or source cannot be read at all (whoever handed it in).
`PublishFault`: a plan, a gate or a target said no (the catalogue's administrator).
`UsageFault`: the words given to the tool do not fit (the user).

A fault carries a code and parameters, never a finished sentence; the sentence comes from the message catalogue.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from gongshu.standards.messages import entry, fill, language, sentence


class Fault(Exception):
    """Something is wrong that no finding can express."""

    def __init__(self, code: str, /, **params: Any) -> None:
        super().__init__(code)
        self.code = code
        self.params = params

    def say(self, lang: str | None = None) -> str:
        """The sentence for this fault in `lang` (`zh` or `en`); the process's language when none is given."""
        spoken = lang or language()
        reasons = entry(self.code, spoken).get("reasons") or {}
        words = reasons.get(self.params.get("reason"))  # a reason's own words stand where the detail is asked for
        own = {name.partition("@")[0]: each for name, each in self.params.items() if name.endswith(f"@{spoken}")}
        params = {**self.params, **own}  # `name@zh` is what `name` says in Chinese
        params = params if words is None else {"detail": fill(str(words), params), **params}
        return sentence(self.code, params, spoken)

    def __str__(self) -> str:
        return self.say()

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (type(self), self.code, self.params)


def _rebuild(kind: type[Fault], code: str, params: dict[str, Any]) -> Fault:
    return kind(code, **params)


class StandardFault(Fault):
    """The standard is wrong, or there is none of that name. Parameters `file`, `line`, `key` say where, if known.

    A parameter `place` (`file:line key`) goes before the sentence, so that no message has to.
    """

    def say(self, lang: str | None = None) -> str:
        """The sentence, after where it is, if known."""
        words = super().say(lang)
        place = self.params.get("place")
        return f"{place}: {words}" if place else words


class SourceFault(Fault):
    """A source cannot be read as a table."""


class PublishFault(Fault):
    """A plan, a gate or a target refused."""


class UsageFault(Fault):
    """Words given to the tool do not fit."""


class StandardFaults(ExceptionGroup[StandardFault]):
    """Every fault of one standard, together, so that its author mends them in one go."""

    def __new__(cls, faults: Iterable[StandardFault]) -> StandardFaults:
        """Make the group; at least one fault is needed."""
        return super().__new__(cls, "the standard has faults", tuple(faults))

    def derive(self, excs: Any) -> Any:
        """Keep the type when a group is split."""
        return StandardFaults(excs)

    def __str__(self) -> str:
        return "\n".join(str(fault) for fault in self.exceptions)
