"""Gate health, as somebody uses it: rows by any figure, what deserves a look, and where it leads."""

import re
from typing import Any

import httpx
import pytest
from playwright.sync_api import FilePayload, Page, expect

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
    expect(page.locator("#rows option:disabled")).to_have_count(0)
    assert page.locator("#order option").count() == 8


def health_of(address: str, model: str, given: dict[str, Any]) -> Any:
    trace = trace_of(address, model, given)
    return httpx.get(f"{address}/api/v1/traces/{trace['id']}/health").json()


def place(visit: Visit, hash_: str, *, allowed: str = "ERR_FAILED", charts: bool = False, **options: Any) -> Page:
    """The Health place; without its charts, which take a while to come, where they are not looked at."""
    blocked = None if charts else "**/plotly.min.js"
    page = visit(hash_, ready=False, allowed=() if charts else allowed, blocked=blocked, **options)
    expect(page.locator(".health-numbers tbody tr").first).to_be_visible()
    return page


def column(page: Page, key: str) -> list[str]:
    """What stands under a head of the table."""
    cells = page.locator(".health-numbers").evaluate(
        """(table, key) => {
          const at = [...table.querySelectorAll(".sorter")].findIndex((head) => head.dataset.key === key);
          return [...table.querySelectorAll("tbody tr")].map((row) => row.children[at].textContent);
        }""",
        key,
    )
    assert isinstance(cells, list)
    return cells


def test_the_place_tells_what_the_server_found_and_leads_to_it(visit: Visit, address: str) -> None:
    page = visit("#model=wave&values=1.5;-0.5;30;2")
    page.locator("#places a", has_text="Health").click()
    told = health_of(address, "wave", INPUTS["wave"])
    expect(page.locator(".health-findings li")).to_have_count(len(told["findings"]))
    expect(page.locator(".health-summary")).to_have_text("Wave: 4 steps.")
    expect(page.locator(".health-chart .main-svg").first).to_be_visible()
    layer = told["layers"][0]
    assert column(page, "mean.forget_gate") == [f"{mean:.3f}" for mean in layer["quantities"][1]["mean"]]
    flag = next(flag for flag in told["flags"] if len(flag["units"]) < 8)
    found = column(page, "found")
    assert [unit for unit in range(8) if flag["kind"] in found[unit]] == flag["units"]
    counted = page.locator(".health-chart .chart").first.evaluate("chart => chart.data.map(({x}) => x.length)")
    assert counted == [len(row["histogram"]["counts"]) for row in layer["quantities"]]
    page.locator("button.finding").first.click()
    expect(page.locator("#unit")).to_have_value(str(flag["units"][0]))
    expect(page.locator(".order-group .row-count")).to_contain_text(f"{len(flag['units'])} of 8 units")
    expect(page).to_have_url(re.compile(rf"unit={flag['units'][0]}.*rows={flag['kind']}%7E{flag['quantity']}"))
    page.go_back()
    expect(page.locator("#health .health-summary")).to_be_visible()
    expect(page).to_have_url(re.compile("#view=health&model=wave&values="))


def test_the_table_is_sorted_filtered_and_walked_by_keys(visit: Visit, address: str) -> None:
    page = place(visit, "#view=health&model=letters&text=f(x) = g(x, y)")
    lives = health_of(address, "letters", {"text": "f(x) = g(x, y)"})["layers"][0]["half_life"]
    page.locator('.sorter[data-key="half_life"]').click()
    expect(page.locator('th[aria-sort="descending"]')).to_have_text(re.compile("half-life"))
    expect(page.locator('.sorter[data-key="half_life"]')).to_be_focused()
    by_life = sorted(range(12), key=lambda unit: (-lives[unit], unit))
    assert [int(unit) for unit in column(page, "unit")] == by_life
    expect(page).to_have_url(re.compile("sort=half_life"))
    page.select_option("#health-only", "least")
    middle = sum(sorted(lives)[5:7]) / 2
    page.locator(".health-tools input").fill(str(middle))
    page.locator(".health-tools input").press("Enter")
    expect(page.locator(".health-tools .row-count")).to_have_text("6 of 12 units")
    expect(page).to_have_url(re.compile("only=least"))
    page.reload()
    expect(page.locator(".health-tools .row-count")).to_have_text("6 of 12 units")
    assert [int(unit) for unit in column(page, "unit")] == by_life[:6]
    page.locator(".unit-link").first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(page.locator(".unit-link").nth(2)).to_be_focused()
    expect(page.locator('.unit-link[tabindex="0"]')).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page.locator("#unit")).to_have_value(str(by_life[2]))
    expect(page.locator("body")).to_have_attribute("data-place", "explore")


