"""The equation of each quantity as this very cell computes it, with its activations and variants."""

from .activations import ACTIVATIONS
from .cells import GRU, LSTM, RNN, Cell

LETTERS = {
    "input_gate": "i",
    "forget_gate": "f",
    "output_gate": "o",
    "reset_gate": "r",
    "update_gate": "z",
}


def equation(cell: Cell, quantity: str) -> str:
    """The equation of one of the cell's quantities, such as ``f = σ(W_f x + U_f h₋₁ + b_f)``."""
    if isinstance(cell, LSTM):
        return _of_lstm(cell, quantity)
    if isinstance(cell, GRU):
        return _of_gru(cell, quantity)
    assert isinstance(cell, RNN)  # there are these three
    return f"h = {_named(cell.activation)}(W x + U h₋₁ + b)"


def _of_lstm(cell: LSTM, quantity: str) -> str:
    if quantity == "cell_state":
        return "c = f ∘ c₋₁ + i ∘ g"
    if quantity == "hidden_state":
        told = f"o ∘ {_named(cell.output_activation)}(c)"
        return f"h = {told}" if cell.projection is None else f"h = P ({told})"
    if quantity == "forget_gate" and cell.coupled:
        return "f = 1 − i"
    if quantity == "candidate":
        return f"g = {_named(cell.activation)}(W_g x + U_g h₋₁ + b_g)"
    letter = LETTERS[quantity]
    seen = "c" if quantity == "output_gate" else "c₋₁"
    peephole = "" if cell.peepholes is None else f" + p_{letter} ∘ {seen}"
    return f"{letter} = {_named(cell.recurrent_activation)}(W_{letter} x + U_{letter} h₋₁ + b_{letter}{peephole})"


def _of_gru(cell: GRU, quantity: str) -> str:
    if quantity == "hidden_state":
        return "h = (1 − z) ∘ n + z ∘ h₋₁"
    if quantity == "candidate":
        inside = "r ∘ (U_n h₋₁ + b_hn)" if cell.reset_after else "U_n (r ∘ h₋₁) + b_hn"
        return f"n = {_named(cell.activation)}(W_n x + b_n + {inside})"
    letter = LETTERS[quantity]
    return f"{letter} = {_named(cell.recurrent_activation)}(W_{letter} x + b_{letter} + U_{letter} h₋₁ + b_h{letter})"


def _named(activation: str) -> str:
    return "σ" if activation == "sigmoid" else ACTIVATIONS[activation].name
