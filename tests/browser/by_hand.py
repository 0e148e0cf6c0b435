"""The network of letters run by hand, step by step, and whether the page shows its numbers."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from playwright.sync_api import Locator, Page

from gatescope.core.cells import LSTM
from tests.browser.measuring import panel
from tests.browser.networks import browser_networks
from tests.browser.test_inside import number

Array = NDArray[np.float64]
Alter = Callable[[int, str, Array], Array]

TEXT = "f(x) = g(x, y)"
NETWORK = browser_networks()[0].network


def _float64(array: NDArray[Any]) -> Array:
    return np.asarray(array, np.float64)


def by_hand(alter: Alter = lambda _step, _name, values: values) -> dict[str, Array]:
    """The network of letters, step by step in float64: every quantity, and ``probability`` of each next letter."""
    cell, embedding, readout = NETWORK.layers[0].forward, NETWORK.embedding, NETWORK.readout
    assert embedding is not None
    assert readout is not None
    assert NETWORK.vocabulary is not None
    assert isinstance(cell, LSTM)
    kernel, recurrent, bias = map(_float64, (cell.kernel, cell.recurrent_kernel, cell.bias))
    h, c = np.zeros(12), np.zeros(12)
    rows: dict[str, list[Array]] = {}
    for step, letter in enumerate(TEXT):
        x = _float64(embedding.table[NETWORK.vocabulary.labels.index(letter)])
        i, f, g, o = np.split(x @ kernel + h @ recurrent + bias, 4)
        i, f, o = (1 / (1 + np.exp(-gate)) for gate in (i, f, o))
        now = {"input_gate": alter(step, "input_gate", i), "forget_gate": alter(step, "forget_gate", f)}
        now["candidate"] = alter(step, "candidate", np.tanh(g))
        c = alter(step, "cell_state", now["forget_gate"] * c + now["input_gate"] * now["candidate"])
        now |= {"cell_state": c, "output_gate": alter(step, "output_gate", o)}
        h = alter(step, "hidden_state", now["output_gate"] * np.tanh(c))
        scores = np.exp(h @ _float64(readout.kernel) + _float64(readout.bias))
        for name, values in {**now, "hidden_state": h, "probability": scores / scores.sum()}.items():
            rows.setdefault(name, []).append(values)
    return {name: np.array(values) for name, values in rows.items()}


def setting(quantity: str, units: slice | list[int], steps: range, value: float) -> Alter:
    def alter(step: int, name: str, values: Array) -> Array:
        changed = values.copy()
        if name == quantity and step in steps:
            changed[units] = value
        return changed

    return alter


def shows(page: Page, found: dict[str, Array], unit: int = 5, step: int = 7) -> None:
    """Waits until the value beside every panel is that of a run by hand."""
    for name, rows in found.items():
        if name != "probability":
            close(panel(page, name).locator(".value"), rows[step][unit])


def close(place: Locator, value: float) -> None:
    """Waits until a place has this number, to the digits that it is shown with."""
    shown = ""
    for _ in range(500):
        shown = place.inner_text()
        within = max(0.00051, abs(value) * 0.06 if "×" in shown else 0)
        if shown != "·" and abs(number(shown.lstrip("+")) - value) <= within:
            return
        place.page.wait_for_timeout(20)
    raise AssertionError(f"expected {value}, found {shown}")
