"""What there is to do in the Models view before a picture of it is taken."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from gatescope.core import load_network, trace
from gatescope.core.encoding import encode

if TYPE_CHECKING:
    from playwright.sync_api import FilePayload, Page

Arrays = dict[str, np.ndarray[Any, np.dtype[np.float32]]]


def _add_networks(page: Page) -> None:
    """A file in which there is a choice, asked about."""
    page.locator("#weights-file").set_input_files(_state_dict("translator.npz", encoder=12, decoder=16))
    page.get_by_role("button", name="Add it").click()
    page.locator(".choice, #upload-error:not(:empty)").first.wait_for()


def _hold_files(page: Page) -> None:
    vocabulary: FilePayload = {"name": "vocabulary.json", "mimeType": "application/json", "buffer": b'["a", "b", "c"]'}
    page.locator("#weights-file").set_input_files([_state_dict("language_model.npz", rnn=16), vocabulary])
    page.locator(".held-files li").nth(1).wait_for()


def _add_network(page: Page) -> None:
    page.locator("#weights-file").set_input_files(_state_dict("thermostat.npz", rnn=12))
    page.get_by_role("button", name="Add it").click()
    page.locator(".found").wait_for()


def _rename_network(page: Page) -> None:
    _add_network(page)
    page.get_by_role("button", name="Rename").click()


def _delete_network(page: Page) -> None:
    _add_network(page)
    page.get_by_role("button", name="Delete", exact=True).click()


def _refuse_file(page: Page) -> None:
    refused: FilePayload = {"name": "notes.pt", "mimeType": "application/octet-stream", "buffer": b"no weights in here"}
    page.locator("#weights-file").set_input_files(refused)
    page.get_by_role("button", name="Add it").click()
    page.locator("#upload-error:not(:empty)").wait_for()


def _show_code(page: Page) -> None:
    page.locator(".recipe summary").first.click()
    page.locator(".verification").scroll_into_view_if_needed()


def _compare(page: Page, wrong_by: float) -> None:
    """A network beside a reference that it matches, or departs from half-way."""
    _add_network(page)
    page.locator("#reference-file").set_input_files(_reference(_arrays(rnn=12), wrong_by))
    page.locator(".verdict").wait_for()
    page.locator(".outcome").scroll_into_view_if_needed()


MODELS_VIEW: dict[str, Callable[[Page], None]] = {
    "list": lambda _: None,
    "held": _hold_files,
    "choices": _add_networks,
    "added": _add_network,
    "rename": _rename_network,
    "delete": _delete_network,
    "refused": _refuse_file,
    "code": _show_code,
    "matches": lambda page: _compare(page, 0.0),
    "departs": lambda page: _compare(page, 0.2),
}
"""Each state of the view, by name."""


def _arrays(**modules: int) -> Arrays:
    """A state dict of LSTMs that read 3 numbers, by name and units; the same every time."""
    random = np.random.default_rng(0)
    shapes = {
        f"{name}.{part}_l0": (4 * units, width) if width else (4 * units,)
        for name, units in modules.items()
        for part, width in (("weight_ih", 3), ("weight_hh", units), ("bias_ih", 0), ("bias_hh", 0))
    }
    return {name: random.normal(0, 0.4, shape).astype(np.float32) for name, shape in shapes.items()}


def _state_dict(name: str, **modules: int) -> FilePayload:
    return _npz(name, _arrays(**modules))


def _npz(name: str, arrays: Arrays) -> FilePayload:
    held = io.BytesIO()
    np.savez(held, allow_pickle=False, **arrays)
    return {"name": name, "mimeType": "application/octet-stream", "buffer": held.getvalue()}


def _reference(arrays: Arrays, wrong_by: float) -> FilePayload:
    """What a framework would say for 60 steps of the state dict; from the 25th on it may be wrong."""
    network = load_network(arrays)
    values = np.random.default_rng(1).normal(0, 1, (60, 3)).astype(np.float32)
    hidden = np.array(trace(network, encode(network, values=values)).layers[0].quantities["hidden_state"])
    hidden[24:, 2] += wrong_by * np.linspace(0.1, 1, 36, dtype=np.float32)
    return _npz("reference.npz", {"input": values, "output": hidden})
