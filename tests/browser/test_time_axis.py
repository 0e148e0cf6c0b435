"""What lies over the time axis is not always a place on it."""

import re

from playwright.sync_api import expect

from tests.browser.by_hand import TEXT
from tests.browser.test_page import Visit


def test_the_strip_over_the_heatmaps_leaves_the_step_alone(visit: Visit) -> None:
    page = visit(f"#model=letters&text={TEXT}&unit=5&step=7&interventions=hidden_state*set*0*u5")
    expect(page.get_by_text("Changed most")).to_be_visible()
    strip = page.locator("#changes")
    strip.evaluate("(strip) => { strip.style.paddingLeft = '400px'; }")  # as far over the axis as a wide font reaches
    for seen in ("Original", "Difference", "Intervened"):
        strip.get_by_text(seen, exact=True).click()
    strip.click(position={"x": 300, "y": 8})
    page.wait_for_timeout(1500)  # the address follows what is chosen, once it rests
    expect(page).to_have_url(re.compile(r"step=7\b"))
