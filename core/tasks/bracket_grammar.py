"""A small language of nested brackets, with quotes in which brackets do not count."""

from functools import lru_cache

import numpy as np

from ..activations import Array

CHARACTERS = ("\n", "(", ")", "[", "]", '"', "a", "b", "c", " ", "\N{REPLACEMENT CHARACTER}")
OPEN, CLOSE = "([", ")]"
DEEPEST = 8


def choices(stack: str, quoted: bool, deepest: int = DEEPEST) -> dict[str, float]:
    """The grammar: probability of each next character after the open brackets ``stack``, inside quotes or not."""
    if quoted:
        return {'"': 0.18, "a": 0.16, "b": 0.16, "c": 0.16, "(": 0.085, ")": 0.085, "[": 0.085, "]": 0.085}
    # The deeper, the likelier a bracket closes: so it pays to know the depth at every step, and not only at the ends.
    depth = len(stack)
    weights = {"a": 0.1, "b": 0.1, "c": 0.1, " ": 0.05, '"': 0.08}
    if depth < deepest:
        weights |= {"(": 0.045 * (deepest - depth), "[": 0.005 * (deepest - depth)}
    if depth:
        weights[CLOSE[OPEN.index(stack[-1])]] = 0.1 * depth
    else:
        weights["\n"] = 0.3
    total = sum(weights.values())
    return {character: weight / total for character, weight in weights.items()}


def advance(stack: str, quoted: bool, character: str) -> tuple[str, bool]:
    """The grammar's state after one more character."""
    if character == '"':
        return stack, not quoted
    if quoted:
        return stack, quoted
    if character in OPEN:
        return stack + character, quoted
    return (stack[:-1], quoted) if character in CLOSE else (stack, quoted)


@lru_cache(maxsize=4096)
def _table(stack: str, quoted: bool, deepest: int) -> tuple[tuple[str, ...], Array, Array]:
    """The next characters, their cumulated probabilities, and the bits of surprise of each."""
    options = choices(stack, quoted, deepest)
    probabilities = np.array(list(options.values()))
    return tuple(options), np.cumsum(probabilities), -np.log2(probabilities)


def generate(length: int, rng: np.random.Generator, deepest: int = DEEPEST) -> tuple[str, Array]:
    """Text of the grammar, and the bits of surprise (length,) of each character for somebody who knows the grammar."""
    stack, quoted, characters, bits = "", False, [], np.empty(length)
    for at, draw in enumerate(rng.random(length)):
        names, cumulated, surprises = _table(stack if not quoted else "", quoted, deepest)
        chosen = min(int(cumulated.searchsorted(draw)), len(names) - 1)
        bits[at] = surprises[chosen]
        characters.append(names[chosen])
        stack, quoted = advance(stack, quoted, names[chosen])
    return "".join(characters), bits
