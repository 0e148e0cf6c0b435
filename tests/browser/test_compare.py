"""The Compare view, clicked through; every number that it shows is computed again from the two traces."""

import json
import re
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
from playwright.sync_api import Route, expect

from gatescope.core import align, encode, trace
from gatescope.core.alignment import by_edit
from gatescope.core.difference import difference
from gatescope.core.interventions import Intervention
from tests.browser.comparing import (
    NETWORKS,
    Visit,
    check_numbers,
    check_place,
    compare_address,
    field,
    numbers,
    opened,
    place,
    side,
    traces,
    upload_twin,
)


def test_it_opens_on_explore_s_sequence_and_the_same_with_one_letter_changed(visit: Visit) -> None:
    page = visit("")
    page.get_by_role("link", name="Compare").click()
    expect(page.locator("#compare .panel canvas").first).to_be_visible()
    first, second = field(page, "A").input_value(), field(page, "B").input_value()
    assert first == "f(x) = g(x, y)"
    assert len(second) == len(first)
    assert sum(a != b for a, b in zip(first, second, strict=True)) == 1
    expect(page.locator(".compare-headline")).to_have_text("One network, two inputs; 1 of 14 steps differs.")
    one, other = traces(NETWORKS["letters"], first, second)
    unit, column = place(page)
    change = one.layers[0].quantities["cell_state"] - other.layers[0].quantities["cell_state"]
    assert abs(change[column, unit]) == np.abs(change).max()
    check_numbers(page, one, other, unit, column, column)
    expect(page.locator(".compare-ribbons .token[data-mark=changed]")).to_have_count(2)


def test_the_largest_differences_are_those_of_the_traces_and_lead_there(visit: Visit) -> None:
    texts = ("abcabd", "bcaad")
    page = opened(
        visit, compare_address(a={"model": "letters", "text": texts[0]}, b={"model": "letters", "text": texts[1]})
    )
    one, other = traces(NETWORKS["letters"], *texts)
    aligned = align(one.encoded, other.encoded, "edit")
    ranked = difference(one, other, aligned).ranked({"cell_state"})
    items = page.locator(".change")
    expect(items).to_have_count(len(ranked))
    for index in (3, 0, 7):
        items.nth(index).click()
        expect(items.nth(index)).to_have_attribute("aria-current", "true")
        expected = ranked[index]
        unit, column = place(page)
        assert (unit, aligned.pairs[column]) == (expected.unit, (expected.step, expected.baseline_step))
        check_numbers(page, one, other, expected.unit, expected.step, expected.baseline_step)
    items.nth(2).press("Enter")
    expect(page.locator("#compare-unit")).to_have_value(str(ranked[2].unit))


def test_arrow_keys_walk_along_the_shared_axis_and_through_the_units(visit: Visit) -> None:
    texts = ("xabc", "abcz")
    page = opened(
        visit,
        compare_address(
            a={"model": "letters", "text": texts[0]}, b={"model": "letters", "text": texts[1]}, unit=3, column=0
        ),
    )
    one, other = traces(NETWORKS["letters"], *texts)
    pairs = align(one.encoded, other.encoded, "edit").pairs
    assert pairs == ((0, None), (1, 0), (2, 1), (3, 2), (None, 3))
    for column, (step, there) in enumerate(pairs):
        expect(page.locator("#compare .step-place")).to_have_text(f"{column + 1} / 5")
        check_numbers(page, one, other, 3, step, there)
        page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    check_place(page, 4, 4)
    page.keyboard.press("Home")
    page.keyboard.press("ArrowUp")
    check_place(page, 3, 0)
    expect(page.locator("#compare-announcer")).to_contain_text(
        "A: step 1, x. B: no step. Unit 3, A and B: input gate only in A"
    )
    page.locator("#compare-align").select_option("index")
    expect(page.locator("#compare .step-place")).to_have_text("1 / 4")
    check_numbers(page, one, other, 3, 0, 0)
    expect(page.locator(".compare-ribbons.is-plain")).to_be_visible()


