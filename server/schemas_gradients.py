"""Gradients through time, as types."""

from typing import Any, Literal, Self

from pydantic import Field, model_validator

from .arrays import Vector
from .schemas import Answer, Array, CellName, DirectionName, Request, TraceInput
from .schemas_traces import SequenceRequest, refusal

OF_STATES = ("layer", "direction", "unit")
OF_LOSSES = ("token", "value")


class GradientTarget(Request):
    """What is differentiated: a state at a step, or the loss of the readout.

    Of a state: one unit, or the sum over all units where `unit` is null, at the step that its layer reads last where
    `step` is null. A loss is -log of the probability of `token`
    with a softmax readout, half the squared distance to `value` with a linear one; without them it is about the next
    step's input, and with `step` null it is the mean over all steps that are followed by one.
    """

    kind: Literal["hidden_state", "cell_state", "loss"]
    layer: int = Field(0, description="Of a state.")
    direction: DirectionName = Field("forward", description="Of a state.")
    step: int | None = Field(None, description="Row of the trace, or null.")
    unit: int | None = Field(None, description="Of a state; null for the sum over all units.")
    token: int | None = Field(None, description="Of a loss: the token that should have come.")
    value: Vector | None = Field(None, description="Of a loss: the numbers that should have come.")

    @model_validator(mode="after")
    def _check(self) -> Self:
        about_loss = self.kind == "loss"
        for name in OF_STATES if about_loss else OF_LOSSES:
            if name in self.model_fields_set and getattr(self, name) is not None:
                raise refusal(f"{name} is not for a target that is a {self.kind.replace('_', ' ')}", name)
        return self


class GradientRequest(SequenceRequest):
    """What `POST /gradients` takes."""

    target: GradientTarget
    jacobian: bool = Field(
        default=True,
        description="Whether to work out the norms of Jacobians, which takes far longer than all the rest.",
    )


class LayerGradients(Answer):
    """One direction of one layer; row t of every array is about step t, all in float64.

    Layers that the target does not depend on have zeros, and null for carry path and Jacobians.
    """

    layer: int
    direction: DirectionName
    cell: CellName
    hidden_size: int
    d_hidden_state: Array = Field(
        description="(T, H): the target's total derivative by the hidden state, later steps and layers included."
    )
    d_cell_state: Array | None = Field(description="(T, H): that by the cell state; null for cells without.")
    d_input: Array = Field(
        description="(T, D): that by what the layer read, through all its directions; in layer 0 of a network of "
        "tokens, by the embedded token."
    )
    d_initial_state: dict[str, list[float]]
    d_hidden_state_norm: list[float] = Field(description="Euclidean norm of each step's row.")
    d_cell_state_norm: list[float] | None
    d_input_norm: list[float]
    focus: int = Field(
        description="The step that carry path and Jacobians are about: the target's, or the last that a loss looks at."
    )
    carry_path: Array | None = Field(
        description="(T, H): product of the forget gates, or a GRU's update gates, of all steps after t up to the "
        "focus; 1 there, 0 after it. Null for a simple RNN."
    )
    jacobian_norm: list[float] | None = Field(
        description="Spectral norm of the derivative of all hidden units at the focus by all at each step, the cell "
        "state of that step held fixed; null unless asked for."
    )
    jacobian_cell_norm: list[float] | None = Field(
        description="That of all cell states by all cell states, what they do to the hidden state included."
    )


class Gradients(Answer):
    """How a target depends on every state and input before it."""

    trace: str = Field(description="Id of the trace that was differentiated.")
    model: str
    steps: int
    input: TraceInput
    value: float = Field(description="The target's value.")
    layers: list[LayerGradients]


EXAMPLES: dict[str, dict[str, Any]] = {
    "state": {
        "summary": "What the last step of a sketch still knows of the first",
        "value": {
            "sketch": {"cell": "lstm", "hidden_size": 4, "seed": 1, "forget_bias": 2.0, "dtype": "float64"},
            "input": {"values": [1, 0, 0, 0]},
            "target": {"kind": "hidden_state", "layer": 0, "direction": "forward", "step": 3, "unit": None},
        },
    },
    "loss": {
        "summary": "What the surprise at the closing bracket depends on, arrays as base64",
        "value": {
            "model": "brackets",
            "input": {"text": "(a[b]c)"},
            "target": {"kind": "loss", "step": 5},
            "encoding": "base64",
        },
    },
    "mean": {
        "summary": "The mean loss of a forecast, without Jacobians",
        "value": {
            "model": "sunspots",
            "input": {"values": [58.0, 62.6, 70.0, 55.7, 85.0]},
            "target": {"kind": "loss", "step": None},
            "jacobian": False,
        },
    },
}
"""Example bodies of ``POST /gradients``."""
