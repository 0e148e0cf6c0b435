"""The Train place as somebody uses it: choose, watch, go back and forth, take the network to Explore."""

import re
from collections.abc import Callable, Iterator

import httpx
import numpy as np
import pytest
from playwright.sync_api import Page, expect

Visit = Callable[..., Page]


@pytest.fixture(autouse=True)
def no_runs_remain(address: str) -> Iterator[None]:
    yield
    for run in httpx.get(f"{address}/api/v1/trainings").json()["trainings"]:
        httpx.post(f"{address}/api/v1/trainings/{run['id']}/stop")
        httpx.delete(f"{address}/api/v1/trainings/{run['id']}")
    for model in httpx.get(f"{address}/api/v1/models").json()["models"]:
        if model["origin"] == "trained":
            httpx.delete(f"{address}/api/v1/models/{model['id']}")


def open_train(visit: Visit, fields: str = "", allowed: str | tuple[str, ...] = (), **options: object) -> Page:
    page = visit(f"#view=train&{fields}", ready=False, allowed=allowed, **options)
    expect(page.locator("#train-task")).to_have_value(re.compile("."))
    return page


def start(page: Page, task: str, cells: set[str], **fields: str) -> None:
    page.select_option("#train-task", task)
    for box in page.locator(".cell-choice input").all():
        box.set_checked(box.get_attribute("value") in cells)
    page.locator(".more-fields").evaluate("element => { element.open = true; }")
    for name, value in fields.items():
        page.fill(f"#train-plan-{name}", value)
    page.locator(".train-form button[type=submit]").click()


def test_networks_learn_side_by_side_and_their_gates_are_seen_at_any_update(visit: Visit, address: str) -> None:
    page = open_train(visit)
    start(page, "adding", {"lstm", "rnn"}, hidden_size="4", steps="60", checkpoint_every="20", seed="7")
    states = page.locator(".run-state")
    expect(states).to_have_text(["finished", "finished"])
    panes = page.locator(".pane")
    expect(panes.locator(".pane-head h3").filter(has_text=re.compile("^(LSTM|Simple RNN)"))).to_have_count(2)
    expect(panes.first.locator(".panel")).to_have_count(6)
    expect(panes.last.locator(".panel")).to_have_count(1)
    expect(page.locator(".chart .js-plotly-plot, .chart-place.js-plotly-plot")).to_have_count(3)

    # Back to before the training, and to the first step of the probe: the number on the page is the core's.
    page.locator(".training-axis [aria-label='Place in the training']").fill("0")
    page.locator(".training-axis [aria-label='Step of the probe']").fill("0")
    expect(panes.first.locator(".pane-place")).to_have_text("before training")
    page.locator(".training-axis [aria-label='Unit']").fill("2")
    page.keyboard.press("Tab")
    (run,) = [
        one for one in httpx.get(f"{address}/api/v1/trainings").json()["trainings"] if one["plan"]["cell"] == "lstm"
    ]
    probe = httpx.get(f"{address}/api/v1/trainings/{run['id']}").json()["probes"][0]
    body = {"model": f"{run['id']}@0", "input": probe["input"]}
    quantities = httpx.post(f"{address}/api/v1/traces", json=body).json()["layers"][0]["quantities"]
    gate = float(np.float32(quantities["forget_gate"][0][2]))
    expect(panes.first.locator("[data-quantity='forget_gate'] .value")).to_have_text(f"{gate:.3f}")
    expect(page).to_have_url(re.compile(r"update=0&step=0&unit=2"))

    # The address alone leads to the same place.
    again = open_train(visit, page.url.partition("#")[2].removeprefix("view=train&"))
    expect(again.locator(".pane").first.locator("[data-quantity='forget_gate'] .value")).to_have_text(f"{gate:.3f}")
    expect(again.locator(".pane-place").first).to_have_text("before training")

    # A finished network is one like any other.
    page.get_by_role("button", name="Open in Explore").first.click()
    expect(page.locator("body.has-trace #panels canvas").first).to_be_visible()


