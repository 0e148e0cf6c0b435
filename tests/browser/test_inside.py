"""The inside of a step, as somebody uses it: a number's arithmetic, a walk along it, and who wrote what is held."""

import json
import re
from typing import Any

import httpx
import pytest
from playwright.sync_api import Locator, Page, Request, expect

from tests.browser.measuring import panel
from tests.browser.test_page import Visit, trace_of

TEXT = "f(x) = g(x, y)"
AT = "#model=letters&text=f(x) = g(x, y)&unit=5&step=7"


def read(address: str, path: str, **query: Any) -> Any:
    answer = httpx.get(f"{address}/api/v1{path}", params={"layer": 0, "direction": "forward", **query})
    assert answer.status_code == 200, answer.text
    return answer.json()


def number(text: str) -> float:
    """A number as the page writes it."""
    digits = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
    return float(re.sub(r"×10([⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+)", lambda power: "e" + power[1].translate(digits), text).replace("−", "-"))


def title(page: Page) -> Locator:
    return page.locator("#arithmetic h2")


def exact(place: Locator) -> float:
    """What its tooltip has, to the last digit."""
    return float((place.get_attribute("title") or "").replace("−", "-"))


def ready(page: Page) -> None:
    expect(page.locator("#arithmetic")).to_have_attribute("data-ready", "true")


def test_the_sum_is_the_servers(visit: Visit, address: str) -> None:
    page = visit(f"{AT}&aside=arithmetic&quantity=forget_gate")
    ready(page)
    trace = trace_of(address, "letters", {"text": TEXT})
    told = read(address, f"/traces/{trace['id']}/arithmetic", quantity="forget_gate", unit=5, step=7)
    expect(title(page)).to_have_text("Forget gate of unit 5 at step 8 g")
    expect(page.locator(".sum-terms li")).to_have_count(8 + 12 + 1)
    products = page.locator(".term-product").all()
    shown = [exact(product) for product in products]
    assert sum(shown) == pytest.approx(told["pre_activation"], abs=1e-12)
    assert [abs(product) for product in shown] == sorted((abs(term["product"]) for term in told["terms"]), reverse=True)
    assert exact(page.locator(".sum-result")) == told["value"]
    assert told["value"] == pytest.approx(trace["layers"][0]["quantities"]["forget_gate"][7][5], abs=1e-7)
    sources = [exact(total) for total in page.locator(".sum-sources dd").all()]
    assert sum(sources) == pytest.approx(told["pre_activation"], abs=1e-12)
    expect(page.locator(".sum-rounding")).to_contain_text(re.compile("float64|last bit"))


def test_a_walk_leads_to_the_unit_before_and_back(visit: Visit) -> None:
    page = visit(f"{AT}&aside=arithmetic&quantity=forget_gate")
    ready(page)
    term = page.locator('.sum-terms li[data-source="hidden"] button').first
    unit = int(re.findall(r"\d+", term.locator("b").inner_text())[0])
    value = number(term.locator(".term-factors").inner_text().split(" × ")[0])
    term.click()
    expect(title(page)).to_contain_text(f"Hidden state of unit {unit} at step 7")
    expect(title(page)).to_be_focused()
    ready(page)
    assert exact(page.locator(".sum-result")) == pytest.approx(value, rel=1e-2)
    expect(page).to_have_url(re.compile(rf"unit={unit}&step=6.*aside=arithmetic.*quantity=hidden_state"))
    # What is read out leads on to the cell state, whose kept part to the step before.
    page.locator(".sum-terms button").first.click()
    expect(title(page)).to_contain_text(f"Cell state of unit {unit} at step 7")
    page.locator('.sum-terms li[data-source="kept"] button').click()
    expect(title(page)).to_contain_text(f"Cell state of unit {unit} at step 6")
    for there in (
        f"Cell state of unit {unit} at step 7",
        f"Hidden state of unit {unit} at step 7",
        "Forget gate of unit 5 at step 8",
    ):
        page.locator(".sum-back").click()
        expect(title(page)).to_contain_text(there)
    expect(page.locator(".sum-back")).to_be_hidden()


def test_the_browsers_way_back_leads_back_too(visit: Visit) -> None:
    page = visit(f"{AT}&aside=arithmetic&quantity=input_gate")
    ready(page)
    page.locator('.sum-terms li[data-source="hidden"] button').first.click()
    expect(page).to_have_url(re.compile("quantity=hidden_state"))
    page.go_back()
    expect(title(page)).to_contain_text("Input gate of unit 5 at step 8")


