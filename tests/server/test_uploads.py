"""Networks are uploaded, listed, traced, renamed, handed out again and deleted."""

import asyncio
import json
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import safetensors.numpy

from gatescope.core.formats import from_bytes, to_bytes
from tests.server.support import BASE, LABELS, Client, check_problem, empty, networks

LETTERS = to_bytes(networks()["letters"])
IDS = to_bytes(networks()["ids"])


@pytest.fixture
def own(folder: Path) -> Client:
    """A client of a server that has no network but those uploaded to it."""
    return Client(empty(folder))


def test_an_upload_is_a_model_at_once(own: Client) -> None:
    response = own.upload(LETTERS, "C:\\files\\My letters.safetensors")
    assert response.status_code == 201, response.text
    model = response.json()
    assert response.headers["location"] == f"{BASE}/models/{model['id']}"
    assert model["id"] == model["digest"] == networks()["letters"].digest
    assert (model["name"], model["file_name"]) == ("My letters", "My letters.safetensors")
    assert (model["origin"], model["format"]) == ("uploaded", "gatescope")
    assert model["input"]["labels"] == list(LABELS)
    assert model["created"].endswith("+00:00")
    assert own.get(f"/models/{model['id']}").json() == model
    listed = own.get("/models").json()["models"]
    assert [entry["id"] for entry in listed] == [model["id"]]
    assert listed[0]["input"]["labels"] is None
    trace = own.post("/traces", {"model": model["id"], "input": {"text": "ab"}})
    assert trace.status_code == 201
    assert own.get(f"/traces/{trace.json()['id']}/figure").json()["layout"]["title"]["text"].startswith("My letters")


def test_the_same_network_again_is_the_same_model(own: Client) -> None:
    first = own.upload(LETTERS, name="One")
    again = own.upload(LETTERS, name="Two")
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert again.headers["location"] == first.headers["location"]


def test_notes_and_choices_are_about_the_file_that_came_last(own: Client, folder: Path) -> None:
    content = (FILES / "torch-lstm-language-f32.safetensors").read_bytes()
    tensors = safetensors.numpy.load(content)
    first = own.upload(content, name="Mine").json()
    again = own.upload(safetensors.numpy.save({f"model.net.{name}": array for name, array in tensors.items()}))
    model = again.json()
    assert (again.status_code, model["id"], model["name"]) == (200, first["id"], "Mine")
    assert model["created"] == first["created"]
    assert model["notes"] != first["notes"]
    assert "model.net." in json.dumps(model["choices"])
    assert Client(empty(folder)).get(f"/models/{model['id']}").json() == model


def test_another_server_finds_it_again(folder: Path) -> None:
    model = Client(empty(folder)).upload(LETTERS, name="Kept").json()
    again = Client(empty(folder))
    assert again.get(f"/models/{model['id']}").json() == model
    assert again.post("/traces", {"model": model["id"], "input": {"text": "ab"}}).status_code == 201


def test_a_network_that_comes_with_the_program_is_not_kept_twice(client: Client) -> None:
    response = client.upload(LETTERS)
    assert (response.status_code, response.json()["id"]) == (200, "letters")


@pytest.mark.parametrize("name", networks())
def test_the_weights_can_be_posted_again(own: Client, client: Client, name: str) -> None:
    bundled = client.get(f"/models/{name}/weights")
    assert bundled.headers["content-disposition"] == f'attachment; filename="{name}.safetensors"'
    assert from_bytes(bundled.content).digest == networks()[name].digest
    model_id = own.upload(bundled.content).json()["id"]
    given = own.get(f"/models/{model_id}/weights")
    assert given.content == to_bytes(networks()[name])
    assert given.headers["content-length"] == str(len(given.content))
    assert own.upload(given.content).json()["id"] == model_id


def test_the_file_name_of_a_download_is_safe(own: Client) -> None:
    model_id = own.upload(LETTERS, name='../"é; x=\\y').json()["id"]
    disposition = own.get(f"/models/{model_id}/weights").headers["content-disposition"]
    assert disposition == 'attachment; filename="x-y.safetensors"'
    own.request("PATCH", f"{BASE}/models/{model_id}", json={"name": "网络"})
    disposition = own.get(f"/models/{model_id}/weights").headers["content-disposition"]
    assert disposition == 'attachment; filename="network.safetensors"'


def test_a_model_is_renamed(own: Client, folder: Path) -> None:
    model_id = own.upload(LETTERS).json()["id"]
    response = own.request("PATCH", f"{BASE}/models/{model_id}", json={"name": "  <b>New</b> "})
    assert (response.status_code, response.json()["name"]) == (200, "<b>New</b>")
    assert own.get("/models").json()["models"][0]["title"] == "<b>New</b>"
    assert Client(empty(folder)).get(f"/models/{model_id}").json()["name"] == "<b>New</b>"


