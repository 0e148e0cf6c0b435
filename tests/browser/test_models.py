"""The Models view as somebody uses it: a file in, what was found, verified, explored, out again."""

import io
import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import httpx
import numpy as np
import pytest
from playwright.sync_api import Page, Route, expect

from gatescope.core import load_network, trace
from gatescope.core.encoding import encode
from tests.browser.contexts import Contexts
from tests.browser.measuring import resized

Visit = Callable[..., Page]
Arrays = dict[str, np.ndarray[Any, np.dtype[np.float32]]]
WAITING = "Reading the network"


def lstm(seed: int, read: int = 3, units: int = 5, prefix: str = "lstm.") -> Arrays:
    """A state dict of one LSTM layer, as PyTorch names it."""
    random = np.random.default_rng(seed)
    shapes = {"weight_ih_l0": (4 * units, read), "weight_hh_l0": (4 * units, units), "bias_ih_l0": (4 * units,)}
    shapes["bias_hh_l0"] = (4 * units,)
    return {prefix + name: random.normal(0, 0.4, shape).astype(np.float32) for name, shape in shapes.items()}


def simple(seed: int) -> Arrays:
    """A state dict of a simple RNN: whether it has tanh or relu, it does not say."""
    random = np.random.default_rng(seed)
    shapes = {"weight_ih_l0": (4, 2), "weight_hh_l0": (4, 4), "bias_ih_l0": (4,), "bias_hh_l0": (4,)}
    return {f"rnn.{name}": random.normal(0, 0.4, shape).astype(np.float32) for name, shape in shapes.items()}


def reading_tokens(seed: int, count: int) -> Arrays:
    """An embedding of ``count`` tokens and an LSTM that reads it."""
    random = np.random.default_rng(seed)
    return {"embedding.weight": random.normal(0, 1, (count, 4)).astype(np.float32), **lstm(seed, 4, 6)}


def safetensors(arrays: Mapping[str, np.ndarray[Any, np.dtype[np.float32]]]) -> bytes:
    """The arrays as a .safetensors file."""
    header: dict[str, object] = {}
    at = 0
    for name, array in arrays.items():
        header[name] = {"dtype": "F32", "shape": array.shape, "data_offsets": [at, at + array.nbytes]}
        at += array.nbytes
    head = json.dumps(header).encode()
    head += b" " * (-len(head) % 8)
    return len(head).to_bytes(8, "little") + head + b"".join(array.tobytes() for array in arrays.values())


def file(name: str, content: bytes) -> Any:
    return {"name": name, "mimeType": "application/octet-stream", "buffer": content}


def hold(page: Page, *files: Any) -> None:
    page.locator("#weights-file").set_input_files(list(files))
    expect(page.locator(".held-files li")).to_have_count(len(files))


def add(page: Page, *files: Any) -> None:
    """Choose files and add the network that they hold."""
    hold(page, *files)
    page.get_by_role("button", name="Add it").click()
    expect(page.locator(".found")).to_be_visible()


def drop(page: Page, name: str, content: bytes) -> None:
    page.evaluate(
        """([name, bytes]) => {
          const data = new DataTransfer();
          data.items.add(new File([new Uint8Array(bytes)], name));
          for (const type of ["dragover", "drop"])
            dispatchEvent(new DragEvent(type, {dataTransfer: data, bubbles: true, cancelable: true}));
        }""",
        [name, list(content)],
    )


@pytest.fixture
def models(visit: Visit, contexts: Contexts, address: str) -> Iterator[Visit]:
    """Opens the Models view; afterwards what was uploaded is deleted."""

    def open_view(place: str = "#view=models", **options: object) -> Page:
        page = visit(place, ready=False, **options)
        expect(page.locator(".model-item, body.has-trace .panel canvas").first).to_be_visible()
        return page

    yield open_view
    contexts.release()  # or a page would go on asking for what is being deleted
    for model in httpx.get(f"{address}/api/v1/models").json()["models"]:
        if model["origin"] == "uploaded":
            httpx.delete(f"{address}/api/v1/models/{model['id']}")


def test_the_list_tells_what_each_network_is(models: Visit) -> None:
    page = models("")
    page.get_by_role("link", name="Models").click()
    items = page.locator(".model-item")
    expect(items).to_have_count(5)
    expect(page).to_have_url(re.compile("view=models$"))
    expect(items.nth(2)).to_contain_text("Both ways")
    expect(items.nth(2)).to_contain_text("GRU · 10 + 6 units, both directions")
    expect(items.nth(2)).to_contain_text("Bundled")
    items.nth(2).click()
    rows = page.locator(".facts .layers tbody tr")
    expect(rows).to_have_count(3)
    expect(rows.nth(1)).to_contain_text("backward")
    expect(page.get_by_role("button", name="Delete", exact=True)).not_to_be_visible()
    expect(page).to_have_url(re.compile("view=models&open=both-ways"))
    page.go_back()
    page.go_back()
    expect(page.locator(".panel canvas").first).to_be_visible()


