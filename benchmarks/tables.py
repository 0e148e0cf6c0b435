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


def verdict(value: float, target: float | None) -> str:
    """Whether a figure that should be small is: ``<= 0.2 reached``, or nothing where no target was set."""
    if target is None:
        return "-"
    return f"<= {target:g} {'reached' if value <= target else 'missed'}"