def test_every_layer_of_a_stacked_network_is_seen_to_the_last_step(visit: Visit, address: str) -> None:
    page = open_train(visit)
    start(page, "recall", {"lstm"}, hidden_size="4", layers="2", steps="4", checkpoint_every="2")
    expect(page.locator(".run-state")).to_have_text("finished")
    expect(page.locator(".run")).to_be_in_viewport()
    pane = page.locator(".pane")
    expect(pane.locator(".pane-reading")).to_have_text(re.compile(r"^after “speak” it expects “.+” \d+%, “.+” <?\d+%$"))
    expect(pane.locator(".pane-place")).to_have_text(re.compile(r"^after update 4 of 4, accuracy [\d.]+$"))

    # What is read last stands within the picture, and heatmaps end where the carry track does.
    right = "element => element.getBoundingClientRect().right"
    edge = pane.locator(".plot").first.evaluate(right)
    assert pane.locator(".token").last.evaluate(right) <= edge + 1
    assert abs(pane.locator(".carry-plot").first.evaluate(right) - edge) <= 1

    layer = page.get_by_label("Layer shown")
    expect(layer.locator("option")).to_have_text(["Layer 1", "Layer 2"])
    expect(layer).to_have_value("1")
    for unit in ("0", "3"):  # the second of them was not chosen before
        page.locator(".training-axis [aria-label='Unit']").fill(unit)
        page.keyboard.press("Tab")
    (run,) = httpx.get(f"{address}/api/v1/trainings").json()["trainings"]
    probe = httpx.get(f"{address}/api/v1/trainings/{run['id']}").json()["probes"][0]
    body = {"model": f"{run['id']}@4", "input": probe["input"]}
    layers = httpx.post(f"{address}/api/v1/traces", json=body).json()["layers"]
    for index in (1, 0):
        layer.select_option(str(index))
        gate = float(np.float32(layers[index]["quantities"]["forget_gate"][-1][3]))
        expect(pane.locator("[data-quantity='forget_gate'] .value")).to_have_text(f"{gate:.3f}")
    expect(page).to_have_url(re.compile(r"&layer=0&unit=3"))


def test_keys_move_along_the_probe_its_units_and_the_training(visit: Visit) -> None:
    page = open_train(visit)
    start(page, "adding", {"gru"}, hidden_size="3", steps="40", checkpoint_every="20")
    expect(page.locator(".run-state")).to_have_text("finished")
    place = page.locator(".axis-place")
    page.locator(".pane-head h3").click()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    expect(place.last).to_contain_text("step 2 /")
    page.keyboard.press("[")
    expect(place.first).to_have_text("update 20")
    page.keyboard.press("[")
    expect(place.first).to_have_text("update 0")
    page.keyboard.press("Space")
    expect(place.first).to_have_text("update 40")


def test_a_refusal_stands_beside_its_field_and_nothing_typed_is_lost(visit: Visit) -> None:
    page = open_train(visit, allowed="422")
    start(page, "adding", {"lstm"}, hidden_size="many", learning_rate="0.02")
    field = page.locator("#train-plan-hidden_size")
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#train-plan-hidden_size-error")).to_contain_text("whole number")
    expect(page.locator("#train-plan-learning_rate")).to_have_value("0.02")
    expect(page.locator(".run")).to_have_count(0)


def test_a_run_is_paused_resumed_stopped_and_deleted(visit: Visit) -> None:
    page = open_train(visit)
    start(page, "adding", {"lstm"}, hidden_size="8", steps="100000")
    state = page.locator(".run-state")
    expect(state).to_have_text("running")
    page.get_by_role("button", name="Pause", exact=True).click()
    expect(state).to_have_text("paused")
    page.get_by_role("button", name="Resume", exact=True).click()
    expect(state).to_have_text("running")
    page.get_by_role("button", name="Stop", exact=True).click()
    expect(state).to_have_text("stopped")
    page.get_by_role("button", name="Delete", exact=True).click()
    page.get_by_role("button", name="Delete for good?").click()
    expect(page.locator(".run")).to_have_count(0)


def test_on_a_phone_all_of_it_can_be_reached(visit: Visit) -> None:
    page = open_train(visit, width=390, height=844)
    start(page, "adding", {"rnn"}, hidden_size="3", steps="20", checkpoint_every="10")
    expect(page.locator(".run-state")).to_have_text("finished")
    expect(page.locator(".pane .panel canvas").first).to_be_attached()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
