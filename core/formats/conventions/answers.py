"""The user's options, and which of them something was asked of."""

from typing import Any

from ...errors import OptionError
from ..options import UNSET, Options


class Answers:
    """Options that remember which of them were looked at, so that one without effect can be told from the others."""

    def __init__(self, options: Options) -> None:
        """``options`` have been checked for their types."""
        self._given = options.given()
        self._asked: set[str] = set()

    def __call__(self, option: str, default: Any = UNSET) -> Any:
        """What the user says about ``option``, else ``default``."""
        self._asked.add(option)
        return self._given.get(option, default)

    def gives(self, option: str) -> bool:
        """Whether the user says anything about it."""
        self._asked.add(option)
        return option in self._given

    def given(self) -> dict[str, Any]:
        """Everything that the user says."""
        return dict(self._given)

    def check_all_were_asked(self) -> None:
        """Raise OptionError if an option had no effect on this file."""
        for option in self._given:
            if option not in self._asked:
                raise OptionError(
                    f"the option {option} has no effect on this file: it leaves nothing open that {option} answers",
                    ("options", option),
                )
