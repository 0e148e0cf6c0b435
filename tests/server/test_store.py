"""What is kept: files are the truth, the index helps; no crash, full disk or second server breaks them."""

import ctypes
import errno
import logging
import os
import sqlite3
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.numpy

from gatescope.core.formats import save_network, to_bytes
from gatescope.core.formats.importing import import_network
from gatescope.core.formats.writing import canonical_pieces, canonical_size
from gatescope.server.store import durable, own
from gatescope.server.store.networks import NetworkCache, memory_of
from tests.server.support import BASE, Client, check_problem, empty, networks

LETTERS, IDS, PLAIN = (to_bytes(networks()[name]) for name in ("letters", "ids", "plain"))


def names(client: Client) -> list[str]:
    return [model["name"] for model in client.get("/models").json()["models"]]


def left(folder: Path) -> list[str]:
    """What lies in the folder beside whole networks and the index."""
    files = [path.name for path in folder.rglob("*") if path.is_file()]
    return [name for name in files if not name.endswith(".safetensors") and "sqlite3" not in name]


@pytest.mark.parametrize("name", networks())
def test_pieces_are_the_canonical_file(name: str) -> None:
    network = networks()[name]
    content = b"".join(canonical_pieces(network))
    assert content == to_bytes(network)
    assert len(content) == canonical_size(network)