def test_what_became_more_likely_is_what_the_readouts_say(visit: Visit) -> None:
    texts = ("hello", "hallo")
    page = opened(
        visit,
        compare_address(a={"model": "letters", "text": texts[0]}, b={"model": "letters", "text": texts[1]}, column=2),
    )
    one, other = traces(NETWORKS["letters"], *texts)
    assert one.outputs is not None
    assert other.outputs is not None
    change = one.outputs[2] - other.outputs[2]
    labels = one.network.output_labels or ()
    rows = page.locator(".compared-chances tbody tr")
    expect(rows).to_have_count(5)
    for row in rows.all():
        token = labels.index(row.locator("kbd").inner_text().replace("␣", " ").replace("⏎", "\n"))
        told = [text.replace("<1", "0").strip("%+−") for text in row.locator("td").all_inner_texts()]
        assert abs(float(told[0]) / 100 - one.outputs[2][token]) <= 0.0101
        assert abs(float(told[1]) / 100 - other.outputs[2][token]) <= 0.0101
        assert ("−" in row.locator("td").nth(2).inner_text()) == (change[token] < 0)
        assert abs(change[token]) >= np.sort(np.abs(change))[-5] - 1e-6


def test_typing_on_one_side_runs_only_that_side_and_a_late_answer_is_dropped(visit: Visit) -> None:
    page = opened(
        visit,
        compare_address(
            a={"model": "letters", "text": "hello"}, b={"model": "letters", "text": "hallo"}, unit=2, column=4
        ),
    )
    held: list[Route] = []
    asked: list[str] = []

    def slow(route: Route) -> None:
        text = json.loads(route.request.post_data or "{}")["input"]["text"]
        asked.append(text)
        if text == "hull":
            held.append(route)
        else:
            route.continue_()

    page.route("**/api/v1/traces", slow)
    field(page, "B").fill("hull")
    expect(side(page, "B").locator("textarea")).to_have_value("hull")
    page.wait_for_timeout(100)
    field(page, "B").fill("hullu")
    expect(page.locator(".compare-headline")).to_have_text("One network, two inputs; 2 of 5 steps differ.")
    one, other = traces(NETWORKS["letters"], "hello", "hullu")
    check_numbers(page, one, other, 2, 4, 4)
    for route in held:
        route.abort()
    assert set(asked) == {"hull", "hullu"}


def test_what_is_refused_is_said_beside_its_side_and_nothing_is_lost(visit: Visit) -> None:
    page = opened(
        visit, compare_address(a={"model": "letters", "text": "hello"}, b={"model": "letters", "text": "hallo"})
    )
    field(page, "A").fill("")
    expect(side(page, "A").locator(".input-message")).to_contain_text("at least one step")
    expect(side(page, "B").locator(".input-message")).to_be_empty()
    expect(page.locator("#compare")).to_have_class(re.compile("is-stale"))
    field(page, "A").fill("hallo")
    expect(page.locator(".compare-headline")).to_have_text("A and B are one and the same: change one of them.")
    page.get_by_role("link", name="Explore").click()
    expect(page.locator("#sequence")).to_be_visible()
    page.get_by_role("link", name="Compare").click()
    expect(field(page, "A")).to_have_value("hallo")


