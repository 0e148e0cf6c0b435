"""Interventions as somebody makes them: drag, click, type, compare; the numbers on the page against a run by hand."""

import re
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.browser.by_hand import NETWORK, TEXT, Array, by_hand, setting, shows
from tests.browser.measuring import panel, plot_box
from tests.browser.test_inside import number
from tests.browser.test_page import Visit

AT = f"#model=letters&text={TEXT}&unit=5&step=7"


def choose(page: Page, seen: str) -> None:
    page.locator("#changes").get_by_text(seen, exact=True).click()


def editor(page: Page) -> Locator:
    return page.locator("#intervention-editor")


def entries(page: Page) -> Locator:
    return page.locator(".intervention-list li")


def drag(page: Page, quantity: str, begin: tuple[float, float], end: tuple[float, float]) -> None:
    """Over a heatmap, from one place to another, both in shares of its size."""
    box = plot_box(page, quantity)
    at = [(box["x"] + box["width"] * x, box["y"] + box["height"] * y) for x, y in (begin, end)]
    page.mouse.move(*at[0])
    page.mouse.down()
    page.mouse.move(*at[1], steps=4)
    page.mouse.up()


def test_dragging_over_a_heatmap_clamps_what_lies_there(visit: Visit) -> None:
    page = visit(AT)
    shows(page, by_hand())
    page.get_by_role("button", name="Intervene", exact=True).click()
    drag(page, "forget_gate", (2.5 / 14, 4.5 / 12), (6.5 / 14, 7.5 / 12))
    expect(editor(page)).to_be_visible()
    expect(editor(page).get_by_label("Units")).to_have_value("4–7")
    expect(editor(page).get_by_label("Steps")).to_have_value("3–7")
    shows(page, by_hand(setting("forget_gate", slice(4, 8), range(2, 7), 0)))
    editor(page).get_by_label("Value as a number").fill("0.25")
    shows(page, by_hand(setting("forget_gate", slice(4, 8), range(2, 7), 0.25)))
    assert panel(page, "forget_gate").locator(".mark-line").get_attribute("d") != ""
    assert panel(page, "cell_state").locator(".mark-line").get_attribute("d") == ""
    expect(page.locator(".carry-mark-text")).to_have_text("f = 0.25")
    editor(page).get_by_role("button", name="Done").click()
    expect(editor(page)).to_be_hidden()
    expect(page).to_have_url(re.compile(r"interventions=forget_gate\*set\*0\.25\*u4-7\*s2-6$"))
    choose(page, "Original")
    shows(page, by_hand())


def test_what_was_begun_by_alt_and_dragging_is_dropped_by_escape(visit: Visit) -> None:
    page = visit(AT)
    page.keyboard.down("Alt")
    drag(page, "cell_state", (0.1, 0.1), (0.3, 0.3))
    page.keyboard.up("Alt")
    expect(editor(page)).to_be_visible()
    page.keyboard.press("Escape")
    expect(editor(page)).to_be_hidden()
    expect(page.locator("#changes")).to_be_hidden()
    shows(page, by_hand())
    # Without the key, and without the tool, dragging moves the window as ever.
    drag(page, "cell_state", (0.5, 0.5), (0.3, 0.5))
    expect(editor(page)).to_be_hidden()


def test_a_unit_is_ablated_and_given_back_by_one_click(visit: Visit) -> None:
    page = visit(AT)
    plain, gone = by_hand(), by_hand(setting("hidden_state", [5], range(14), 0))
    button = page.get_by_role("button", name="Ablate")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")
    shows(page, gone)
    choose(page, "Difference")
    shows(page, {name: gone[name] - plain[name] for name in gone})
    reach = float(np.abs(gone["hidden_state"] - plain["hidden_state"]).max())
    high = panel(page, "hidden_state").locator(".legend span").last
    assert number(high.inner_text()) == pytest.approx(reach, rel=0.06)
    page.locator("#tab-numbers").click()
    expect(page.locator("#units caption")).to_contain_text("intervened less original")
    cells = page.locator('#units tr[data-unit="8"] td').all_inner_texts()
    names = ["input_gate", "forget_gate", "candidate", "output_gate", "cell_state", "hidden_state"]
    for text, name in zip(cells, names, strict=True):
        assert number(text.lstrip("+")) == pytest.approx(gone[name][7][8] - plain[name][7][8], rel=0.06, abs=0.00051)
    button.click()
    expect(page.locator("#changes")).to_be_hidden()
    shows(page, plain)


