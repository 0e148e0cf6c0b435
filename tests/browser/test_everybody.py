"""The page for everybody: on a phone, by keyboard, by ear, when the server is away; and what a network's card says."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.measuring import place, resized

Visit = Callable[..., Page]
PHONE = {"width": 390, "height": 844}


def away(route: Route) -> None:
    """A server that is not there."""
    route.abort()


def test_the_card_lets_a_person_judge_the_network(visit: Visit) -> None:
    page = visit("#model=letters", permissions=["clipboard-read", "clipboard-write"])
    page.get_by_label("About this network").click()
    card = page.locator("dialog")
    rows = card.locator(".results tr").all_inner_texts()
    assert [re.sub(r"\s+", " ", row).strip() for row in rows] == [
        "This network 1.5",
        "Baseline: always the same letter 3",
        "Best possible: the entropy 1.25",
    ]
    widths = [
        bar.evaluate("bar => Number(bar.style.getPropertyValue('--share'))")
        for bar in card.locator(".result-bar").all()
    ]
    assert widths == pytest.approx([0.5, 1, 1.25 / 3])
    expect(card).to_contain_text("2,000 updates with Adam, each on 8 stretches of 20 steps")
    text = card.inner_text()
    assert "{" not in text
    assert "_" not in text
    card.get_by_label("Copy the command").click()
    expect(card.locator(".dialog-told")).to_have_text("Command copied.")
    assert page.evaluate("navigator.clipboard.readText()") == "python -m somewhere letters"
    expect(card).to_contain_text("The cell state of unit 7 follows “open brackets”, correlation −0.92.")
    card.get_by_role("button", name="Show unit 7").click()
    expect(card).not_to_be_visible()
    expect(page.locator("#unit")).to_have_value("7")


def test_a_card_without_training_says_what_there_is(visit: Visit) -> None:
    page = visit("#model=both-ways")
    page.get_by_label("About this network").click()
    expect(page.locator("dialog")).to_contain_text("layer 1: GRU with 10 units, backward")
    expect(page.locator("dialog .results")).to_have_count(0)


def test_a_phone_reaches_the_card_and_folds_the_legend(visit: Visit) -> None:
    page = visit("#model=wave", **PHONE)
    page.get_by_label("About this network").click()
    expect(page.locator("dialog")).to_contain_text("drawn at random")
    page.keyboard.press("Escape")
    page.evaluate("scrollTo(0, 0)")
    expect(page.locator(".carry-legend ul")).not_to_be_visible()
    page.get_by_text("What does this show?").click()
    expect(page.locator(".carry-legend ul")).to_be_visible()
    page.set_viewport_size({"width": 1440, "height": 900})
    expect(page.locator(".carry-legend ul")).to_be_visible()
    expect(page.get_by_text("What does this show?")).not_to_be_visible()


def test_the_name_of_the_view_is_in_sight_on_a_phone(visit: Visit) -> None:
    page = visit("#view=models", ready=False, **PHONE)
    current = page.locator("#places [aria-current]")
    expect(current).to_have_text("Models")
    expect(current).to_be_in_viewport(ratio=1)
    row = page.locator("#places").evaluate("row => row.getBoundingClientRect().right")
    assert current.evaluate("link => link.getBoundingClientRect().right") <= row


@pytest.mark.parametrize("width", [320, 390])
def test_a_phone_names_the_network_and_the_layer(visit: Visit, width: int) -> None:
    page = visit("#model=both-ways&direction=backward", width=width, height=700)
    for label, least in (("Network", 90), ("Layer and direction", 90)):
        box = page.get_by_label(label, exact=True).bounding_box()
        assert box
        assert box["width"] >= least


LONG = "&text=" + "abcdefghij" * 12


@pytest.mark.parametrize(("at", "seen"), [("", "119"), ("&step=60", "60")])
def test_a_long_text_can_be_read_on_a_phone(visit: Visit, at: str, seen: str) -> None:
    page = visit("#model=letters" + LONG + at, **PHONE)
    tokens = page.locator(".token:visible")
    box = tokens.nth(3).bounding_box()
    assert box
    assert box["width"] >= 13.9
    steps = tokens.evaluate_all("tokens => tokens.map(token => token.dataset.step)")
    assert seen in steps
    page.keyboard.press("Home")
    expect(page.locator('.token[data-step="0"]')).to_be_visible()
    page.keyboard.press("0")
    expect(page.locator(".window-bar")).not_to_be_visible()


def test_the_window_follows_what_is_typed_on_a_phone(visit: Visit) -> None:
    page = visit("#model=letters&text=short", **PHONE)
    field = page.locator("#sequence")
    field.fill("abcdefghij" * 4)
    expect(page.locator('.token.is-chosen[data-step="39"]')).to_be_visible()
    field.press_sequentially("xyz")
    expect(page.locator('.token.is-chosen[data-step="42"]')).to_be_visible()
    assert page.locator(".token:visible").count() < 30


@pytest.mark.parametrize("focus", ["body", "heatmap", "slider"])
def test_every_key_works_wherever_the_focus_is(visit: Visit, focus: str) -> None:
    page = visit("#model=letters&unit=4&text=" + "abcd" * 10)
    if focus == "heatmap":
        page.locator('.panel[data-quantity="cell_state"] .plot').click(position={"x": 200, "y": 20})
    elif focus == "slider":
        page.locator(".scrub").focus()
    unit = int(page.locator("#unit").input_value())
    press = page.keyboard.press
    press("Home")
    expect(place(page)).to_have_text("1 / 40")
    press("ArrowRight")
    expect(place(page)).to_have_text("2 / 40")
    press("End")
    expect(place(page)).to_have_text("40 / 40")
    press("ArrowLeft")
    expect(place(page)).to_have_text("39 / 40")
    press("ArrowDown")
    expect(page.locator("#unit")).to_have_value(str(unit + 1))
    press("ArrowUp")
    expect(page.locator("#unit")).to_have_value(str(unit))
    press("p")
    expect(page.locator(".pins .chip")).to_have_count(1)
    press("+")
    expect(page.locator(".zoom-range")).not_to_have_text("")
    press("0")
    expect(page.locator(".zoom-range")).to_have_text("")
    press("End")
    press(" ")
    expect(page.get_by_label("Pause (Space)")).to_be_visible()
    press(" ")
    expect(page.get_by_label("Play (Space)")).to_be_visible()
    assert int(place(page).inner_text().split(" / ")[0]) < 20, "playing from the end starts at the beginning"
    press("?")
    expect(page.locator("dialog")).to_be_visible()


def test_a_screen_reader_hears_the_step_once_and_nothing_while_playing(visit: Visit) -> None:
    page = visit("#model=letters&text=" + "abcd" * 10)
    page.wait_for_timeout(600)
    page.evaluate(
        """() => {
          window.said = [];
          const changes = {childList: true, characterData: true, subtree: true};
          for (const region of document.querySelectorAll("[aria-live], [role=status], [role=alert], output"))
            new MutationObserver(() => window.said.push(region.textContent)).observe(region, changes);
        }"""
    )
    page.keyboard.press("Home")
    expect(page.locator("#announcer")).to_contain_text("Step 1 of 40, a")
    assert len(page.evaluate("said")) == 1
    page.locator("#speed").select_option("60")
    page.keyboard.press("Escape")
    page.locator("body").press("End")
    expect(page.locator("#announcer")).to_contain_text("Step 40 of 40")
    before = page.evaluate("said.length")
    page.get_by_label("Play (Space)").click()
    expect(page.get_by_label("Pause (Space)")).to_be_visible()
    expect(page.get_by_label("Play (Space)")).to_be_visible()
    page.wait_for_timeout(600)
    assert page.evaluate("said.length") - before <= 1


def test_a_simple_network_s_equation_is_filled_in(visit: Visit) -> None:
    page = visit("#model=plain&unit=3&step=5")
    expect(page.locator(".equation")).to_have_text(re.compile(r"= tanh\(−?\d\S*\)\s*= −?0\.\d+"))
    expect(page.locator(".equation")).not_to_contain_text("…")


BROKEN = (
    ("gap.csv", b"x,y\n1,2\n,4\n", "gap.csv: Expected numbers; line 3 has an empty cell."),
    ("nan.csv", b"nan,nan\n1,2\n", "nan.csv: Expected numbers; line 1 has “nan”."),
    ("broken.npy", b"\x93NUMPY\x01\x00v\x00{'descr'", "broken.npy: This .npy file ends inside its header."),
)


def test_a_broken_file_is_one_sentence_and_leaves_what_was_typed(visit: Visit) -> None:
    page = visit("#model=plain")
    page.locator("#sequence").fill("1, 2\n3, 4")
    expect(place(page)).to_have_text("2 / 2")
    for name, content, said in BROKEN:
        page.locator("#file").set_input_files({"name": name, "mimeType": "text/csv", "buffer": content})
        expect(page.locator("#input-message")).to_have_text(said)
        expect(page.locator("#sequence")).to_have_value("1, 2\n3, 4")


def test_what_was_typed_can_be_undone(visit: Visit) -> None:
    page = visit("#model=letters&text=ab")
    field = page.locator("#sequence")
    field.click()
    field.press("End")
    field.press_sequentially("cdef")
    expect(place(page)).to_have_text("6 / 6")
    for _ in range(6):
        if field.input_value() == "ab":
            break
        field.press("Control+z")
    expect(field).to_have_value("ab")
    expect(place(page)).to_have_text("2 / 2")


def test_a_server_that_comes_back_answers_when_it_is_asked_again(visit: Visit) -> None:
    page = visit("#model=letters&text=abc", allowed="ERR_FAILED")
    page.route("**/api/v1/**", away)
    page.locator("#sequence").fill("typed and kept")
    expect(page.locator("#input-message")).to_contain_text("does not answer")
    expect(page.locator("body")).to_have_class(re.compile("is-stale"))
    page.unroute("**/api/v1/**", away)
    page.get_by_role("button", name="Try again").click()
    expect(place(page)).to_have_text("14 / 14")
    expect(page.locator("#sequence")).to_have_value("typed and kept")
    expect(page.locator("#input-message")).to_have_text("")
    expect(page.get_by_role("button", name="Try again")).not_to_be_visible()


def test_a_page_that_found_no_server_starts_when_it_is_asked_again(visit: Visit) -> None:
    page = visit(ready=False, allowed="ERR_FAILED")
    page.route("**/api/v1/models", away)
    page.goto(page.url.split("#", 1)[0] + "?again#model=letters&text=hello&step=2")
    expect(page.locator("#input-message")).to_contain_text("does not answer")
    page.unroute("**/api/v1/models", away)
    page.get_by_role("button", name="Try again").click()
    expect(place(page)).to_have_text("3 / 5")


def test_the_way_back_leads_to_the_network_and_text_before(visit: Visit) -> None:
    page = visit("#model=letters&text=h%C3%A9llo+w%F0%9F%98%80rld&step=3&unit=2&pins=5&window=1~6")
    expect(page).to_have_url(re.compile("window=1%7E6$"))  # as the page writes it
    before = page.url
    page.get_by_label("Network", exact=True).select_option(label="Plain")
    expect(place(page)).to_have_text("30 / 30")
    expect(page).to_have_url(re.compile("model=plain.*step=29"))
    after = page.url
    page.go_back()
    expect(page.locator("#sequence")).to_have_value("héllo w😀rld")
    expect(place(page)).to_have_text("4 / 11")
    expect(page).to_have_url(before)
    page.go_forward()
    expect(place(page)).to_have_text("30 / 30")
    expect(page).to_have_url(after)


def test_what_scrolls_is_the_view_and_not_the_page_around_it(visit: Visit) -> None:
    page = visit(height=500)
    for view in ("compare", "health", "gradients", "train", "learn", "models"):
        page.evaluate("view => { location.hash = `view=${view}` }", view)
        expect(page.locator(f"#{view}")).to_be_visible()
        page.wait_for_timeout(500)
        tall, high = page.evaluate("[document.documentElement.scrollHeight, innerHeight]")
        assert tall <= high, view


def test_everything_beside_the_scrubber_is_pressed_with_the_mouse_wherever_the_cursor_is(visit: Visit) -> None:
    page = visit("#model=letters&text=abcdefgh")
    expect(place(page)).to_have_text("8 / 8")
    page.locator("#stages").check()
    expect(page).to_have_url(re.compile("stages="))
    for name in ("#speed", "#stages"):
        on_top = page.locator(name).evaluate("""control => {
            const box = control.getBoundingClientRect();
            return control.contains(document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2));
        }""")
        assert on_top, name


def test_a_long_name_and_two_layers_fit_beside_the_views_names(visit: Visit) -> None:
    page = visit("#model=both-ways")
    page.locator("#model option:checked").evaluate(
        "option => { option.textContent = 'A name as long as one gives it '.repeat(3) }"
    )
    for width in (1345, 1440, 1920):
        resized(page, width, 900)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        for label in ("Help and keys", "Layer and direction"):
            box = page.get_by_label(label, exact=True).first.bounding_box()
            assert box
            assert box["x"] + box["width"] <= width
