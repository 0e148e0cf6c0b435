"""The page as somebody uses it: open, type, choose, play, zoom, share."""

import io
import json
import re
from collections.abc import Callable
from typing import Any

import httpx
import numpy as np
import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.measuring import panel, place

Visit = Callable[..., Page]


def trace_of(address: str, model: str, given: dict[str, Any]) -> Any:
    answer = httpx.post(f"{address}/api/v1/traces", json={"model": model, "input": given})
    assert answer.status_code == 201, answer.text
    return answer.json()


def pixels(page: Page, quantity: str) -> str:
    drawn = panel(page, quantity).locator("canvas").evaluate("canvas => canvas.toDataURL()")
    assert isinstance(drawn, str)
    return drawn


def test_opens_on_a_traced_sequence_at_once(visit: Visit, address: str) -> None:
    page = visit()
    names = page.locator(".panel h3").all_inner_texts()
    assert names == ["input gate", "forget gate", "candidate", "output gate", "cell state", "hidden state"]
    expect(page.locator("#sequence")).to_have_value("f(x) = g(x, y)")
    expect(page.locator(".token .letter")).to_have_count(14)
    expect(place(page)).to_have_text("14 / 14")
    trace = trace_of(address, "letters", {"text": "f(x) = g(x, y)"})
    guesses = page.locator(".token .guess").all_inner_texts()
    assert guesses[0].strip() == {" ": "␣", "\n": "⏎"}.get(
        trace["predictions"][0][0]["label"], trace["predictions"][0][0]["label"]
    )


@pytest.mark.parametrize(
    ("model", "quantities"),
    [("both-ways", ["reset gate", "update gate", "candidate", "hidden state"]), ("plain", ["hidden state"])],
)
def test_other_cells_show_fewer_panels(visit: Visit, model: str, quantities: list[str]) -> None:
    assert visit(f"#model={model}").locator(".panel h3").all_inner_texts() == quantities


def test_values_beside_the_panels_are_the_servers(visit: Visit, address: str) -> None:
    page = visit("#model=letters&text=abc&unit=5&step=1")
    layer = trace_of(address, "letters", {"text": "abc"})["layers"][0]
    for name, rows in layer["quantities"].items():
        shown = panel(page, name).locator(".value").inner_text().replace("−", "-")
        assert float(shown) == pytest.approx(rows[1][5], abs=0.00051)


def test_typing_retraces_and_the_cursor_follows_the_end(visit: Visit) -> None:
    page = visit()
    before = pixels(page, "forget_gate")
    page.locator("#sequence").fill("hello")
    expect(page.locator(".token .letter")).to_have_text(list("hello"))
    expect(place(page)).to_have_text("5 / 5")
    assert pixels(page, "forget_gate") != before
    page.locator("#sequence").press_sequentially("!x")
    expect(page.locator(".token .letter")).to_have_text(list("hello!x"))
    expect(place(page)).to_have_text("7 / 7")


def test_late_answers_are_dropped(visit: Visit) -> None:
    page = visit()
    held: list[Route] = []

    def hold_the_first(route: Any) -> None:
        if not held and "late" in (route.request.post_data or ""):
            held.append(route)
        else:
            route.continue_()

    page.route("**/api/v1/traces", hold_the_first)
    page.locator("#sequence").fill("late")
    page.locator("#sequence").fill("newest")
    expect(page.locator(".token .letter")).to_have_text(list("newest"))
    assert held
    held[0].abort()
    page.wait_for_timeout(100)
    expect(page.locator(".token .letter")).to_have_text(list("newest"))


def test_unknown_characters_are_marked_and_said(visit: Visit) -> None:
    page = visit("#model=letters&text=a%C2%A7b")
    expect(page.locator(".token.is-unknown .letter")).to_have_text(["§"])
    expect(page.locator("#input-message")).to_contain_text(re.compile("unknown|not know", re.IGNORECASE))


def test_an_error_stands_beside_the_input_and_nothing_is_lost(visit: Visit) -> None:
    page = visit("#model=plain")
    field = page.locator("#sequence")
    field.fill("1, 2\n3, 4, 5")
    message = page.locator("#input-message")
    expect(message).to_have_text("This network reads 2 numbers a step; line 2 has 3 numbers.")
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_have_value("1, 2\n3, 4, 5")
    expect(page.locator("body")).to_have_class(re.compile("is-stale"))
    expect(page.locator(".panel canvas")).to_be_visible()
    field.fill("1, 2\n3, 4")
    expect(message).to_have_text("")
    expect(page.locator("body")).not_to_have_class(re.compile("is-stale"))
    expect(place(page)).to_have_text("2 / 2")
    field.fill("")
    expect(message).to_contain_text("at least one step")