def test_the_form_is_filled_in_by_keyboard(visit: Visit) -> None:
    page = visit(f"{AT}&aside=interventions")
    form = page.locator(".intervention-form")
    form.get_by_label("Quantity").select_option("input_gate")
    expect(form.get_by_label("Units")).to_have_value("5")
    expect(form.get_by_label("Steps")).to_have_value("8")
    form.get_by_label("Units").fill("3, 99")
    page.keyboard.press("Enter")
    expect(form.get_by_role("alert")).to_have_text("There are units 0 to 11; 99 is none of them.")
    expect(entries(page)).to_have_count(0)
    form.get_by_label("Units").fill("3, 5-8")
    page.keyboard.press("Tab")
    page.keyboard.type("2-4")
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.type("0.5")
    page.keyboard.press("Enter")
    expect(entries(page)).to_have_text(["Input gate of units 3, 5–8 at steps 2–4 scaled by 0.5"])

    def halved(step: int, name: str, values: Array) -> Array:
        scale = np.ones(12)
        scale[[3, 5, 6, 7, 8]] = 0.5
        return values * scale if name == "input_gate" and 1 <= step < 4 else values

    shows(page, by_hand(halved))
    page.get_by_role("checkbox", name="Input gate of units").uncheck()
    shows(page, by_hand())
    page.get_by_role("checkbox", name="Input gate of units").check()
    page.get_by_role("button", name="Remove: Input gate").click()
    shows(page, by_hand())
    page.get_by_role("button", name="Undo").click()
    shows(page, by_hand(halved))
    page.get_by_role("button", name="Edit: Input gate").click()
    editor(page).get_by_label("Steps").fill("all")
    page.keyboard.press("Tab")
    expect(entries(page)).to_have_text(["Input gate of units 3, 5–8 at all steps scaled by 0.5"])


def test_only_what_a_cell_has_is_offered(visit: Visit) -> None:
    page = visit("#model=both-ways&text=hello&aside=interventions")
    options = page.get_by_label("Quantity", exact=True).locator("option")
    expect(options).to_have_text(["reset gate", "update gate", "candidate", "hidden state"])


def test_what_became_more_and_less_likely(visit: Visit) -> None:
    page = visit(f"{AT}&interventions=cell_state*set*0*s4-5&seen=difference")
    plain, cleared = by_hand(), by_hand(setting("cell_state", slice(None), range(4, 6), 0))
    change = cleared["probability"] - plain["probability"]
    moved = page.locator("#moved")
    expect(moved).to_contain_text("Expected next after g step 8")
    expect(moved.locator("[data-token]")).to_have_count(5)
    largest = set(np.argsort(-np.abs(change[7]))[:5].tolist())
    rows = {int(row.get_attribute("data-token") or -1): row for row in moved.locator("[data-token]").all()}
    assert set(rows) == largest
    for token, row in rows.items():
        before, after = (float(part.replace("−", "-")) for part in (row.get_attribute("title") or "").split(" → "))
        assert (before, after) == pytest.approx(
            (plain["probability"][7][token], cleared["probability"][7][token]), abs=1e-5
        )
    more = moved.locator(".is-more [data-token]").all()
    assert {int(row.get_attribute("data-token") or -1) for row in more} == {
        token for token in largest if change[7][token] > 0
    }
    assert NETWORK.vocabulary is not None
    best = [int(row.argmax()) for row in np.abs(change)]
    guesses = page.locator(".token .guess").all_inner_texts()
    assert guesses[:4] == [""] * 4, "nothing has changed yet"
    names = {" ": "␣", "\n": "⏎"}
    for step in range(4, 14):
        label = NETWORK.vocabulary.labels[best[step]]
        if abs(change[step][best[step]]) > 0.01:
            assert guesses[step] == names.get(label, label)
            less = "is-less" in (page.locator(".token").nth(step).get_attribute("class") or "")
            assert less == (change[step][best[step]] < 0)


