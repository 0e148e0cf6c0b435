"""One thing that can be chosen, described once: what it is called, what it may be, what it is if nothing is said."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import inf
from typing import Any, Literal

import numpy as np

from ..encoding import as_numbers
from ..errors import PlanError

Kind = Literal["integer", "number", "boolean", "choice", "text", "numbers"]
LONGEST_SHOWN = 40


@dataclass(frozen=True)
class Option:
    """``lowest`` and ``highest`` bound numbers, and the length of texts and lists; ``optional`` ones may be None."""

    name: str
    kind: Kind
    default: Any
    description: str
    lowest: float | None = None
    highest: float | None = None
    choices: tuple[str, ...] = ()
    optional: bool = False

    def read(self, value: Any) -> Any:
        """The value as it is used.

        Raises:
            PlanError: it is of another kind or out of range; the pointer is the option's name.
        """
        if value is None and self.optional:
            return None
        read = getattr(self, f"_read_{self.kind}")
        result = read(value)
        if result is None:
            raise PlanError(f"{self.name} must be {self.expected}, not {_brief(value)}", (self.name,))
        return result

    @property
    def expected(self) -> str:
        """What it may be, in words."""
        bounds = "" if self.lowest is None else f"{_shown(self.lowest)} to {_shown(self.highest)}"
        words = {
            "integer": "a whole number" + (f" from {bounds}" if bounds else ""),
            "number": "a number" + (f" from {bounds}" if bounds else ""),
            "boolean": "true or false",
            "choice": f"one of {', '.join(self.choices)}",
            "text": "a text" + (f" of {bounds} characters" if bounds else ""),
            "numbers": "a list of finite numbers" + (f", {bounds} of them" if bounds else ""),
        }
        return words[self.kind] + (" or null" if self.optional else "")

    def to_json(self) -> dict[str, Any]:
        """As ``GET /tasks`` sends it."""
        return {
            "name": self.name,
            "kind": self.kind,
            "default": self.default,
            "lowest": self.lowest,
            "highest": self.highest,
            "choices": list(self.choices) or None,
            "optional": self.optional,
            "description": self.description,
        }

    def _is_within(self, number: float) -> bool:
        return (self.lowest is None or number >= self.lowest) and (self.highest is None or number <= self.highest)

    def _read_integer(self, value: Any) -> int | None:
        return value if type(value) is int and self._is_within(value) else None

    def _read_number(self, value: Any) -> float | None:
        # A whole number of hundreds of digits is no float: it is compared as it is, and out of every range.
        return float(value) if type(value) in (int, float) and self._is_within(value) else None

    def _read_boolean(self, value: Any) -> bool | None:
        return value if type(value) is bool else None

    def _read_choice(self, value: Any) -> str | None:
        return value if isinstance(value, str) and value in self.choices else None

    def _read_text(self, value: Any) -> str | None:
        return value if isinstance(value, str) and self._is_within(len(value)) else None

    def _read_numbers(self, value: Any) -> tuple[float, ...] | None:
        numbers = as_numbers(list(value)) if isinstance(value, (Sequence, np.ndarray)) and len(value) else None
        if numbers is None or numbers.ndim != 1 or not np.isfinite(numbers).all() or not self._is_within(len(numbers)):
            return None
        return tuple(map(float, numbers))


def read_all(options: Sequence[Option], given: Mapping[str, Any], owner: str) -> dict[str, Any]:
    """Every option's value, its default where none is given.

    Raises:
        PlanError: a value does not fit, or there is no option of a name; ``owner`` is who has none.
    """
    names = [option.name for option in options]
    for name in given:
        if name not in names:
            there = ", ".join(names) or "none"
            raise PlanError(f"{owner} has no option {_brief(name)}; there are: {there}", (str(name),))
    return {option.name: option.read(given.get(option.name, option.default)) for option in options}


def _shown(bound: Any) -> str:
    return f"{bound:,}" if isinstance(bound, int) else f"{bound:g}"


def _brief(value: object) -> str:
    """A value for a sentence: never long, and never a failure of its own."""
    if isinstance(value, (list, tuple)):
        wrong = (
            index for index, entry in enumerate(value) if type(entry) not in (int, float) or not -inf < entry < inf
        )
        index = next(wrong, None)
        entry = None if index is None else value[index]
        shown = "another list" if isinstance(entry, (list, tuple)) else _brief(entry)
        return f"a list of {len(value):,}" if index is None else f"a list with {shown} at {index:,}"
    if isinstance(value, int) and abs(value) >= 10**20:
        return "a number of more than 20 digits"
    if isinstance(value, (str, int, float, bool)) or value is None:
        shown = "null" if value is None else repr(value)
        return shown if len(shown) <= LONGEST_SHOWN else shown[: LONGEST_SHOWN - 3] + "..."
    return f"a {type(value).__name__}"