@pytest.mark.parametrize("name", ["", "  ", "x" * 101, "two\nlines", "a\u0000b", "\u202ereversed", 5, None])
def test_what_cannot_be_a_name(own: Client, name: object) -> None:
    model_id = own.upload(LETTERS, name="Old").json()["id"]
    check_problem(own.request("PATCH", f"{BASE}/models/{model_id}", json={"name": name}), 422, "/name")
    assert own.get(f"/models/{model_id}").json()["name"] == "Old"


def test_a_model_is_deleted(own: Client, folder: Path) -> None:
    model_id = own.upload(LETTERS).json()["id"]
    other = own.upload(IDS).json()["id"]
    assert own.post("/traces", {"model": model_id, "input": {"text": "ab"}}).status_code == 201
    response = own.request("DELETE", f"{BASE}/models/{model_id}")
    assert (response.status_code, response.content) == (204, b"")
    check_problem(own.get(f"/models/{model_id}"), 404)
    check_problem(own.get(f"/models/{model_id}/weights"), 404)
    check_problem(own.post("/traces", {"model": model_id, "input": {"text": "ab"}}), 404, "/model")
    check_problem(own.request("DELETE", f"{BASE}/models/{model_id}"), 404)
    assert [model["id"] for model in own.get("/models").json()["models"]] == [other]
    assert [path.name for path in (folder / "models").iterdir()] == [f"{other}.safetensors"]


@pytest.mark.parametrize(("method", "options"), [("DELETE", {}), ("PATCH", {"json": {"name": "Mine"}})])
def test_bundled_models_stay_and_unknown_ones_are_unknown(
    client: Client, method: str, options: dict[str, object]
) -> None:
    check_problem(client.request(method, f"{BASE}/models/letters", **options), 409)
    check_problem(client.request(method, f"{BASE}/models/{'0' * 64}", **options), 404)
    check_problem(client.request(method, f"{BASE}/models/..%2F..%2Fetc", **options), 404)


def test_head_answers_like_get_without_the_body(client: Client, own: Client) -> None:
    model_id = own.upload(LETTERS).json()["id"]
    for asked, path in (
        (own, f"{BASE}/models/{model_id}/weights"), (client, f"{BASE}/models/plain"), (client, f"{BASE}/health"),
        (client, f"{BASE}/openapi.json"), (client, "/docs"), (client, f"{BASE}/models/nothing"),
    ):  # fmt: skip
        got, head = asked.request("GET", path), asked.request("HEAD", path)
        assert (head.status_code, head.content) == (got.status_code, b""), path
        assert head.headers == got.headers, path


FILES = Path(__file__).parent.parent / "golden" / "formats"


@pytest.mark.parametrize(
    ("file", "form"),
    [
        ("torch-gru-stacked-f64.pt", "pt"), ("torch-lstm-cell_list-bf16.safetensors", "safetensors"),
        ("torch-gru-parallel-f16.npz", "npz"), ("keras-lstm.keras", "keras"), ("keras-lstm.h5", "h5"),
        ("onnx-torch-lstm-bare-f32-dynamo.onnx", "onnx"), ("flax-lstm_plain-float64-slashes.npz", "npz"),
    ],
)  # fmt: skip
def test_files_of_every_format(own: Client, file: str, form: str) -> None:
    response = own.upload((FILES / file).read_bytes(), "misleading.txt")
    if response.status_code == 422 and "choices" in response.json():
        choice = response.json()["choices"][0]
        options = json.dumps({choice["option"]: choice["values"][0]["value"]})
        response = own.upload((FILES / file).read_bytes(), "misleading.txt", options=options)
    model = response.json()
    assert response.status_code == 201, model
    assert model["format"] == form
    assert model["notes"]
    example = model["example_inputs"][0]["input"]
    trace = own.post("/traces", {"model": model["id"], "input": example, "encoding": "base64"})
    assert trace.status_code == 201, trace.text
    again = own.upload(own.get(f"/models/{model['id']}/weights").content)
    assert (again.status_code, again.json()) == (200, model)


def test_what_a_file_leaves_open_is_asked(own: Client) -> None:
    content = (FILES / "torch-gru-two-bf16.pt").read_bytes()
    body = check_problem(own.upload(content), 422, "/options/module")
    assert body["type"].endswith("#problem-choice-needed")
    (choice,) = body["choices"]
    assert choice["option"] == "module"
    ids = set()
    for value in choice["values"]:
        assert value["label"]
        answer = own.upload(content, options=json.dumps({"module": value["value"]}))
        assert answer.status_code == 201, answer.text
        ids.add(answer.json()["id"])
    assert len(ids) == len(choice["values"]) >= 2


@pytest.mark.parametrize(
    ("file", "status", "kind"),
    [
        ("torch-legacy.pt", 422, "unsupported-network"), ("torch-infinite.pt", 422, "unreadable-file"),
        ("manifest.json", 415, "unknown-format"),
    ],
)  # fmt: skip
def test_refusals_have_kinds(own: Client, file: str, status: int, kind: str) -> None:
    body = check_problem(own.upload((FILES / file).read_bytes()), status)
    assert body["type"] == f"/docs#problem-{kind}"
    assert body["errors"][0]["pointer"].startswith("/weights")