def test_a_file_is_added_renamed_explored_handed_out_and_deleted(models: Visit, address: str) -> None:
    page = models()
    add(page, file("first_steps.safetensors", safetensors(lstm(1))))
    expect(page.locator(".found-title")).to_contain_text("first_steps was added: LSTM · 5 units, 180 parameters")
    expect(page.locator("#details-title")).to_have_text("first_steps")
    expect(page.locator(".facts .notes")).to_contain_text("PyTorch")

    page.get_by_role("button", name="Rename").click()
    page.locator("#new-name").fill("Walk <b>")
    page.keyboard.press("Enter")
    expect(page.locator("#details-title")).to_have_text("Walk <b>")
    expect(page.locator(".model-item").last).to_contain_text("Walk <b>")

    with page.expect_download() as download:
        page.get_by_role("link", name="Download .safetensors").click()
    again = load_network(download.value.path().read_bytes())
    assert again.parameter_count == 180

    page.get_by_role("button", name="Explore it").click()
    expect(page.locator("body.has-trace .panel canvas").first).to_be_visible()
    expect(page.locator("#model")).to_have_value(again.digest)
    expect(page.locator(".model-size")).to_contain_text("5 units")

    page.get_by_role("link", name="Models").click()
    page.get_by_role("button", name="Delete", exact=True).click()
    expect(page.get_by_role("button", name="Keep it")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator(".confirmation")).not_to_be_visible()
    page.get_by_role("button", name="Delete", exact=True).click()
    page.get_by_role("button", name="Delete it").click()
    expect(page.locator(".model-item")).to_have_count(5)
    assert httpx.get(f"{address}/api/v1/models/{again.digest}").status_code == 404
    page.get_by_role("link", name="Explore").click()
    expect(page.locator("#model")).to_have_value("letters")


def test_where_a_file_leaves_something_open_the_page_asks(models: Visit) -> None:
    page = models(allowed="422")
    both = {**lstm(2, prefix="encoder."), **lstm(3, units=7, prefix="decoder.")}
    hold(page, file("pair.safetensors", safetensors(both)))
    page.locator("#upload-name").fill("The second of two")
    page.get_by_role("button", name="Add it").click()
    asked = page.locator('.choice[data-option="module"]')
    expect(asked.locator("legend")).to_have_text("The file holds 2 recurrent modules.")
    expect(asked.locator("input").first).to_be_focused()
    expect(page.get_by_role("button", name="Add it")).to_be_disabled()
    expect(page.locator("#upload-name")).to_have_value("The second of two")
    page.get_by_label("decoder").check()
    page.get_by_role("button", name="Add it").click()
    expect(page.locator(".found-title")).to_contain_text("The second of two was added: LSTM · 7 units")


def test_what_was_assumed_can_be_changed_while_the_file_is_there(models: Visit, address: str) -> None:
    page = models()
    add(page, file("plain_rnn.safetensors", safetensors(simple(4))))
    expect(page.get_by_role("button", name="Understand it this way")).not_to_be_visible()
    page.locator('.choice[data-option="activation"]').get_by_label("relu").check()
    page.get_by_role("button", name="Understand it this way").click()
    expect(page.locator(".layers td[data-column=Variant]")).to_have_text("relu")
    expect(page.locator(".model-item")).to_have_count(6)
    own = [one for one in httpx.get(f"{address}/api/v1/models").json()["models"] if one["origin"] == "uploaded"]
    assert [one["layers"][0]["activation"] for one in own] == ["relu"]
    page.get_by_role("button", name="Explore it").click()
    expect(page.locator(".equation").first).to_contain_text("max(0, ")


def test_a_bad_file_is_a_sentence_and_nothing_is_lost(models: Visit) -> None:
    page = models(allowed="415")
    hold(page, file("letter.pt", b"Dear reader, there are no weights in here."))
    page.locator("#upload-name").fill("A letter")
    page.get_by_role("button", name="Add it").click()
    expect(page.locator("#upload-error")).to_contain_text(re.compile(r"^This is a file of text.*\.$"))
    expect(page.locator("#upload-name")).to_have_value("A letter")
    expect(page.locator(".held-name")).to_have_text("letter.pt")
    hold(page, file("better.safetensors", safetensors(lstm(5))))
    expect(page.locator("#upload-error")).to_have_text("")
    expect(page.locator("#upload-name")).to_have_value("A letter")


def test_an_upload_can_be_cancelled(models: Visit) -> None:
    page = models(allowed="ERR_")
    held: list[Route] = []

    def keep_waiting(route: Route) -> None:
        held.append(route)

    page.route("**/api/v1/models", keep_waiting)
    hold(page, file("slow.safetensors", safetensors(lstm(6))))
    page.get_by_role("button", name="Add it").click()
    expect(page.get_by_role("progressbar", name="Upload")).to_be_visible()
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator("#upload-error")).to_have_text("Cancelled: nothing was added.")
    expect(page.get_by_role("button", name="Add it")).to_be_enabled()
    expect(page.locator(".model-item")).to_have_count(5)


