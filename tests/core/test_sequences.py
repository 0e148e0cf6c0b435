"""Files of sequences: what each form gives, and what is said of those that cannot be read."""

import io
import json
from typing import Any

import numpy as np
import pytest

from gatescope.core import sequences
from gatescope.core.errors import Cancelled, FileTooLarge, FormatError, UnsafeFile, WrongWidth
from gatescope.core.sequences import LONGEST_JSON, Bounds, Kind, SequenceEntry, read_sequences


def read(data: bytes | str, name: str = "", kind: Kind = "tokens") -> list[tuple[str, Any]]:
    """Places and contents, arrays as lists."""
    found = read_sequences(data.encode() if isinstance(data, str) else data, name, kind)
    return [(one.place, {key: np.asarray(value).tolist() for key, value in one.content.items()}) for one in found]


def array_file(array: Any) -> bytes:
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


@pytest.mark.parametrize(
    ("content", "name", "expected"),
    [
        ("ab\n\nc d\r\n", "", [("line 1", {"text": "ab"}), ("line 3", {"text": "c d"})]),
        ("\ufeffab\u2028c", "x.txt", [("line 1", {"text": "ab\u2028c"})]),
        ('"a"\n\n{"tokens": [1]}\n', "x.JSONL", [("line 1", {"text": "a"}), ("line 3", {"tokens": [1]})]),
        ('["a", {"tokens": [1, 2]}]', "x.json", [("entry 0", {"text": "a"}), ("entry 1", {"tokens": [1, 2]})]),
        ('{"values": [[1, 2]]}', "x.json", [("entry 0", {"values": [[1, 2]]})]),
        ("1,2\n\n3;4\n", "x.csv", [("the table", {"values": [[1, 2], [3, 4]]})]),
        ('"wet"\t"dry"\n1\t-2e3\n', "x.tsv", [("the table", {"values": [[1, -2000]]})]),
        ("year,wet\n1749,2\n", "x.csv", [("the table", {"values": [[1749, 2]]})]),
        ("", "x.csv", []),
        ("", "", []),
        ("[]", "x.json", []),
    ],
)
def test_the_ending_tells_the_form(content: str, name: str, expected: Any) -> None:
    assert read(content, name) == expected


def test_a_network_that_reads_numbers_finds_a_table_in_text() -> None:
    assert read("1\n2\n", "x.txt", "values") == read("1\n2\n", "", "values") == [("the table", {"values": [[1], [2]]})]


@pytest.mark.parametrize(
    ("array", "kind", "expected"),
    [
        (np.array([3, 1]), "tokens", [("the array", {"tokens": [3, 1]})]),
        (np.array([[3, 1], [2, 2]]), "tokens", [(f"sequence {i} of the array", {"tokens": t}) for i, t in
                                               enumerate(([3, 1], [2, 2]))]),
        (np.array([0.5, 1]), "values", [("the array", {"values": [0.5, 1]})]),
        (np.array([[1, 2]]), "values", [("the array", {"values": [[1, 2]]})]),
        (np.zeros((2, 1, 1), "f4"), "values", [(f"sequence {i} of the array", {"values": [[0]]}) for i in (0, 1)]),
    ],
)  # fmt: skip
def test_arrays_hold_one_sequence_or_many(array: Any, kind: Kind, expected: Any) -> None:
    assert read(array_file(array), "anything", kind) == expected


