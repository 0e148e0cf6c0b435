"""Moving through time and units: keys, mouse, wheel, touch, playing, stages, row order."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

Visit = Callable[..., Page]


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


@pytest.mark.parametrize(
    ("keys", "at"),
    [
        (["Home"], 1),
        (["Home", "ArrowRight", "ArrowRight"], 3),
        (["ArrowLeft"], 13),
        (["Home", "PageDown"], 11),
        (["PageUp"], 4),
        (["Home", "ArrowLeft"], 1),
        (["Home", "End"], 14),
        (["ArrowRight"], 14),
    ],
)
def test_keys_move_the_step(visit: Visit, keys: list[str], at: int) -> None:
    page = visit()
    for key in keys:
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


def test_stages_reveal_a_step_in_three(visit: Visit) -> None:
    page = visit("#model=letters&text=abcdefghij&step=3")
    page.keyboard.press("s")
    page.keyboard.press("ArrowRight")
    expect(page.locator(".stage-text")).to_have_text("Forget unnecessary information")
    names = ("forget_gate", "input_gate", "cell_state", "output_gate", "hidden_state")
    assert [dimmed_from(page, name) for name in names] == [0.5, 0.4, 0.4, 0.4, 0.4]
    page.keyboard.press("ArrowRight")
    expect(page.locator(".stage-text")).to_have_text("Add new information")
    assert [dimmed_from(page, name) for name in names] == [0.5, 0.5, 0.5, 0.4, 0.4]
    expect(panel(page, "hidden_state").locator(".value")).to_have_text("·")
    page.keyboard.press("ArrowRight")
    expect(page.locator(".stage-text")).to_have_text("Compute the output")
    assert [dimmed_from(page, name) for name in names] == [0.5] * 5
    page.keyboard.press("ArrowLeft")
    expect(page.locator(".stage-text")).to_have_text("Add new information")


def test_playing_runs_to_the_end_and_stops(visit: Visit) -> None:
    page = visit("#model=letters&text=abcdefghijkl")
    page.get_by_label("Speed").select_option("30")
    page.locator("body").press("Home")
    expect(place(page)).to_have_text("1 / 12")
    page.get_by_label("Play (Space)").click()
    expect(page.get_by_label("Play (Space)")).to_be_visible()
    expect(place(page)).to_have_text("12 / 12")
    page.get_by_label("Speed").select_option("1")
    page.get_by_label("Play (Space)").click()
    expect(page.get_by_label("Pause (Space)")).to_be_visible()
    expect(place(page)).to_have_text(re.compile(r"^[1-9] / 12$"))  # from the start again, however busy the machine
    page.get_by_label("Pause (Space)").click()
    expect(page.get_by_label("Play (Space)")).to_be_visible()


def test_while_playing_slowly_every_number_belongs_to_the_step(visit: Visit) -> None:
    page = visit("#model=letters&text=abcdefghijkl")
    values = page.locator(".panel .value").first
    shown = []
    for step in range(1, 4):
        page.locator("body").press("Home" if step == 1 else "ArrowRight")
        expect(place(page)).to_have_text(f"{step} / 12")
        shown.append(values.text_content())
    assert len(set(shown)) == 3
    page.get_by_label("Speed").select_option("2")
    page.locator("body").press("Home")
    # Something is drawn in every frame, just before a step as well, and must not make the step's own numbers wait.
    found = page.evaluate(
        """() => new Promise((resolve) => {
          const seen = [];
          const plot = document.querySelector(".panel .plot");
          const box = plot.getBoundingClientRect();
          let x = 0;
          const look = () => {
            const value = document.querySelector(".panel .value").textContent;
            const step = document.querySelector(".step-place").textContent;
            const cursor = document.querySelector(".cursor:not(.is-hover)").getBoundingClientRect();
            const at = Math.round(((cursor.left - box.left) / box.width) * 12) + 1;
            seen.push([at, step, value]);
            if (at >= 3) return resolve(seen);
            x = (x + 7) % 100;
            const where = { clientX: box.left + 20 + x, clientY: box.top + 9, bubbles: true, pointerType: "mouse" };
            plot.dispatchEvent(new PointerEvent("pointermove", where));
            requestAnimationFrame(look);
          };
          document.querySelector(".transport-button.play").click();
          requestAnimationFrame(look);
        })"""
    )
    assert {at for at, _, _ in found} == {1, 2, 3}
    for at, step, value in found:
        assert step == f"{at} / 12"
        assert value == shown[at - 1], f"at step {at} the panel still tells {value!r}"


def test_two_fingers_zoom_about_the_place_between_them(visit: Visit) -> None:
    page = visit("#model=letters&text=" + "abcd" * 25, width=390, height=844, has_touch=True)
    panel(page, "cell_state").scroll_into_view_if_needed()
    box = plot_box(page)
    y, middle = box["y"] + box["height"] / 2, box["x"] + box["width"] / 2
    session = page.context.new_cdp_session(page)

    def touch(kind: str, *places: float) -> None:
        points = [{"x": x, "y": y, "id": finger} for finger, x in enumerate(places)]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    def spread(*halves: float) -> None:
        touch("touchStart", middle - halves[0], middle + halves[0])
        for half in halves[1:]:
            touch("touchMove", middle - half, middle + half)
        touch("touchEnd")

    zoomed = page.locator(".zoom-range")

    def window() -> tuple[int, int]:
        expect(zoomed).to_have_text(re.compile(r"\d"))
        first, last = re.findall(r"\d+", zoomed.text_content() or "")[:2]
        return int(first), int(last)

    first, last = before = window()  # a phone shows the end of a long sequence, legibly
    spread(30, 40, 50, 60)
    expect(zoomed).not_to_have_text(re.compile(rf"\b{first}\b.*\b{last}\b"))
    closer = window()
    assert abs((closer[1] - closer[0] + 1) - (last - first + 1) / 2) <= 1.5, f"half of {before} came as {closer}"
    assert abs(sum(closer) - sum(before)) <= 3, f"what lay between the fingers stays there: {before}, {closer}"
    assert page.evaluate("visualViewport.scale") == 1
    spread(60, 50, 40, 30)
    expect(zoomed).to_have_text(re.compile(rf"\b({first - 1}|{first}|{first + 1})\b"))  # and out again


def test_a_step_or_a_moving_window_paints_no_heatmap_again(visit: Visit) -> None:
    page = visit("#model=wide")
    page.evaluate(
        """() => {
          globalThis.painted = 0;
          const own = ImageBitmapRenderingContext.prototype.transferFromImageBitmap;
          ImageBitmapRenderingContext.prototype.transferFromImageBitmap = function (...given) {
            globalThis.painted++;
            return own.apply(this, given);
          };
        }"""
    )
    for key in ("Home", "ArrowRight", "ArrowRight", "ArrowDown", "End"):
        page.keyboard.press(key)
    expect(place(page)).to_have_text("28 / 28")
    page.keyboard.press("+")
    expect(page.locator(".zoom-range")).not_to_be_empty()
    assert page.evaluate("painted") == 0
    page.select_option("#order", "mean")
    page.wait_for_function("painted > 0")


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
    expect(page.locator(".numbers tbody tr")).to_have_count(12)
    expect(page.locator(".numbers thead th")).to_have_text(["unit", "i", "f", "g", "o", "c", "h"])
    shown = page.locator('.numbers tbody tr[data-unit="2"] td').all_inner_texts()
    assert shown == [
        panel(page, name).locator(".value").inner_text()
        for name in ("input_gate", "forget_gate", "candidate", "output_gate", "cell_state", "hidden_state")
    ]
    page.locator('.numbers tbody tr[data-unit="9"]').click()
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


@pytest.mark.parametrize("size", [(390, 844), (820, 1180), (1024, 768), (1440, 900), (2560, 1440)])
@pytest.mark.parametrize("model", ["wide", "wave", "both-ways"])
def test_nothing_is_wider_than_the_screen(visit: Visit, size: tuple[int, int], model: str) -> None:
    page = visit(f"#model={model}", width=size[0], height=size[1])
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
    controls: Any = page.locator("header button, header select, .transport button, .transport input, .input-bar button")
    for control in controls.all():
        box = control.bounding_box()
        if box and control.is_visible():
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= size[0] + 0.5
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
    for _ in range(60):
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