def test_two_networks_of_one_shape_read_one_input(visit: Visit, address: str, tmp_path: Path) -> None:
    twin, network = upload_twin(address, tmp_path)
    page = opened(visit, compare_address(a={"model": "letters", "text": "hello"}, unit=1, column=3))
    side(page, "B").get_by_role("combobox", name="Network of B").select_option(twin)
    side(page, "B").get_by_role("button", name="Same as A").click()
    expect(page.locator(".compare-headline")).to_have_text("Two networks of one shape, one input.")
    one, other = (trace(each, encode(each, text="hello")) for each in (NETWORKS["letters"], network))
    check_numbers(page, one, other, 1, 3, 3)
    side(page, "B").get_by_role("combobox", name="Network of B").select_option("wave")
    expect(side(page, "A").locator(".input-message")).to_contain_text("Follows B")
    expect(side(page, "A").get_by_role("combobox", name="Network of A")).to_have_value("wave")
    expect(page.locator(".compare-headline")).to_contain_text("One network, two inputs")


def test_intervened_against_the_original(visit: Visit) -> None:
    page = opened(
        visit,
        compare_address(
            a={"model": "letters", "text": "f(x)", "interventions": "forget_gate*set*0*u3*s2"}, unit=3, column=3
        ),
    )
    network = NETWORKS["letters"]
    encoded = encode(network, text="f(x)")
    done = [Intervention(0, "forward", "forget_gate", (3,), (2, 3), "set", 0.0)]
    one, other = trace(network, encoded, interventions=done), trace(network, encoded)
    expect(page.locator(".compare-headline")).to_have_text("One network, one input; 1 intervention in A.")
    check_numbers(page, one, other, 3, 3, 3)
    box = side(page, "A").get_by_role("checkbox", name="forget gate of unit 3 at step 3 set to 0")
    box.uncheck()
    expect(page.locator(".compare-headline")).to_have_text("A and B are one and the same: change one of them.")
    box.check()
    expect(page.locator(".compare-headline")).to_contain_text("1 intervention in A")
    page.get_by_role("button", name="Swap A and B").click()
    expect(page.locator(".compare-headline")).to_contain_text("1 intervention in B")
    check_numbers(page, other, one, 3, 3, 3)


def test_explore_leads_to_what_its_interventions_changed(visit: Visit) -> None:
    page = visit("#model=letters&text=f(x)&unit=3&step=3&interventions=forget_gate*set*0*u3*s2")
    page.get_by_role("button", name="Compare with the original").click()
    expect(page.locator(".compare-headline")).to_have_text("One network, one input; 1 intervention in A.")
    expect(field(page, "B")).to_have_value("f(x)")
    expect(side(page, "B").get_by_role("checkbox")).to_have_count(0)
    expect(side(page, "A").get_by_role("textbox", name="Text")).to_be_visible()
    expect(page).to_have_url(re.compile("view=compare"))
    page.go_back()
    expect(page.locator("#sequence")).to_have_value("f(x)")


def test_a_view_that_cannot_be_had_is_asked_for_once_and_again_when_it_is_opened_again(visit: Visit) -> None:
    page = visit("", allowed="Failed to load resource")
    asked: list[str] = []

    def refuse(route: Route) -> None:
        asked.append(route.request.url)
        if len(asked) == 1:
            route.abort()
        else:
            route.continue_()

    page.route("**/places/compare.js", refuse)
    page.get_by_role("link", name="Compare").click()
    expect(page.locator("#toast")).to_contain_text("could not be loaded")
    page.wait_for_timeout(150)
    assert len(asked) == 1
    page.get_by_role("link", name="Explore").click()
    expect(page.locator("#sequence")).to_be_visible()
    page.get_by_role("link", name="Compare").click()
    expect(page.locator("#compare .panel canvas").first).to_be_visible()