def test_an_input_of_a_higher_layer_is_a_unit_below(visit: Visit) -> None:
    page = visit("#model=both-ways&text=hello&layer=1&unit=2&step=3&aside=arithmetic&quantity=reset_gate")
    ready(page)
    page.locator('.sum-terms li[data-source="input"]', has_text="backward").first.locator("button").click()
    expect(title(page)).to_contain_text(re.compile(r"Hidden state of unit \d at step 4, layer 1 backward"))
    ready(page)
    # A backward layer has read the step after, not the one before.
    page.locator('.sum-terms li[data-source="kept"] button').click()
    expect(title(page)).to_contain_text(re.compile(r"at step 5, layer 1 backward"))
    ready(page)
    expect(page.locator('.sum-terms li[data-source="kept"]')).to_contain_text("initial state")
    expect(page.locator('.sum-terms li[data-source="kept"] button')).to_have_count(0)


def test_an_input_of_the_first_layer_is_the_token(visit: Visit) -> None:
    page = visit(f"{AT}&aside=arithmetic&quantity=candidate")
    ready(page)
    page.locator('.sum-terms li[data-source="input"] button').first.click()
    expect(page.locator(".tooltip-head")).to_have_text("step 8 · g")


def test_a_cell_of_a_heatmap_and_a_value_of_an_equation_choose_the_number(visit: Visit) -> None:
    page = visit("#model=wide&text=hello world")
    box = panel(page, "output_gate").locator(".plot").bounding_box()
    assert box
    page.mouse.click(box["x"] + box["width"] * 4.5 / 11, box["y"] + box["height"] * 0.5)
    page.locator("#tab-arithmetic").click()
    expect(title(page)).to_contain_text(re.compile(r"Output gate of unit 6\d at step 5"))
    page.locator("#tab-cell").click()
    page.locator('#inspector [data-value="f_pre"]').first.click()
    expect(title(page)).to_contain_text(re.compile(r"Forget gate of unit 6\d at step 5"))
    page.locator("#tab-cell").click()
    page.locator('#inspector [data-value="c_prev"]').first.click()
    expect(title(page)).to_contain_text(re.compile(r"Cell state of unit 6\d at step 4"))


def test_all_terms_can_be_had_and_searched(visit: Visit) -> None:
    page = visit("#model=wide&text=hello world&unit=3&aside=arithmetic&quantity=forget_gate")
    ready(page)
    expect(page.locator(".sum-terms li")).to_have_count(40)
    page.locator(".sum-more").click()
    expect(page.locator(".sum-terms li")).to_have_count(16 + 128 + 1)
    page.locator(".sum-search").fill("h[12")
    expect(page.locator(".sum-count")).to_have_text("9 of 145")
    expect(page.locator(".sum-terms b")).to_have_count(9)
    expect(page).to_have_url(re.compile("find=h"))
    page.reload()
    expect(page.locator(".sum-count")).to_have_text("9 of 145")
    expect(page.locator(".sum-search")).to_have_value("h[12")


def test_by_keyboard_alone(visit: Visit) -> None:
    page = visit(AT)
    page.locator("#tab-cell").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#tab-arithmetic")).to_be_focused()
    ready(page)
    page.keyboard.press("Tab")
    expect(page.locator('.sum-quantity[data-quantity="input_gate"]')).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(title(page)).to_contain_text("Forget gate of unit 5 at step 8")
    page.locator(".sum-search").focus()
    page.keyboard.type("hidden")
    expect(page.locator(".sum-count")).to_have_text("12 of 21")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(title(page)).to_contain_text(re.compile(r"Hidden state of unit \d+ at step 7"))
    expect(title(page)).to_be_focused()
    page.keyboard.press("o")
    origin = page.locator(".origins-list button").first
    expect(origin).to_be_visible()
    origin.focus()
    step = int(origin.get_attribute("data-step") or "")
    page.keyboard.press("Enter")
    expect(page.locator(".step-place")).to_have_text(f"{step + 1} / 14")


def test_the_ledger_adds_up_on_the_page(visit: Visit, address: str) -> None:
    page = visit(f"{AT}&origins=unit&aside=numbers")
    trace = trace_of(address, "letters", {"text": TEXT})
    state = trace["layers"][0]["quantities"]["cell_state"][7][5]
    told = read(address, f"/traces/{trace['id']}/ledger", unit=5, step=7)
    expect(page.locator(".origins-total")).to_contain_text("Unit 5 after step 8")
    parts = [float(item.get_attribute("data-left") or "") for item in page.locator(".origins-list li").all()]
    assert sum(parts) == pytest.approx(state, abs=1e-6)
    rows = [exact(cell) for cell in page.locator(".ledger-table tbody tr td:last-child").all()]
    assert rows == pytest.approx([told["initial"], *told["writes"]], abs=1e-9)
    expect(page.locator(".holdings-plot")).to_have_attribute("aria-label", re.compile("After step 8, unit 5 holds c ="))
    assert not page.locator(".carry-origins").evaluate(
        "canvas => canvas.toDataURL() === document.createElement('canvas').toDataURL()"
    )