def test_a_network_over_its_examples_layer_by_layer(visit: Visit, address: str) -> None:
    page = place(visit, "#view=health&model=both-ways", charts=True)
    expect(page.locator(".health-chart .main-svg").first).to_be_visible()
    page.locator(".source", has_text="example").click()
    expect(page).to_have_url(re.compile("over=examples"))
    expect(page.locator(".health-summary")).to_have_text("Both ways: 1 sequence, 12 steps.")
    told = httpx.get(f"{address}/api/v1/models/both-ways/health").json()
    assert httpx.get(address + (page.locator("a.action[download]").get_attribute("href") or "")).json() == told
    page.select_option("#layer", "1")
    expect(page.locator(".health-findings li:not(.is-elsewhere)").first).to_contain_text("Layer 1, backward: ")
    assert len(column(page, "unit")) == 10
    page.select_option("#health-table", "update_gate")
    expect(page.locator(".sorter")).to_have_count(8)
    expect(page.locator(".health-numbers tbody tr").last.locator("> *")).to_have_count(8)  # rows come after their heads
    gate = next(row for row in told["layers"][1]["quantities"] if row["quantity"] == "update_gate")
    assert column(page, "maximum") == [f"{most:.3f}" for most in gate["maximum"]]
    page.select_option("#model", "plain")
    expect(page.locator(".health-summary")).to_have_text("Plain: 1 sequence, 30 steps.")
    expect(page.locator(".health-findings")).to_contain_text("no gate that keeps")
    expect(page.locator(".health-chart:visible")).to_have_count(2)


def test_a_file_is_read_as_the_command_reads_it_or_refused_in_a_sentence(visit: Visit) -> None:
    page = place(visit, "#view=health&model=letters", allowed="Failed to load resource")
    text: FilePayload = {"name": "held-out.txt", "mimeType": "text/plain", "buffer": b"hello\n\n(a)\n"}
    page.set_input_files("#health-file", text)
    expect(page.locator(".health-summary")).to_have_text("Letters: held-out.txt, 2 sequences, 8 steps.")
    with page.expect_download() as saved:
        page.get_by_role("button", name="JSON").click()
    assert saved.value.suggested_filename == "gatescope-health.json"
    lines = b'{"tokens": [1]}\n{"tokens": [999]}\n'
    wrong: FilePayload = {"name": "ids.jsonl", "mimeType": "text/plain", "buffer": lines}
    page.set_input_files("#health-file", wrong)
    expect(page.locator(".health-failure")).to_contain_text(re.compile("^ids.jsonl: Line 2: a token must be in 0 to"))
    expect(page.locator(".health-content")).to_be_hidden()


def test_waiting_can_be_called_off_and_tried_again(visit: Visit) -> None:
    page = place(visit, "#view=health&model=letters&text=abc")
    page.route("**/models/letters/health", lambda _: None)
    page.locator(".source", has_text="examples").click()
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator(".health-failure")).to_contain_text("Cancelled.")
    page.unroute("**/models/letters/health")
    page.get_by_role("button", name="Try again").click()
    expect(page.locator(".health-summary")).to_have_text("Letters: 2 sequences, 19 steps.")


def test_without_the_chart_library_the_numbers_are_there(visit: Visit) -> None:
    page = place(visit, "#view=health&model=letters&text=abc")
    expect(page.locator(".health-charts .hint")).to_contain_text("The table has the numbers.")
    expect(page.locator(".health-numbers tbody tr")).to_have_count(12)


def test_it_fits_a_phone_and_the_dark(visit: Visit) -> None:
    phone: dict[str, Any] = {"width": 390, "height": 844, "color_scheme": "dark", "has_touch": True}
    page = place(visit, "#view=health&model=letters&text=abc", charts=True, **phone)
    expect(page.locator(".health-chart .main-svg").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    ink = page.locator(".health-chart .chart").first.evaluate("chart => chart.layout.font.color")
    assert ink == "#e6e4df"
    assert page.locator(".health-chart .chart").first.get_attribute("aria-label")