def test_pointing_zooming_and_choosing_by_pointer(visit: Visit) -> None:
    page = opened(
        visit,
        compare_address(a={"model": "letters", "text": "hello, world"}, b={"model": "letters", "text": "hello, weird"}),
    )
    panel = page.locator('.panel[data-part="difference"] .plot')
    box = panel.bounding_box()
    assert box
    column, unit = 9, 7
    at = (box["x"] + (column + 0.5) / 12 * box["width"], box["y"] + (unit + 0.5) / 12 * box["height"])
    page.mouse.move(*at)
    tooltip = page.locator("#compare .tooltip")
    expect(tooltip).to_contain_text("A: step 10")
    expect(tooltip).to_contain_text("unit 7")
    expect(tooltip.locator("dd")).to_have_count(3)
    page.mouse.click(*at)
    check_place(page, unit, column)
    page.keyboard.press("+")
    expect(page.locator("#compare .zoom-range")).to_contain_text("columns")
    page.keyboard.press("0")
    expect(page.locator("#compare .zoom-range")).to_have_text("")
    page.get_by_role("button", name="All quantities").click()
    expect(page.locator("#compare .panel")).to_have_count(18)
    page.get_by_role("button", name="Most different first").click()
    assert parse_qs(urlsplit(page.url).fragment).get("view") == ["compare"]


def test_the_address_holds_everything(visit: Visit) -> None:
    page = opened(
        visit,
        compare_address(
            a={"model": "letters", "text": "hello"},
            b={"model": "letters", "text": "help & more"},
            align="index",
            quantity="output_gate",
            unit=5,
            column=2,
            order="difference",
        ),
    )
    page.keyboard.press("ArrowRight")
    page.wait_for_url(re.compile("column=3"))
    said = parse_qs(urlsplit(page.url).fragment)
    assert json.loads(said["b"][0]) == {"model": "letters", "text": "help & more"}
    assert (said["column"], said["unit"], said["align"], said["quantity"], said["order"]) == (
        ["3"],
        ["5"],
        ["index"],
        ["output_gate"],
        ["difference"],
    )
    again = opened(visit, "#" + urlsplit(page.url).fragment)
    assert place(again) == (5, 3)
    expect(field(again, "B")).to_have_value("help & more")
    assert numbers(again) == numbers(page)


def test_numbers_have_curves_and_outputs_of_both(visit: Visit) -> None:
    page = opened(visit, compare_address(a={"model": "wave"}))
    expect(page.locator("#compare .forecast")).to_have_count(2)
    expect(page.locator("#compare .forecast .truth")).to_have_count(2)
    assert "output" in numbers(page)
    first, second = (np.array([float(part) for part in field(page, name).input_value().split(",")]) for name in "AB")
    assert (first != second).sum() == 1
    network = NETWORKS["wave"]
    one, other = (trace(network, encode(network, values=values)) for values in (first, second))
    unit, column = place(page)
    check_numbers(page, one, other, unit, column, column)
    assert one.outputs is not None
    shown = [float(text.replace("−", "-")) for text in numbers(page)["output"][:2]]
    assert shown[0] == pytest.approx(float(one.outputs[column, 0]), rel=1e-5)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_on_a_phone(visit: Visit, scheme: str) -> None:
    page = opened(visit, width=390, height=844, color_scheme=scheme, has_touch=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.locator("#compare .transport").get_by_role("button", name="One step on (→)").tap()
    page.locator(".change").nth(1).scroll_into_view_if_needed()
    page.locator(".change").nth(1).tap()
    expect(page.locator(".change").nth(1)).to_have_attribute("aria-current", "true")


def test_the_page_aligns_as_the_server_does(visit: Visit) -> None:
    page = opened(visit)
    random = np.random.default_rng(0)
    cases = [[random.integers(0, 4, random.integers(1, 30)).tolist() for _ in range(2)] for _ in range(60)]
    found = page.evaluate(
        """async (cases) => {
          const { byEdit } = await import("/static/lib/alignment.js");
          return cases.map(([one, other]) => {
            const { here, there } = byEdit(Int32Array.from(one), Int32Array.from(other));
            return Array.from(here, (step, column) => [step, there[column]]);
          });
        }""",
        cases,
    )
    for (one, other), pairs in zip(cases, found, strict=True):
        expected = by_edit(np.array(one), np.array(other)).pairs
        assert [[-1 if step is None else step for step in pair] for pair in expected] == pairs
