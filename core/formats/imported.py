"""What an import gives: the network, what was understood, and what the file left open."""

from dataclasses import dataclass
from typing import Any

from ..network import Network


@dataclass(frozen=True)
class Choice:
    """Something the file leaves open, answered with an option.

    ``option`` is the option's name; ``values`` what it may be, each with a label for people; ``chosen`` what was
    taken, None where nothing was; ``sentence`` says what it is about.
    """

    option: str
    values: tuple[tuple[Any, str], ...]
    chosen: Any
    sentence: str

    def to_json(self) -> dict[str, Any]:
        """The choice as the API sends it."""
        return {
            "option": self.option,
            "values": [{"value": value, "label": label} for value, label in self.values],
            "chosen": self.chosen,
            "sentence": self.sentence,
        }


@dataclass(frozen=True, eq=False)
class Imported:
    """A network that came out of a file.

    ``notes`` says in one sentence each what was found and assumed. ``choices`` lists what could have been understood
    in another way: import again with the option to have it so.
    """

    network: Network
    format: str
    notes: tuple[str, ...] = ()
    choices: tuple[Choice, ...] = ()
