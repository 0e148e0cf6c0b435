"""What a person feels, measured in a real Chromium against the real server."""

from __future__ import annotations

import string
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import numpy as np

from gatescope.core.formats import save_network
from gatescope.core.initialisation import initial_cell
from gatescope.core.network import Embedding, Layer, Network, Readout, Vocabulary
from scripts.browser import LAUNCH_ARGS, NoBrowserError, find_browser
from scripts.serving import serving

from .measuring import CannotMeasureError, Spread
from .tables import aligned, verdict

if TYPE_CHECKING:
    from playwright.sync_api import Browser, CDPSession, Page

UNITS = 128
PROBE = Path(__file__).with_name("page_probe.js")
LETTERS = string.ascii_letters + string.digits + " ()[]{}:=+-*/.,_"


@dataclass(frozen=True)
class Figure:
    """One thing that is measured: its readings, and how large (or with ``at_least``, how small) they may be."""

    name: str
    unit: str
    readings: list[float]
    target: float | None = None
    at_least: bool = False


def run(quick: bool) -> dict[str, Any]:
    """Measure the page.

    Raises:
        CannotMeasureError: there is no browser to measure in.
    """
    runs = 5 if quick else 9
    with tempfile.TemporaryDirectory(prefix="gatescope-benchmark-") as folder, _browser() as browser:
        models = Path(folder) / "models"
        models.mkdir()
        network = _character_network()
        save_network(network, models / "benchmark.safetensors")
        with serving(Path(folder)) as address:
            figures = [
                _first_heatmap(browser, address, runs),
                _keystroke(browser, f"{address}/#{_place(network, 199)}", runs),
                *_motion(browser, f"{address}/#{_place(network, 1000)}", runs),
            ]
    return {
        "units": UNITS,
        "figures": [{**asdict(figure), **Spread.of(figure.readings).as_json()} for figure in figures],
    }


@contextmanager
def _browser() -> Iterator[Browser]:
    try:
        from playwright.sync_api import sync_playwright
    except ModuleNotFoundError:
        raise CannotMeasureError("the page is measured through Playwright: pip install '.[test]'") from None
    try:
        path = find_browser()
    except NoBrowserError as error:
        raise CannotMeasureError(str(error)) from None
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(LAUNCH_ARGS))
        try:
            yield browser
        finally:
            browser.close()


def _character_network() -> Network:
    """A character LSTM of the usual size; the page's speed does not depend on what the weights are."""
    random = np.random.default_rng(0)
    width = 32
    cell = initial_cell("lstm", width, UNITS, random)
    table = random.standard_normal((len(LETTERS), width)).astype(np.float32)
    kernel = random.standard_normal((UNITS, len(LETTERS))).astype(np.float32)
    readout = Readout("softmax", kernel, np.zeros(len(LETTERS), np.float32), "next_input")
    return Network((Layer(cell),), Embedding(table), readout, Vocabulary(tuple(LETTERS)))


def _place(network: Network, steps: int) -> str:
    """The part of the page's address that opens ``network`` on a sequence of so many characters."""
    letters = np.random.default_rng(1).choice(list(LETTERS), steps)
    return urlencode({"model": network.digest, "text": "".join(letters)})