def test_the_index_answers_without_reading_a_file(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = Client(empty(folder)).upload(LETTERS, name="Kept").json()

    def never(*_: object) -> None:
        raise AssertionError("a file was read")

    monkeypatch.setattr(own, "from_bytes", never)
    client = Client(empty(folder))
    assert client.get(f"/models/{model['id']}").json() == model
    assert names(client) == ["Kept"]


def test_a_name_stays_with_a_file_that_was_dropped_by_hand(folder: Path) -> None:
    (folder / "models").mkdir()
    save_network(networks()["letters"], folder / "models" / "by hand.safetensors")
    client = Client(empty(folder))
    assert names(client) == ["by hand"]
    model_id = client.get("/models").json()["models"][0]["id"]
    client.request("PATCH", f"{BASE}/models/{model_id}", json={"name": "Renamed"})
    assert names(Client(empty(folder))) == ["Renamed"]
    assert client.upload(LETTERS).status_code == 200
    assert client.request("DELETE", f"{BASE}/models/{model_id}").status_code == 204
    assert list((folder / "models").iterdir()) == []


def test_two_files_of_one_network_are_one_model_and_go_together(folder: Path) -> None:
    client = Client(empty(folder))
    model_id = client.upload(LETTERS, name="Mine").json()["id"]
    save_network(networks()["letters"], folder / "models" / "copy.safetensors")
    assert names(client) == ["Mine"]
    client.request("DELETE", f"{BASE}/models/{model_id}")
    assert list((folder / "models").iterdir()) == []


def test_a_file_that_was_replaced_is_another_model(folder: Path) -> None:
    (folder / "models").mkdir()
    path = folder / "models" / "a.safetensors"
    path.write_bytes(LETTERS)
    client = Client(empty(folder))
    first = client.get("/models").json()["models"][0]["id"]
    assert client.post("/traces", {"model": first, "input": {"text": "ab"}}).status_code == 201
    path.write_bytes(IDS)
    second = client.get("/models").json()["models"][0]["id"]
    assert (first, second) == (networks()["letters"].digest, networks()["ids"].digest)
    check_problem(client.post("/traces", {"model": first, "input": {"text": "ab"}}), 404, "/model")
    assert client.post("/traces", {"model": second, "input": {"tokens": [1]}}).status_code == 201


def test_a_file_whose_numbers_have_rotted_is_not_traced(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    model_id = Client(empty(folder)).upload(LETTERS).json()["id"]
    path = folder / "models" / f"{model_id}.safetensors"
    status = path.stat()
    content = bytearray(path.read_bytes())
    content[-3] ^= 1
    path.write_bytes(content)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    with caplog.at_level(logging.WARNING, "gatescope"):
        answer = Client(empty(folder)).post("/traces", {"model": model_id, "input": {"text": "ab"}})
    check_problem(answer, 404, "/model")
    assert "no longer holds the network that was kept" in caplog.text


@pytest.mark.parametrize("damage", ["text", "empty pages", "truncated", "another version"])
def test_a_damaged_index_is_set_aside_and_made_again(
    folder: Path, damage: str, caplog: pytest.LogCaptureFixture
) -> None:
    client = Client(empty(folder))
    model = client.upload(LETTERS, name="Mine").json()
    index = folder / own.INDEX
    with sqlite3.connect(index) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()
    content = index.read_bytes()
    for ending in ("-wal", "-shm"):
        (folder / f"{own.INDEX}{ending}").unlink(missing_ok=True)
    index.unlink()
    if damage == "another version":
        with sqlite3.connect(index) as db:
            db.execute("PRAGMA user_version = 99")
        db.close()
    else:
        damaged = {"text": b"not a database " * 1000, "empty pages": content[:100] + bytes(len(content) - 100)}
        index.write_bytes(damaged.get(damage, content[: len(content) // 2 + 7]))
    again = Client(empty(folder))
    with caplog.at_level(logging.WARNING, "gatescope"):
        listed = again.get("/models").json()["models"]
    assert [entry["id"] for entry in listed] == [model["id"]]
    assert "is set aside" in caplog.text
    assert list(folder.glob(f"{own.INDEX}.damaged-*"))
    assert again.upload(IDS).status_code == 201
    assert len(names(Client(empty(folder)))) == 2


def test_an_index_that_is_taken_away_while_it_is_used_is_made_again(folder: Path) -> None:
    client = Client(empty(folder))
    client.upload(LETTERS)
    for path in folder.glob(f"{own.INDEX}*"):
        path.unlink()
    assert len(names(client)) == 1
    assert client.upload(IDS, name="Second").status_code == 201
    assert "Second" in names(Client(empty(folder)))


def test_two_servers_on_one_folder_see_the_same(folder: Path) -> None:
    one, other = Client(empty(folder)), Client(empty(folder))
    assert names(other) == []
    model_id = one.upload(LETTERS, name="Mine").json()["id"]
    assert other.upload(LETTERS).status_code == 200
    assert names(other) == ["Mine"]
    other.request("PATCH", f"{BASE}/models/{model_id}", json={"name": "Ours"})
    assert names(one) == ["Ours"]
    assert one.post("/traces", {"model": model_id, "input": {"text": "ab"}}).status_code == 201
    assert other.request("DELETE", f"{BASE}/models/{model_id}").status_code == 204
    check_problem(one.post("/traces", {"model": model_id, "input": {"text": "ab"}}), 404)
    assert names(one) == []
    assert one.upload(LETTERS, name="Again").status_code == 201
    assert names(other) == ["Again"]


def test_strays_of_a_crash_are_swept_at_the_start_and_nothing_else(folder: Path) -> None:
    models = folder / "models"
    models.mkdir()
    (models / f"{durable.PREFIX}dead{durable.SUFFIX}").write_bytes(b"half")
    (models / "notes.txt").write_text("mine")
    with durable.new_file(models) as (_, path):
        empty(folder)
        assert path.exists(), "another server is writing it"
    assert [entry.name for entry in models.iterdir()] == ["notes.txt"]


def failing(number: int, after: int) -> Callable[..., Any]:
    """Something that works so many times and then raises this error."""
    count = 0
    real = os.fsync

    def fail(*arguments: Any, **named: Any) -> Any:
        nonlocal count
        count += 1
        if count > after:
            raise OSError(number, os.strerror(number))
        return real(*arguments, **named)

    return fail


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO])
@pytest.mark.parametrize("where", ["the file", "the move", "the folder", "the index", "the new file", "the upload"])
def test_a_disk_that_takes_nothing_is_a_sentence_and_leaves_nothing(
    folder: Path, number: int, where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = Client(empty(folder))
    client.upload(PLAIN, name="Before")
    with monkeypatch.context() as patched:
        fail = failing(number, 0)
        if where == "the file":
            patched.setattr(os, "fsync", fail)
        elif where == "the move":
            patched.setattr(Path, "replace", fail)
        elif where == "the folder":
            patched.setattr(own, "publish", fail)
        elif where == "the index":
            patched.setattr("gatescope.server.store.index.Index.put", fail)
        elif where == "the new file":
            patched.setattr(durable, "_create_locked", fail)
        else:
            patched.setattr("gatescope.server.multipart._write", fail)
        body = check_problem(client.upload(LETTERS), 503)
    assert body["type"].endswith("#problem-storage")
    assert str(folder) not in body["detail"]
    if number in (errno.ENOSPC, errno.EDQUOT):
        assert "free some space" in body["detail"]
    assert names(client) == ["Before"]
    assert names(Client(empty(folder))) == ["Before"]
    assert left(folder) == []
    assert client.upload(LETTERS).status_code == 201


def fill(path: Path) -> None:
    """Write until the disk takes no more."""
    with path.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(bytes(4096))


@pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="only root mounts file systems")
def test_a_disk_that_is_really_full(folder: Path) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.mount(b"tmpfs", os.fsencode(folder), b"tmpfs", 0, b"size=600k") != 0:
        pytest.skip("this container may not mount file systems")
    try:
        client = Client(empty(folder))
        assert client.upload(LETTERS, name="Before").status_code == 201
        fill(folder / "ballast")
        body = check_problem(client.upload(IDS), 503)
        assert "disk" in body["detail"]
        assert "full" in body["detail"]
        assert names(client) == names(Client(empty(folder))) == ["Before"]
        assert left(folder) == ["ballast"]
        model_id = client.get("/models").json()["models"][0]["id"]
        assert client.request("DELETE", f"{BASE}/models/{model_id}").status_code == 204, "making room must work"
        (folder / "ballast").unlink()
        assert client.upload(IDS).status_code == 201
    finally:
        assert libc.umount2(os.fsencode(folder), 2) == 0


def test_a_folder_that_cannot_be_written_is_still_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Client(empty(folder)).upload(LETTERS, name="Mine")

    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    real: Any = sqlite3.connect

    def read_only(name: str, *arguments: Any, **named: Any) -> sqlite3.Connection:
        if name.startswith(str(folder)):
            raise sqlite3.OperationalError("unable to open database file")
        connection: sqlite3.Connection = real(name, *arguments, **named)
        return connection

    with sqlite3.connect(folder / own.INDEX) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()
    save_network(networks()["ids"], folder / "models" / "by hand.safetensors")
    monkeypatch.setattr(sqlite3, "connect", read_only)
    monkeypatch.setattr(durable, "_create_locked", refuse)
    client = Client(empty(folder))
    assert sorted(names(client)) == ["Mine", "by hand"]
    model = networks()["ids"].digest
    assert client.get(f"/models/{model}").json()["input"]["size"] == 7
    assert client.post("/traces", {"model": model, "input": {"tokens": [1]}}).status_code == 201
    check_problem(client.upload(PLAIN), 503)
    check_problem(client.request("PATCH", f"{BASE}/models/{model}", json={"name": "New"}), 503)
    assert sorted(names(client)) == ["Mine", "by hand"]


def test_a_data_folder_that_is_a_file_is_a_sentence(folder: Path) -> None:
    (folder / "file").write_text("not a folder")
    client = Client(empty(folder / "file"))
    assert names(client) == []
    check_problem(client.upload(LETTERS), 503)


def test_nothing_is_made_in_the_data_folder_by_looking(folder: Path) -> None:
    client = Client(empty(folder / "data"))
    client.get("/models")
    client.get("/models/nothing")
    assert not (folder / "data").exists()


def test_a_file_whose_bytes_a_network_looks_at_counts_as_a_whole_and_once() -> None:
    letters = networks()["letters"]
    parameters = sum(array.nbytes for array in letters.parameters().values())
    assert parameters < memory_of(letters) < 2 * parameters + 4000
    shapes: dict[str, tuple[int, ...]] = {"optimizer": (50_000,), "weight_ih_l0": (8, 3), "weight_hh_l0": (8, 2)}
    shapes |= {"bias_ih_l0": (8,), "bias_hh_l0": (8,)}
    content = safetensors.numpy.save({name: np.ones(shape, "f4") for name, shape in shapes.items()})
    imported = import_network(content).network
    looks = any(not array.flags.owndata for array in imported.parameters().values())
    assert (memory_of(imported) > len(content)) is looks
    assert memory_of(imported) < len(content) + 2000


def test_memory_for_networks_is_bounded_and_the_oldest_go_first() -> None:
    letters, ids, plain = (networks()[name] for name in ("letters", "ids", "plain"))
    cache = NetworkCache(memory_of(ids) + memory_of(letters))
    loaded: list[str] = []

    def ask(name: str) -> None:
        def load() -> Any:
            loaded.append(name)
            return networks()[name]

        cache.get(name, load)

    for name in ("letters", "ids", "letters", "plain", "letters", "ids"):
        ask(name)
    assert loaded == ["letters", "ids", "plain", "ids"]
    assert memory_of(plain) < memory_of(letters)
    nothing = NetworkCache(0)
    assert nothing.get("letters", lambda: letters) is letters
    assert nothing.get("letters", lambda: ids) is ids, "what is larger than the cache is loaded each time"
