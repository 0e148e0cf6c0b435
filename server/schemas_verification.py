"""What a verification looks like over the wire, and the lines that make what it is given."""

from typing import Any

from pydantic import Field

from .schemas import Answer, DirectionName


class Difference(Answer):
    """Where two numbers differ."""

    step: int | None = Field(description="Null for a value at the end of the sequence.")
    unit: int
    difference: float
    here: float
    reference: float


class Comparison(Answer):
    """One array of the reference beside this program's own numbers."""

    name: str
    layer: int | None
    direction: DirectionName | None
    quantity: str
    largest: Difference
    by_step: list[float] = Field(description="The largest difference of each step.")
    tolerance: float
    first: Difference | None = Field(description="The first beyond the tolerance, in the order of reading.")


class Hint(Answer):
    """A convention with which the network matches, and the import options that set it."""

    sentence: str
    options: dict[str, Any]


class Verification(Answer):
    """Whether a model computes what another framework computed, and where they first depart."""

    matches: bool
    sentence: str
    largest: float
    tolerance: float
    steps: int
    layers: int
    comparisons: list[Comparison]
    departure: Comparison | None
    hints: list[Hint]
    notes: list[str]


class Snippet(Answer):
    """Lines to paste into one's own program that write a reference file; `names` are what it must have."""

    framework: str
    names: dict[str, str]
    code: str


class Snippets(Answer):
    """One snippet for each framework."""

    snippets: list[Snippet]