@pytest.mark.parametrize(
    ("content", "name", "kind", "message"),
    [
        ("1,x\n", "a.csv", "values", "line 1 must hold numbers, not 'x'"),
        ("1,2\n\n2,\n", "a.csv", "values", "line 3 must hold numbers, not an empty cell"),
        ("1,2\n3\n", "a.csv", "values", "line 2 has 1 numbers, those before it 2"),
        ("a\nb\n", "a.csv", "values", "line 2 must hold numbers, not 'b'"),
        ("\na\n", "a.csv", "values", "line 2 must hold numbers, not 'a'"),
        ("1\n1_000\n", "a.csv", "values", "line 2 must hold numbers, not '1_000'"),
        ("1\n" + "x" * 99, "a.csv", "values", "'" + "x" * 37 + "...'"),
        ('"a"\n{"tokens": [1}', "a.jsonl", "tokens", "line 2 must be JSON: .* at line 1, column"),
        ("[" * 100_000, "a.json", "tokens", "the file must be JSON that does not nest this deep"),
        ("[" + "9" * 5000 + "]", "a.json", "tokens", "a few thousand digits"),
        ("[3]", "a.json", "tokens", "entry 0 must be a text, or an object with one of text, tokens, values"),
        ('[{"text": "a", "tokens": [1]}]', "a.json", "tokens", "entry 0 must be a text"),
        ('{"words": "a"}', "a.jsonl", "tokens", "line 1 must be a text"),
        (b"ab\n\xff\n", "", "tokens", "line 2 must be text in UTF-8"),
        (b"\x93NUMPY\x01\x00", "a", "tokens", "a is damaged"),
        (b"1,2", "a.npy", "values", "a.npy is damaged"),
        (array_file(np.zeros(2)), "", "tokens", "reads token ids, which are whole numbers; the array holds float64"),
        (array_file(np.zeros((1, 1, 1), int)), "", "tokens", r"\(T,\) or \(N, T\) token ids; its shape is \(1, 1, 1\)"),
        (array_file(np.zeros((1, 1, 1, 1))), "", "values", r"\(T, D\) or \(N, T, D\) numbers"),
        (array_file(np.float64(3)), "", "values", r"its shape is \(\)"),
        (array_file(np.array(["a"])), "", "tokens", "must hold numbers, not <U1"),
        (array_file(np.array([True])), "", "tokens", "must hold numbers, not bool"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_said_with_its_place(content: Any, name: str, kind: Kind, message: str) -> None:
    with pytest.raises(FormatError, match=message):
        read(content, name, kind)


def test_what_comes_before_a_fault_is_read() -> None:
    entries = read_sequences(b'"a"\nnothing\n', "x.jsonl", "tokens")
    assert next(entries).content == {"text": "a"}
    with pytest.raises(FormatError, match="line 2"):
        next(entries)


def test_nothing_is_unpickled_and_no_endless_json_is_read() -> None:
    file = io.BytesIO()
    np.save(file, np.array([{}], object), allow_pickle=True)
    with pytest.raises(UnsafeFile):
        read(file.getvalue())
    with pytest.raises(FileTooLarge, match=f"may have {LONGEST_JSON:,} bytes of JSON, but has"):
        read(json.dumps(["a" * LONGEST_JSON]), "x.json")


@pytest.mark.parametrize(("content", "steps"), [('"abc"', 3), ('{"tokens": [1, 2]}', 2), ('{"text": 5}', 0)])
def test_how_long_a_sequence_is_can_be_told_beforehand(content: str, steps: int) -> None:
    (entry,) = read_sequences(content.encode(), "x.jsonl", "tokens")
    assert entry.steps == steps


def bounded(content: str, **bounds: Any) -> list[SequenceEntry]:
    return list(read_sequences(content.encode(), "x.csv", "values", Bounds(**bounds)))


@pytest.mark.parametrize("cell", ["1", "x", ""])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_line_of_many_more_cells_than_are_read_is_refused_before_it_is_taken_apart(
    cell: str, separator: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: str) -> bool:
        raise AssertionError("a cell was looked at")

    content = separator.join([cell] * 100_000)
    monkeypatch.setattr(sequences, "_is_number", refuse)
    with pytest.raises(WrongWidth, match=r"at most 1,004 cells, but line 2 has 100,000$"):
        bounded(f"\n{content}\n", width=2)


def test_wide_networks_headings_and_empty_lines_are_within_the_bounds() -> None:
    row = ",".join(["1"] * 50_000)
    (entry,) = bounded(f"{row}\n{row}\n", width=50_000, steps=2)
    assert entry.steps == 2
    heading = ",".join(["word"] * 1000)
    (entry,) = bounded(f"{heading}\n{',' * 1000}\n1\n\n2\n", width=1, steps=2)
    assert entry.steps == 2


def test_a_table_of_too_many_steps_is_not_read_to_its_end() -> None:
    with pytest.raises(FileTooLarge, match="at most 2 steps, but the table has more"):
        bounded("1,2\n\n3,4\n5,6\nnot read any more\n", width=2, steps=2)


@pytest.mark.parametrize("name", ["x.csv", "x.txt", "x.jsonl"])
def test_reading_can_be_stopped_from_outside(name: str) -> None:
    def stop() -> None:
        raise Cancelled("enough")

    with pytest.raises(Cancelled):
        list(read_sequences(b"\n" * 10_000, name, "tokens", Bounds(poll=stop)))
