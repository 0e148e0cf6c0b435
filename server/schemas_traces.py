"""What is asked of a network over a sequence, as types: which network, stored or sketched, and what to send of it."""

from typing import Any, Literal, Self

from pydantic import ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from .arrays import Rows
from .schemas import CellName, Encoding, Entries, Intervention, Named, Request, SequenceInput, StateEntry, without_null

QUANTITIES = (
    "Names of the quantities to send; null for all of them. With `_pre` after its name, never part of the default, a "
    "gate, the candidate or a simple RNN's hidden state is sent as it stood inside its activation."
)

DRAWN = ("input_size", "hidden_size", "seed", "forget_bias", "weight_scale")
"""Fields of a sketch that is drawn; one whose every number is given has none of them."""


class Sketch(Request):
    """A small network of one layer that is described instead of stored.

    Without `parameters` its weights are drawn from the seed, uniformly in `weight_scale` / sqrt(`hidden_size`); biases
    are 0. Sketches of one seed differ in scale only, and their candidates and simple RNNs share the drawn numbers.
    """

    cell: CellName
    input_size: int = Field(1, description="Numbers it reads at each step.")
    hidden_size: int = Field(32, description="Units.")
    seed: int = 0
    forget_bias: float = Field(
        1.0, description="Bias of an LSTM's forget gate or a GRU's update gate; a simple RNN has neither."
    )
    weight_scale: float = Field(1.0, description="What every drawn weight is multiplied by.")
    parameters: Named[Rows] | None = Field(
        None,
        description="Every number of the cell by the name of its array, such as `kernel` (D, 4H), `recurrent_kernel` "
        "(H, 4H) and `bias` (4H) of an LSTM, columns i, f, g, o; nothing is drawn then.",
    )
    dtype: Literal["float32", "float64"] = "float32"
    activation: str | None = Field(None, description="Of the candidate, or of a simple RNN's hidden state.")
    recurrent_activation: str | None = Field(None, description="Of the gates.")
    output_activation: str | None = Field(None, description="LSTM: of the cell state as it is read out.")
    reset_after: bool | None = Field(None, description="GRU: whether the reset gate stands after the product.")
    coupled: bool | None = Field(None, description="LSTM: whether the forget gate is 1 minus the input gate.")

    @model_validator(mode="after")
    def _check(self) -> Self:
        drawn = [name for name in DRAWN if name in self.model_fields_set]
        if self.parameters is not None and drawn:
            raise refusal(f"{drawn[0]} is for a sketch that is drawn; this one has its parameters given", drawn[0])
        return self

    def options(self) -> dict[str, Any]:
        """What changes the cell's equations; null for the usual."""
        names = ("activation", "recurrent_activation", "output_activation", "reset_after", "coupled")
        return {name: getattr(self, name) for name in names}


def _one_network(schema: dict[str, Any]) -> None:
    """Describe that exactly one of model and sketch is there; that is what the validator below means."""
    for name in ("model", "sketch"):
        schema["properties"][name] = without_null(schema["properties"][name])
    schema["oneOf"] = [{"required": ["model"]}, {"required": ["sketch"]}]


class NetworkRequest(Request):
    """What is asked of a network: a model by its id, or a sketch in its place."""

    model_config = ConfigDict(json_schema_extra=_one_network)

    model: str | None = Field(None, description="Id of a model.")
    sketch: Sketch | None = Field(None, description="A small network in place of a model.")

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.model is None and self.sketch is None:
            raise refusal("model must be given, or a sketch in its place", "model")
        if self.model is not None and self.sketch is not None:
            raise refusal("sketch must not be given beside model: a request is about exactly one of them", "sketch")
        return self


def refusal(sentence: str, field: str) -> PydanticCustomError:
    """An error about which fields are given together; the sentence is about this one."""
    return PydanticCustomError("fields", "{sentence}", {"sentence": sentence, "tail": (field,)})


class SequenceRequest(NetworkRequest):
    """A network and the sequence that it is to read."""

    input: SequenceInput
    initial_state: Entries[StateEntry] | None = Field(
        None, description="One entry for each entry of the model's layers; null for zeros."
    )
    interventions: Entries[Intervention] = Field([], description="What is done to quantities, in this order.")
    encoding: Encoding = "list"


class TraceRequest(SequenceRequest):
    """What `POST /traces` takes."""

    quantities: Entries[str] | None = Field(None, description=QUANTITIES)
