"""The conventions with which a network that departs from its framework would match."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .activations import Array
from .alternatives import Alternative
from .cells.cell import Poll
from .comparison import Check, compare
from .encoding import Encoded
from .errors import NumericalError
from .network import Network
from .trace import LayerTrace, Trace, step, trace

State = Sequence[Mapping[str, Array]]

SEARCHED_STEPS = 32
"""Steps by which a wrong convention has shown itself, and over which others are tried."""
FIRST_STEPS = 3
"""Steps that tell most wrong ones; taken by the textbook, which needs no preparation."""
SEARCHED_WORK = 5e9
"""Multiplications and additions, and what each step and each changed network cost besides, that trying may take."""
WORK_OF_A_STEP = 20_000
WORK_OF_A_PARAMETER = 20
MOST_HINTS = 3


@dataclass(frozen=True)
class Hint:
    """A convention with which the network matches, as a sentence, and the import options that set it, if there are."""

    sentence: str
    options: Mapping[str, Any]

    def to_json(self) -> dict[str, Any]:
        """As the API sends it."""
        return {"sentence": self.sentence, "options": dict(self.options)}


class Search:
    """Tries other conventions on as few steps as tell, and within `SEARCHED_WORK`."""

    def __init__(
        self,
        network: Network,
        encoded: Encoded,
        state: State | None,
        checks: Sequence[Check],
        tolerances: Sequence[float],
        poll: Poll | None,
    ) -> None:
        self.network, self.encoded, self.state, self.poll = network, encoded, state, poll
        self.checks = list(zip(checks, tolerances, strict=True))
        self.early = [(check, allowed) for check, allowed in self.checks if check.per_step]
        self.left = SEARCHED_WORK

    def hints(self, candidates: Iterator[Alternative]) -> Iterator[Hint]:
        """The first candidates that match; several changes at once only where no single one does."""
        found = 0
        for candidate in candidates:
            if found == MOST_HINTS or self.left < 0 or (found and candidate.changes > 1):
                return
            if (changed := candidate.of(self.network)) is not None and self._matches(changed):
                found += 1
                yield Hint(f"It would match {candidate.words}", candidate.options)

    def _matches(self, network: Network) -> bool:
        if network.can_step and self.early:
            if not self._agrees(network, FIRST_STEPS) or not self._agrees(network, SEARCHED_STEPS):
                return False
            if len(self.early) == len(self.checks) and self.encoded.steps <= SEARCHED_STEPS:
                return True
        return self._agrees(network, self.encoded.steps)

    def _agrees(self, network: Network, steps: int) -> bool:
        """Whether the changed network agrees over its first steps, or in everything where these are all."""
        steps = min(steps, self.encoded.steps)
        work = network.parameter_count * (steps + WORK_OF_A_PARAMETER)
        self.left -= work + steps * WORK_OF_A_STEP * len(network.directions)
        try:
            if steps == self.encoded.steps:
                result, checks = trace(network, self.encoded, self.state, poll=self.poll), self.checks
            else:
                run = _by_steps if steps <= FIRST_STEPS else trace
                result = run(network, _first(self.encoded, steps), self.state, poll=self.poll)
                checks = [(check.first(steps), allowed) for check, allowed in self.early]
        except NumericalError:
            return False
        return all(compare(check, result, allowed).first is None for check, allowed in checks)


def _first(encoded: Encoded, steps: int, start: int = 0) -> Encoded:
    """Some steps of a sequence."""
    part = slice(start, start + steps)
    return Encoded(
        encoded.kind,
        encoded.labels[part],
        None if encoded.tokens is None else encoded.tokens[part],
        None if encoded.values is None else encoded.values[part],
    )


def _by_steps(network: Network, encoded: Encoded, state: State | None, poll: Poll | None) -> Trace:
    """A trace by the textbook, one step after another."""
    if poll is not None:
        poll()
    taken, before = [], state
    for start in range(encoded.steps):
        taken.append(step(network, _first(encoded, 1, start), before))
        before = taken[-1].state
    layers = tuple(
        LayerTrace(
            place.layer,
            place.direction,
            place.cell,
            {},
            {name: np.stack([one.quantities[index][1][name] for one in taken]) for name in values},
        )
        for index, (place, values) in enumerate(taken[0].quantities)
    )
    return Trace(network, encoded, layers, None)
