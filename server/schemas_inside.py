"""What is found inside a step, as types."""

from typing import Literal

from pydantic import Field

from gatescope.core.alignment import Method

from .schemas import Answer, Array, Base64Array, CellName, DirectionName, Operation


class Term(Answer):
    """One product of a sum: `value` times `weight`, times `factor`."""

    source: Literal["input", "hidden", "bias", "peephole", "coupled", "kept", "written", "read out"]
    index: int | None = Field(description="Of the feature or unit that the value belongs to.")
    label: str
    value: float
    weight: float
    factor: float = Field(description="1, or the reset gate where it stands in between.")
    product: float


class Change(Answer):
    """What an intervention made of the number."""

    operation: Operation
    value: float
    before: float
    after: float


class Arithmetic(Answer):
    """A number and the sum it comes from; products are exact and the sum is rounded once, in float64."""

    layer: int
    direction: DirectionName
    quantity: str
    unit: int
    step: int
    terms: list[Term]
    pre_activation: float = Field(description="The sum of the products.")
    activation: str
    value: float = Field(description="The number in the trace.")
    rounding: float = Field(
        description="By how much it differs from the activation of the sum, or what was made of it."
    )
    equation: str
    interventions: list[Change] = Field(description="What was done to the number, in order.")


FloatArray = float | list[float] | list[list[float]] | Base64Array


class Ledger(Answer):
    """What of a state was written when and is still there: `initial` + the sum of `writes` = `total`.

    Of one unit at one step, `writes` has one number for each step read so far. Without `unit` a number becomes a row of
    H. Without `step` it becomes a list of T, and `writes` a (T, T) array with zeros above the diagonal, whose row j is
    the ledger after the j-th step that was read.
    """

    layer: int
    direction: DirectionName
    unit: int | None
    step: int | None
    quantity: Literal["cell_state", "hidden_state"] = Field(description="The state that is split into its origins.")
    kept_by: Literal["forget_gate", "update_gate"]
    steps: list[int] = Field(description="When each entry was written, in the order of reading.")
    initial: FloatArray = Field(description="What is left of the initial state.")
    writes: FloatArray
    total: FloatArray = Field(description="The state in the trace.")


class LargestChange(Answer):
    """Where two traces differ most; of outputs, layer and direction are null."""

    layer: int | None
    direction: DirectionName | None
    quantity: str
    unit: int
    step: int
    baseline_step: int = Field(description="The step of the baseline; another than `step` where they are aligned.")
    difference: float
    here: float
    baseline: float


class Alignment(Answer):
    """Two sequences on one time axis."""

    method: Method
    pairs: list[tuple[int | None, int | None]] = Field(
        description="Column by column the step of this trace and of the baseline; null where one has none."
    )
    matched: list[int] = Field(description="The columns in which both have a step: what each row of the arrays is of.")
    distance: int = Field(description="Columns whose inputs differ or stand alone.")


class DifferenceLayer(Answer):
    """The changes in one direction of one layer."""

    layer: int
    direction: DirectionName
    cell: CellName
    hidden_size: int
    quantities: dict[str, Array]


class MovedPrediction(Answer):
    """An output that became more or less likely."""

    label: str
    token: int
    probability: float
    baseline: float
    difference: float


class Difference(Answer):
    """One trace less another of the same layers."""

    trace: str
    baseline: str
    steps: int = Field(description="Rows of the arrays: all steps, or those that the alignment pairs.")
    alignment: Alignment | None = Field(description="Null without `align`.")
    layers: list[DifferenceLayer]
    outputs: Array | None = Field(description="With a linear readout.")
    predictions: list[list[MovedPrediction]] | None = Field(
        description="With a softmax readout: at each step the outputs whose probability changed most."
    )
    largest: LargestChange
    by_quantity: list[LargestChange] = Field(description="The largest change of each quantity, the largest first.")
    ranked: list[LargestChange] = Field(
        description="The ten units and quantities that changed most, of those asked for, each where it changed most."
    )
    sentence: str
