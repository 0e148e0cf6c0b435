"""The way back: in how many blocks and pieces it goes, and what of it is wanted, changes no number."""

import numpy as np
import pytest

from gatescope.core.activations import Array
from gatescope.core.cells import CellGradients, products, through_time
from tests.core.networks import VARIANTS, normal, random_cell, random_state

every_variant = pytest.mark.parametrize("variant", VARIANTS)
every_batch = pytest.mark.parametrize("batch", [(), (5,)], ids=["one sequence", "batch"])


def gradients(variant: str, batch: tuple[int, ...], **wanted: bool) -> CellGradients:
    cell = random_cell(variant, 3, 8)
    inputs, state = normal(11, 3, *batch), random_state(cell, *batch)
    d_hidden_state = normal(11, cell.output_size, *batch, seed=9)
    found: CellGradients = cell.backward(inputs, state, cell.forward(inputs, state), d_hidden_state, **wanted)
    return found


def arrays(found: CellGradients) -> dict[str, Array]:
    return {"d_inputs": found.d_inputs, **found.parameters, **found.d_initial_state, **found.d_states}


@every_batch
@every_variant
@pytest.mark.parametrize("steps", [1, 4])
def test_blocks_of_any_length_give_the_same(
    variant: str, batch: tuple[int, ...], steps: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = arrays(gradients(variant, batch))
    columns = random_cell(variant, 3, 8).kernel.shape[1]
    monkeypatch.setattr(through_time, "BLOCK", steps * columns * (batch or (1,))[0])
    blocks = arrays(gradients(variant, batch))
    assert list(blocks) == list(whole)
    for name, array in whole.items():
        np.testing.assert_allclose(blocks[name], array, rtol=1e-12, atol=1e-12, err_msg=name)


@every_variant
def test_products_in_pieces_give_the_same(variant: str, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = arrays(gradients(variant, (5,)))
    monkeypatch.setattr(products, "UNPACKED", 200)
    pieces = products.in_pieces(random_cell(variant, 3, 8).recurrent_kernel, (5,))
    assert len(pieces) > 1 or VARIANTS[variant].projected
    for name, array in arrays(gradients(variant, (5,))).items():
        np.testing.assert_allclose(array, whole[name], rtol=1e-12, atol=1e-12, err_msg=name)


@every_batch
@every_variant
def test_what_is_not_wanted_is_empty_and_the_rest_the_same(variant: str, batch: tuple[int, ...]) -> None:
    everything = gradients(variant, batch)
    least = gradients(variant, batch, inputs_too=False, states_too=False)
    assert least.d_inputs.shape == (11, 0, *batch)
    assert least.d_states == {}
    for found, expected in zip(
        (least.parameters, least.d_initial_state), (everything.parameters, everything.d_initial_state), strict=True
    ):
        assert list(found) == list(expected)
        for name, array in expected.items():
            np.testing.assert_array_equal(found[name], array, err_msg=name)


def test_blocks_cover_every_step_once_from_the_end() -> None:
    for steps in (1, 7, 8, 100):
        blocks = list(through_time.blocks_from_the_end(steps, through_time.BLOCK // 8))
        assert [at.stop - at.start for at in blocks[:-1]] == [8] * (len(blocks) - 1)
        assert np.concatenate([np.arange(steps)[at][::-1] for at in blocks]).tolist() == list(range(steps))[::-1]


@pytest.mark.parametrize("batch", [(), (4,)], ids=["one sequence", "batch"])
def test_an_outer_sum_is_the_sum_of_outer_products(batch: tuple[int, ...]) -> None:
    left, right = [normal(6, rows, *batch, seed=rows) for rows in (2, 3)], [normal(6, rows, *batch) for rows in (4, 1)]
    found = products.outer_sum(left, right)
    rows, columns = (np.concatenate(arrays, axis=1).reshape(6, 5, -1) for arrays in (left, right))
    np.testing.assert_allclose(found, np.einsum("tmb,tnb->mn", rows, columns), rtol=1e-13)


def test_a_matrix_is_taken_apart_only_where_pieces_are_small_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(products, "UNPACKED", 1000)
    assert products.in_pieces(np.empty((8, 10)), ()).shape == (1, 8, 10)
    assert products.in_pieces(np.empty((8, 10)), (12,)).shape == (1, 8, 10)
    assert products.in_pieces(np.empty((8, 10)), (13,)).shape == (2, 4, 10)
    assert products.in_pieces(np.empty((7, 10)), (16,)).shape == (7, 1, 10)
    assert products.in_pieces(np.empty((37, 10)), (16,)).shape == (1, 37, 10)
    assert products.in_pieces(np.empty((8, 10)), (101,)).shape == (1, 8, 10)
