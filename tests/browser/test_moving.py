"""Moving through time and units: keys, mouse, wheel, touch, row order."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.measuring import dimmed_from, panel, place, plot_box, resized

Visit = Callable[..., Page]


KEYS = (
    ("Home", 1),
    ("ArrowLeft", 1),
    ("ArrowRight", 2),
    ("ArrowRight", 3),
    ("End", 14),
    ("ArrowRight", 14),
    ("ArrowLeft", 13),
    ("PageUp", 3),
    ("PageUp", 1),
    ("PageDown", 11),
    ("PageDown", 14),
)


def test_keys_move_the_step(visit: Visit) -> None:
    page = visit()
    for key, at in KEYS:
        page.keyboard.press(key)
        expect(place(page)).to_have_text(f"{at} / 14")


def test_keys_choose_and_pin_units(visit: Visit) -> None:
    page = visit("#model=letters&unit=4")
    unit = page.locator("#unit")
    page.keyboard.press("ArrowDown")
    expect(unit).to_have_value("5")
    page.keyboard.press("p")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    expect(unit).to_have_value("3")
    expect(page.locator(".pins .chip")).to_have_text(["5"])
    page.keyboard.press("m")
    expect(page.get_by_role("button", name="Mean")).to_have_attribute("aria-pressed", "true")
    page.get_by_label("Unpin unit 5").click()
    expect(page.locator(".pins .chip")).to_have_count(0)


def test_up_and_down_follow_the_order_of_the_rows(visit: Visit) -> None:
    page = visit("#model=letters&unit=4&order=variance")
    page.locator("#order").select_option("step")
    page.locator("body").press("ArrowUp")
    for _ in range(12):
        page.keyboard.press("ArrowUp")
    page.locator(".tabs").get_by_text("Numbers").click()
    first = page.locator(".numbers tbody tr").first
    expect(first).to_have_class(re.compile("is-chosen"))
    values = [
        float(row.replace("−", "-")) for row in page.locator(".numbers tbody tr td:nth-child(6)").all_inner_texts()
    ]
    assert values == sorted(values, reverse=True)


def test_typing_is_not_taken_for_keys(visit: Visit) -> None:
    page = visit()
    page.locator("#sequence").fill("")
    page.locator("#sequence").press_sequentially("p0 +?")
    expect(page.locator("#sequence")).to_have_value("p0 +?")
    expect(page.locator("dialog")).not_to_be_visible()
    expect(page.locator(".pins .chip")).to_have_count(0)


def test_what_is_ahead_is_dimmed(visit: Visit) -> None:
    page = visit("#model=letters&text=abcdefghij&step=4")
    assert dimmed_from(page, "cell_state") == 0.5
    page.keyboard.press("ArrowRight")
    expect(place(page)).to_have_text("6 / 10")
    assert dimmed_from(page, "cell_state") == 0.6


def test_a_backward_layer_is_dimmed_on_the_other_side(visit: Visit) -> None:
    page = visit("#model=both-ways&text=abcdefghij&layer=0&direction=backward&step=4")
    before = panel(page, "hidden_state").locator(".dim").first.bounding_box()
    plot = plot_box(page, "hidden_state")
    assert before
    assert (before["x"] + before["width"] - plot["x"]) / plot["width"] == pytest.approx(0.4, abs=0.01)


def test_clicking_a_cell_chooses_its_unit_and_step(visit: Visit) -> None:
    page = visit("#model=letters&text=abcdefghij")
    box = plot_box(page)
    page.mouse.click(box["x"] + box["width"] * 0.75, box["y"] + box["height"] * (7.5 / 12))
    expect(place(page)).to_have_text("8 / 10")
    expect(page.locator("#unit")).to_have_value("7")
    page.locator(".token").nth(2).click()
    expect(place(page)).to_have_text("3 / 10")
    expect(page.locator("#unit")).to_have_value("7")


def test_the_tooltip_tells_the_numbers_of_the_cell(visit: Visit, address: str) -> None:
    page = visit("#model=letters&text=abcdefghij")
    box = plot_box(page, "forget_gate")
    page.mouse.move(box["x"] + box["width"] * 0.25, box["y"] + box["height"] * (3.5 / 12))
    expect(page.locator(".tooltip-head")).to_have_text("step 3 · c · unit 3")
    page.locator(".token").nth(1).hover()
    expect(page.locator(".tooltip dt")).to_have_count(5)
    expect(page.locator(".tooltip dd").first).to_contain_text("%")


def test_wheel_and_drag_move_the_window(visit: Visit) -> None:
    page = visit("#model=wide&text=" + "abcde+" * 10)
    box = plot_box(page)
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 10)
    page.mouse.wheel(0, -400)
    zoomed = page.locator(".zoom-range")
    expect(zoomed).not_to_be_empty()
    first = zoomed.inner_text()
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2 - 200, box["y"] + 10, steps=4)
    page.mouse.up()
    expect(zoomed).not_to_have_text(first)
    expect(place(page)).to_have_text("60 / 60")
    page.keyboard.press("0")
    expect(zoomed).to_be_empty()


def test_all_parts_share_one_time_axis(visit: Visit) -> None:
    page = visit("#model=letters&text=abcdefghij&step=6&window=2~9")
    token = page.locator('.token[data-step="6"]').bounding_box()
    cursor = page.locator(".cursor:not(.is-hover)").bounding_box()
    plot = plot_box(page)
    assert token
    assert cursor
    assert token["x"] == pytest.approx(cursor["x"], abs=1)
    assert cursor["x"] == pytest.approx(plot["x"] + plot["width"] * 4 / 7, abs=1)


def test_fold_and_enlarge(visit: Visit) -> None:
    page = visit()
    panel(page, "candidate").hover()
    page.get_by_label("Fold candidate").click()
    expect(panel(page, "candidate").locator(".plot")).not_to_be_visible()
    page.get_by_label("Unfold candidate").click()
    expect(panel(page, "candidate").locator(".plot")).to_be_visible()
    before = plot_box(page)["height"]
    panel(page, "cell_state").hover()
    page.get_by_label("Enlarge cell state").click()
    expect(page.get_by_label("Shrink cell state")).to_be_attached()
    assert plot_box(page)["height"] >= before * 1.9


def test_the_table_holds_every_number_of_the_step(visit: Visit) -> None:
    page = visit("#model=letters&text=abc&unit=2")
    page.get_by_role("tab", name="Numbers").click()
    expect(page.locator("#units tbody tr")).to_have_count(12)
    expect(page.locator("#units thead th")).to_have_text(["unit", "i", "f", "g", "o", "c", "h"])
    shown = page.locator('#units tbody tr[data-unit="2"] td').all_inner_texts()
    assert shown == [
        panel(page, name).locator(".value").inner_text()
        for name in ("input_gate", "forget_gate", "candidate", "output_gate", "cell_state", "hidden_state")
    ]
    page.locator('#units tbody tr[data-unit="9"]').click()
    expect(page.locator("#unit")).to_have_value("9")


def test_a_screen_reader_is_told_the_step(visit: Visit) -> None:
    page = visit("#model=letters&text=abc&unit=2")
    page.keyboard.press("Home")
    expect(page.locator("#announcer")).to_contain_text(
        re.compile(r"Step 1 of 3, a\. Unit 2: input gate .*forget gate .*Expects")
    )


def test_help_lists_the_keys_and_escape_closes_it(visit: Visit) -> None:
    page = visit()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_contain_text("Play or pause")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).not_to_be_visible()
    page.keyboard.press("Home")
    expect(place(page)).to_have_text("1 / 14")


def test_the_theme_is_chosen_and_remembered(visit: Visit) -> None:
    page = visit(color_scheme="light")
    html = page.locator("html")
    expect(html).to_have_attribute("data-theme", "light")
    page.get_by_label("Theme: as the system").click()
    page.get_by_label("Theme: light").click()
    expect(html).to_have_attribute("data-theme", "dark")
    page.reload()
    expect(html).to_have_attribute("data-theme", "dark")
    page.get_by_label("Theme: dark").click()
    expect(html).to_have_attribute("data-theme", "light")


SIZES = ((390, 844), (820, 1180), (1024, 768), (1440, 900), (2560, 1440))


@pytest.mark.parametrize(("model", "first"), [("wide", 0), ("wave", 2), ("both-ways", 4)])
def test_nothing_is_wider_than_the_screen(visit: Visit, model: str, first: int) -> None:
    sizes = SIZES[first:] + SIZES[:first]
    page = visit(f"#model={model}", width=sizes[0][0], height=sizes[0][1])
    controls = page.locator("header button, header select, .transport button, .transport input, .input-bar button")
    for width, height in sizes:
        resized(page, width, height)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        for control in controls.all():
            box = control.bounding_box()
            if box and control.is_visible():
                assert box["x"] >= 0
                assert box["x"] + box["width"] <= width + 0.5
        expect(page.get_by_label("Play (Space)")).to_be_in_viewport()


def test_touch_scrubs_and_chooses(visit: Visit) -> None:
    page = visit("#model=letters&text=abcdefghij", width=390, height=844, has_touch=True, is_mobile=True)
    panel(page, "cell_state").locator(".plot").scroll_into_view_if_needed()
    box = plot_box(page)
    page.touchscreen.tap(box["x"] + box["width"] * 0.25, box["y"] + 20)
    expect(place(page)).to_have_text("3 / 10")
    page.get_by_label("One step on (→)").tap()
    expect(place(page)).to_have_text("4 / 10")


FOCUS = """() => {
  const element = document.activeElement;
  const name = element.id || element.getAttribute("aria-label") || element.textContent.trim();
  return [name, element === document.body || element.matches(":focus-visible")];
}"""


def test_every_control_can_be_reached_and_shows_its_focus(visit: Visit) -> None:
    page = visit()
    seen: set[str] = set()
    for _ in range(90):
        page.keyboard.press("Tab")
        name, visible = page.evaluate(FOCUS)
        assert visible, f"{name} hides its focus"
        seen.add(name)
    wanted = {"model", "sequence", "examples", "order", "unit", "speed", "stages", "Play (Space)", "Enlarge cell state"}
    assert wanted | {"tab-cell"} <= seen


def test_the_wheel_scrolls_a_stack_that_is_too_tall_until_it_is_zoomed(visit: Visit) -> None:
    page = visit("#model=wide", width=1200, height=620)
    timeline = page.locator("#timeline")
    box = page.locator("#panels").bounding_box()
    assert box
    page.mouse.move(box["x"] + 600, box["y"] + 20)
    page.mouse.wheel(0, 300)
    expect(page.locator(".zoom-range")).to_be_empty()
    assert timeline.evaluate("element => new Promise(done => setTimeout(() => done(element.scrollTop), 300))") > 0
