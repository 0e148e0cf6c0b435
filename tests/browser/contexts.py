"""Browser contexts that tests use one after the other: a page opens in half the time where its scripts are cached."""

from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page


class Contexts:
    """The contexts of a browser, each handed out to one page at a time and empty of what the last one left."""

    def __init__(self, browser: Browser, origin: str) -> None:
        self._browser = browser
        self._origin = origin
        self._free: dict[str, list[BrowserContext]] = {}
        self._taken: list[tuple[str, BrowserContext]] = []

    def new_page(self, **options: Any) -> Page:
        """A page in a context with these options, in which nothing is stored."""
        key = repr(sorted(options.items()))
        free = self._free.get(key)
        context = free.pop() if free else self._browser.new_context(**options)
        self._taken.append((key, context))
        page = context.new_page()
        session = context.new_cdp_session(page)
        session.send("Storage.clearDataForOrigin", {"origin": self._origin, "storageTypes": "all"})
        session.detach()
        return page

    def release(self) -> None:
        """Close all pages; their contexts are for others."""
        for key, context in self._taken:
            for page in context.pages:
                page.close()
            self._free.setdefault(key, []).append(context)
        self._taken.clear()

    def close(self) -> None:
        """Close all contexts."""
        self.release()
        for contexts in self._free.values():
            for context in contexts:
                context.close()
        self._free.clear()
