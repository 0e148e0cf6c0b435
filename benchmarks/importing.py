"""A weight file made into a network, against reading it and hashing it and doing nothing with it."""

from __future__ import annotations

import hashlib
import http.client
import json
import tempfile
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np

from gatescope.core.encoding import encode
from gatescope.core.formats.importing import import_network
from gatescope.core.trace import trace
from scripts.serving import serving

from .import_files import OTHERS, Size, write_canonical, write_state_dict
from .import_memory import measure
from .measuring import CannotMeasureError, Spread, interleaved, paired_ratio
from .tables import aligned, verdict

LARGE, WIDE, SMALL = Size(1024, 2048), Size(4096, 4096), Size(256, 768)
STEPS = 4
MOST_TIME, MOST_MEMORY = 2.0, 3.0
BOUNDARY = "gatescope-benchmark-boundary"


def run(quick: bool) -> dict[str, Any]:
    """Measure time and memory of imports, and uploads to a server; a ``quick`` run leaves out the widest layer."""
    with tempfile.TemporaryDirectory(prefix="gatescope-benchmark-") as name:
        folder = Path(name)
        state_dict, canonical = folder / "state_dict.safetensors", folder / "canonical.safetensors"
        write_state_dict(state_dict, LARGE)
        write_canonical(canonical, LARGE)
        files = {"state dict of PyTorch": state_dict, "canonical": canonical}
        rounds = (4.0, 5) if quick else (20.0, 11)
        result: dict[str, Any] = {
            "time": [_against_plain(name, path, *rounds) for name, path in files.items()],
            "memory": [_memory(name, path, 0) for name, path in files.items()],
            "uploads": _uploads(files, folder / "data", 3 if quick else 7),
        }
        for path in files.values():
            path.unlink()
        result["formats"] = [_format(folder, name, 3 if quick else 9) for name in OTHERS]
        if not quick:
            wide = folder / "wide.safetensors"
            write_state_dict(wide, WIDE)
            result["memory"] += [_memory(f"state dict, {WIDE}", wide, steps) for steps in (0, STEPS)]
    return result


