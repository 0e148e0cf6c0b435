"""What goes over the wire, as types: requests are checked against them, the OpenAPI description is made from them."""

from itertools import islice
from typing import Annotated, Any, Literal, Self, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from .arrays import Floats, Rows, Tokens, Vector

Encoding = Literal["list", "base64"]
DirectionName = Literal["forward", "backward"]
Operation = Literal["set", "scale", "add"]
CellName = Literal["lstm", "gru", "rnn"]
Entry = TypeVar("Entry")

MOST_NAMES = 64
"""Names of an object that are looked at: more than any has fields, and faults enough to be told of."""


def few(value: object) -> object:
    """An object's first names: each that does not belong is an error, and millions of them fit into a body."""
    if isinstance(value, dict) and len(value) > MOST_NAMES:
        return dict(islice(value.items(), MOST_NAMES))
    return value


Entries = Annotated[list[Entry], Field(fail_fast=True)]
"""A list in a request: its first fault is told and the rest not looked at, for the same reason."""
Named = Annotated[dict[str, Entry], BeforeValidator(few)]
"""An object in a request whose names are not those of fields."""


class Request(BaseModel):
    """What a client sends: nothing but the fields that are described, and of their very types."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, arbitrary_types_allowed=True)

    @model_validator(mode="before")
    @classmethod
    def _few(cls, value: object) -> object:
        return few(value)


class Answer(BaseModel):
    """What is sent to it."""

    model_config = ConfigDict(extra="forbid")


def _exactly_one(schema: dict[str, Any]) -> None:
    """Describe the input as three objects of one field each; that is what the validator below means."""
    fields = schema.pop("properties")
    schema["oneOf"] = [
        {
            "type": "object",
            "properties": {name: without_null(field)},
            "required": [name],
            "additionalProperties": False,
        }
        for name, field in fields.items()
    ]
    del schema["type"], schema["additionalProperties"]


def without_null(field: dict[str, Any]) -> dict[str, Any]:
    """The description of a field that may be left out, but is not null where it is given."""
    choices = [choice for choice in field.pop("anyOf") if choice != {"type": "null"}]
    field.pop("default", None)
    return {**field, **(choices[0] if len(choices) == 1 else {"anyOf": choices})}


class SequenceInput(Request):
    """A sequence: exactly one of text, token ids, or rows of numbers."""

    model_config = ConfigDict(json_schema_extra=_exactly_one)

    text: str | None = Field(None, description="Characters, one a step.")
    tokens: Tokens | None = Field(
        None,
        description="Token ids, one a step; -1 is what the vocabulary does not have, where no token stands for that.",
    )
    values: Rows | None = Field(None, description="T rows of D numbers; for D = 1 also a flat list.")

    @model_validator(mode="after")
    def _check(self) -> Self:
        given = [name for name in ("text", "tokens", "values") if getattr(self, name) is not None]
        if len(given) != 1:
            sentence = f"must have exactly one of text, tokens and values, not {' and '.join(given) or 'none of them'}"
            raise PydanticCustomError("exactly_one", "{sentence}", {"sentence": sentence})
        return self


class StateEntry(Request):
    """The state of one direction of one layer, H numbers each; `cell_state` for LSTM only."""

    hidden_state: Vector
    cell_state: Vector | None = None

    def arrays(self) -> dict[str, Floats]:
        """The states that are given, by name."""
        states = {"hidden_state": self.hidden_state, "cell_state": self.cell_state}
        return {name: state for name, state in states.items() if state is not None}


class Intervention(Request):
    """A quantity clamped, scaled or shifted right after it is computed, so that all that follows sees it."""

    layer: int = 0
    direction: DirectionName = "forward"
    quantity: str = Field(description="Name of a gate or state.")
    units: Entries[int] | None = Field(None, description="Numbers of the units; null for all.")
    steps: Entries[int] | None = Field(
        None, description="First row of the trace, and the one after the last; null for all."
    )
    operation: Operation = Field(description="`set` to the value, `scale` by it, or `add` it.")
    value: float


class StepRequest(Request):
    """What `POST /steps` takes."""

    model: str = Field(description="Id of a model without a backward layer.")
    input: SequenceInput = Field(description="A sequence of one step.")
    state: Entries[StateEntry] | None = Field(None, description="The state that the step before gave; null for zeros.")


class Base64Array(Answer):
    """A typed array as plotly.js reads it: little-endian, C order."""

    dtype: Literal["f4", "f8"]
    shape: str = Field(description="Lengths separated by commas, such as `12, 128`.")
    bdata: str


Array = list[list[float]] | Base64Array


class ModelInput(Answer):
    """What a model reads."""

    kind: Literal["tokens", "values"]
    size: int
    labels: list[str] | None


class ModelLayer(Answer):
    """One direction of one layer. What its cell does not have is null.

    `hidden_size` is the number of units; where `projection_size` is given, `hidden_state` has that many numbers.
    """

    layer: int
    direction: DirectionName
    cell: CellName
    input_size: int
    hidden_size: int
    projection_size: int | None
    reset_after: bool | None = Field(description="GRU: whether the reset gate stands after the recurrent product.")
    coupled: bool | None = Field(description="LSTM: whether the forget gate is 1 minus the input gate.")
    peepholes: bool | None = Field(description="LSTM: whether gates look at the cell state.")
    activation: str | None = Field(description="Of the candidate, or of a simple RNN's hidden state.")
    recurrent_activation: str | None = Field(description="Of the gates.")
    output_activation: str | None = Field(description="LSTM: of the cell state as it is read out.")


class ModelReadout(Answer):
    """What a model says; `predicts` is `next_input` where an output is about the next step's input."""

    kind: Literal["softmax", "linear"]
    size: int
    labels: list[str] | None
    predicts: Literal["next_input"] | None


