"""Plain-text tables for the terminal."""

from collections.abc import Sequence


def aligned(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table whose columns also line up in a terminal: the first to the left, the others to the right."""
    lines = [list(header), *(list(row) for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(header))]

    def draw(line: Sequence[str]) -> str:
        cells = [
            cell.ljust(width) if column == 0 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        ]
        return f"| {' | '.join(cells)} |"

    rule = [width * "-" if column == 0 else (width - 1) * "-" + ":" for column, width in enumerate(widths)]
    return "\n".join([draw(lines[0]), draw(rule), *map(draw, lines[1:])])


def verdict(value: float, target: float | None, *, at_least: bool = False) -> str:
    """Whether a figure is small enough, or large enough with ``at_least``: ``<= 0.2 reached``; ``-`` without a target.

    A rate counts as reached from half a unit below: 59.9 frames a second are what a screen of 60 Hz gives.
    """
    if target is None:
        return "-"
    reached = value >= target - 0.5 if at_least else value <= target
    return f"{'>=' if at_least else '<='} {target:g} {'reached' if reached else 'missed'}"
