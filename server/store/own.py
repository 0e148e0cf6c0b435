"""The user's own networks: files in the data folder, found as they come and go, and what the index knows of them."""

import json
import logging
import os
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

import orjson

from gatescope.core.errors import FormatError
from gatescope.core.formats import from_bytes
from gatescope.core.formats.imported import Imported
from gatescope.core.formats.writing import canonical_pieces, canonical_size
from gatescope.core.network import Network

from ..errors import TOO_LARGE, Problem, storage_problem
from .description import DESCRIBED, Model, describe, model_json, unknown_model, without_labels
from .durable import new_file, publish, sweep, sync_folder
from .files import content, display_name, network_files
from .index import Entry, Index, Seen
from .networks import NetworkCache

logger = logging.getLogger("gatescope")

INDEX = "gatescope.sqlite3"
Told = Mapping[str, Any]


class OwnModels:
    """Networks in the data folder by id, which is the network's digest. Safe to use from any thread."""

    def __init__(self, folder: Path, *, max_bytes: int, max_stored: int, cache: NetworkCache) -> None:
        self._folder = folder / "models"
        self._max_bytes = max_bytes
        self._max_stored = max_stored
        self._index = Index(folder / INDEX)
        self._cache = cache
        self._lock = threading.RLock()
        self._files: dict[Seen, str | None] = {}
        self._own: dict[str, list[Seen]] = {}
        self._entries: dict[str, Entry] = {}
        self._unwritten: dict[str, tuple[Entry, bytes]] = {}
        sweep(self._folder)

    def all(self) -> list[dict[str, Any]]:
        """Every model as the API sends it in a list, oldest first."""
        with self._lock:
            self._refresh()
            own = [entry for entry in self._entries.values() if entry.id in self._own]
        return [_own_json(entry, entry.summary) for entry in own]

    def details(self, model_id: str) -> bytes:
        """One model as the API sends it.

        Raises:
            Problem: there is none.
        """
        with self._lock:
            entry = self._entry(model_id)
            unwritten = self._unwritten.get(model_id)
            return orjson.dumps(
                _own_json(entry, unwritten[1] if unwritten else self._index.details(model_id) or entry.summary)
            )

    def get(self, model_id: str, *pointer: str) -> Model:
        """The model of this id, its network loaded; ``pointer`` says where in the request it was named.

        Raises:
            Problem: there is none, or its file cannot be read any more.
        """
        if not self._is_there(model_id):
            with self._lock:
                self._refresh()
        seen, entry = self._own.get(model_id), self._entries.get(model_id)
        if not seen or entry is None:
            raise unknown_model(model_id, *pointer)
        try:
            network = self._cache.get(model_id, partial(self._load, model_id, seen[0]))
        except (FormatError, OSError, TypeError, ValueError) as error:
            logger.warning("The network %s cannot be loaded any more: %s", model_id, error)
            raise unknown_model(model_id, *pointer) from None
        return Model(model_id, entry.name, network)

    def weights(self, model_id: str) -> tuple[str, BinaryIO]:
        """The name of a model, and its file, open.

        Raises:
            Problem: there is none.
        """
        with self._lock:
            entry = self._entry(model_id)
            try:
                return entry.name, self._path(self._own[model_id][0]).open("rb")
            except OSError:
                raise unknown_model(model_id) from None

    def choices(self, model_id: str) -> list[dict[str, Any]]:
        """What the model's file left open.

        Raises:
            Problem: there is none.
        """
        with self._lock:
            choices: list[dict[str, Any]] = json.loads(self._entry(model_id).choices)
            return choices

    def keep(
        self, imported: Imported, name: str, file_name: str | None, poll: Callable[[], None], told: Told | None = None
    ) -> tuple[str, bool]:
        """Keep a network; gives its id and whether it is new here. It is on the disk when this returns.

        The index learns of it first: an entry without a file is not listed, a file without its entry has lost its name.
        Of a network that is there already, notes and choices become those of the file that came last. ``told`` are
        fields of the model that do not follow from its network.

        Raises:
            Problem: a limit would be passed, or the disk does not take it.
        """
        network = imported.network
        with self._lock:
            self._refresh()
            if network.digest in self._own:
                self._understand(network.digest, imported, file_name)
                return network.digest, False
        self._check_size(canonical_size(network))
        described = describe(network)
        entry = Entry(
            network.digest, name or network.digest[:12], datetime.now(UTC).isoformat(timespec="milliseconds"),
            imported.format, file_name, *_understood(imported), DESCRIBED,
            orjson.dumps(without_labels(described)), orjson.dumps(told or {}),
        )  # fmt: skip
        try:
            return entry.id, self._write(network, entry, orjson.dumps(described), poll)
        except OSError as error:
            raise storage_problem(error) from error

    def rename(self, model_id: str, name: str) -> None:
        """Give a network another name.

        Raises:
            Problem: there is none, or the disk does not take it.
        """
        with self._lock:
            entry = self._entry(model_id)
            try:
                if model_id in self._unwritten:
                    self._index.put(entry, self._unwritten[model_id][1], self._own[model_id][0])
                    del self._unwritten[model_id]
                self._index.rename(model_id, name)
            except OSError as error:
                raise storage_problem(error) from error
            self._entries[model_id] = replace(entry, name=name)

    def delete(self, model_id: str) -> None:
        """Remove a network, and every file that holds it.

        Raises:
            Problem: there is none, or the disk does not take it.
        """
        with self._lock:
            self._entry(model_id)
            try:
                for seen in self._own[model_id]:
                    self._path(seen).unlink(missing_ok=True)
                sync_folder(self._folder)
            except OSError as error:
                raise storage_problem(error) from error
            finally:
                self._cache.drop(model_id)
                self._refresh()
            with suppress(OSError):  # an entry without a file is as good as none
                self._index.forget(model_id)

    def close(self) -> None:
        """Let go of the index."""
        self._index.close()

    def _check_size(self, size: int) -> None:
        if size > self._max_bytes:
            detail = f"A network must take at most {self._max_bytes:,} bytes as it is kept; this one takes {size:,}."
            raise Problem(TOO_LARGE, detail)
        stored = sum(seen.bytes for seen in self._files)
        if stored + size > self._max_stored:
            raise Problem(
                TOO_LARGE,
                f"All networks of your own may take {self._max_stored:,} bytes together; they take {stored:,}, and "
                f"this one would add {size:,}. Delete some first.",
            )

    def _write(self, network: Network, entry: Entry, details: bytes, poll: Callable[[], None]) -> bool:
        self._folder.mkdir(parents=True, exist_ok=True)
        with new_file(self._folder) as (file, path):
            for piece in canonical_pieces(network):
                poll()
                view = memoryview(piece)
                while view:
                    view = view[file.write(view) :]
            os.fsync(file.fileno())
            status = os.fstat(file.fileno())
            target = self._folder / f"{entry.id}.safetensors"
            seen = Seen(os.fsencode(target.name), status.st_mtime_ns, status.st_size)
            with self._lock:
                self._refresh()
                if entry.id in self._own:
                    return False
                poll()
                self._index.put(entry, details, seen)
                try:
                    publish(file, path, target)
                except OSError:
                    with suppress(OSError):
                        self._index.forget(entry.id)
                    raise
                self._cache.put(entry.id, network)
                self._refresh()
        return True

    def _understand(self, model_id: str, imported: Imported, file_name: str | None) -> None:
        """Another file gave a network that is kept: from now on its notes and choices are about that file.

        Gatescope's own file leaves nothing open and says nothing of where it came from, so it changes nothing.
        """
        entry = self._entry(model_id)
        notes, choices = _understood(imported)
        told = replace(entry, format=imported.format, file_name=file_name, notes=notes, choices=choices)
        if imported.format == "gatescope" or told == entry:
            return
        try:
            unwritten = self._unwritten.get(model_id)
            details = unwritten[1] if unwritten else self._index.details(model_id) or entry.summary
            self._index.put(told, details, self._own[model_id][0])
        except OSError as error:
            logger.warning("What the file of the network %s says was not kept: %s", model_id, error)
        else:
            self._unwritten.pop(model_id, None)
            self._entries[model_id] = told

    def _entry(self, model_id: str) -> Entry:
        self._refresh()
        if model_id not in self._own or model_id not in self._entries:
            raise unknown_model(model_id)
        return self._entries[model_id]

    def _path(self, seen: Seen) -> Path:
        return self._folder / os.fsdecode(seen.file)

    def _is_there(self, model_id: str) -> bool:
        """Whether the file that was found last is still as it was."""
        seen = self._own.get(model_id)
        if not seen:
            return False
        try:
            status = self._path(seen[0]).stat()
        except OSError:
            return False
        return (status.st_mtime_ns, status.st_size) == (seen[0].modified, seen[0].bytes)

    def _refresh(self) -> None:
        """See which files there are, read those that nothing is known of, forget those that are gone."""
        try:
            entries = self._index.entries()
        except OSError as error:
            logger.warning("The index of networks cannot be read: %s", error)
            entries = dict(self._entries)
        entries |= {model_id: entry for model_id, (entry, _) in self._unwritten.items()}
        files: dict[Seen, str | None] = {}
        for seen in network_files(self._folder):
            files[seen] = self._model_in(seen, entries)
        own: dict[str, list[Seen]] = {}
        for seen, model_id in files.items():
            if model_id is not None:
                own.setdefault(model_id, []).append(seen)
        for gone in set(self._own) - set(own):
            self._cache.drop(gone)
            self._unwritten.pop(gone, None)
        self._files, self._own, self._entries = files, own, entries

    def _model_in(self, seen: Seen, entries: dict[str, Entry]) -> str | None:
        """The id of the network in a file; a file that nothing is known of is read. None where it cannot be."""
        known = self._files.get(seen)
        if known is None and seen not in self._files:
            with suppress(OSError):
                known = self._index.model_of(seen)
        if known is not None and known in entries and entries[known].described == DESCRIBED:
            return known
        if known is None and seen in self._files:
            return None  # it could not be read, and that has been said
        return self._adopt(seen, entries)

    def _adopt(self, seen: Seen, entries: dict[str, Entry]) -> str | None:
        """Read a file, or say in the log why not: one bad file must not take the others away."""
        path = self._path(seen)
        try:
            network = from_bytes(content(path, self._max_bytes))
            described = describe(network)
            details = orjson.dumps(described)  # a label that JSON cannot carry is found here and not in a request
        except (FormatError, OSError, TypeError, ValueError) as error:
            logger.warning("The network file %s was skipped: %s", ascii(path.name), error)
            return None
        made = datetime.fromtimestamp(seen.modified / 1e9, UTC).isoformat(timespec="milliseconds")
        entry = entries.get(network.digest) or Entry(
            network.digest, display_name(path), made, "gatescope", None, "[]", "[]", 0, b""
        )
        entry = replace(entry, described=DESCRIBED, summary=orjson.dumps(without_labels(described)))
        try:
            self._index.put(entry, details, seen)
        except OSError:
            self._unwritten[entry.id] = (entry, details)
        entries[entry.id] = entry
        self._cache.put(entry.id, network)
        return entry.id

    def _load(self, model_id: str, seen: Seen) -> Network:
        network = from_bytes(content(self._path(seen), self._max_bytes))
        if network.digest != model_id:
            raise FormatError("its file no longer holds the network that was kept")
        return network


def _understood(imported: Imported) -> tuple[str, str]:
    """Notes and choices, as the index keeps them."""
    choices = [choice.to_json() for choice in imported.choices]
    return orjson.dumps(imported.notes).decode(), orjson.dumps(choices).decode()


def _own_json(entry: Entry, description: bytes) -> dict[str, Any]:
    return model_json(
        orjson.loads(description) | orjson.loads(entry.told),
        id=entry.id, name=entry.name, title=entry.name, origin="uploaded", format=entry.format,
        file_name=entry.file_name, created=entry.created,
        notes=json.loads(entry.notes), choices=json.loads(entry.choices),
    )  # fmt: skip
