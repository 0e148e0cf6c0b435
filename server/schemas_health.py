"""The health of a network's gates, and what it is asked over, as types."""

from typing import Literal

from pydantic import Field

from .schemas import Answer, CellName, DirectionName, Entries, Request, SequenceInput


class HealthRequest(Request):
    """What `POST /models/{id}/health` takes as JSON."""

    inputs: Entries[SequenceInput] | None = Field(
        None, description="Sequences to run the model over; null for its own examples."
    )


class HealthUpload(Request):
    """What it takes as multipart/form-data."""

    inputs: bytes = Field(
        description="Sequences: text, one a line; `.jsonl` or `.json` of `{text}`, `{tokens}` or `{values}`; one in a "
        "`.csv`; one or many in a `.npy`. The file's name tells which."
    )


class Histogram(Answer):
    """How many numbers lie in each of some bins of equal width."""

    low: float = Field(description="Where the first bin begins.")
    high: float = Field(description="Where the last one ends.")
    counts: list[int]


class QuantityHealth(Answer):
    """One quantity of one layer: one figure a unit, over all steps."""

    quantity: str
    low: list[float] | None = Field(description="Share of steps below 0.1, or of signed numbers below -0.9.")
    high: list[float] | None = Field(description="Share of steps above 0.9.")
    mean: list[float]
    variance: list[float]
    minimum: list[float]
    maximum: list[float]
    stuck: list[bool] = Field(description="Whether it hardly moved.")
    histogram: Histogram = Field(description="Of all units together.")


class LayerHealth(Answer):
    """One direction of one layer."""

    layer: int
    direction: DirectionName
    cell: CellName
    hidden_size: int
    quantities: list[QuantityHealth]
    half_life: list[float | None] | None = Field(
        description="Steps until half of a memory is forgotten, by unit; null for a unit that forgets nothing."
    )
    dead: list[bool] = Field(description="Whether the hidden state stayed at 0.")


class Flag(Answer):
    """Something that deserves a look."""

    kind: Literal["dead", "stuck", "closed", "open", "saturated", "forgetful"]
    layer: int
    direction: DirectionName
    quantity: str
    units: list[int] = Field(description="Numbers of the units; of a projected hidden state, of its rows.")
    share: float = Field(description="Of all units of the layer.")
    sentence: str


class Hint(Answer):
    """What the bias of the gate that keeps has to do with a short memory."""

    layer: int
    direction: DirectionName
    quantity: str
    bias: float = Field(description="Its mean over the units.")
    half_life: float | None = Field(
        description="Steps of the median unit's memory at that bias alone; null where it would be endless."
    )
    sentence: str


class GateHealth(Answer):
    """How a network's gates work over one sequence or many."""

    sequences: int
    steps: int = Field(description="Of all sequences together.")
    layers: list[LayerHealth]
    findings: list[str] = Field(description="In plain sentences.")
    flags: list[Flag] = Field(description="The findings about units, for programs.")
    hints: list[Hint] = Field(description="Where memory is short.")
