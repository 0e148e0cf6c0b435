"""Playing and stages: what a moving step shows, and what it does not paint again."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.measuring import dimmed_from, panel, place, plot_box

Visit = Callable[..., Page]


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
        page.wait_for_timeout(200)  # while fingers move, the words follow no faster than they can be read
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