def test_a_server_that_is_gone_is_a_sentence(visit: Visit) -> None:
    page = visit(allowed="ERR_FAILED")
    page.route("**/api/v1/traces", lambda route: route.abort())
    page.locator("#sequence").fill("typed and kept")
    expect(page.locator("#input-message")).to_contain_text("does not answer")
    expect(page.locator("#sequence")).to_have_value("typed and kept")


def test_long_work_shows_progress_and_can_be_cancelled(visit: Visit) -> None:
    page = visit(allowed="ERR_ABORTED")
    held: list[Route] = []

    def keep_waiting(route: Route) -> None:
        held.append(route)

    page.route("**/api/v1/traces", keep_waiting)
    page.locator("#sequence").fill("takes long")
    expect(page.locator(".progress")).to_be_visible()
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator("#input-message")).to_contain_text("Cancelled")
    expect(page.locator(".progress")).not_to_be_visible()
    expect(page.locator("#sequence")).to_have_value("takes long")
    expect(page.locator(".panel canvas").first).to_be_visible()


def test_what_is_typed_is_text_and_never_markup(visit: Visit) -> None:
    page = visit()
    page.locator("#sequence").fill("<b>&<img src=x onerror=alert(1)>")
    expect(page.locator(".token .letter").first).to_have_text("<")
    assert page.locator(".ribbon b, img").count() == 0


def npy(array: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, array)
    return buffer.getvalue()


def choose_file(page: Page, name: str, content: bytes) -> None:
    page.locator("#file").set_input_files({"name": name, "mimeType": "application/octet-stream", "buffer": content})


FITTING = (
    ("rows.csv", b"x,y\n1,2\n3,4\n5,6\n", 3),
    ("rows.txt", b"1 2\n3 4\n", 2),
    ("array.npy", npy(np.arange(8, dtype=np.float64).reshape(4, 2)), 4),
    ("whole.npy", npy(np.arange(10, dtype=np.int16).reshape(5, 2)), 5),
)


def test_a_chosen_file_is_traced(visit: Visit) -> None:
    page = visit("#model=plain")
    for name, content, steps in FITTING:
        choose_file(page, name, content)
        expect(place(page)).to_have_text(f"{steps} / {steps}")


ODD = (
    (np.zeros((2, 2, 2)), "one or two dimensions"),
    (np.asfortranarray(np.zeros((3, 2))), "C order"),
    (np.zeros(3, dtype=np.complex128), "floats or whole numbers"),
    (np.array([[1.0, np.nan]]), "finite"),
    (np.zeros((3, 5)), "2 numbers a step; this array has 5"),
)


def test_a_file_that_does_not_fit_is_refused_with_a_sentence(visit: Visit) -> None:
    page = visit("#model=plain")
    for array, said in ODD:
        choose_file(page, "odd.npy", npy(array))
        expect(page.locator("#input-message")).to_contain_text(said)
        expect(page.locator(".panel canvas")).to_be_visible()


def test_a_dropped_file_is_traced_and_a_long_one_lies_over_what_was_typed(visit: Visit) -> None:
    page = visit()
    page.locator("#sequence").fill("typed before")
    page.evaluate(
        """text => {
          const data = new DataTransfer();
          data.items.add(new File([text], "long.txt", {type: "text/plain"}));
          dispatchEvent(new DragEvent("drop", {dataTransfer: data, bubbles: true, cancelable: true}));
        }""",
        "abc " * 2000,
    )
    expect(page.locator(".file-chip")).to_contain_text("long.txt: 8,000 characters")
    expect(place(page)).to_have_text("8000 / 8000")
    page.get_by_label("Take the file away").click()
    expect(page.locator("#sequence")).to_have_value("typed before")
    expect(place(page)).to_have_text("12 / 12")


def test_examples_layers_and_models_are_chosen(visit: Visit) -> None:
    page = visit()
    page.get_by_label("Examples").select_option("A word")
    expect(page.locator("#sequence")).to_have_value("hello")
    page.get_by_label("Network", exact=True).select_option(label="Both ways")
    expect(page.locator("#sequence")).to_have_value("hello, world")
    expect(place(page)).to_have_text("12 / 12")
    page.get_by_label("Layer and direction").select_option(label="Layer 1, backward")
    expect(place(page)).to_have_text("1 / 12")
    page.get_by_label("Network", exact=True).select_option(label="Letters")
    expect(page.locator("#sequence")).to_have_value("hello")


def test_numbers_come_with_their_forecast(visit: Visit) -> None:
    page = visit("#model=wave")
    expect(page.locator(".forecast .truth")).to_have_attribute("d", re.compile("^M"))
    expect(page.locator(".forecast .line.guess")).to_have_attribute("d", re.compile("^M"))
    expect(page.locator(".forecast-legend .key")).to_have_text(["read", "forecast"])
    page.get_by_label("Network", exact=True).select_option(label="Plain")
    expect(page.locator(".forecast-legend .key")).to_have_text(["sine", "cosine"])


