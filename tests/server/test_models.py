"""Bundled models and the user's own files."""

import logging
import os
import sys
from pathlib import Path

import pytest

from gatescope.core.formats import save_network
from gatescope.core.formats.canonical import to_bytes
from tests.server.support import LABELS, Client, application, check_problem, networks


def test_all_models_are_listed_without_labels(client: Client) -> None:
    models = client.get("/models").json()["models"]
    assert [model["id"] for model in models] == list(networks())
    for model in models:
        assert model["title"] == f"<i>{model['id']}</i> & Co"
        assert model["input"]["labels"] is None
        assert model["readout"] is None or model["readout"]["labels"] is None


@pytest.mark.parametrize("name", networks())
def test_a_model_is_described_in_full(client: Client, name: str) -> None:
    network = networks()[name]
    model = client.get(f"/models/{name}").json()
    assert (model["id"], model["origin"], model["dtype"]) == (name, "bundled", network.dtype.name)
    assert model["parameters"] == sum(array.size for array in network.parameters().values())
    assert model["digest"] == network.digest
    assert model["input"]["kind"] == network.input_kind
    assert model["input"]["size"] == network.input_size
    assert model["input"]["labels"] == (list(LABELS) if network.vocabulary else None)
    for sent, place in zip(model["layers"], network.directions, strict=True):
        assert (sent["layer"], sent["direction"], sent["cell"]) == (place.layer, place.direction, place.cell.name)
        assert (sent["input_size"], sent["hidden_size"]) == (place.cell.input_size, place.cell.hidden_size)
        assert (sent["projection_size"] or sent["hidden_size"]) == place.cell.output_size
    if network.readout is None:
        assert model["readout"] is None
    else:
        readout = model["readout"]
        assert (readout["kind"], readout["size"]) == (network.readout.kind, network.readout.size)
        assert readout["predicts"] == network.readout.predicts


def test_variants_of_cells_are_told(client: Client) -> None:
    assert client.get("/models/numbers").json()["layers"][0]["reset_after"] is False
    assert client.get("/models/plain").json()["layers"][0]["activation"] == "relu"
    lstm = client.get("/models/letters").json()["layers"][0]
    assert lstm["reset_after"] is None
    assert (lstm["activation"], lstm["recurrent_activation"], lstm["output_activation"]) == ("tanh", "sigmoid", "tanh")
    assert (lstm["peepholes"], lstm["coupled"], lstm["projection_size"]) == (False, False, None)
    (layer,) = client.get("/models/projected").json()["layers"]
    assert (layer["direction"], layer["hidden_size"], layer["projection_size"]) == ("backward", 5, 2)
    assert (layer["peepholes"], layer["coupled"], layer["recurrent_activation"]) == (True, True, "hard_sigmoid")


@pytest.mark.parametrize("unknown", ["nothing", "x" * 300, "%F0%9F%A6%8A", "..%2F..%2Fetc", "%00"])
def test_an_unknown_model_is_404(client: Client, unknown: str) -> None:
    body = check_problem(client.get(f"/models/{unknown}"), 404)
    assert len(body["detail"]) < 200


def test_a_file_in_the_data_folder_is_a_model_without_a_restart(folder: Path) -> None:
    client = Client(application(folder))
    assert len(client.get("/models").json()["models"]) == len(networks())
    (folder / "models").mkdir()
    network = networks()["letters"]
    save_network(network, folder / "models" / "mine & yours.safetensors")
    request = {"model": network.digest, "input": {"text": "ab"}}
    assert client.post("/traces", request).status_code == 201, "found even before the list was asked for"
    model = client.get("/models").json()["models"][-1]
    assert (model["id"], model["name"], model["origin"]) == (network.digest, "mine & yours", "uploaded")
    assert model["card"] is None
    assert client.get(f"/models/{network.digest}").json()["input"]["labels"] == list(LABELS)
    (folder / "models" / "mine & yours.safetensors").unlink()
    assert len(client.get("/models").json()["models"]) == len(networks())
    check_problem(client.post("/traces", request), 404, "/model")


def test_a_file_that_cannot_be_read_is_skipped_with_a_sentence(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    models = folder / "models"
    models.mkdir()
    good = models / "good.safetensors"
    save_network(networks()["ids"], good)
    (models / "empty.safetensors").write_bytes(b"")
    (models / "cut.safetensors").write_bytes(good.read_bytes()[:-10])
    (models / "big.safetensors").write_bytes(good.read_bytes() + b" " * 1000)
    (models / "huge.safetensors").write_bytes(bytes(good.stat().st_size + 1001))
    (models / "readme.txt").write_text("not a model")
    (models / "folder.safetensors").mkdir()
    (models / "surrogate.safetensors").write_bytes(to_bytes(networks()["letters"]).replace(b"u00e9", b"ud800"))
    client = Client(application(folder, max_model_bytes=good.stat().st_size + 1000))
    with caplog.at_level(logging.WARNING, "gatescope"):
        listed = client.get("/models").json()["models"]
        client.get("/models")
    assert [model["name"] for model in listed[len(networks()) :]] == ["good"]
    logged = [record.getMessage() for record in caplog.records]
    for name in ("empty", "cut", "big", "huge", "folder", "surrogate"):
        assert sum(f"'{name}.safetensors' was skipped" in message for message in logged) == 1, (name, logged)


@pytest.mark.skipif(sys.platform == "win32", reason="no pipes or devices among its files")
def test_a_pipe_or_device_is_not_waited_for(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    models = folder / "models"
    models.mkdir()
    os.mkfifo(models / "pipe.safetensors")
    (models / "device.safetensors").symlink_to("/dev/zero")
    save_network(networks()["ids"], models / "real.safetensors")
    (models / "linked.safetensors").symlink_to(models / "nothing")
    with caplog.at_level(logging.WARNING, "gatescope"):
        listed = Client(application(folder, deadline_seconds=5)).get("/models").json()["models"]
    assert [model["name"] for model in listed[len(networks()) :]] == ["real"]
    logged = [record.getMessage() for record in caplog.records]
    assert [message.partition(".")[0] for message in logged] == [
        "The network file 'device", "The network file 'pipe"
    ]  # fmt: skip
    assert all("must be an ordinary file" in message for message in logged)


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="file names are always Unicode there")
def test_a_file_name_that_is_not_text_is_shown_as_far_as_it_is(folder: Path) -> None:
    (folder / "models").mkdir()
    path = os.fsencode(folder / "models") + b"/caf\xe9.safetensors"
    save_network(networks()["ids"], os.fsdecode(path))
    assert Client(application(folder)).get("/models").json()["models"][-1]["name"] == "caf?"
