"""The processes of a test run on a fresh machine all want a browser: one of them fetches it."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts import browser, lock


def test_a_browser_is_fetched_once_however_many_look_for_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fetched, found, waits = tmp_path / "browser", [], threading.Event()
    second = threading.Thread(target=lambda: found.append(browser.find_browser()))
    fetches = []

    def fetch() -> Iterator[Path]:
        fetches.append(fetched)
        if len(fetches) == 1:
            second.start()
            waits.wait(20)
        fetched.touch(mode=0o755)
        yield fetched

    monkeypatch.delenv(browser.VARIABLE, raising=False)
    monkeypatch.setattr(browser, "_REMEMBERED", tmp_path / "remembered")
    monkeypatch.setattr(browser, "_start_driver", lambda: None)
    monkeypatch.setattr(browser, "_installed", lambda: iter(()))
    monkeypatch.setattr(browser, "_fetched", fetch)
    monkeypatch.setattr(browser, "works", Path.exists)
    monkeypatch.setattr(lock, "say", lambda _: waits.set())
    found.append(browser.find_browser())
    second.join(20)
    assert found == [fetched, fetched]
    assert len(fetches) == 1
    assert waits.is_set()