def test_the_address_holds_the_view(visit: Visit) -> None:
    place_in = (
        "#model=letters&text=some+words+here&unit=4&pins=7.mean&step=6&stages=2&window=2~11&order=variance~forget_gate"
    )
    page = visit(place_in)
    expect(place(page)).to_have_text("7 / 15")
    expect(page.locator("#unit")).to_have_value("4")
    expect(page.locator("#stages")).to_be_checked()
    expect(page.locator("#order")).to_have_value("variance")
    expect(page.locator(".zoom-range")).to_have_text("steps 3 – 11")
    expect(page).to_have_url(re.compile(re.escape(place_in.replace("~", "%7E")) + "$"))
    page.keyboard.press("ArrowDown")
    expect(page).not_to_have_url(re.compile(re.escape(place_in.replace("~", "%7E")) + "$"))


def test_the_shared_address_shows_the_same_to_somebody_else(visit: Visit) -> None:
    page = visit("#model=plain", permissions=["clipboard-read", "clipboard-write"])
    page.locator("#sequence").fill("0.5, 1\n-2, 0.25\n3, 3")
    expect(place(page)).to_have_text("3 / 3")
    page.keyboard.press("Escape")
    page.get_by_label("Share").click()
    expect(page.locator("#toast")).to_contain_text("Address copied")
    copied = page.evaluate("navigator.clipboard.readText()")
    other = visit("#" + copied.split("#", 1)[1])
    expect(other.locator("#sequence")).to_have_value("0.5, 1\n-2, 0.25\n3, 3")
    assert pixels(other, "hidden_state") == pixels(page, "hidden_state")


def test_the_skip_link_leads_to_the_picture_and_changes_nothing(visit: Visit) -> None:
    page = visit("#model=plain")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#timeline")).to_be_focused()
    page.keyboard.press("Home")
    expect(place(page)).to_have_text("1 / 30")
    expect(page.get_by_label("Network", exact=True)).to_have_value(re.compile("plain", re.IGNORECASE))


def test_an_address_typed_into_the_open_page_is_followed(visit: Visit) -> None:
    page = visit()
    page.evaluate("location.hash = '#model=plain&step=4'")
    expect(place(page)).to_have_text("5 / 30")


def test_a_pasted_address_with_nonsense_is_passed_over(visit: Visit) -> None:
    page = visit("#model=nowhere&step=999999&unit=77777&pins=x.5&window=9~1&order=up&values=a")
    expect(page.locator("#input-message")).to_contain_text("nowhere")
    expect(place(page)).to_have_text("14 / 14")


def test_a_hover_never_enters_the_address(visit: Visit) -> None:
    page = visit()
    expect(page).to_have_url(re.compile("#.*step="))  # it is written once nothing more changes
    before = page.evaluate("location.hash")
    panel(page, "cell_state").locator(".plot").hover(position={"x": 300, "y": 10})
    expect(page.locator(".tooltip")).to_be_visible()
    expect(page.locator(".tooltip dd")).to_have_count(6)
    page.wait_for_timeout(400)
    assert page.evaluate("location.hash") == before


def test_a_panel_opens_as_a_plotly_figure(visit: Visit) -> None:
    page = visit()
    assert page.evaluate("typeof Plotly") == "undefined"
    panel(page, "forget_gate").hover()
    page.get_by_label("Open forget gate as a Plotly figure").click()
    expect(page.locator("dialog .plotly .main-svg").first).to_be_visible()
    assert page.locator("dialog [data-title*='cloud' i], dialog [data-title*='share' i]").count() == 0
    page.keyboard.press("Escape")
    expect(page.locator("dialog")).not_to_be_visible()


def test_the_trace_is_saved(visit: Visit, address: str) -> None:
    page = visit("#model=letters&text=abc")

    def saved(item: str, ending: str) -> bytes:
        page.get_by_text("Export").click()
        with page.expect_download() as waiting:
            page.get_by_role("menuitem").filter(has_text=item).click()
        assert waiting.value.suggested_filename.endswith(ending)
        return waiting.value.path().read_bytes()

    with np.load(io.BytesIO(saved("NumPy", ".npz"))) as arrays:
        assert any(array.shape == (3, 12) for array in arrays.values())
    expected = trace_of(address, "letters", {"text": "abc"})
    assert json.loads(saved("REST", ".json"))["layers"] == expected["layers"]
    assert {"data", "layout"} <= set(json.loads(saved("Plotly", ".plotly.json")))


def test_nothing_is_asked_of_another_host(visit: Visit, address: str) -> None:
    page = visit(ready=False)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.reload()
    expect(page.locator("body.has-trace .panel canvas").first).to_be_visible()
    panel(page, "cell_state").hover()
    page.get_by_label("Open cell state as a Plotly figure").click()
    expect(page.locator("dialog .plotly .main-svg").first).to_be_visible()
    assert asked
    assert [url for url in asked if not url.startswith((address, "data:", "blob:"))] == []
