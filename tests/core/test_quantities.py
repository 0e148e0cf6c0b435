"""The table of quantities describes what the cells really compute."""

import json
import math

import numpy as np
import pytest

from gatescope.core import CELLS, QUANTITIES, Quantity, encode, names_for, quantities_of, trace
from gatescope.core.activations import Array, sigmoid
from gatescope.core.pretrained import NAMES, load_pretrained
from tests.core.networks import VARIANTS, normal, random_cell, random_state

ORDER = {
    "lstm": ("input_gate", "forget_gate", "candidate", "output_gate", "cell_state", "hidden_state"),
    "gru": ("reset_gate", "update_gate", "candidate", "hidden_state"),
    "rnn": ("hidden_state",),
}
SYMBOLS = {"lstm": "ifgoch", "gru": "rznh", "rnn": "h"}


def test_display_order() -> None:
    assert set(ORDER) == set(CELLS)
    for cell, names in ORDER.items():
        assert names_for(cell) == names
        assert "".join(quantity.symbol for quantity in quantities_of(cell)) == SYMBOLS[cell]
    # One list for all cells: each cell's own order is that of the whole table.
    assert {quantity.cells for quantity in QUANTITIES} <= {(cell,) for cell in CELLS}


@pytest.mark.parametrize("variant", VARIANTS)
def test_forward_and_step_give_the_table_in_order(variant: str) -> None:
    cell = random_cell(variant)
    found = cell.forward(normal(5, 3), random_state(cell))
    assert tuple(found) == names_for(cell.name)
    assert set(cell.step(normal(3), random_state(cell))) == set(names_for(cell.name))
    assert set(cell.gates) | set(cell.state_names) == set(names_for(cell.name))


@pytest.mark.parametrize("quantity", QUANTITIES, ids=lambda quantity: f"{quantity.cells[0]}-{quantity.name}")
def test_every_row_is_complete(quantity: Quantity) -> None:
    row = json.loads(json.dumps(quantity.to_json()))
    assert list(row) == ["name", "symbol", "cells", "range", "formula", "description"]
    assert row["formula"].startswith(f"{row['symbol']} = ")
    assert row["description"].endswith(".")
    assert row["range"] is None or row["range"][0] < row["range"][1]


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


@pytest.mark.parametrize(
    "variant", ["lstm", "lstm, peepholes", "lstm, coupled", "gru", "gru, reset before", "rnn", "rnn, relu"]
)
def test_a_range_is_left_open_where_the_cell_can_leave_it(variant: str) -> None:
    """Driven hard, from a state far outside, exactly the quantities with a range stay within -1 and 1."""
    cell = random_cell(variant, hidden_size=8)
    state = {name: np.full(8, 5.0) for name in cell.state_names}
    found = cell.forward(normal(20, 3, scale=9), state)
    bounded = {name for name, array in found.items() if np.abs(array).max() <= 1}
    expected = {row.name for row in quantities_of(cell.name) if row.range is not None}
    # One row stands for tanh, which is bounded, and for relu, which is not.
    assert bounded == ({"hidden_state"} if variant == "rnn" else expected)


@pytest.mark.parametrize("name", NAMES)
def test_ranges_hold_in_the_bundled_networks(name: str) -> None:
    bundled = load_pretrained(name)
    for example in bundled.card["example_inputs"]:
        for place in trace(bundled.network, encode(bundled.network, **example["input"])).layers:
            for quantity in quantities_of(place.cell.name):
                low, high = quantity.range or (-math.inf, math.inf)
                array = place.quantities[quantity.name]
                # Rounding may reach the bounds of an open interval.
                assert ((array >= low) & (array <= high)).all()
