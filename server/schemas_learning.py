"""What goes over the wire about tasks and generation, as types."""

from typing import Any, Literal

from pydantic import Field

from .schemas import Answer, Encoding, Entries, Request, SequenceInput, StateEntry
from .schemas_traces import QUANTITIES


class GenerationRequest(Request):
    """What `POST /generations` takes."""

    model: str = Field(description="Id of a model whose outputs become its inputs; see `generates` of a model.")
    input: SequenceInput = Field(description="What the network reads first.")
    initial_state: Entries[StateEntry] | None = Field(
        None, description="One entry for each entry of the model's layers; null for zeros."
    )
    steps: int = Field(100, description="Outputs to say; fewer where the network says its end before.")
    temperature: float = Field(
        1.0, description="Divides the scores before an output is drawn; 0 takes the likeliest. Forecasts ignore it."
    )
    seed: int = Field(0, description="Decides what is drawn.")
    quantities: Entries[str] | None = Field(None, description=QUANTITIES)
    encoding: Encoding = Field("list", description="How `GET /traces/{id}` is to send the trace's arrays at first.")


class Generation(Answer):
    """What a network said by itself. Its trace can be asked for as any other."""

    trace: str = Field(description="Id of the trace of all that it read: the input, then what it said.")
    model: str
    prompt_steps: int = Field(description="Steps of the input; the last of them says the first output.")
    steps: int = Field(description="Outputs that were said.")
    tokens: list[int] | None = Field(description="The outputs of a softmax readout.")
    values: list[list[float]] | None = Field(description="The rows that a linear readout forecast.")
    labels: list[str] = Field(description="A text for each output.")
    ended: bool = Field(description="Whether the network itself came to an end, which is its last output.")


class TaskOption(Answer):
    """Something that can be chosen. `lowest` and `highest` bound numbers, and the length of texts and lists."""

    name: str
    kind: Literal["integer", "number", "boolean", "choice", "text", "numbers"]
    default: Any
    lowest: float | None
    highest: float | None
    choices: list[str] | None
    optional: bool = Field(description="Whether it may be null.")
    description: str


class Task(Answer):
    """Something a network can be trained for. `defaults` are those of a training's parameters that suit it."""

    name: str
    title: str
    description: str
    measured: str = Field(description="What a run with the defaults reached, and how long it took.")
    bidirectional: bool = Field(description="Whether a network for it may read from both ends.")
    options: list[TaskOption]
    defaults: dict[str, Any]


class Tasks(Answer):
    """All tasks, and the parameters that every training has."""

    tasks: list[Task]
    parameters: list[TaskOption]


class Clip(Answer):
    """A short clip of the task `captions`, and the row that a network reads of it before it has said a word."""

    caption: str
    values: list[list[float]]
    pixels: str = Field(description="Base64 of frames x side x side x 3 bytes: red, green, blue.")


class Clips(Answer):
    """Some clips, drawn from a seed."""

    frames: int
    side: int
    clips: list[Clip]
