"""A network beside what a framework computed: that it matches, or where it departs, and what is said of it."""

from typing import Any

import numpy as np
import pytest

from gatescope.core import GRU, Cancelled, InputError, Layer, Network, WrongKind, WrongWidth
from gatescope.core.activations import softmax
from gatescope.core.parts import ReadoutKind
from gatescope.core.verification import number
from tests.core.networks import DTYPES, VARIANTS, random_cell, random_network, random_state
from tests.core.references import STEPS, checked, one, own


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("tokens", [False, True])
@pytest.mark.parametrize("variant", VARIANTS)
def test_a_network_matches_its_own_trace(variant: str, tokens: bool, bidirectional: bool, dtype: str) -> None:
    readout: ReadoutKind = "softmax" if tokens else "linear"
    network = random_network(variant, variant, bidirectional=bidirectional, tokens=tokens, readout=readout, dtype=dtype)
    state = [random_state(place.cell, seed=70 + index) for index, place in enumerate(network.directions)]
    result = checked(network, own(network, state))
    assert result.matches
    assert result.largest < result.tolerance / 10
    assert result.sentence.endswith(f"over {STEPS} steps in 2 layers")
    assert (result.departure, result.hints) == (None, ())
    assert len(result.comparisons) >= 3 * len(network.directions)
    if dtype == "float64" and not bidirectional:  # once a cell: other conventions are searched in vain
        forgotten = {name: array for name, array in own(network, state).items() if name[:3] not in ("h_0", "c_0")}
        assert not checked(network, forgotten).matches


@pytest.mark.parametrize("bidirectional", [False, True])
def test_forms_of_arrays_that_frameworks_write(bidirectional: bool) -> None:
    """Axes of a batch of one, all entries at once, and the last output only."""
    below = Layer(random_cell(), random_cell(seed=1) if bidirectional else None)
    above = Layer(
        random_cell(input_size=below.output_size, seed=2),
        random_cell(input_size=below.output_size, seed=3) if bidirectional else None,
    )
    network = Network((below, above))
    arrays = own(network)
    entries = range(len(network.directions))
    stacked = {"input": arrays["input"][None]}
    for name in ("hidden_state", "cell_state"):
        stacked[name] = np.stack([arrays[f"{name}.{entry}"] for entry in entries], axis=1)
        for letter in ("0", "n"):
            short = f"{name[0]}_{letter}"
            stacked[short] = np.stack([arrays[f"{short}.{entry}"] for entry in entries])[:, None]
    stacked["output"] = arrays["output.1"][:, None]
    result = checked(network, stacked)
    assert result.matches
    assert result.largest == 0
    assert result.sentence == f"Matches your framework exactly over {STEPS} steps in 2 layers"
    for rows in (arrays["output.1"][None], arrays["output.1"][:, None]):
        assert checked(network, {"input": arrays["input"], "output": rows}).matches
    last = np.concatenate([arrays[f"h_n.{entry}"] for entry in entries if network.directions[entry].layer == 1])
    keras = checked(network, {"input": arrays["input"], "output": last[None]})
    assert keras.matches
    assert keras.notes == ()
    assert [comparison.by_step for comparison in keras.comparisons] == [()] * len(keras.comparisons)
    torch = checked(network, {"input": arrays["input"], "output": arrays["output.1"][-1]})
    assert torch.matches
    assert bool(torch.notes) == bidirectional


def test_a_backward_layer_may_come_in_the_order_in_which_it_read() -> None:
    network = one("gru", bidirectional=True)
    arrays = own(network)
    result = checked(network, {"input": arrays["input"], "hidden_state.1": arrays["hidden_state.1"][::-1]})
    assert result.matches
    assert result.notes == (
        "the rows of hidden_state.1 were taken in the order of reading, from the end",
        "nothing in the reference tells of layer 0 (forward)",
    )


