"""From request to answer, as a client on the same machine sees it, against the same trace computed in process.

In process, too, a sequence comes as Python's numbers and has to be encoded: that is what a request stands beside. The
trace alone, of what is encoded already, is timed as well.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import orjson

from gatescope.core.encoding import Encoded, encode
from gatescope.core.formats import save_network
from gatescope.core.initialisation import initial_cell
from gatescope.core.network import Embedding, Layer, Network
from gatescope.core.threads import one_blas_thread
from gatescope.core.trace import Trace, trace
from scripts.serving import serving

from .client import Client
from .measuring import Spread, interleaved, paired_ratio
from .tables import aligned, verdict

VOCABULARY = 96
ENCODINGS = ("base64", "list")


@dataclass(frozen=True)
class Case:
    """One LSTM layer and one length of sequence; the targets are for base64, one as a ratio, one in milliseconds."""

    kind: str
    steps: int
    units: int
    inputs: int
    most_ratio: float | None = None
    most_milliseconds: float | None = None

    @property
    def name(self) -> str:
        """What it is called in the table."""
        return f"{self.steps}, {self.units}, {self.inputs} {self.kind}"


CASES = tuple(
    case
    for kind in ("tokens", "values")
    for case in (
        Case(kind, 20, 16, 8, most_milliseconds=3.0),
        Case(kind, 200, 64, 32, most_ratio=2.0),
        Case(kind, 1000, 128, 64, most_ratio=2.0),
    )
)


def run(quick: bool) -> dict[str, Any]:
    """Measure every case against one server, started for it with networks of its own."""
    networks = {case: _network(case) for case in CASES}
    with tempfile.TemporaryDirectory(prefix="gatescope-benchmark-") as folder:
        models = Path(folder) / "models"
        models.mkdir()
        for index, network in enumerate(networks.values()):
            save_network(network, models / f"{index}.safetensors")
        with serving(Path(folder)) as address, one_blas_thread(), closing(Client(address)) as client:
            cases = [_measure(client, case, network, 1.5 if quick else 8.0) for case, network in networks.items()]
    return {"unit": "milliseconds", "cases": cases}


def _measure(client: Client, case: Case, network: Network, seconds: float) -> dict[str, Any]:
    """Rounds of one trace in process and one request in each encoding, each time of a new sequence, in random order."""
    sequences = _sequences(case)

    def encoded(sequence: list[Any]) -> Encoded:
        return encode(network, tokens=sequence) if case.kind == "tokens" else encode(network, values=sequence)

    def in_process(sequence: list[Any]) -> Trace:
        return trace(network, encoded(sequence))

    def request(encoding: str) -> bytes:
        body = {"model": network.digest, "input": {case.kind: next(sequences)}, "encoding": encoding}
        return client.request_of("/api/v1/traces", orjson.dumps(body))

    times = interleaved(
        {"in_process": in_process, "trace_alone": partial(trace, network), **dict.fromkeys(ENCODINGS, client.ask)},
        prepare={
            "in_process": partial(next, sequences),
            "trace_alone": lambda: encoded(next(sequences)),
            **{encoding: partial(request, encoding) for encoding in ENCODINGS},
        },
        seconds=seconds,
        least=10,
        most=2000,
        clock=time.perf_counter,
        shortest=0.0,  # a request comes alone, and finds the caches as they are; so must the trace beside it
    )
    times = {name: [1e3 * second for second in taken] for name, taken in times.items()}
    return {
        "kind": case.kind,
        "steps": case.steps,
        "units": case.units,
        "inputs": case.inputs,
        "milliseconds": {name: Spread.of(taken).as_json() for name, taken in times.items()},
        "ratio_to_in_process": {
            encoding: paired_ratio(times[encoding], times["in_process"]).as_json() for encoding in ENCODINGS
        },
        "ratio_to_trace_alone": {
            encoding: paired_ratio(times[encoding], times["trace_alone"]).as_json() for encoding in ENCODINGS
        },
        "targets": {"base64_ratio": case.most_ratio, "base64_milliseconds": case.most_milliseconds},
    }


def _network(case: Case) -> Network:
    rng = np.random.default_rng(case.units)
    layer = Layer(initial_cell("lstm", case.inputs, case.units, rng))
    table = rng.standard_normal((VOCABULARY, case.inputs)).astype(np.float32)
    return Network((layer,), Embedding(table) if case.kind == "tokens" else None)


def _sequences(case: Case) -> Iterator[list[Any]]:
    """New sequences without end: the server keeps traces, and one that it has would cost it nothing."""
    rng = np.random.default_rng(0)
    while True:
        if case.kind == "tokens":
            yield rng.integers(0, VOCABULARY, case.steps).tolist()
        else:
            yield rng.standard_normal((case.steps, case.inputs)).round(6).tolist()


def table(result: dict[str, Any]) -> str:
    """One row a case: medians in milliseconds, ratios to the trace in process, and whether the targets were reached."""
    rows = []
    for case in result["cases"]:
        taken = {name: spread["median"] for name, spread in case["milliseconds"].items()}
        ratios = {name: spread["median"] for name, spread in case["ratio_to_in_process"].items()}
        alone = case["ratio_to_trace_alone"]["base64"]["median"]
        most_ratio, most_milliseconds = case["targets"]["base64_ratio"], case["targets"]["base64_milliseconds"]
        target = (
            f"{verdict(taken['base64'], most_milliseconds)} (ms)"
            if most_ratio is None
            else f"{verdict(ratios['base64'], most_ratio)} (x)"
        )
        rows.append(
            (
                Case(case["kind"], case["steps"], case["units"], case["inputs"]).name,
                f"{taken['in_process']:.2f}",
                f"{taken['trace_alone']:.2f}",
                *(f"{taken[name]:.2f}" for name in ENCODINGS),
                *(f"{ratios[name]:.2f}x" for name in ENCODINGS),
                target,
                f"{alone:.2f}x",
            )
        )
    times = ("in process", "trace alone", *(f"{name}, ms" for name in ENCODINGS))
    header = ("T, H, D", *times, *ENCODINGS, "target, base64", "base64 to trace alone")
    return aligned(header, rows)