def test_a_vocabulary_makes_another_network(own: Client) -> None:
    content = (FILES / "torch-lstm-language-f32.safetensors").read_bytes()
    plain = own.upload(content).json()
    labels = [f"word {index}" for index in range(plain["input"]["size"])]
    spoken = own.upload(content, vocabulary=json.dumps(labels).encode()).json()
    assert plain["input"]["labels"] is None
    assert spoken["input"]["labels"] == labels
    assert plain["id"] != spoken["id"]
    check_problem(own.upload(content, vocabulary=b"[]"), 422)
    few = check_problem(own.upload(content, vocabulary=json.dumps(labels[:-2]).encode()), 422)
    assert few["errors"][0]["pointer"] == "/vocabulary"


def test_a_reader_that_fails_in_a_way_nobody_thought_of_is_a_refusal(
    own: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    for error, status in ((RuntimeError("inside"), 422), (MemoryError(), 413), (RecursionError("deep"), 422)):

        def broken(*_: object, error: Exception = error, **__: object) -> None:
            raise error

        monkeypatch.setattr("gatescope.server.importing.import_network", broken)
        assert "inside" not in check_problem(own.upload(LETTERS), status, "/weights")["detail"]
    assert "inside" in caplog.text


def test_what_is_no_network_is_refused_and_leaves_nothing(own: Client, folder: Path) -> None:
    for content in (b"", b"nothing", LETTERS[:-4], LETTERS[:100], bytes(1000)):
        response = own.upload(content)
        assert response.status_code in (415, 422), response.text
        check_problem(response, response.status_code)
    assert own.get("/models").json()["models"] == []
    assert [path.name for path in folder.rglob("*") if path.is_file() and "sqlite" not in path.name] == []


@pytest.mark.parametrize(
    "options", ["{", "[]", "5", '"a"', '{"colour": 1}', "\ud83d".encode("utf-8", "replace").decode()]
)
def test_options_that_are_none(own: Client, options: str) -> None:
    body = check_problem(own.upload(LETTERS, options=options), 422)
    assert body["errors"][0]["pointer"].startswith("/options")


def test_eight_clients_with_the_same_file_make_one_model(own: Client, folder: Path) -> None:
    requests = [("POST", f"{BASE}/models", {"files": {"weights": ("a.safetensors", LETTERS)}}) for _ in range(8)]
    answers = own.together(requests)
    assert sorted(answer.status_code for answer in answers) == [200] * 7 + [201]
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert len(list((folder / "models").iterdir())) == 1
    assert len(own.get("/models").json()["models"]) == 1


def test_limits_of_an_upload(folder: Path) -> None:
    size = len(LETTERS)
    check_problem(Client(empty(folder, max_model_bytes=size - 1)).upload(LETTERS), 413, "/weights")
    few = Client(empty(folder, max_stored_bytes=size + len(IDS) - 1))
    assert few.upload(LETTERS).status_code == 201
    body = check_problem(few.upload(IDS), 413)
    assert "Delete some first" in body["detail"]
    assert few.upload(LETTERS).status_code == 200, "what is there already takes no more room"


def test_only_so_many_uploads_at_once(folder: Path) -> None:
    app = empty(folder, max_uploads=1)

    async def ask() -> tuple[int, httpx.Response]:
        gate = asyncio.Event()

        async def slow() -> AsyncIterator[bytes]:
            yield b"--x\r\n"
            await gate.wait()
            yield b"--x--\r\n"

        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1") as client:
            headers = {"content-type": "multipart/form-data; boundary=x"}
            first = asyncio.create_task(client.post(f"{BASE}/models", content=slow(), headers=headers))
            await asyncio.sleep(0.05)
            second = await client.post(f"{BASE}/models", files={"weights": b"x"})
            gate.set()
            return (await first).status_code, second

    status, second = asyncio.run(ask())
    assert status == 422
    check_problem(second, 503)
    assert second.headers["retry-after"] == "1"


def test_an_import_has_a_deadline_of_its_own(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    release = threading.Event()

    def slow(*_: object, **__: object) -> None:
        release.wait(20)

    monkeypatch.setattr("gatescope.server.importing.import_network", slow)
    own = Client(empty(folder, import_deadline_seconds=0.1))
    body = check_problem(own.upload(LETTERS), 504)
    release.set()
    assert "0.1 seconds" in body["detail"]
    assert own.get("/models").json()["models"] == []


def test_a_form_from_another_site_is_refused(own: Client) -> None:
    for headers in ({"origin": "http://evil.example"}, {"sec-fetch-site": "cross-site"}):
        files = {"weights": ("a.safetensors", LETTERS)}
        check_problem(own.request("POST", f"{BASE}/models", files=files, headers=headers), 403)
    assert json.loads(own.get("/models").content) == {"models": []}
