"""The Compare view in a browser: how it is opened, and its numbers against traces that are computed here."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect

from gatescope.core import Layer, Network, Trace, encode, save_network, trace
from tests.browser.networks import browser_networks

Visit = Callable[..., Page]
NETWORKS = {known.name: known.network for known in browser_networks()}


def compare_address(**fields: Any) -> str:
    """The view's address; sides are handed over as dictionaries."""
    said = {name: value if isinstance(value, str) else json.dumps(value) for name, value in fields.items()}
    return "#" + urlencode({"view": "compare", **said})


def opened(visit: Visit, place: str = "#view=compare", **options: Any) -> Page:
    page = visit(place, ready=False, **options)
    expect(page.locator("#compare .panel canvas").first).to_be_visible()
    return page


def side(page: Page, name: str) -> Locator:
    return page.get_by_role("region", name=f"Side {name}")


def field(page: Page, name: str) -> Locator:
    return side(page, name).locator("textarea")


def numbers(page: Page) -> dict[str, list[str]]:
    """A, B and their difference of every quantity of the chosen unit at the chosen column, as shown in full."""
    rows = page.locator(".compared-numbers tbody tr")
    return {
        str(row.get_attribute("data-quantity")): [
            cell.get_attribute("title") or "–" for cell in row.locator("td").all()
        ]
        for row in rows.all()
    }


def check_numbers(page: Page, one: Trace, other: Trace, unit: int, step: int | None, there: int | None) -> None:
    """That the table has the numbers of these two steps."""
    for name, shown in numbers(page).items():
        if name == "output":
            continue
        a, b = (
            None if at is None else float(traced.layers[0].quantities[name][at, unit])
            for traced, at in ((one, step), (other, there))
        )
        for text, value in zip(shown, (a, b, None if a is None or b is None else a - b), strict=True):
            assert (text == "–") == (value is None), (name, shown)
            if value is not None:
                assert float(text.replace("−", "-")) == pytest.approx(value, abs=2e-6), name


def place(page: Page) -> tuple[int, int]:
    """The chosen unit and column."""
    unit, column = page.locator("#compare-unit"), page.locator("#compare .step-place")
    return int(unit.input_value()), int(column.inner_text().split(" / ")[0]) - 1


def check_place(page: Page, unit: int, column: int) -> None:
    expect(page.locator("#compare-unit")).to_have_value(str(unit))
    expect(page.locator("#compare .step-place")).to_have_text(re.compile(f"^{column + 1} / "))


def traces(network: Network, *texts: str) -> list[Trace]:
    return [trace(network, encode(network, text=text)) for text in texts]


def upload_twin(address: str, folder: Path) -> tuple[str, Network]:
    """A network of the same layers as `letters`, with other weights, and its id."""
    known = NETWORKS["letters"]
    cell = known.layers[0].forward
    assert cell is not None
    weaker = cell.with_arrays({name: array * array.dtype.type(0.5) for name, array in cell.arrays().items()})
    twin = replace(known, layers=(Layer(weaker),))
    save_network(twin, folder / "twin.safetensors")
    files = {"weights": ("twin.safetensors", (folder / "twin.safetensors").read_bytes())}
    answer = httpx.post(f"{address}/api/v1/models", files=files, data={"name": "Twin"})
    assert answer.is_success, answer.text
    return str(answer.json()["id"]), twin