@contextmanager
def _page(browser: Browser, address: str) -> Iterator[Page]:
    """The page in a context of its own, which has nothing cached, with its heatmaps painted."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    try:
        page = context.new_page()
        page.add_init_script(path=PROBE)
        page.goto(address)
        page.evaluate("gatescopeProbe.picture")
        yield page
    finally:
        context.close()


def _first_heatmap(browser: Browser, address: str, runs: int) -> Figure:
    """From the start of the navigation until the first heatmaps are on the screen, with an empty cache."""
    readings = []
    for _ in range(runs):
        with _page(browser, address) as page:
            readings.append(float(page.evaluate("gatescopeProbe.picture")))
    return Figure("first heatmap from a cold start", "ms", readings, target=1000)


def _keystroke(browser: Browser, address: str, runs: int) -> Figure:
    """From a key press in the text until the heatmaps of the sequence with that letter are on the screen."""
    readings = []
    with _page(browser, address) as page:
        page.locator("#sequence").focus()
        page.keyboard.press("ControlOrMeta+End")
        for letter in string.ascii_lowercase[: runs + 1]:
            readings.append(_press(page, letter))
            _press(page, "Backspace")
    return Figure(f"keystroke to new heatmaps, H = {UNITS}, T = 200", "ms", readings[1:], target=100)


def _press(page: Page, key: str) -> float:
    """Press a key, wait for the picture and for quiet; milliseconds from the press to the picture."""
    page.evaluate("gatescopeProbe.nextPicture()")
    page.keyboard.press(key)
    painted = float(page.evaluate("gatescopeProbe.picture"))
    milliseconds = painted - float(page.evaluate("gatescopeProbe.pressed"))
    page.wait_for_timeout(300)
    return milliseconds


def _motion(browser: Browser, address: str, runs: int) -> list[Figure]:
    """Playing at 60 steps a second, zooming and panning, over six panels of 128 units and 1000 steps."""
    readings: dict[str, list[dict[str, float]]] = {"play": [], "zoom": [], "pan": []}
    with _page(browser, address) as page:
        page.wait_for_timeout(500)
        page.select_option("#speed", "60")
        session = page.context.new_cdp_session(page)
        # Of the thread, not of the clock on the wall: what other programs took on a shared machine does not count.
        session.send("Performance.enable", {"timeDomain": "threadTicks"})
        for _ in range(runs):
            readings["play"].append(_play(page, session))
            readings["zoom"].append(_wheel(page, session, shift=False))
            readings["pan"].append(_wheel(page, session, shift=True))

    def figure(
        kind: str, key: str, name: str, unit: str, target: float | None = None, *, at_least: bool = False
    ) -> Figure:
        return Figure(name, unit, [reading[key] for reading in readings[kind]], target, at_least)

    return [
        figure("play", "steps", "playing: steps", "a second", 60, at_least=True),
        figure("play", "frames", "playing: frames", "a second", 60, at_least=True),
        figure("play", "work", "playing: main-thread work", "ms a step", 4),
        figure("play", "script", "playing: of that in scripts", "ms a step"),
        figure("play", "draws", "playing: bitmaps painted or drawn", "a step", 0),
        figure("zoom", "frames", "zooming: frames", "a second", 60, at_least=True),
        figure("zoom", "work", "zooming: main-thread work", "ms a frame"),
        figure("pan", "frames", "panning: frames", "a second", 60, at_least=True),
        figure("pan", "work", "panning: main-thread work", "ms a frame"),
    ]


def _play(page: Page, session: CDPSession) -> dict[str, float]:
    """Play from the start for two seconds."""
    page.keyboard.press("Home")
    page.locator(".transport-button.play").click()
    page.wait_for_timeout(300)
    counts = """({
        step: performance.getEntriesByName("gatescope:step").at(-1).detail,
        now: performance.now(), draws: gatescopeProbe.draws,
    })"""
    before, work_before = page.evaluate(counts), _work(session)
    frames = page.evaluate("gatescopeProbe.eachFrame(120, () => {})")
    after, work_after = page.evaluate(counts), _work(session)
    page.locator(".transport-button.play").click()
    page.wait_for_timeout(300)
    steps = after["step"] - before["step"]
    return {
        "steps": 1000 * steps / (after["now"] - before["now"]),
        "frames": _rate(frames),
        "work": 1000 * (work_after["TaskDuration"] - work_before["TaskDuration"]) / steps,
        "script": 1000 * (work_after["ScriptDuration"] - work_before["ScriptDuration"]) / steps,
        "draws": (after["draws"] - before["draws"]) / steps,
    }


def _wheel(page: Page, session: CDPSession, *, shift: bool) -> dict[str, float]:
    """Turn the wheel once a frame for two seconds; with shift that pans, from a view that is zoomed in."""
    if shift:
        for _ in range(3):
            page.keyboard.press("+")
    page.wait_for_timeout(300)
    before = _work(session)
    frames = page.evaluate("(shift) => gatescopeProbe.wheelEachFrame(120, shift)", shift)
    after = _work(session)
    page.keyboard.press("0")
    page.wait_for_timeout(300)
    return {
        "frames": _rate(frames),
        "work": 1000 * (after["TaskDuration"] - before["TaskDuration"]) / (len(frames) - 1),
    }


def _rate(frames: list[float]) -> float:
    """Frames a second from their times in milliseconds."""
    return 1000 * (len(frames) - 1) / (frames[-1] - frames[0])


def _work(session: CDPSession) -> dict[str, float]:
    """Seconds of processor time that the page's main thread has taken so far, by kind."""
    return {metric["name"]: metric["value"] for metric in session.send("Performance.getMetrics")["metrics"]}


def table(result: dict[str, Any]) -> str:
    """The figures as a table: medians with their quartiles."""
    rows = []
    for figure in result["figures"]:
        values = [f"{figure[name]:.3g}" for name in ("median", "lower_quartile", "upper_quartile")]
        rows.append(
            [
                figure["name"],
                figure["unit"],
                f"{values[0]} ({values[1]} - {values[2]})",
                verdict(figure["median"], figure["target"], at_least=figure["at_least"]),
            ]
        )
    runs = result["figures"][0]["count"]
    lead = f"The page in Chromium, an LSTM with {result['units']} units; medians of {runs} runs (quartiles)."
    return f"{lead}\n\n{aligned(('figure', 'unit', 'median', 'target'), rows)}"