def test_a_forecast_stands_beside_the_one_without(visit: Visit) -> None:
    page = visit("#model=wave&unit=2&step=20&interventions=cell_state*set*0*s18-20")
    expect(page.locator(".forecast .other")).to_have_count(1)
    expect(page.locator(".forecast-legend")).to_contain_text("original")
    expect(page.locator("#moved")).to_contain_text("Forecast at step 21")
    expect(page.locator(".moved-numbers")).to_contain_text("→")


def test_the_question_what_if_it_had_forgotten(visit: Visit) -> None:
    page = visit(f"{AT}&origins=unit")
    page.get_by_role("button", name="Forget this").click()
    forgot = by_hand(setting("forget_gate", [5], range(7, 8), 0))
    shows(page, forgot)
    expect(page.locator(".origins-list li button.origin")).to_have_count(1)
    expect(page.locator(".carry-mark-text")).to_have_text("f = 0")
    expect(page.locator("#inspector")).to_contain_text(re.compile(r"→ 0\s*set to 0, was 0\.\d+"))
    # Whoever has just read the arithmetic is told too.
    for tab in ("Cell", "Arithmetic", "Numbers", "Intervene"):
        page.get_by_role("tab", name=tab).click()
        expect(page.locator("#moved")).to_contain_text("Expected next after g step 8")
    page.get_by_role("button", name="Forget this").click()
    shows(page, by_hand())
    origin = page.locator(".origins-list li").filter(has_text="step 6")
    left = float((origin.locator(".origin-amount").get_attribute("title") or "").replace("−", "-"))
    origin.get_by_role("button", name="Forget what step 6 wrote").click()

    def without(step: int, name: str, values: Array) -> Array:
        return values - left * (np.arange(12) == 5) if name == "cell_state" and step == 7 else values

    shows(page, by_hand(without))


def test_a_gate_is_clamped_from_its_equation(visit: Visit) -> None:
    page = visit(AT)
    page.get_by_role("button", name="Clamp the output gate").click()
    value = editor(page).get_by_label("Value as a number")
    assert float(value.input_value()) == pytest.approx(by_hand()["output_gate"][7][5], abs=1e-3)
    value.fill("1")
    page.keyboard.press("Enter")
    expect(editor(page)).to_be_hidden()
    shows(page, by_hand(setting("output_gate", [5], range(7, 8), 1)))
    page.locator(".cell-box[data-clamp=forget_gate]").click()
    expect(editor(page)).to_contain_text("forget gate")


def test_the_sentence_leads_to_what_changed_most(visit: Visit) -> None:
    page = visit(f"{AT}&interventions=candidate*add*0.5*u2*s3")
    plain = by_hand()

    def shifted(step: int, name: str, values: Array) -> Array:
        return values + 0.5 * (np.arange(12) == 2) if name == "candidate" and step == 3 else values

    changed = by_hand(shifted)
    most: tuple[float, str, int, int] = (0, "", 0, 0)
    for name in changed.keys() - {"probability"}:
        change = np.abs(changed[name] - plain[name])
        if name == "candidate":
            change[3][2] = 0
        most = max(most, (float(change.max()), name, *divmod(int(change.argmax()), 12)))
    _, name, step, unit = most
    page.get_by_role("button", name=f"Changed most: {name.replace('_', ' ')} of unit {unit} at step {step + 1}").click()
    expect(page.locator(".step-place")).to_have_text(f"{step + 1} / 14")
    expect(page.locator("#unit")).to_have_value(str(unit))


def test_what_no_longer_fits_is_off_and_comes_back(visit: Visit) -> None:
    page = visit(f"{AT}&aside=interventions&interventions=forget_gate*set*0*u5*s10-12+output_gate*set*1*u2*s2")
    expect(page.locator(".changes-list")).to_have_text("2 interventions")
    page.locator("#sequence").fill("f(x)")
    expect(entries(page).first.locator(".intervention-fault")).to_have_text("Off: This sequence ends at step 4.")
    expect(page.locator(".changes-list")).to_have_text("1 of 2 interventions on")
    page.locator("#model").select_option("plain")
    expect(page.locator("#changes")).to_contain_text("None that is on fits this network and sequence.")
    expect(entries(page).first.locator(".intervention-fault")).to_have_text(
        "Off: A simple recurrent layer has no forget gate."
    )
    page.locator("#model").select_option("letters")
    page.locator("#sequence").fill(TEXT)
    expect(page.locator(".changes-list")).to_have_text("2 interventions")


