"""How much a state still depends on its past as a whole: spectral norms of products of Jacobians."""

import numpy as np

from ..activations import Array
from ..cells.cell import Poll
from .spectral import spectral_norms
from .walk import Way

STACK = 32
"""Matrices whose norms are worked out together."""


def jacobian_norms(way: Way, target: int, poll: Poll | None) -> dict[str, Array]:
    """By state name, (T,): the spectral norm of the derivative of the state at position ``target`` by that at each.

    Rows after the target are 0.
    """
    cell = way.run.cell
    names = cell.state_names
    width = sum(cell.sizes[name] for name in names)
    columns, start = {}, {}
    offset = 0
    for name in names:
        size = cell.sizes[name]
        columns[name] = slice(offset, offset + size)
        start[name] = np.eye(size, width, offset)
        offset += size
    norms = {name: np.zeros(way.run.trace.steps) for name in names}
    stacks: dict[str, list[Array]] = {name: [] for name in names}

    def settle(first: int) -> None:
        for name, stack in stacks.items():
            found = spectral_norms(np.stack(stack))[::-1]
            norms[name][first : first + len(stack)] = found
            stack.clear()

    position = target
    for position, back in way.walk(target, start, poll=poll):
        for name, stack in stacks.items():
            stack.append(back.after[name][:, columns[name]])
        if len(stacks[names[0]]) == STACK:
            settle(position)
    if stacks[names[0]]:
        settle(position)
    return norms
