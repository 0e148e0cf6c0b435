"""The table of quantities is true of the cells."""

import json

import numpy as np
import pytest

from gatescope.core import CELLS, QUANTITIES, names_for, quantities_of
from tests.core.networks import VARIANTS, normal, random_cell, random_state


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_table_lists_what_a_cell_computes_in_the_same_order(variant: str) -> None:
    cell = random_cell(variant)
    forward = cell.forward(normal(2, 3), random_state(cell))
    assert tuple(forward) == names_for(cell.name)
    assert tuple(cell.step(normal(3), random_state(cell))) == names_for(cell.name)
    assert set(cell.gates) | set(cell.state_names) <= set(forward)


@pytest.mark.parametrize("kind", CELLS)
def test_each_cell_has_each_name_and_symbol_once(kind: str) -> None:
    rows = quantities_of(kind)
    assert rows == tuple(row for row in QUANTITIES if kind in row.cells)
    assert len({row.name for row in rows}) == len({row.symbol for row in rows}) == len(rows) > 0


def test_every_row_belongs_to_cells_that_exist_and_explains_itself() -> None:
    for row in QUANTITIES:
        assert row.cells
        assert set(row.cells) <= set(CELLS)
        assert row.formula.startswith(f"{row.symbol} = ")
        assert row.description.endswith(".")


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_range_is_left_open_where_the_cell_can_leave_it(variant: str) -> None:
    """Driven hard, with a state far outside, exactly the quantities with a range stay within -1 and 1."""
    cell = random_cell(variant, hidden_size=8)
    state = {name: np.full(8, 5.0) for name in cell.state_names}
    trace = cell.forward(normal(20, 3, scale=9), state)
    bounded = {name for name, array in trace.items() if np.abs(array).max() <= 1}
    expected = {row.name for row in quantities_of(cell.name) if row.range is not None}
    # One row stands for tanh, which is bounded, and for relu, which is not.
    assert bounded == ({"hidden_state"} if variant == "rnn" else expected)


def test_a_row_is_sent_whole() -> None:
    sent = json.loads(json.dumps([row.to_json() for row in QUANTITIES]))
    keys = {"name", "symbol", "cells", "range", "formula", "description"}
    assert all(set(row) == keys for row in sent)
    assert sent[0]["cells"] == ["lstm"]
    assert sent[0]["range"] == [0, 1]