def test_a_refusal_stands_beside_the_list(visit: Visit) -> None:
    page = visit(f"{AT}&aside=interventions", allowed="422")

    def refuse(route: Route) -> None:
        if "interventions" not in (route.request.post_data or ""):
            return route.continue_()
        return route.fulfill(
            status=422, content_type="application/problem+json", body='{"detail": "this network does not do that"}'
        )

    page.route("**/api/v1/traces", refuse)
    page.get_by_role("button", name="Ablate").click()
    expect(page.locator(".interventions > .form-error")).to_have_text("This network does not do that.")
    expect(page.locator("#changes")).to_contain_text("This network does not do that.")
    shows(page, by_hand())


def test_a_late_answer_does_not_win(visit: Visit) -> None:
    page = visit(f"{AT}&aside=interventions")
    held: list[Route] = []

    def hold_first(route: Route) -> Any:
        if '"interventions":[' in (route.request.post_data or "") and not held:
            return held.append(route)
        return route.continue_()

    page.route("**/api/v1/traces", hold_first)
    page.get_by_role("button", name="Ablate").click()
    for _ in range(100):
        if held:
            break
        page.wait_for_timeout(20)
    page.get_by_role("checkbox", name="Hidden state of unit 5").uncheck()
    page.locator(".intervention-form").get_by_label("Units").fill("all")
    page.keyboard.press("Enter")
    gone = by_hand(setting("input_gate", slice(None), range(7, 8), 0))
    shows(page, gone)
    held[0].continue_()
    page.wait_for_timeout(150)
    shows(page, gone)


def test_the_arithmetic_tells_what_was_done(visit: Visit) -> None:
    page = visit(f"{AT}&aside=arithmetic&quantity=forget_gate&interventions=forget_gate*set*0.5*u5*s7")
    was = by_hand()["forget_gate"][7][5]
    told = page.locator(".sum-intervened")
    expect(told).to_contain_text("Then set to 0.5 by an intervention")
    expect(told).to_contain_text("Without the interventions: ")
    assert float(told.get_attribute("title") or "nan") == pytest.approx(was, abs=1e-6)


def test_a_finger_selects_while_the_tool_is_on(visit: Visit) -> None:
    page = visit(AT, width=390, height=844, has_touch=True, is_mobile=True)
    page.get_by_role("button", name="Intervene", exact=True).tap()
    panel(page, "output_gate").locator(".plot").scroll_into_view_if_needed()
    box = plot_box(page, "output_gate")
    touch = page.context.new_cdp_session(page)

    def finger(kind: str, x: float, y: float) -> None:
        points = [] if kind == "touchEnd" else [{"x": box["x"] + box["width"] * x, "y": box["y"] + box["height"] * y}]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    finger("touchStart", 0.1, 0.1)
    finger("touchMove", 0.3, 0.3)
    finger("touchMove", 0.6, 0.6)
    finger("touchEnd", 0.6, 0.6)
    expect(editor(page)).to_be_visible()
    assert page.locator(".zoom-range").inner_text() == "", "the window has not moved"
    within = editor(page).bounding_box()
    assert within is not None
    assert within["x"] >= 0
    assert within["x"] + within["width"] <= 390
    editor(page).get_by_role("button", name="Done").tap()
    expect(page.locator(".changes-list")).to_have_text("1 intervention")


def test_keys_turn_the_tool_on_and_the_view_round(visit: Visit) -> None:
    page = visit(f"{AT}&interventions=forget_gate*set*0")
    expect(page.locator(".carry-legend-ghost")).to_have_text("without the interventions")
    page.locator("#sequence").evaluate("field => field.blur()")
    chosen = page.locator("#changes input:checked")
    for seen in ("difference", "original", "intervened"):
        page.keyboard.press("d")
        expect(chosen).to_have_attribute("value", seen)
    page.keyboard.press("i")
    expect(page.get_by_role("button", name="Intervene", exact=True)).to_have_attribute("aria-pressed", "true")
