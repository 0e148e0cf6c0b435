"""Runs every function `test_*` that the modules in units/ export inside Chromium, one case each."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route

UNITS = Path(__file__).parent / "units"
EXPORT = re.compile(r"^export (?:async )?function (test_\w+)", re.MULTILINE)
CASES = [
    (file.name, name) for file in sorted(UNITS.glob("*.test.js")) for name in EXPORT.findall(file.read_text("utf-8"))
]


def serve_units(route: Route) -> None:
    """The tests as modules beside the server's own, and an empty page to run them in."""
    name = route.request.url.rsplit("/", 1)[1]
    if name.endswith(".js"):
        route.fulfill(body=(UNITS / name).read_text("utf-8"), content_type="text/javascript; charset=utf-8")
    else:
        route.fulfill(body="<!doctype html><title>Units</title><body>", content_type="text/html; charset=utf-8")


@pytest.fixture(scope="module")
def empty_page(browser: Browser, address: str) -> Iterator[Page]:
    page = browser.new_page()
    page.route(f"{address}/units/*", serve_units)
    page.goto(f"{address}/units/empty")
    yield page
    page.close()


def test_there_are_cases() -> None:
    assert len({file for file, _ in CASES}) >= 4


@pytest.mark.parametrize(("file", "name"), CASES)
def test_unit(empty_page: Page, file: str, name: str) -> None:
    empty_page.evaluate("async ([file, name]) => { await (await import(`/units/${file}`))[name](); }", [file, name])
