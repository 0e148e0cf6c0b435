"""Figures that Plotly's own reader accepts, with the core's numbers, explicit colours, and labels as they are."""

from typing import Any

import numpy as np
import plotly.io
import pytest

from gatescope.core.encoding import encode
from gatescope.core.trace import trace
from gatescope.server.figures import MOST_TICKS, escape
from tests.server.support import Client, application, check_problem, networks


@pytest.fixture
def path(client: Client) -> str:
    """A trace whose labels Plotly would take for HTML, a link, mathematics and a template."""
    response = client.post("/traces", {"model": "letters", "input": {"text": "a& \n§<%$"}})
    return response.headers["location"].removeprefix("/api/v1") + "/figure"


def figure(client: Client, path: str, **query: Any) -> Any:
    response = client.get(path, params=query)
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "application/json"
    return plotly.io.from_json(response.text)


@pytest.mark.parametrize("quantity", ["forget_gate", "candidate", "cell_state", "hidden_state", "output_gate_pre"])
def test_plotly_reads_the_cores_numbers(client: Client, path: str, quantity: str) -> None:
    network = networks()["letters"]
    expected = trace(network, encode(network, text="a& \n§<%$"))
    gate = quantity.removesuffix("_pre")
    array = expected.layers[1].quantities[quantity] if gate == quantity else expected.pre_activations(1)[gate]
    heatmap = figure(client, path, layer=1, direction="forward", quantity=quantity).data[0]
    assert heatmap.type == "heatmap"
    assert np.array_equal(np.array(heatmap.z, np.float32), array.T), "units down, steps across"


def test_gates_lie_on_a_fixed_range_in_explicit_colours(client: Client, path: str) -> None:
    heatmap = figure(client, path, quantity="input_gate").data[0]
    assert (heatmap.zmin, heatmap.zmax) == (0, 1)
    colours = heatmap.colorscale
    assert colours[0] == (0, "#00224e")
    assert colours[-1] == (1, "#fee838")


@pytest.mark.parametrize("quantity", ["candidate", "hidden_state", "cell_state", "forget_gate_pre"])
def test_signed_quantities_lie_about_zero(client: Client, path: str, quantity: str) -> None:
    heatmap = figure(client, path, quantity=quantity).data[0]
    assert heatmap.zmin == -heatmap.zmax
    assert np.float32(heatmap.zmax) >= np.abs(np.array(heatmap.z, np.float32)).max()
    if quantity in ("candidate", "hidden_state"):
        assert heatmap.zmax == 1
    middle = heatmap.colorscale[len(heatmap.colorscale) // 2]
    assert middle == (0.5, "rgb(247,247,247)")


def test_a_state_that_is_zero_has_a_range(client: Client) -> None:
    response = client.post("/traces", {"model": "plain", "input": {"values": [[0, 0, 0]]}})
    heatmap = figure(client, response.headers["location"].removeprefix("/api/v1") + "/figure").data[0]
    assert heatmap.zmin < 0 < heatmap.zmax


def test_axes_are_titled_and_labels_escaped(client: Client, path: str) -> None:
    layout = figure(client, path, quantity="forget_gate").layout
    assert layout.xaxis.title.text == "step"
    assert layout.yaxis.title.text == "unit"
    assert layout.title.text == "&lt;i&gt;letters&lt;/i&gt; &amp; Co: forget gate"
    assert layout.title.subtitle.text == "layer 0, forward, LSTM with 5 units"
    assert layout.xaxis.ticktext == ("a", "&amp;", "␣", "↵", "§", "&lt;", "&#37;", "&#36;")
    assert layout.xaxis.tickvals == tuple(range(8))


def test_escaping_leaves_nothing_that_plotly_reads() -> None:
    assert escape("<a href='x'>$x$ %{y}&lt;") == "&lt;a href='x'&gt;&#36;x&#36; &#37;{y}&amp;lt;"


def test_a_long_sequence_has_few_ticks(client: Client) -> None:
    response = client.post("/traces", {"model": "ids", "input": {"tokens": [1] * 1000}, "encoding": "base64"})
    axis = figure(client, response.headers["location"].removeprefix("/api/v1") + "/figure").layout.xaxis
    assert len(axis.tickvals) <= MOST_TICKS
    assert len(axis.tickvals) == len(axis.ticktext)


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ({"layer": 2}, "layer"),
        ({"layer": 10**30}, "layer"),
        ({"direction": "backward"}, "layer"),
        ({"quantity": "update_gate"}, "quantity"),
        ({"quantity": "cell_state_pre"}, "quantity"),
        ({"quantity": "x" * 5000}, "quantity"),
        ({"layer": -1}, "layer"),
        ({"layer": "first"}, "layer"),
        ({"layer": "9" * 5000}, "layer"),
        ({"direction": "sideways"}, "direction"),
        ({"layer": "1.5"}, "layer"),
    ],
)
def test_what_is_not_in_the_trace_is_refused(client: Client, path: str, query: dict[str, Any], parameter: str) -> None:
    body = check_problem(client.get(path, params=query), 422, f"/query/{parameter}")
    assert len(body["detail"]) < 400


def test_too_large_a_figure_is_refused(folder: Any) -> None:
    client = Client(application(folder, max_list_bytes=100 * 64 * 4))
    for steps, status in ((100, 200), (101, 413)):
        response = client.post("/traces", {"model": "ids", "input": {"tokens": [1] * steps}, "encoding": "base64"})
        path = response.headers["location"].removeprefix("/api/v1") + "/figure"
        assert client.get(path).status_code == status