@pytest.mark.parametrize("rows", [slice(None), -1], ids=["every step", "the last"])
@pytest.mark.parametrize("kind", ["softmax", "linear"])
def test_a_readout_may_be_scores_or_probabilities(kind: ReadoutKind, rows: Any) -> None:
    network = random_network("lstm", readout=kind, tokens=kind == "softmax")
    arrays = own(network)
    assert network.readout is not None
    scores = arrays["output.0"] @ network.readout.kernel + network.readout.bias
    for form, words in (
        (scores, "scores before the softmax" if kind == "softmax" else "values"),
        (softmax(scores), "probabilities"),
        (np.log(softmax(scores)), "logarithms"),
        (1 / (1 + np.exp(-scores)), "after a sigmoid"),
    ):
        result = checked(network, {"input": arrays["input"], "readout": form[rows]})
        assert result.matches
        assert words in result.notes[0]
    wrong = checked(
        network, {"input": arrays["input"], "hidden_state.0": arrays["hidden_state.0"], "readout": 1.1 * scores}
    )
    assert wrong.departure is not None
    assert (wrong.departure.layer, wrong.departure.quantity) == (None, "readout")
    assert wrong.sentence.startswith("Departs from your framework at step 0 of the readout: the output differs by ")


def test_what_is_not_compared_is_said() -> None:
    network = random_network("lstm", "gru")
    arrays = own(network)
    result = checked(network, {"input": arrays["input"], "hidden_state.0": arrays["hidden_state.0"]})
    assert result.sentence == f"Matches your framework exactly over {STEPS} steps in 1 of 2 layers"
    assert result.notes == (
        "nothing in the reference tells of layer 1 (forward)",
        "the readout was not compared: the reference has none",
    )
    bare = one("lstm")
    both = own(bare) | {"readout": np.ones(3)}
    assert "no readout here" in checked(bare, both).notes[0]


def test_the_first_departure_is_named_in_the_order_of_reading() -> None:
    network = one("lstm", bidirectional=True)
    arrays = {name: np.array(array) for name, array in own(network).items() if not name.startswith("output")}
    arrays["hidden_state.1"][7, 2] += 0.25
    arrays["hidden_state.1"][3, 1] -= 0.5
    arrays["cell_state.1"][7, 4] += 0.11
    result = checked(network, arrays)
    assert not result.matches
    assert result.largest == pytest.approx(0.5)
    departure = result.departure
    assert departure is not None
    assert (departure.layer, departure.direction, departure.quantity) == (0, "backward", "cell_state")
    assert departure.first is not None
    assert (departure.first.step, departure.first.unit) == (7, 4)
    here = float(departure.first.here)
    assert result.sentence == (
        "Departs from your framework at step 7 of layer 0 (backward): the cell state differs by 0.11; "
        f"unit 4 is {number(here + 0.11, 4)} there and {number(here, 4)} here"
    )
    arrays["hidden_state.0"][11, 0] += 1
    assert "at step 11 of layer 0 (forward)" in checked(network, arrays).sentence
    assert result.hints == ()


def test_the_lowest_layer_comes_first() -> None:
    network = one("lstm")
    stack = Network((network.layers[0], Layer(random_cell("gru", input_size=4))))
    arrays = own(stack)
    arrays["hidden_state.1"] = arrays["hidden_state.1"] + 1
    arrays["hidden_state.0"] = arrays["hidden_state.0"] + np.eye(STEPS, 4)[::-1]
    assert "at step 8 of layer 0" in checked(stack, arrays).sentence


def test_rounding_is_no_departure_and_a_reference_of_half_precision_is_coarse() -> None:
    network = one("lstm", dtype="float32")
    wide = {name: array.astype(np.float64) for name, array in network.parameters().items()}
    double = own(network.with_parameters(wide))
    result = checked(network, double)
    assert result.matches
    assert 0 < result.largest < 1e-6
    assert "within" in result.sentence
    assert "e-0" not in result.sentence
    assert not checked(network, double, tolerance=1e-12).matches
    assert not checked(network, {k: v + 1e-3 * (k != "input") for k, v in double.items()}).matches
    half = {k: (v + 1e-3 * (k != "input")).astype("f2" if k != "input" else float) for k, v in double.items()}
    assert checked(network, half).matches
    assert checked(network, double).tolerance == 1e-5
    assert checked(network, own(network, steps=400)).tolerance == pytest.approx(2e-5)


