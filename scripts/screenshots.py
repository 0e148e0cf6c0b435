"""Take the README's pictures of the page, or with ``--every-size`` those for looking it over, in a real Chromium.

``python -m scripts.screenshots [--folder FOLDER] [--every-size]``
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from scripts.browser import LAUNCH_ARGS, find_browser

ROOT = Path(__file__).resolve().parent.parent
SIZES = {"laptop": (1440, 900), "phone": (390, 844), "projector": (2560, 1440)}
THEMES = ("light", "dark")
VIEW = "/#model=python-code&step=24"
READY = "body.has-trace .panel canvas"


def main() -> None:
    """Serve the bundled networks and photograph the page."""
    parser = argparse.ArgumentParser(prog="make screenshots", description=__doc__)
    parser.add_argument("--folder", type=Path, help="where to put them (default: docs, or build/screenshots)")
    parser.add_argument("--every-size", action="store_true", help="laptop, phone and projector, not the laptop alone")
    parser.add_argument("--view", default=VIEW, help="path and hash of the view, as the address bar has it")
    arguments = parser.parse_args()
    folder = arguments.folder or (ROOT / "build" / "screenshots" if arguments.every_size else ROOT / "docs")
    folder.mkdir(parents=True, exist_ok=True)
    sizes = SIZES if arguments.every_size else {"laptop": SIZES["laptop"]}
    with serving() as address:
        photograph(address + arguments.view, sizes, folder)


def photograph(address: str, sizes: dict[str, tuple[int, int]], folder: Path) -> None:
    """Write ``{size}-{theme}.png`` of the page for each size and theme, with nothing moving."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser(), args=list(LAUNCH_ARGS))
        for name, (width, height) in sizes.items():
            for theme in THEMES:
                page = browser.new_page(viewport={"width": width, "height": height}, reduced_motion="reduce")
                page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
                page.goto(address)
                page.locator(READY).first.wait_for()
                path = folder / f"{name}-{theme}.png"
                page.screenshot(path=path, animations="disabled")
                page.close()
                print(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path)
        browser.close()


@contextmanager
def serving() -> Iterator[str]:
    """The address of the real program on a free port, with nothing but the bundled networks."""
    with tempfile.TemporaryDirectory() as data:
        command = [sys.executable, "-m", "gatescope.server", "--no-browser", "--port", "0", "--data-dir", data]
        with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            address = next((found[0] for line in process.stdout if (found := re.search(r"http://[\d.:]+", line))), None)
            if address is None:
                sys.exit("The program did not start.")
            yield address
            process.terminate()


if __name__ == "__main__":
    main()
