"""The Gradients view as somebody uses it: presets and sliders, a network and its loss, the cursor, a phone."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, Route, expect

from gatescope.core import Vocabulary, save_network
from tests.browser.networks import LETTERS, browser_networks

Visit = Callable[..., Page]
PLACE = "#gradients"


def opened(visit: Visit, fields: str = "", **options: object) -> Page:
    page = visit(f"#view=gradients{fields}", ready=False, **options)
    expect(page.locator(f"{PLACE} .gradient-group canvas").first).to_be_visible()
    return page


def slide(page: Page, name: str, value: float) -> None:
    """Drag a slider, as a hand does: one event after another."""
    page.get_by_label(name, exact=True).fill(str(value))


def verdict(page: Page, name: str) -> str:
    return page.locator(".verdict-card", has=page.get_by_text(name, exact=True)).inner_text()


def test_three_cells_side_by_side(visit: Visit) -> None:
    page = opened(visit)
    expect(page.locator(".verdict-card")).to_have_count(3)
    expect(page.locator(".verdict-card").nth(0)).to_contain_text("the gradient survives")
    expect(page.locator(".verdict-card").nth(2)).to_contain_text("the gradient vanishes")
    expect(page.locator(".gradient-words p").first).to_contain_text(
        re.compile(r"From step 40 back to step 1, the simple RNN")
    )
    expect(page.locator(".gradient-group")).to_have_count(3)
    expect(page.locator(".gradient-group").nth(0).locator(".panel")).to_have_count(3)
    expect(page.locator(".chart-line")).to_have_count(9)


def test_vanish_survive_explode(visit: Visit) -> None:
    page = opened(visit)
    page.get_by_role("button", name="Vanish").click()
    expect(page.locator(".verdict-card", has_text="the gradient vanishes")).to_have_count(3)
    page.get_by_role("button", name="Survive").click()
    expect(page.locator(".verdict-card").nth(0)).to_contain_text("the gradient survives")
    expect(page.locator(".verdict-card").nth(2)).to_contain_text("the gradient vanishes")
    page.get_by_role("button", name="Explode").click()
    expect(page.locator(".verdict-card").nth(2)).to_contain_text("the gradient explodes")
    expect(page).to_have_url(re.compile(r"view=gradients&bias=2&scale=4"))


def test_sliders_are_followed_and_the_last_answer_stands(visit: Visit) -> None:
    page = opened(visit)
    for length in (60, 70, 80, 90, 100):
        slide(page, "Sequence length", length)
    expect(page.locator(".gradient-words p").first).to_contain_text("From step 100 back to step 1")
    expect(page.get_by_label("Cursor")).to_have_attribute("max", "100")
    slide(page, "Forget bias", -2)
    expect(page.locator(".verdict-card", has_text="vanishes")).to_have_count(3)
    expect(page.locator(".gradient-waiting")).to_be_hidden()
    expect(page).to_have_url(re.compile("bias=-2&length=100"))
    page.reload()
    expect(page.locator(".gradient-words p").first).to_contain_text("From step 100 back to step 1")
    expect(page.get_by_label("Forget bias")).to_have_value("-2")


def test_cells_units_and_seeds(visit: Visit) -> None:
    page = opened(visit)
    page.get_by_label("GRU", exact=True).uncheck()
    expect(page.locator(".gradient-group")).to_have_count(2)
    before = verdict(page, "LSTM")
    page.get_by_role("button", name="Draw others").click()
    expect(page.locator(".verdict-card").nth(0)).not_to_have_text(before)
    page.get_by_label("Units of each cell").select_option("8")
    expect(page.locator(".gradient-words")).to_contain_text("the most open unit")
    for name in ("LSTM", "Simple RNN"):
        page.get_by_label(name, exact=True).uncheck()
    expect(page.locator(f"{PLACE} .form-error").first).to_have_text("Choose at least one kind of cell.")


def test_the_cursor_reads_every_chart(visit: Visit) -> None:
    page = opened(visit)
    value = page.locator(".chart-value").first
    expect(value).to_have_text("1.00")
    box = page.locator(".log-chart").first.bounding_box()
    assert box
    page.mouse.click(box["x"] + box["width"] * 0.4, box["y"] + 40)
    expect(value).not_to_have_text("1.00")
    cursor = page.get_by_label("Cursor")
    expect(cursor).not_to_have_value("40")
    chosen = cursor.input_value()
    cursor.focus()
    page.keyboard.press("ArrowLeft")
    assert int(cursor.input_value()) == int(chosen) - 1
    expect(page).to_have_url(re.compile(f"cursor={int(chosen) - 2}"))
    page.mouse.move(box["x"] + box["width"] * 0.9, box["y"] + 40)
    expect(page.locator(f"{PLACE} .cursor.is-hover")).to_be_visible()


def test_keys_move_the_cursor_and_the_window(visit: Visit) -> None:
    page = opened(visit)
    cursor = page.get_by_label("Cursor")
    page.keyboard.press("Home")
    expect(cursor).to_have_value("1")
    for key in ("PageDown", "ArrowRight", "+", "+"):
        page.keyboard.press(key)
    expect(cursor).to_have_value("12")
    expect(page).to_have_url(re.compile(r"cursor=11&window=\d"))
    page.keyboard.press("0")
    expect(page).not_to_have_url(re.compile("window="))
    page.keyboard.press("End")
    expect(cursor).to_have_value("40")


def test_what_explore_shows_can_be_taken_over(visit: Visit) -> None:
    page = visit("#model=letters&text=abcdef&unit=4&step=3")
    page.locator("#places").get_by_text("Gradients").click()
    page.get_by_text("A network", exact=True).click()
    page.get_by_role("button", name="As in Explore: its unit and step").click()
    expect(page.locator(f"{PLACE} .token")).to_have_count(6)
    expect(page.get_by_role("spinbutton", name="Unit")).to_have_value("4")
    expect(page.locator(".gradient-words p").first).to_contain_text("From step 4 back to step 1")


def test_what_is_differentiated(visit: Visit) -> None:
    page = opened(visit)
    page.get_by_role("spinbutton", name="Unit").fill("3")
    page.keyboard.press("Enter")
    slide(page, "At step", 25)
    expect(page.locator(".gradient-words p").first).to_contain_text("From step 25 back to step 1")
    expect(page).to_have_url(re.compile("step=24&unit=3"))
    page.get_by_role("button", name="The last step").click()
    expect(page.locator(".gradient-words p").first).to_contain_text("From step 40 back to step 1")


def test_words_are_differentiated_at_the_last_one(visit: Visit, address: str, tmp_path: Path) -> None:
    words = tuple(f"word{index}" for index in range(len(LETTERS)))
    network = replace(browser_networks()[0].network, vocabulary=Vocabulary(words))
    save_network(network, tmp_path / "words.safetensors")
    with (tmp_path / "words.safetensors").open("rb") as file:
        model = httpx.post(f"{address}/api/v1/models", files={"weights": file}).json()["id"]
    page = opened(visit, f"&of=network&model={model}&text=word1+word2+word3+word4+word5", allowed="422")
    expect(page.locator(".gradient-words p").first).to_contain_text("From step 5 back to step 1")
    expect(page.locator(f"{PLACE} .ribbon.has-words .token")).to_have_text([f"word{index}" for index in range(1, 6)])
    page.goto(f"{address}/#view=gradients&of=network&model={model}&text=word1+word2+word3&step=9&unit=99")
    expect(page.locator(".gradient-words p").first).to_contain_text("From step 3 back to step 1")
    expect(page).to_have_url(re.compile("text=word1\\+word2\\+word3$"))


def test_a_loss_that_nothing_follows_is_refused_once(visit: Visit) -> None:
    page = opened(visit, "&of=network&model=letters&target=loss&text=ab", allowed="422")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if request.url.endswith("/gradients") else None)
    page.locator("#gradients-text").fill("a")
    expect(page.locator(".verdict-card .form-error")).to_contain_text("followed by")
    page.wait_for_timeout(1000)
    assert len(asked) <= 2


def test_a_network_and_its_loss(visit: Visit) -> None:
    page = opened(visit)
    page.get_by_text("A network", exact=True).click()
    expect(page.locator(".verdict-card")).to_have_count(1)
    expect(page.locator(f"{PLACE} .token.is-chosen")).to_be_visible()
    page.get_by_label("What is differentiated").select_option("loss")
    expect(page.locator(".gradient-words p").first).to_have_text(re.compile(r"The mean loss is [\d.]+ nats\."))
    expect(page.locator(".gradient-words")).to_contain_text("matters most to the loss")
    slide(page, "At step", 5)
    expect(page.locator(".gradient-words p").first).to_have_text(re.compile(r"The loss is [\d.]+ nats\."))
    page.get_by_role("textbox", name="Sequence").fill("g(x) = x + 1")
    expect(page.locator(f"{PLACE} .token")).to_have_count(12)
    page.locator(PLACE).get_by_label("Network", exact=True).select_option("both-ways")
    expect(page.locator(f"{PLACE} .group-name")).to_have_text("Both ways, layer 1")
    page.locator(PLACE).get_by_label("Layer", exact=True).select_option("1")
    expect(page.locator(f"{PLACE} .group-name")).to_have_text("Both ways, layer 1, backward")
    expect(page.locator(".gradient-words p").first).to_contain_text("From step 1 back to step 12")
    expect(page).to_have_url(re.compile("of=network&model=both-ways.*layer=1"))
    page.go_back()
    expect(page.locator(".verdict-card")).to_have_count(3)


def test_what_cannot_be_asked_is_said_and_nothing_is_lost(visit: Visit) -> None:
    page = opened(visit, "&of=network&model=wave")
    page.get_by_role("textbox", name="Sequence").fill("1, 2, three")
    expect(page.locator(f"{PLACE} .form-error").first).to_have_text("Expected numbers; line 1 has “three”.")
    expect(page.get_by_role("textbox", name="Sequence")).to_have_value("1, 2, three")
    expect(page.locator(".gradient-group canvas").first).to_be_visible()


def test_one_cell_that_is_refused_leaves_the_others(visit: Visit) -> None:
    def refuse(route: Route) -> None:
        if '"rnn"' in (route.request.post_data or ""):
            route.fulfill(status=422, content_type="application/problem+json", body='{"detail": "it exploded"}')
        else:
            route.continue_()

    page = visit("", allowed="422")
    page.route("**/api/v1/gradients", refuse)
    page.locator("#places").get_by_text("Gradients").click()
    expect(page.locator(".verdict-card.is-refused")).to_have_text("Simple RNNIt exploded.")
    expect(page.locator(".gradient-group")).to_have_count(2)


def test_panels_fold_and_colours_reach_for_the_faint(visit: Visit) -> None:
    page = opened(visit)
    panel = page.locator(".gradient-group .panel").first
    low = panel.locator(".legend span").first.inner_text()
    page.get_by_label("Where the colours end").select_option("3")
    expect(panel.locator(".legend span").first).not_to_have_text(low)
    expect(panel.locator(".legend span").first).to_contain_text("≤")
    page.get_by_role("button", name="Fold hidden state").first.click()
    expect(panel.locator(".plot")).to_be_hidden()


def test_the_numbers_as_a_table(visit: Visit) -> None:
    page = opened(visit)
    page.get_by_text("The numbers as a table").click()
    rows = page.locator(".gradient-numbers tbody tr")
    expect(rows).to_have_count(40)
    expect(page.locator(".gradient-numbers thead th").nth(1)).to_have_text("LSTM ∂h")
    expect(rows.last).to_have_class("is-chosen")
    expect(page.locator(f"{PLACE} [aria-live]")).to_contain_text("From step 40 back to step 1")


@pytest.mark.parametrize(("width", "height"), [(390, 844), (2560, 1440)])
def test_nothing_reaches_over_the_edge(visit: Visit, width: int, height: int) -> None:
    page = opened(visit, width=width, height=height)
    assert page.evaluate("document.scrollingElement.scrollWidth") <= width
    expect(page.locator(".log-chart").first).to_be_visible()
    if width < 860:
        expect(page.get_by_label("Units of each cell")).to_be_hidden()
        page.get_by_text("More settings").click()
        expect(page.get_by_label("Units of each cell")).to_be_visible()
