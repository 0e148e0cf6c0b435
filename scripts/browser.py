"""Find a Chromium for the browser tests and screenshots, or get one: ``python -m scripts.browser`` prints its path."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from scripts.lock import only_one
from scripts.shell import run, say

# What Playwright turns off, as far as it matters here: of two such options the last one counts. And what a new window
# would make ready for an address bar that nobody sees, which takes longer than the page itself.
_FEATURES_OFF = (
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose",
    "HttpsFirstBalancedModeAutoEnable",
    "HttpsUpgrades",
    "LensOverlay",
    "MediaRouter",
    "OptimizationHints",
    "PaintHolding",
    "WebUIOmniboxAimPopup",
    "WebUIOmniboxPopup",
)
# Playwright leaves the sandbox off by default too; only the project's own pages are opened with these.
LAUNCH_ARGS = (
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-dev-shm-usage",
    f"--disable-features={','.join(_FEATURES_OFF)}",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-default-browser-check",
    "--no-first-run",
)

VARIABLE = "GATESCOPE_BROWSER"
_PLAYWRIGHT = (sys.executable, "-m", "playwright")
_REMEMBERED = Path(sys.prefix) / "gatescope-browser"
_NAMES = (
    "chromium",
    "chromium-browser",
    "google-chrome-stable",
    "google-chrome",
    "chrome",
    "microsoft-edge-stable",
    "microsoft-edge",
    "brave-browser",
)
_MACOS = ("Chromium", "Google Chrome", "Microsoft Edge", "Brave Browser")


class NoBrowserError(RuntimeError):
    """No browser could be found or fetched; the message says what to install."""


def find_browser() -> Path:
    """Return the path of a Chromium, Chrome, Edge or Brave that starts headless; fetch one where there is none.

    The environment variable GATESCOPE_BROWSER decides if it is set. Raises NoBrowserError.
    """
    chosen = os.environ.get(VARIABLE)
    if chosen:
        if works(Path(chosen)):
            return Path(chosen)
        raise NoBrowserError(f"{VARIABLE} is {chosen!r}, which does not start as a headless Chromium.")
    if remembered := _remembered():
        return remembered
    with only_one(_REMEMBERED.parent, "Waiting for another process to find a browser"):
        if remembered := _remembered():
            return remembered
        _start_driver()
        for path in chain(_installed(), _fetched()):
            if works(path):
                _REMEMBERED.write_text(str(path))
                return path
    raise NoBrowserError(
        "The browser tests need Chromium, Chrome or Edge, none was found, and none could be fetched: install one "
        f"('apt install chromium' as root on Debian), or set {VARIABLE} to the path of one."
    )


def works(path: Path) -> bool:
    """Tell whether ``path`` really starts and renders a page; a stub that only tells of another package does not."""
    with tempfile.TemporaryDirectory(prefix="gatescope-browser-", ignore_cleanup_errors=True) as profile:
        page = "data:text/html,<title>ok</title><script>document.title='gate'+'scope'</script>"
        command = [str(path), "--headless", *LAUNCH_ARGS, f"--user-data-dir={profile}", "--dump-dom", page]
        try:
            done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=60, check=False)
        except (OSError, subprocess.TimeoutExpired):
            return False
        return b"gatescope" in done.stdout


def _remembered() -> Path | None:
    """Return the path that worked last time, if it is still there."""
    try:
        path = Path(_REMEMBERED.read_text())
    except OSError:
        return None
    return path if os.access(path, os.X_OK) else None


def _installed() -> Iterator[Path]:
    for name in _NAMES:
        found = shutil.which(name)
        if found:
            yield Path(found)
    for folder in (Path("/Applications"), Path("~/Applications").expanduser()):
        for name in _MACOS:
            path = folder / f"{name}.app" / "Contents" / "MacOS" / name
            if path.exists():
                yield path
    yield from _of_playwright()


def _fetched() -> Iterator[Path]:
    """Get a browser, one way after the other: each is tried only when the one before has not led to one that works."""
    say("No Chromium, Chrome or Edge starts here; fetching Playwright's Chromium")
    if run([*_PLAYWRIGHT, "install", "chromium"])[0]:
        if os.geteuid() == 0 and sys.platform == "linux":
            run([*_PLAYWRIGHT, "install-deps", "chromium"])
        yield from _of_playwright()
    if _apt_install("chromium"):
        yield Path("/usr/bin/chromium")


def _of_playwright() -> Iterator[Path]:
    """Yield where Playwright keeps the Chromium of its version, if it is there."""
    ask = (
        "from playwright.sync_api import sync_playwright\n"
        "with sync_playwright() as playwright: print(playwright.chromium.executable_path)"
    )
    done, output = run([sys.executable, "-c", ask])
    if done and Path(output).exists():
        yield Path(output)


def _start_driver() -> None:
    """Check that Playwright's own driver starts; on a bare Debian its Node lacks one library."""
    done, output = run([*_PLAYWRIGHT, "--version"])
    if not done and "libatomic" in output and _apt_install("libatomic1"):
        done, output = run([*_PLAYWRIGHT, "--version"])
    if not done:
        raise NoBrowserError(
            f"Playwright, which drives the browser, does not start ('apt install libatomic1' may mend it): {output}"
        )


def _apt_install(package: str) -> bool:
    """As root on Debian and its kin, install ``package``; tell whether it is there now."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return False
    say(f"Installing {package} with apt-get")
    apt = ["apt-get", "-o", "DPkg::Lock::Timeout=300"]
    install = [*apt, "install", "-y", "--no-install-recommends", package]
    if run(install)[0]:
        return True
    run([*apt, "update"])
    return run(install)[0]


if __name__ == "__main__":
    try:
        print(find_browser())
    except NoBrowserError as error:
        sys.exit(str(error))
