"""Names with numbers in them."""

import re


def natural(name: str) -> list[tuple[int, str]]:
    """A sort key by which cells.10 stands behind cells.2."""
    return [(int(piece), "") if piece.isdecimal() else (-1, piece) for piece in re.split(r"(\d+)", name)]