def test_the_ledger_follows_the_cursor(visit: Visit) -> None:
    page = visit(f"{AT}&origins=unit")
    for step in (3, 0, 13):
        page.locator("#sequence").evaluate("field => field.blur()")
        page.keyboard.press("Home")
        for _ in range(step):
            page.keyboard.press("ArrowRight")
        expect(page.locator(".origins-total")).to_contain_text(f"after step {step + 1}:")


def test_a_token_tells_how_much_of_it_is_held(visit: Visit, address: str) -> None:
    page = visit(f"{AT}&origins=unit")
    trace = trace_of(address, "letters", {"text": TEXT})
    told = read(address, f"/traces/{trace['id']}/ledger", unit=5, step=7)
    box = page.locator(".holdings-plot").bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] * 5.5 / 14, box["y"] + box["height"] / 2)
    row = page.locator(".held-row")
    expect(row).to_contain_text("left in unit 5 at step 8")
    assert number(row.locator("dd").inner_text().lstrip("+")) == pytest.approx(told["writes"][5], rel=1e-2)

    # And it can be forgotten there and then.
    page.get_by_role("button", name="Forget what step 6").and_(page.locator(".holdings-forget")).click()
    expect(page).to_have_url(re.compile(r"interventions=cell_state\*add\*"))
    expect(page.locator(".holdings-forget")).to_be_hidden()


def test_bars_stand_under_their_tokens_also_when_they_are_asked_for_later(visit: Visit) -> None:
    page = visit(AT)
    page.keyboard.press("o")
    bars, tokens = page.locator(".holdings-plot"), page.locator(".tokens-clip")
    expect(bars).to_be_visible()
    at, above = bars.bounding_box(), tokens.bounding_box()
    assert at is not None
    assert above is not None
    assert abs(at["x"] - above["x"]) < 1.5
    assert abs(at["width"] - above["width"]) < 1.5


def test_origins_of_all_units(visit: Visit) -> None:
    page = visit("#model=both-ways&text=hello")
    page.get_by_role("button", name="Origins of all units").click()
    expect(panel(page, "origins").locator("canvas")).to_be_visible()
    box = panel(page, "origins").locator(".plot").bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] * 0.1, box["y"] + box["height"] * 0.75)
    expect(page.locator(".held-row")).to_contain_text("left in unit 7 at step 5")
    page.mouse.click(box["x"] + box["width"] * 0.1, box["y"] + box["height"] * 0.75)
    expect(page.locator("#unit")).to_have_value("7")
    expect(page).to_have_url(re.compile("origins=all"))


def test_a_simple_network_says_why_it_has_no_ledger(visit: Visit) -> None:
    page = visit("#model=plain&origins=unit.all")
    button = page.get_by_role("button", name="Origins", exact=True)
    expect(button).to_be_disabled()
    expect(button).to_have_attribute("title", re.compile("computes its whole state anew"))
    expect(page.locator("#origins")).to_be_hidden()


def test_nothing_is_asked_while_it_plays_fast(visit: Visit) -> None:
    page = visit("#model=wide&text=def mean(xs): return sum(xs)&step=0&origins=unit.all&aside=arithmetic")
    ready(page)
    page.locator("#speed").select_option("30")
    asked: list[str] = []

    def note(request: Request) -> None:
        if "/arithmetic" in request.url:
            asked.append(request.url)

    page.on("request", note)
    page.locator("#sequence").evaluate("field => field.blur()")
    page.clock.install(time=0)
    page.clock.pause_at(1)  # from here on frames come when they should, whatever else the machine does
    page.keyboard.press(" ")
    page.clock.run_for(5000)
    page.clock.resume()
    expect(page.locator(".step-place")).to_have_text("28 / 28")
    expect(title(page)).to_contain_text("at step 28")
    ready(page)
    assert len(asked) == 1, json.dumps(asked)


def test_a_trace_that_is_gone_is_made_again(visit: Visit) -> None:
    page = visit(f"{AT}&aside=arithmetic", allowed="404")
    ready(page)
    refused: list[str] = []

    def refuse_once(route: Any) -> None:
        if refused:
            route.continue_()
            return
        refused.append(route.request.url)
        route.fulfill(status=404, content_type="application/problem+json", body='{"detail": "there is no such trace"}')

    page.route("**/arithmetic?*", refuse_once)
    page.locator('.sum-quantity[data-quantity="output_gate"]').click()
    expect(title(page)).to_contain_text("Output gate")
    ready(page)
    assert refused


def test_a_refusal_is_a_sentence(visit: Visit) -> None:
    page = visit(AT, allowed="503")
    page.route(
        "**/arithmetic?*",
        lambda route: route.fulfill(
            status=503, content_type="application/problem+json", body='{"detail": "the server is busy"}'
        ),
    )
    page.locator("#tab-arithmetic").click()
    expect(page.locator(".sum-failure")).to_have_text("The server is busy.")
