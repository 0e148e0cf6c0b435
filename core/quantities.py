"""The one table of what a cell exposes, in display order. API, page, documentation and tests read it."""

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Quantity:
    """One quantity that exists once for each unit and step.

    ``range`` is the open interval the values lie in, or None where they are unbounded; ``cells`` are the cells that
    have it.
    """

    name: str
    symbol: str
    cells: tuple[str, ...]
    range: tuple[float, float] | None
    formula: str
    description: str

    def to_json(self) -> dict[str, Any]:
        """The row as the API sends it."""
        return asdict(self)


QUANTITIES: tuple[Quantity, ...] = (
    Quantity(
        "input_gate",
        "i",
        ("lstm",),
        (0.0, 1.0),
        "i = σ(W_i x + U_i h₋₁ + b_i)",
        "How much of the candidate is written into the cell state: 0 writes nothing, 1 all of it.",
    ),
    Quantity(
        "forget_gate",
        "f",
        ("lstm",),
        (0.0, 1.0),
        "f = σ(W_f x + U_f h₋₁ + b_f)",
        "How much of the old cell state is kept: 0 forgets everything, 1 keeps everything.",
    ),
    Quantity(
        "reset_gate",
        "r",
        ("gru",),
        (0.0, 1.0),
        "r = σ(W_r x + U_r h₋₁ + b_r)",
        "How much of the old hidden state the candidate gets to see.",
    ),
    Quantity(
        "update_gate",
        "z",
        ("gru",),
        (0.0, 1.0),
        "z = σ(W_z x + U_z h₋₁ + b_z)",
        "How much of the old hidden state is kept; the rest, 1 - z, is taken from the candidate.",
    ),
    Quantity(
        "candidate",
        "g",
        ("lstm",),
        (-1.0, 1.0),
        "g = tanh(W_g x + U_g h₋₁ + b_g)",
        "What could be written into the cell state at this step. Others call it the cell gate or g-gate.",
    ),
    Quantity(
        "candidate",
        "n",
        ("gru",),
        (-1.0, 1.0),
        "n = tanh(W_n x + b_n + r ∘ (U_n h₋₁ + b_hn)), "
        "or tanh(W_n x + U_n (r ∘ h₋₁) + b_n) with the reset before the product",
        "What could replace the old hidden state at this step.",
    ),
    Quantity(
        "output_gate",
        "o",
        ("lstm",),
        (0.0, 1.0),
        "o = σ(W_o x + U_o h₋₁ + b_o)",
        "How much of the cell state is shown to the rest of the network through the hidden state.",
    ),
    Quantity(
        "cell_state",
        "c",
        ("lstm",),
        None,
        "c = f ∘ c₋₁ + i ∘ g",
        "The carry track: what the unit remembers. It changes only by forgetting and adding.",
    ),
    Quantity(
        "hidden_state",
        "h",
        ("lstm",),
        (-1.0, 1.0),
        "h = o ∘ tanh(c)",
        "What the unit tells the other units, the next layer and the readout.",
    ),
    Quantity(
        "hidden_state",
        "h",
        ("gru",),
        None,
        "h = (1 - z) ∘ n + z ∘ h₋₁",
        "What the unit remembers and tells the others: in a GRU memory and output are one.",
    ),
    Quantity(
        "hidden_state",
        "h",
        ("rnn",),
        None,
        "h = tanh(W x + U h₋₁ + b), or relu in place of tanh",
        "The whole state of a simple recurrent network, computed anew at every step.",
    ),
)


def quantities_of(cell: str) -> tuple[Quantity, ...]:
    """The quantities of one kind of cell, in display order."""
    return tuple(quantity for quantity in QUANTITIES if cell in quantity.cells)


def names_for(cell: str) -> tuple[str, ...]:
    """Names of the quantities of one kind of cell, in display order."""
    return tuple(quantity.name for quantity in quantities_of(cell))