def reference(arrays: Arrays, wrong_by: float = 0.0) -> bytes:
    """A reference file for an LSTM's state dict; from the fifth step on it may be wrong."""
    rows = np.random.default_rng(9).normal(0, 1, (12, 3))
    traced = trace(load_network(arrays), encode(load_network(arrays), values=rows))
    hidden = np.array(traced.layers[0].quantities["hidden_state"])
    hidden[4:, 2] += wrong_by
    held = io.BytesIO()
    np.savez(held, input=rows.astype(np.float32), output=hidden)
    return held.getvalue()


def test_a_network_is_verified_or_shown_to_depart(models: Visit) -> None:
    page = models()
    add(page, file("checked.safetensors", safetensors(lstm(7))))
    page.get_by_text("PyTorch", exact=True).click()
    expect(page.locator(".recipe[open] code").first).to_contain_text("numpy.savez")
    choose = page.locator("#reference-file")
    choose.set_input_files(file("right.npz", reference(lstm(7))))
    verdict = page.locator(".verdict")
    expect(verdict).to_contain_text("Matches your framework")
    expect(page.locator(".difference-plot .plot-curve")).to_have_count(1)
    choose.set_input_files(file("wrong.npz", reference(lstm(7), 0.25)))
    expect(verdict).to_contain_text("Departs from your framework")
    expect(verdict).to_contain_text("wrong.npz")
    expect(page.locator(".outcome .layers tbody tr")).to_contain_text(["from step 5"])
    expect(page.locator(".difference-plot")).to_have_attribute("aria-label", re.compile("departs at step 5"))


def test_a_reference_that_does_not_fit_is_a_sentence(models: Visit) -> None:
    page = models(allowed="422")
    page.locator(".model-item").first.click()
    page.locator("#reference-file").set_input_files(file("other.npz", reference(lstm(8))))
    expect(page.locator(".verification .form-error").last).to_contain_text(re.compile(r"^other\.npz: .{20}"))


def test_weights_dropped_on_explore_lead_to_the_models_view(models: Visit) -> None:
    page = models("")
    drop(page, "dropped.safetensors", safetensors(lstm(10)))
    expect(page.locator(".held-name")).to_have_text("dropped.safetensors")
    expect(page.get_by_role("button", name="Add it")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Explore it")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("body.has-trace .panel canvas").first).to_be_visible()


def test_a_vocabulary_gives_the_tokens_their_texts(models: Visit) -> None:
    page = models(width=1440)
    words = ["the", "international", " and", "\n", "fox", "a", "b", "c"]
    hold(
        page,
        file("words.json", json.dumps(words).encode()),
        file("words.safetensors", safetensors(reading_tokens(11, len(words)))),
    )
    expect(page.locator(".held-files select").first).to_have_value("weights")
    expect(page.locator(".held-files select").last).to_have_value("vocabulary")
    page.get_by_role("button", name="Add it").click()
    expect(page.locator(".labels kbd").nth(1)).to_have_text("international")
    page.get_by_role("button", name="Explore it").click()
    expect(page.locator("label[for=sequence]")).to_have_text("Text")
    cut = page.locator(".token", has_text="…").first
    expect(cut).to_have_attribute("title", "international")


def test_tokens_without_a_vocabulary_are_typed_as_their_ids(models: Visit) -> None:
    page = models(allowed="422")
    add(page, file("ids.safetensors", safetensors(reading_tokens(12, 9))))
    page.get_by_role("button", name="Explore it").click()
    expect(page.locator("label[for=sequence]")).to_have_text("Token ids")
    field = page.locator("#sequence")
    expect(field).to_have_value(re.compile("^0 1 2 3"))
    field.fill("3 1 4")
    expect(page.locator(".token .letter")).to_have_text(["3", "1", "4"])
    field.fill("3 1 9")
    expect(page.locator("#input-message")).to_have_text("This network knows the token ids 0 to 8; 9 is none of them.")
    expect(page).to_have_url(re.compile(r"text=3\+1\+9"))
    page.reload()
    expect(page.locator("#input-message")).to_contain_text("9 is none of them")
    expect(page.locator("label[for=sequence]")).to_have_text("Token ids")


def test_a_network_that_somebody_deleted_is_said_to_be_gone(models: Visit, address: str) -> None:
    page = models(allowed="404")
    add(page, file("gone.safetensors", safetensors(lstm(13))))
    page.get_by_role("button", name="Explore it").click()
    expect(page.locator("body.has-trace .panel canvas").first).to_be_visible()
    httpx.delete(f"{address}/api/v1/models/{page.locator('#model').input_value()}")
    page.locator("#sequence").fill("1, 2, 3")
    expect(page.locator("#input-message")).to_contain_text("“gone” is no longer on this server")
    expect(page.locator("#model")).to_have_value("letters")


def test_nothing_stands_out_over_the_edge(models: Visit) -> None:
    page = models(width=320, height=844)
    hold(page, file("a_very_long_name_of_a_file_" * 4 + ".safetensors", safetensors(lstm(14))))
    for width in (320, 390, 860, 2560):
        resized(page, width, 844)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), width
        expect(page.get_by_role("link", name="Models")).to_be_visible()
