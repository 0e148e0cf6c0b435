"""The rows of ``values`` as they stand in a request body.

The answer repeats the rows. Their own text is sent back, which is quicker than writing every number anew, and gives
back the same floats wherever it was the text that was read.
"""

from typing import Any

from numpy.typing import NDArray

KEY = b'"values"'
LONGEST_NUMBER = 32
"""Bytes a number, its comma included, beyond which the numbers are written anew, so that no padding is kept."""


def find_rows(body: bytes) -> tuple[int, int] | None:
    """Where the value of the only ``values`` in a JSON text begins and ends, if it holds neither strings nor objects.

    None where another string may be that key as well: then it is not known which one counts. What is between the two
    places still has the colon before it and the comma after it.
    """
    key = body.find(KEY)
    if key < 0:
        return None
    start = key + len(KEY)
    stops = (body.find(b'"', start), body.find(b"}", start))
    end = min((stop for stop in stops if stop >= 0), default=len(body))
    before, after = body[:key], body[end:]
    if b"\\" in before or b"\\" in after or KEY in after:
        return None
    return start, end


def may_have_booleans(body: bytes) -> bool:
    """Whether true or false stands in a JSON text; hundreds of kilobytes of numbers are searched for a letter only."""
    rows = find_rows(body)
    if rows is None:
        return b"true" in body or b"false" in body
    start, end = rows
    if body.find(b"t", start, end) >= 0 or body.find(b"f", start, end) >= 0:
        return True
    return any(word in part for part in (body[:start], body[end:]) for word in (b"true", b"false"))


def rows_as_sent(body: bytes, values: NDArray[Any] | None) -> bytes | None:
    """The text of ``values``, (T, D), in the body they were read from; None where it has to be written anew."""
    if values is None or values.ndim == 1 or (place := find_rows(body)) is None:
        return None
    start, end = place
    if end - start > LONGEST_NUMBER * values.size:
        return None
    return body[body.index(b"[", start) : body.rindex(b"]", start, end) + 1]
