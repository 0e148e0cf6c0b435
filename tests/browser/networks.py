"""Small networks for the browser tests: every cell, both directions, tokens and numbers; weights from fixed seeds."""

import string

import numpy as np

from gatescope.core.cells import GRU, LSTM, RNN
from gatescope.core.initialisation import initial_cell
from gatescope.core.network import Embedding, Layer, Network, Readout, Vocabulary
from gatescope.core.pretrained import Pretrained

LETTERS = tuple(string.ascii_letters + string.digits + " ()[]{}:=+-*/.,_\"'\n")
"""What the token networks know; everything else, such as §, is unknown to them."""


def _cell(kind: str, input_size: int, hidden_size: int, seed: int) -> LSTM | GRU | RNN:
    cell = initial_cell(kind, input_size, hidden_size, np.random.default_rng(seed), forget_bias=2.0)
    assert isinstance(cell, LSTM | GRU | RNN)
    return cell


def _matrix(rows: int, columns: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(0, 1, (rows, columns)).astype(np.float32)


def _letters(layers: tuple[Layer, ...], read_size: int, predicts: bool) -> Network:
    count = len(LETTERS)
    readout = Readout(
        "softmax",
        _matrix(layers[-1].output_size, count, 7) * 3,
        np.zeros(count, np.float32),
        "next_input" if predicts else None,
    )
    return Network(layers, Embedding(_matrix(count, read_size, 8)), readout, Vocabulary(LETTERS))


LETTERS_CARD: dict[str, object] = {
    "training": {
        "command": "python -m somewhere letters",
        "updates": 2000,
        "learning_rate": 0.01,
        "batch_size": 8,
        "steps": 20,
        "clip_norm": 1.0,
        "weight_decay": 0.0,
        "seed": 1,
        "optimiser": "Adam",
        "minutes": 0.3,
    },
    "results": {
        "measure": "bits per letter (lower is better)",
        "network": 1.5,
        "baseline": 3,
        "baseline_name": "always the same letter",
        "best_possible": 1.25,
        "best_possible_name": "the entropy",
        "units": [{"follows": "open brackets", "unit": 7, "correlation": -0.917}],
    },
}
"""What a trained network's card says, as the bundled ones have it; the numbers are made up."""


def _card(title: str, **examples: dict[str, object]) -> dict[str, object]:
    return {
        "name": title.lower().replace(" ", "-"),
        "title": title,
        "description": f"{title}: weights drawn at random, for the tests.",
        "data": "none",
        "licence": "MIT",
        "notes": [],
        "example_inputs": [{"name": name.replace("_", " "), "input": value} for name, value in examples.items()],
    }


def browser_networks() -> tuple[Pretrained, ...]:
    """The networks that the test server offers, the first one shown first."""
    wave = [[round(50 + 40 * float(np.sin(step / 5)), 2)] for step in range(60)]
    pairs = [[round(float(np.sin(step / 3)), 3), round(float(np.cos(step / 4)), 3)] for step in range(30)]
    lstm = _letters((Layer(_cell("lstm", 8, 12, 1)),), 8, predicts=True)
    wide = _letters((Layer(_cell("lstm", 16, 128, 2)),), 16, predicts=True)
    both = _letters(
        (Layer(_cell("gru", 8, 10, 3), _cell("gru", 8, 10, 4)), Layer(_cell("gru", 20, 6, 5))), 8, predicts=False
    )
    series = Network(
        (Layer(_cell("lstm", 1, 8, 6)),),
        readout=Readout("linear", _matrix(8, 1, 9), np.zeros(1, np.float32), "next_input"),
    )
    plain = Network((Layer(_cell("rnn", 2, 9, 10)),), columns=("sine", "cosine"))
    return (
        Pretrained(
            "letters",
            lstm,
            {**_card("Letters", A_call={"text": "f(x) = g(x, y)"}, A_word={"text": "hello"}), **LETTERS_CARD},
        ),
        Pretrained("wide", wide, _card("Wide", A_line={"text": "def mean(xs): return sum(xs)"})),
        Pretrained("both-ways", both, _card("Both ways", Hello={"text": "hello, world"})),
        Pretrained("wave", series, _card("Wave", A_wave={"values": wave})),
        Pretrained("plain", plain, _card("Plain", Pairs={"values": pairs})),
    )
