"""Where things stand on the page, for the tests of what moves."""

from playwright.sync_api import Locator, Page


def panel(page: Page, quantity: str) -> Locator:
    return page.locator(f'.panel[data-quantity="{quantity}"]')


def place(page: Page) -> Locator:
    return page.locator(".step-place")


def plot_box(page: Page, quantity: str = "cell_state") -> dict[str, float]:
    box = panel(page, quantity).locator(".plot").bounding_box()
    assert box
    return {"x": box["x"], "y": box["y"], "width": box["width"], "height": box["height"]}


def dimmed_from(page: Page, quantity: str) -> float:
    """Which share of the panel's width is not dimmed."""
    dim = panel(page, quantity).locator(".dim").nth(1).bounding_box()
    plot = plot_box(page, quantity)
    assert dim
    return round((dim["x"] - plot["x"]) / plot["width"], 3)


def resized(page: Page, width: int, height: int) -> None:
    """Give the window another size, and the page the few frames that it takes to follow."""
    page.set_viewport_size({"width": width, "height": height})
    page.evaluate("""() => new Promise(done => {
      let left = 5;
      const next = () => (left-- > 0 ? requestAnimationFrame(next) : done());
      next();
    })""")