def plainly(path: Path) -> str:
    """Read a file and hash it: less than this nobody can do who wants to know what it is."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _imported(path: Path) -> str:
    """Accepted, checked, hashed and ready to be traced."""
    return import_network(path).network.digest


def _traced(path: Path) -> None:
    """The same and the first trace, which prepares working memory."""
    network = import_network(path).network
    assert network.digest
    rows = np.random.default_rng(0).standard_normal((STEPS, network.input_size))
    trace(network, encode(network, values=rows))


def _against_plain(name: str, path: Path, seconds: float, least: int) -> dict[str, Any]:
    times = interleaved(
        {"plain": lambda: plainly(path), "import": lambda: _imported(path), "and trace": lambda: _traced(path)},
        seconds=seconds,
        least=least,
    )
    return {
        "file": name,
        "bytes": path.stat().st_size,
        "milliseconds": {key: Spread.of([1e3 * taken for taken in taken_by_round]).as_json()
                         for key, taken_by_round in times.items()},
        "ratio": paired_ratio(times["import"], times["plain"]).as_json() | {"target": MOST_TIME},
        "ratio_with_trace": paired_ratio(times["and trace"], times["plain"]).as_json(),
    }  # fmt: skip


def _memory(name: str, path: Path, steps: int) -> dict[str, Any]:
    taken, size = measure(path, steps), path.stat().st_size
    return {"file": name, "steps": steps, "bytes": size, **taken, "ratio": taken["peak"] / size, "target": MOST_MEMORY}


def _format(folder: Path, name: str, rounds: int) -> dict[str, Any]:
    """On the clock on the wall, because HDF5 and ONNX are parsed in another process."""
    path = folder / f"small.{name}"
    try:
        OTHERS[name](path, SMALL)
    except CannotMeasureError as error:
        return {"format": name, "missing": str(error)}
    times = _by_the_wall({"plain": lambda: plainly(path), "import": lambda: _imported(path)}, rounds)
    return {
        "format": name,
        "bytes": path.stat().st_size,
        "milliseconds": {key: Spread.of([1e3 * one for one in taken]).as_json() for key, taken in times.items()},
    }


def _by_the_wall(rivals: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, list[float]]:
    """Seconds of each rival by round, in a new random order each round, after one round that does not count."""
    times: dict[str, list[float]] = {name: [] for name in rivals}
    shuffle, order = np.random.default_rng(0).shuffle, list(rivals)
    for _ in range(rounds + 1):
        shuffle(order)
        for name in order:
            before = time.perf_counter()
            rivals[name]()
            times[name].append(time.perf_counter() - before)
    return {name: taken[1:] for name, taken in times.items()}


def _uploads(files: dict[str, Path], data: Path, rounds: int) -> list[dict[str, Any]]:
    """Milliseconds from sending a file to a server on this machine until it has kept it and said so."""
    data.mkdir()
    found = []
    with serving(data) as address:
        client = http.client.HTTPConnection(urlsplit(address).netloc, timeout=120)
        for name, path in files.items():
            body = _multipart(path)
            rivals: dict[str, Callable[[], object]] = {
                "plain": partial(plainly, path),
                "upload": partial(_upload, client, body),
            }
            times = _by_the_wall(rivals, rounds)
            spreads = {key: Spread.of([1e3 * one for one in taken]).as_json() for key, taken in times.items()}
            ratio = paired_ratio(times["upload"], times["plain"]).as_json()
            found.append({"file": name, "bytes": len(body), "milliseconds": spreads, "ratio": ratio})
        client.close()
    return found


def _multipart(path: Path) -> bytes:
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="weights"; filename="{path.name}"\r\n\r\n'
    return head.encode() + path.read_bytes() + f"\r\n--{BOUNDARY}--\r\n".encode()


def _upload(client: http.client.HTTPConnection, body: bytes) -> None:
    """Send a file, and take it away again, so that the next time it is new."""
    headers = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
    client.request("POST", "/api/v1/models", body, headers)
    response = client.getresponse()
    answer = response.read()
    if response.status != http.client.CREATED:
        raise CannotMeasureError(f"a model was expected, but the server answered {response.status}: {answer[:300]!r}")
    client.request("DELETE", f"/api/v1/models/{json.loads(answer)['id']}")
    response = client.getresponse()
    response.read()


def table(result: dict[str, Any]) -> str:
    """Time and memory against their targets, then uploads and other formats for information."""
    times = [
        (
            case["file"],
            f"{case['bytes'] / 1e6:.0f}",
            *(f"{case['milliseconds'][name]['median']:.0f}" for name in ("plain", "import", "and trace")),
            *(
                f"{ratio['median']:.2f} ({ratio['lower_quartile']:.2f} - {ratio['upper_quartile']:.2f})"
                for ratio in (case["ratio"], case["ratio_with_trace"])
            ),
            verdict(case["ratio"]["median"], case["ratio"]["target"]),
        )
        for case in result["time"]
    ]  # fmt: skip
    memory = [
        (
            case["file"] + (f", and {case['steps']} steps traced" if case["steps"] else ""),
            *(f"{case[name] / 1e6:.0f}" for name in ("bytes", "before", "peak")),
            f"{case['ratio']:.2f}",
            verdict(case["ratio"], case["target"]),
        )
        for case in result["memory"]
    ]
    uploads = [
        (
            case["file"],
            f"{case['bytes'] / 1e6:.0f}",
            *(f"{case['milliseconds'][name]['median']:.0f}" for name in ("plain", "upload")),
            f"{case['ratio']['median']:.2f}",
        )
        for case in result["uploads"]
    ]
    formats = [
        (case["format"], case["missing"], "-", "-")
        if "missing" in case
        else (
            case["format"],
            f"{case['bytes'] / 1e6:.1f}",
            *(f"{case['milliseconds'][name]['median']:.0f}" for name in ("plain", "import")),
        )
        for case in result["formats"]
    ]
    about = (
        f"One LSTM layer, {LARGE}, in float32. Milliseconds of processor time: reading the file and hashing it plainly "
        "(SHA-256); importing it, its digest included; that and the first trace. Ratios are medians of pairs."
    )
    parts = (
        about,
        aligned(("file", "MB", "plain", "import", "and trace", "import / plain", "and trace / plain", ""), times),
        "Memory of a new process, in MB: of Python with its packages, and at most while it imports.",
        aligned(("file", "size", "before", "peak", "peak / size", ""), memory),
        "Milliseconds from sending a file to a server on this machine until it is kept and ready.",
        aligned(("file", "MB", "plain", "upload", "upload / plain"), uploads),
        f"Other formats, for information: one LSTM layer, {SMALL}, milliseconds.",
        aligned(("format", "MB", "plain", "import"), formats),
    )
    return "\n\n".join(parts)
