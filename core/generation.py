"""The closed loop: a network goes on by itself, with what it says as what it reads next.

Each output becomes the next input: a token that is drawn from the probabilities, a row of numbers that is forecast, or,
where the network has `Feedback`, the columns in which it hears what it said. What it has read in the end, prompt and
its own, is traced like any other sequence.
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from .activations import Array, softmax
from .cells.cell import Poll
from .encoding import Encoded, encode
from .errors import CannotGenerate, CannotStep, InputError, NumericalError
from .network import Network
from .states import InitialState
from .threads import one_blas_thread
from .trace import Trace, trace

STEPS_BETWEEN_POLLS = 32
HOTTEST = 1000.0
"""Temperatures beyond this draw evenly from all outputs."""


@dataclass(frozen=True, eq=False)
class Generated:
    """What a network said.

    ``tokens`` are the outputs of a softmax readout, ``values`` (steps, D) the rows that a linear one forecast;
    ``labels`` has a text for each. ``ended`` says that the network itself came to an end. ``trace`` has the steps of
    the prompt, the last of which said the first output, then those at which the network read what it had said.
    """

    prompt_steps: int
    tokens: tuple[int, ...] | None
    values: Array | None
    labels: tuple[str, ...]
    ended: bool
    trace: Trace


def way_back(network: Network) -> str | None:
    """How outputs become inputs: "token", "values" or "feedback"; None where they do not."""
    readout = network.readout
    if readout is None or not network.can_step:
        return None
    if network.feedback:
        return "feedback"
    if readout.predicts != "next_input" or readout.size != network.input_size:
        return None
    if readout.kind == "softmax":
        return "token" if network.input_kind == "tokens" else None
    return "values" if network.input_kind == "values" else None


def generate(
    network: Network,
    prompt: Encoded,
    steps: int,
    temperature: float = 1.0,
    seed: int = 0,
    *,
    initial_state: InitialState | None = None,
    poll: Poll | None = None,
) -> Generated:
    """Read the prompt, then go on for ``steps`` outputs, or until the network says its end.

    Args:
        network: one whose outputs become inputs.
        prompt: a sequence that fits it. With feedback its last row is read again at each step, beside what was said.
        steps: outputs, at least 1.
        temperature: divides the scores of a softmax readout before an output is drawn; 0 takes the likeliest.
            Forecasts are the same at any.
        seed: decides what is drawn.
        initial_state: as in `trace`.
        poll: called from time to time; whatever it raises stops the run.

    Raises:
        CannotGenerate: its outputs do not become inputs.
        CannotStep: it reads the sequence from the end as well.
        InputError: the prompt or the state does not fit, or a number is out of range.
        NumericalError: a number left the finite range; says where.
    """
    way = _checked_way(network, steps, temperature, seed)
    with one_blas_thread():
        read = trace(network, prompt, initial_state, poll=poll)
        assert read.outputs is not None  # there is a readout
        state = [{name: place.quantities[name][-1] for name in place.cell.state_names} for place in read.layers]
        rng = np.random.default_rng(seed)
        said: list[Any] = []
        rows: list[Array] = []
        output, ended = read.outputs[-1], False
        row = None if prompt.values is None else prompt.values[-1]
        for index in range(steps):
            if poll is not None and index % STEPS_BETWEEN_POLLS == 0:
                poll()
            said.append(output if way == "values" else drawn(_sayable(network, output), temperature, rng))
            ended = network.feedback is not None and said[-1] == network.feedback.end
            if ended:
                break
            row = _next_row(network, said[-1], row)
            rows.append(row)
            output = _advance(network, row, state, prompt.steps + index)
    encoded = _whole(network, prompt, said, rows)
    traced = trace(network, encoded, initial_state, poll=poll)
    if way == "values":
        values = np.array(said)
        return Generated(prompt.steps, None, values, encode(network, values=values).labels, ended, traced)
    names = network.output_labels or tuple(map(str, range(network.output_size or 0)))
    return Generated(prompt.steps, tuple(said), None, tuple(names[token] for token in said), ended, traced)


def drawn(probabilities: Array, temperature: float, rng: np.random.Generator) -> int:
    """An output of (O,) probabilities raised to the power of 1 / temperature, the likeliest for 0."""
    if temperature == 0:
        return int(probabilities.argmax())
    scores = np.log(np.maximum(probabilities.astype(np.float64), np.finfo(np.float64).tiny))
    with np.errstate(over="ignore"):  # of a temperature next to 0 all but the likeliest are at minus infinity
        cumulated = np.cumsum(softmax((scores - scores.max()) / temperature))
    return min(int(np.searchsorted(cumulated, rng.random() * cumulated[-1], side="right")), len(cumulated) - 1)


def _sayable(network: Network, output: Array) -> Array:
    """The probabilities without that of padding, which the network would skip as if it were not there."""
    padding = network.embedding.padding if network.embedding else None
    if padding is None:
        return output
    output = output.copy()
    output[padding] = 0
    return output


def _checked_way(network: Network, steps: int, temperature: float, seed: int) -> str:
    if not network.can_step:
        raise CannotStep("a network with a backward layer cannot go on by itself: that layer starts from the end")
    way = way_back(network)
    if way is None:
        readout = network.readout
        reads = f"{network.input_size} {'tokens' if network.input_kind == 'tokens' else 'numbers'}"
        kind = "probabilities" if readout and readout.kind == "softmax" else "numbers"
        says = f"{readout.size} {kind}" if readout else "nothing"
        raise CannotGenerate(
            "a network can only go on by itself where its output is about its next input, as the import option "
            f"predicts says; this one reads {reads} and says {says}"
        )
    if steps < 1:
        raise InputError(f"steps must be at least 1, not {steps}", ("steps",))
    if not 0 <= temperature <= HOTTEST:
        raise InputError(f"temperature must be from 0 to {HOTTEST:g}, not {temperature!r}", ("temperature",))
    if seed < 0:
        raise InputError(f"seed must be at least 0, not {seed}", ("seed",))
    return way


def _next_row(network: Network, said: Any, row: Array | None) -> Array:
    """What the first layer reads next, (D,)."""
    if network.embedding:
        return np.asarray(network.embedding.table[said])
    if network.feedback and row is not None and network.output_size:
        heard = row.copy()
        columns = network.feedback.columns(network.output_size)
        heard[columns] = 0
        heard[columns.start + said] = 1
        return heard
    return np.asarray(said)


def _advance(network: Network, row: Array, state: list[dict[str, Array]], step: int) -> Array:
    """One step; the state is changed in place, the output returned."""
    x = row
    with np.errstate(over="ignore", invalid="ignore"):
        for index, place in enumerate(network.directions):
            values = place.cell.step(x, state[index])
            state[index] = {name: values[name] for name in place.cell.state_names}
            x = values["hidden_state"]
        assert network.readout is not None  # there is a way back
        output = network.readout(x)
    if not np.isfinite(output).all():
        raise NumericalError(
            f"every output must stay finite, but what the network says left the range of {output.dtype} at step {step}"
        )
    return output


def _whole(network: Network, prompt: Encoded, said: list[Any], rows: list[Array]) -> Encoded:
    """Prompt and what was read after it, as one sequence; a prompt's unknown tokens stay so."""
    if prompt.tokens is not None:
        more = encode(network, tokens=said)
        assert more.tokens is not None  # encode has been given tokens
        return replace(prompt, labels=prompt.labels + more.labels, tokens=np.concatenate((prompt.tokens, more.tokens)))
    assert prompt.values is not None  # an Encoded has one of the two
    return encode(network, values=np.concatenate((prompt.values, np.array(rows).reshape(-1, network.input_size))))
