"""A server with small networks, a real Chromium, and pages that must not complain."""

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

from scripts.browser import LAUNCH_ARGS, find_browser
from tests.browser.contexts import Contexts
from tests.browser.networks import browser_networks
from tests.browser.serving import serving

Visit = Callable[..., Page]
PATIENCE = 45_000
"""Milliseconds; long enough for a machine that does much else, and nobody waits so long where all is well."""
expect.set_options(timeout=PATIENCE)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the module's own server is: no module finds what another has uploaded or trained."""
    with serving(tmp_path_factory.mktemp("data"), browser_networks()) as address:
        yield address


@pytest.fixture(scope="session")
def browser_path() -> Path:
    return find_browser()


@pytest.fixture(scope="module")
def browser(browser_path: Path) -> Iterator[Browser]:
    """One Chromium a module: Playwright's loop must be gone before other tests start one of their own."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=browser_path, args=list(LAUNCH_ARGS))
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def contexts(browser: Browser, address: str) -> Iterator[Contexts]:
    with closing(Contexts(browser, address)) as contexts:
        yield contexts


def is_ours(message: ConsoleMessage) -> bool:
    """Whether an error on the console is one; plotly.js sets styles that the page forbids, and does without them."""
    is_plotlys_own = "style-src" in message.text and message.location["url"].endswith("/plotly.min.js")
    return message.type == "error" and not is_plotlys_own


@pytest.fixture
def visit(contexts: Contexts, address: str) -> Iterator[Visit]:
    """Opens the page, waits until the picture is there, and fails if anything went to the console as an error.

    ``visit("#model=wide", width=390, height=844, allowed="404")``: further arguments go to the browser
    context; ``allowed`` is what an error on the console may contain, ``blocked`` which requests fail.
    """
    complaints: list[str] = []

    def open_page(
        place: str = "",
        *,
        width: int = 1440,
        height: int = 900,
        allowed: str | tuple[str, ...] = (),
        blocked: str | None = None,
        ready: bool = True,
        path: str = "/",
        **options: object,
    ) -> Page:
        page = contexts.new_page(viewport={"width": width, "height": height}, **options)
        page.set_default_timeout(PATIENCE)

        def complain(text: str) -> None:
            if not any(part in text for part in ([allowed] if isinstance(allowed, str) else allowed)):
                complaints.append(text)

        page.on("pageerror", lambda error: complain(str(error)))
        page.on("console", lambda message: complain(message.text) if is_ours(message) else None)
        if blocked is not None:
            page.route(blocked, lambda route: route.abort())
        page.goto(address + path + place)
        if ready:
            expect(page.locator("body.has-trace .panel canvas").first).to_be_visible()
        return page

    yield open_page
    contexts.release()
    assert not complaints
