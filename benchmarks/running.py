"""What a training run costs whoever works at the same time: traces and health with one run going, and without."""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import orjson

from gatescope.core.formats import save_network
from gatescope.core.initialisation import initial_cell
from gatescope.core.network import Layer, Network
from scripts.serving import serving

from .client import Client
from .measuring import Spread, paired_ratio
from .tables import aligned, verdict

CASES = ((20, 16, 8), (200, 64, 32), (1000, 128, 64))
"""T, H, D of the traces."""
PLAN = {"task": "adding", "options": {"length": 100}, "hidden_size": 128, "batch_size": 32, "steps": 1_000_000}
LARGEST_RATIO, LARGEST_HEALTH, LONGEST_STOP = 2.0, 0.1, 1.0
PATIENCE = 60.0


@dataclass(frozen=True)
class Api:
    """The requests that are not timed to the microsecond."""

    connection: HTTPConnection

    def ask(self, method: str, path: str, body: object = None) -> Any:
        """The answer's JSON.

        Raises:
            RuntimeError: it is a refusal.
        """
        content = None if body is None else json.dumps(body)
        self.connection.request(method, f"/api/v1{path}", content, {"Content-Type": "application/json"})
        response = self.connection.getresponse()
        answer = response.read()
        if response.status >= 400:
            raise RuntimeError(f"{method} {path} was refused: {answer!r}")
        return json.loads(answer)

    def wait_for(self, training: str, state: str, update: int = 0) -> int:
        """The run's update once it is in this state and has come so far.

        Raises:
            RuntimeError: it does not come to that.
        """
        until = time.monotonic() + PATIENCE
        while True:
            run = self.ask("GET", f"/trainings/{training}")
            if run["state"] == state and run["update"] >= update:
                return int(run["update"])
            if time.monotonic() > until:
                raise RuntimeError(f"a run was expected to be {state}, but it is {run['state']}")
            time.sleep(0.02)


def run(quick: bool) -> dict[str, Any]:
    """Measure in turns, with the run going and paused, so that a busy machine harms both alike."""
    networks = {case: Network((Layer(initial_cell("lstm", case[2], case[1], _rng())),)) for case in CASES}
    with tempfile.TemporaryDirectory(prefix="gatescope-benchmark-") as folder:
        (Path(folder) / "models").mkdir()
        for index, network in enumerate(networks.values()):
            save_network(network, Path(folder) / "models" / f"{index}.safetensors")
        with serving(Path(folder)) as address, closing(Client(address)) as client:
            connection = HTTPConnection(urlsplit(address).netloc, timeout=PATIENCE)
            with closing(connection):
                return _measure(Api(connection), client, networks, rounds=6 if quick else 20)


def _measure(api: Api, client: Client, networks: dict[tuple[int, int, int], Network], rounds: int) -> dict[str, Any]:
    names = [*map(str, CASES), "health"]
    times: dict[str, dict[str, list[float]]] = {state: {name: [] for name in names} for state in ("idle", "running")}
    slowest = 0.0
    training = api.ask("POST", "/trainings", PLAN)["id"]
    order, shuffle = list(times), np.random.default_rng(0).shuffle
    for _ in range(rounds):
        shuffle(order)
        for state in order:
            _bring(api, training, state)
            for case, network in networks.items():
                asked = map(client.ask, _requests(client, network, case))
                times[state][str(case)].append(_median(partial(next, asked), 0.3))
            answers = _seconds(lambda: api.ask("GET", "/health"), 0.3)
            times[state]["health"].append(float(np.median(answers)))
            if state == "running":
                slowest = max(slowest, *answers)
    _bring(api, training, "running")
    before = time.perf_counter()
    stopped = api.ask("POST", f"/trainings/{training}/stop")
    return {
        "unit": "seconds",
        "plan": PLAN,
        "traces": [
            {
                "case": case,
                **{state: Spread.of(times[state][str(case)]).as_json() for state in times},
                "ratio": paired_ratio(times["running"][str(case)], times["idle"][str(case)]).as_json(),
            }
            for case in CASES
        ],
        "health": {state: Spread.of(times[state]["health"]).as_json() for state in times} | {"slowest": slowest},
        "stop": {"seconds": time.perf_counter() - before, "state": stopped["state"]},
    }


def _bring(api: Api, training: str, state: str) -> None:
    """Have the run paused, or well under way."""
    run = api.ask("GET", f"/trainings/{training}")
    if state == "idle" and run["state"] != "paused":
        api.ask("POST", f"/trainings/{training}/pause")
        api.wait_for(training, "paused")
    elif state == "running":
        if run["state"] == "paused":
            api.ask("POST", f"/trainings/{training}/resume")
        api.wait_for(training, "running", run["update"] + 5)


def _requests(client: Client, network: Network, case: tuple[int, int, int]) -> Iterator[bytes]:
    """New sequences without end, as the bytes that post them."""
    rng = np.random.default_rng(time.perf_counter_ns())
    while True:
        values = rng.standard_normal((case[0], case[2])).round(6).tolist()
        body = orjson.dumps({"model": network.digest, "input": {"values": values}, "encoding": "base64"})
        yield client.request_of("/api/v1/traces", body)


def _seconds(call: Any, seconds: float) -> list[float]:
    """How long each call takes, for about this long."""
    taken: list[float] = []
    until = time.perf_counter() + seconds
    while time.perf_counter() < until or len(taken) < 5:
        before = time.perf_counter()
        call()
        taken.append(time.perf_counter() - before)
    return taken


def _median(call: Any, seconds: float) -> float:
    return float(np.median(_seconds(call, seconds)))


def _rng() -> np.random.Generator:
    return np.random.default_rng(1)


def table(result: dict[str, Any]) -> str:
    """A row for each length of trace, one for health, one for stopping, with their targets."""
    rows = [
        (
            f"trace {', '.join(map(str, one['case']))}",
            *(f"{1e3 * one[state]['median']:.2f}" for state in ("idle", "running")),
            f"{one['ratio']['median']:.2f}x",
            verdict(one["ratio"]["median"], LARGEST_RATIO),
        )
        for one in result["traces"]
    ]
    health, stop = result["health"], result["stop"]
    medians = (f"{1e3 * health[state]['median']:.2f}" for state in ("idle", "running"))
    rows.append(
        ("health", *medians, f"slowest {1e3 * health['slowest']:.1f} ms", verdict(health["slowest"], LARGEST_HEALTH))
    )
    rows.append(("stop", "-", f"{1e3 * stop['seconds']:.0f}", stop["state"], verdict(stop["seconds"], LONGEST_STOP)))
    return aligned(("", "idle, ms", "one run going, ms", "ratio", "target"), rows)
