"""The formulas that users see are the equations that are computed: each is evaluated and compared."""

import numpy as np
import pytest

from gatescope.core import quantities_of
from gatescope.core.activations import Array, sigmoid
from tests.core.networks import normal, random_cell, random_state


def evaluate(formula: str, terms: dict[str, Array]) -> Array:
    """A formula of the table, computed. Products with a matrix are terms of their own."""
    python = formula.split(" = ", 1)[1].split(", or ", maxsplit=1)[0]
    products = sorted(name for name in terms if " " in name)
    for index, name in enumerate(products):
        python = python.replace(name, f"products[{index}]")
    for sign, word in {"₋₁": "_before", "∘": "*", "σ": "sigmoid"}.items():
        python = python.replace(sign, word)
    known = {**terms, "products": [terms[name] for name in products], "sigmoid": sigmoid, "tanh": np.tanh}
    return np.asarray(eval(python, {"__builtins__": {}}, known))  # noqa: S307  # the table is this project's own


@pytest.mark.parametrize("variant", ["lstm", "gru", "rnn"])
def test_formulas_give_the_numbers(variant: str) -> None:
    cell = random_cell(variant, seed=3)
    x, state = normal(3, seed=8), random_state(cell)
    found = cell.step(x, state)
    h = state["hidden_state"]
    terms: dict[str, Array] = {"h_before": h}
    if variant == "lstm":
        terms["c_before"] = state["cell_state"]
    blocks = {
        "W": np.split(x @ cell.kernel, len(cell.gates)),
        "U": np.split(h @ cell.recurrent_kernel, len(cell.gates)),
        "b": np.split(cell.bias, len(cell.gates)),
    }
    for index, gate in enumerate(cell.gates):
        symbol = next(row.symbol for row in quantities_of(variant) if row.name == gate)
        end = "" if variant == "rnn" else f"_{symbol}"
        terms[f"W{end} x"], terms[f"U{end} h₋₁"] = blocks["W"][index], blocks["U"][index]
        terms[f"b{end}"] = blocks["b"][index]
    if variant == "gru":
        # The table writes r's and z's two biases as one.
        b_r, b_z, terms["b_hn"] = np.split(cell.recurrent_bias, 3)
        terms["b_r"], terms["b_z"] = terms["b_r"] + b_r, terms["b_z"] + b_z
    for row in quantities_of(variant):
        terms[row.symbol] = found[row.name]
    for row in quantities_of(variant):
        np.testing.assert_allclose(evaluate(row.formula, terms), found[row.name], rtol=1e-12, err_msg=row.formula)
