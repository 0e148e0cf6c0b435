"""Gate health, as somebody uses it: rows by any figure, what deserves a look, and where it leads."""

import re
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.browser.measuring import panel
from tests.browser.test_page import Visit, trace_of

INPUTS: dict[str, dict[str, Any]] = {
    "letters": {"text": "f(x) = g(x, y)"},
    "wide": {"text": "def mean(xs): return sum(xs)"},
    "both-ways": {"text": "hello, world"},
    "wave": {"values": [[1.5], [-0.5], [30.0], [2.0]]},
    "plain": {"values": [[1.0, 2.0], [0.5, -3.0], [0.0, 0.25]]},
}

FIGURES = """async ([model, input]) => {
  const [api, health, stats, form] = await Promise.all(
    ["api", "lib/health", "lib/stats", "lib/cell-form"].map((name) => import(`/static/${name}.js`)));
  const info = await api.fetchModel(model);
  const { layers } = await api.postTrace({ model, input });
  return layers.map((layer, index) => {
    const whole = { ...layer, form: form.cellForm(layer.cell, info.layers[index]) };
    const lives = health.halfLivesOf(whole);
    return {
      half_life: lives && Array.from(lives, (steps) => (Number.isFinite(steps) ? steps : null)),
      flags: health.flagsOf(whole).map(({ kind, quantity, units }) => [kind, quantity, units]),
      quantities: Object.entries(layer.quantities).map(([quantity, matrix]) => {
        const shares = health.saturationOf(whole, quantity);
        const { minimum, maximum } = stats.extents(matrix);
        const figures = { mean: stats.means(matrix), variance: stats.variances(matrix), minimum, maximum };
        const all = { ...figures, low: shares && shares.low, high: shares && shares.high };
        return { quantity, ...Object.fromEntries(Object.entries(all).map(([name, row]) => [name, row && [...row]])) };
      }),
    };
  });
}"""


@pytest.mark.parametrize("model", INPUTS)
def test_the_page_s_figures_are_the_servers(visit: Visit, address: str, model: str) -> None:
    page = visit("#model=letters&text=ab")
    found = page.evaluate(FIGURES, [model, INPUTS[model]])
    trace = trace_of(address, model, INPUTS[model])
    told = httpx.get(f"{address}/api/v1/traces/{trace['id']}/health").json()
    assert len(found) == len(told["layers"])
    for here, there in zip(found, told["layers"], strict=True):
        assert here["half_life"] == (there["half_life"] and pytest.approx(there["half_life"], rel=1e-9))
        for row, other in zip(here["quantities"], there["quantities"], strict=True):
            assert row["quantity"] == other["quantity"]
            for name in ("low", "high", "mean", "variance", "minimum", "maximum"):
                assert row[name] == (other[name] and pytest.approx(other[name], rel=1e-9, abs=1e-12)), name
        flags = [flag for flag in told["flags"] if flag["layer"] == there["layer"]]
        flags = [flag for flag in flags if flag["direction"] == there["direction"]]
        assert here["flags"] == [[flag["kind"], flag["quantity"], flag["units"]] for flag in flags]


def expect_units(page: Page, units: list[int]) -> None:
    """That the numbers' table has these rows, from the top."""
    expect(page.locator("#units tbody th")).to_have_text([str(unit) for unit in units])


def test_rows_by_health_are_chosen_filtered_and_kept_in_the_address(visit: Visit, address: str) -> None:
    page = visit("#model=wide&text=hello world&unit=3&aside=numbers")
    trace = trace_of(address, "wide", {"text": "hello world"})
    told = httpx.get(f"{address}/api/v1/traces/{trace['id']}/health").json()["layers"][0]
    lives = told["half_life"]
    page.select_option("#order", "half_life")
    by_life = sorted(range(128), key=lambda unit: (-lives[unit], unit))
    expect_units(page, by_life)
    page.locator(".row-direction").click()
    from_below = sorted(range(128), key=lambda unit: (lives[unit], unit))
    expect_units(page, from_below)
    page.select_option("#rows", "least")
    middle = sum(sorted(lives)[99:101]) / 2  # between two units: rounding decides nothing
    page.locator(".order-group input").fill(str(middle))
    page.locator(".order-group input").press("Enter")
    few = [unit for unit in from_below if lives[unit] >= middle]
    expect(page.locator(".row-count")).to_have_text(f"{len(few)} of 128 units")
    expect_units(page, few)
    expect(page.locator("#units caption")).to_contain_text(f"{len(few)} of 128 units")
    expect(page).to_have_url(re.compile(r"order=half_life%7E%7Eup&rows=least%7E"))
    page.reload()
    expect(page.locator("#order")).to_have_value("half_life")
    expect(page.locator(".row-count")).to_have_text(f"{len(few)} of 128 units")
    # Of the rows that are left each is as tall as it can be, and a click chooses the unit under it.
    box = panel(page, "forget_gate").locator(".plot").bounding_box()
    assert box
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] * 2.5 / len(few))
    expect(page.locator("#unit")).to_have_value(str(few[2]))
    mark = panel(page, "forget_gate").locator(".row-mark").first.bounding_box()
    assert mark
    assert mark["y"] - box["y"] == pytest.approx(box["height"] * 2 / len(few), abs=2)
    page.locator("#sequence").evaluate("field => field.blur()")
    page.locator(".timeline").click(position={"x": 5, "y": 5})
    page.keyboard.press("ArrowDown")
    expect(page.locator("#unit")).to_have_value(str(few[3]))


def test_a_unit_without_a_row_stays_chosen_and_none_is_said(visit: Visit) -> None:
    page = visit("#model=letters&text=hello&unit=5&rows=dead&origins=all", ready=False)
    expect(page.locator(".row-count")).to_have_text("none of 12 units")
    expect(page.locator("#unit")).to_have_value("5")
    assert panel(page, "cell_state").locator("canvas").count() == 0
    assert panel(page, "cell_state").locator(".row-mark").first.is_hidden()
    page.select_option("#rows", "all")
    expect(panel(page, "cell_state").locator("canvas").first).to_be_visible()
    expect(panel(page, "origins").locator("canvas").first).to_be_visible()
    expect(page.locator(".row-count")).to_have_text("")


def test_what_a_layer_has_no_figure_for_cannot_be_chosen(visit: Visit) -> None:
    page = visit("#model=plain&order=half_life")
    expect(page.locator("#order")).to_have_value("index")
    disabled = page.locator("#order option:disabled").all()
    assert [option.get_attribute("value") for option in disabled] == ["half_life"]
    assert page.locator("#rows option:disabled").count() == 2
    page.select_option("#order", "high")
    assert page.locator("#rows option:disabled").count() == 0
    assert page.locator("#order option").count() == 8