def test_json_is_plain_and_complete() -> None:
    network = one("gru")
    arrays = own(network)
    arrays["hidden_state.0"] = arrays["hidden_state.0"] + 0.5
    sent = checked(network, arrays).to_json()
    assert set(sent) == {
        "matches", "sentence", "largest", "tolerance", "steps", "layers", "comparisons", "departure", "hints", "notes",
    }  # fmt: skip
    (states,) = [entry for entry in sent["comparisons"] if entry["name"] == "hidden_state.0"]
    assert states["by_step"] == pytest.approx([0.5] * STEPS)
    assert states["first"]["step"] == 0
    assert states["largest"]["difference"] == pytest.approx(0.5)
    assert sent["departure"] == states

    def plain(value: Any) -> bool:
        if isinstance(value, dict):
            return all(type(key) is str and plain(inner) for key, inner in value.items())
        return all(map(plain, value)) if isinstance(value, list) else type(value) in (str, int, float, bool, type(None))

    assert plain(sent)


WIDE, LETTERS = random_network("lstm", "gru"), random_network("lstm", tokens=True)
INPUT, IDS = np.ones((4, 3)), np.array([1, 2, 3, 0])
Unfit = tuple[Network, dict[str, Any], type[InputError], tuple[str | int, ...], str]
UNFIT: dict[str, Unfit] = {
    "width": (WIDE, {"input": np.ones((4, 2)), "h_n.0": np.ones(4)}, WrongWidth, ("input",), r"\(T, 3\).*\(4, 2\)"),
    "a batch": (WIDE, {"input": np.ones((2, 4, 3)), "h_n.0": np.ones(4)}, WrongWidth, ("input",), "one sequence"),
    "tokens for rows": (WIDE, {"input": IDS, "h_n.0": np.ones(4)}, WrongWidth, ("input",), r"not \(4,\)"),
    "rows for tokens": (LETTERS, {"input": INPUT, "h_n.0": np.ones(4)}, WrongWidth, ("input",), "token ids"),
    "fractions": (LETTERS, {"input": IDS + 0.5, "h_n.0": np.ones(4)}, WrongKind, ("input",), "fractions"),
    "token outside": (LETTERS, {"input": IDS + 9, "h_n.0": np.ones(4)}, InputError, ("input", 0), "0 to 6"),
    "steps": (WIDE, {"input": INPUT, "output": np.ones((5, 5))}, WrongWidth, ("output",), r"\(4, 5\) or \(5,\)"),
    "units": (WIDE, {"input": INPUT, "hidden_state.1": np.ones((4, 4))}, WrongWidth, ("hidden_state.1",), r"\(4, 5\)"),
    "no such entry": (WIDE, {"input": INPUT, "h_n.2": np.ones(4)}, InputError, ("h_n.2",), "no entry 2"),
    "no such layer": (WIDE, {"input": INPUT, "output.2": np.ones(4)}, InputError, ("output.2",), "no layer 2"),
    "no cell state": (WIDE, {"input": INPUT, "c_n.1": np.ones(5)}, WrongKind, ("c_n.1",), "entry 1 is a GRU"),
    "no cell state to begin": (
        WIDE, {"input": INPUT, "c_0.1": np.ones(5), "h_n.0": np.ones(4)}, WrongKind, ("c_0.1",), "is a GRU",
    ),
    "sizes that cannot be stacked": (WIDE, {"input": INPUT, "h_n": np.ones((2, 4))}, WrongWidth, ("h_n",), r"h_n\.0"),
    "initial state": (
        WIDE, {"input": INPUT, "h_0.0": np.ones(5), "h_n.0": np.ones(4)}, WrongWidth, ("h_0.0",), r"\(4,\)",
    ),
    "a readout of nothing": (one("lstm"), {"input": INPUT, "readout": np.ones(4)}, InputError, (), "only a readout"),
}  # fmt: skip


@pytest.mark.parametrize("name", UNFIT)
def test_a_reference_that_does_not_fit_is_refused_in_a_sentence(name: str) -> None:
    network, arrays, kind, pointer, words = UNFIT[name]
    with pytest.raises(kind, match=words) as raised:
        checked(network, arrays)
    assert raised.value.pointer == pointer
    assert len(raised.value.message) < 200


def test_the_search_can_be_stopped() -> None:
    calls = []

    def poll() -> None:
        calls.append(1)
        if len(calls) > 5:
            raise Cancelled("enough")

    with pytest.raises(Cancelled):
        checked(one("gru", seed=1), own(one("gru", seed=40)), poll=poll)


def test_numbers_in_sentences_are_short() -> None:
    assert [number(value) for value in (3.14e-7, 0.2149, 1.0, 1.5e12)] == ["3.1e-7", "0.21", "1", "1.5e12"]
    assert isinstance(random_cell("gru"), GRU)
