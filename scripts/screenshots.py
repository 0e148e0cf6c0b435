"""Take pictures of the page as it really is: by default those of the README, with ``--all DIR`` every view."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal
from urllib.parse import quote

import httpx

from scripts.browser import LAUNCH_ARGS, NoBrowserError, find_browser
from scripts.models_view import MODELS_VIEW
from scripts.serving import serving

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

Theme = Literal["light", "dark"]
THEMES: tuple[Theme, ...] = ("light", "dark")
SIZES = ((1440, 900), (2560, 1440), (390, 844))
DOCS = Path(__file__).parent.parent / "docs"
FORGOTTEN = "interventions=forget_gate*set*0*u37*s24+hidden_state*set*0*u5"
LARGEST = 400_000
"""Bytes of a picture in the README, at most: a clone carries every version of it for ever."""


@dataclass(frozen=True)
class View:
    """A place in the page and what to do there before the picture is taken; ``narrow`` if a phone has it too."""

    name: str
    address: str = "/"
    act: Callable[[Page], None] = lambda _: None
    narrow: bool = True


def main(arguments: Sequence[str] | None = None) -> int:
    """Take the pictures; 1 if there is no browser or a picture of the README is too large."""
    parser = argparse.ArgumentParser(prog="python -m scripts.screenshots", description=__doc__)
    parser.add_argument("--all", type=Path, metavar="DIR", help="every view in every size and theme, into DIR")
    folder: Path | None = parser.parse_args(arguments).all
    try:
        pictures = _readme() if folder is None else _all(folder)
        for path in pictures:
            print(f"{path} ({path.stat().st_size / 1000:.0f} kB)")
            if folder is None and path.stat().st_size > LARGEST:
                print(f"a picture of the README may have {LARGEST / 1000:.0f} kB", file=sys.stderr)
                return 1
    except NoBrowserError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _readme() -> Iterator[Path]:
    """The picture at the top of the README, in both themes."""
    with _running() as (browser, address):
        for theme in THEMES:
            path = DOCS / f"screenshot-{theme}.png"
            _take(browser, address, View("readme", act=_walk_in), (1440, 900), theme, path)
            yield path


def _all(folder: Path) -> Iterator[Path]:
    """Every view in every size and theme, named ``view-width-theme.png``."""
    with _running() as (browser, address):
        for view in _views(address):
            for width, height in SIZES[: None if view.narrow else -1]:
                for theme in THEMES:
                    path = folder / f"{view.name}-{width}-{theme}.png"
                    _take(browser, address, view, (width, height), theme, path)
                    yield path


@contextmanager
def _running() -> Iterator[tuple[Browser, str]]:
    """A browser, and the address of a server with no data but its own."""
    from playwright.sync_api import sync_playwright

    path = find_browser()
    with (
        tempfile.TemporaryDirectory(prefix="gatescope-pictures-") as data,
        serving(Path(data)) as address,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=path, args=list(LAUNCH_ARGS))
        try:
            yield browser, address
        finally:
            browser.close()


def _views(address: str) -> list[View]:
    """What there is to see: every network, every panel and dialog, an error, and the documentation."""
    models = [model["id"] for model in httpx.get(f"{address}/api/v1/models", timeout=30).json()["models"]]
    return [
        *(View(f"model-{model}", f"/#model={model}", _walk_in) for model in models),
        View("stages", act=_show_stages),
        View("zoomed", act=lambda page: _press(page, "Home", "PageDown", "+", "+", "+")),
        View("pinned", act=lambda page: _press(page, "p", "ArrowDown", "ArrowDown", "p", "m")),
        View("table", act=lambda page: page.locator("#tab-numbers").click()),
        View("intervened", f"/#model=python-code&unit=37&step=24&aside=interventions&{FORGOTTEN}&seen=difference"),
        View("forgotten", f"/#model=python-code&unit=37&step=24&origins=unit&{FORGOTTEN}"),
        View("help", act=lambda page: _press(page, "?")),
        View(
            "about-model",
            act=lambda page: page.get_by_role("button", name="About this network").click(),
            narrow=False,
        ),
        View("figure", act=_open_figure),
        View("error", act=_make_error),
        *(View(f"models-{name}", "/#view=models", act) for name, act in MODELS_VIEW.items()),
        View("compare", "/#view=compare"),
        View("compare-aligned", _compared("def mean(xs): return sum(xs)", "def total(items): return sum(items)")),
        View("compare-all", _compared("x = [1, 2]", "x = (1, 2)", "&quantity=all")),
        View("gradients", "/#view=gradients"),
        View("gradients-explode", "/#view=gradients&bias=2&scale=4"),
        View("gradients-network", "/#view=gradients&of=network&target=loss&step=20"),
        View("api", "/docs"),
    ]


def _take(browser: Browser, address: str, view: View, size: tuple[int, int], theme: Theme, path: Path) -> None:
    """One picture, in a context of its own, with nothing moving in it."""
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]}, color_scheme=theme, reduced_motion="reduce"
    )
    try:
        page = context.new_page()
        page.goto(address + view.address, wait_until="networkidle")
        if view.address != "/docs":
            page.locator("body.has-trace .panel canvas, .place :is(.model-item, canvas):visible").first.wait_for()
        view.act(page)
        page.mouse.move(0, 0)
        page.wait_for_load_state("networkidle")
        page.wait_for_timeout(400)  # for what settles after the last answer: the address, the details of the cell
        path.parent.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=path)
    finally:
        context.close()


def _compared(one: str, other: str, further: str = "") -> str:
    """The address of two texts through the network of Python source, beside each other."""
    a, b = (quote(json.dumps({"model": "python-code", "text": text})) for text in (one, other))
    return f"/#view=compare&a={a}&b={b}{further}"


def _press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def _walk_in(page: Page) -> None:
    """Stand where something has been read and something lies ahead."""
    steps = int(page.locator(".scrub").get_attribute("max") or 0)
    _press(page, "Home", *["ArrowRight"] * min(60, steps * 2 // 3))


def _show_stages(page: Page) -> None:
    _walk_in(page)
    _press(page, "s", "ArrowRight", "ArrowRight")


def _open_figure(page: Page) -> None:
    page.locator(".panel .icon-button").nth(2).click()
    page.locator("dialog[open] .js-plotly-plot").wait_for()


def _make_error(page: Page) -> None:
    page.locator("#sequence").fill("")
    page.locator("#input-message").filter(has_text=".").wait_for()


if __name__ == "__main__":
    sys.exit(main())