class ModelFeedback(Answer):
    """How a model hears what it said: its input from column `first` on holds 1 for the last output; `end` ends it."""

    first: int
    end: int | None


class ExampleInput(Answer):
    """A sequence worth looking at."""

    name: str
    input: dict[str, Any]


class ChoiceValue(Answer):
    """One of the answers to a choice."""

    value: Any
    label: str


class Choice(Answer):
    """Something that a file leaves open; the option of this name in `options` answers it."""

    option: str
    values: list[ChoiceValue]
    chosen: Any
    sentence: str


class Model(Answer):
    """A network. Lists of models leave the labels out."""

    id: str
    name: str
    title: str
    description: str
    origin: Literal["bundled", "uploaded", "trained"]
    digest: str
    dtype: Literal["float32", "float64"]
    parameters: int
    input: ModelInput
    layers: list[ModelLayer]
    readout: ModelReadout | None
    generates: Literal["token", "values", "feedback"] | None = Field(
        description="How its outputs become its inputs in `POST /generations`; null where they do not."
    )
    feedback: ModelFeedback | None
    notes: list[str] = Field(description="What the importer understood or assumed, one sentence each.")
    choices: list[Choice] = Field(description="What could have been understood in another way.")
    format: str = Field(description="The format of the file that the network came in.")
    file_name: str | None = Field(description="The uploaded file's name.")
    created: str | None = Field(description="When it was uploaded, in UTC.")
    example_inputs: list[ExampleInput]
    card: dict[str, Any] | None


class Models(Answer):
    """All models."""

    models: list[Model]


class TraceInput(Answer):
    """The sequence as it was read; `unknown` are the steps whose token the model does not know."""

    kind: Literal["tokens", "values"]
    tokens: list[int] | None
    labels: list[str]
    values: list[list[float]] | None
    unknown: list[int]


class TraceLayer(Answer):
    """One direction of one layer; each array is (T, H), row t being the state after reading input t."""

    layer: int
    direction: DirectionName
    cell: CellName
    hidden_size: int
    initial_state: dict[str, list[float]]
    quantities: dict[str, Array]


class Prediction(Answer):
    """One of the most likely outputs."""

    label: str
    token: int
    probability: float


class Trace(Answer):
    """Every gate and state at every step."""

    id: str
    model: str
    steps: int
    dtype: Literal["float32", "float64"]
    input: TraceInput
    layers: list[TraceLayer]
    predictions: list[list[Prediction]] | None
    outputs: Array | None
    interventions: list[Intervention]
    notes: list[str]


class StepLayer(Answer):
    """One direction of one layer after the step; each quantity is H numbers."""

    layer: int
    direction: DirectionName
    cell: CellName
    quantities: dict[str, list[float]]


class Step(Answer):
    """One step's quantities, the new state to hand in next time, and what the readout says."""

    layers: list[StepLayer]
    state: list[dict[str, list[float]]]
    prediction: list[Prediction] | None
    output: list[float] | None


class Quantity(Answer):
    """What a cell exposes."""

    name: str
    symbol: str
    cells: list[CellName]
    range: tuple[float, float] | None
    formula: str
    description: str


class Quantities(Answer):
    """The table of quantities, in display order."""

    quantities: list[Quantity]


class Health(Answer):
    """That the server answers."""

    status: Literal["ok"]
    version: str


class Figure(BaseModel):
    """A Plotly figure; `plotly.io.from_json` reads it."""

    data: list[dict[str, Any]]
    layout: dict[str, Any]


class ProblemCause(Answer):
    """One thing that is wrong, with a JSON pointer into the request body."""

    pointer: str
    detail: str


class ProblemDetails(Answer):
    """RFC 9457: what was expected and what came."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[ProblemCause] = []
    choices: list[Choice] = Field([], description="What there is to choose from, where a file leaves something open.")
