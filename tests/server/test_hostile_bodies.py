"""What hostile or careless clients send as a body. The answer is one sentence, next to its cause, and never a 500."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from tests.server.support import BASE, Client, application, check_problem

ROUTES = ("/traces", "/steps")
DEEP = 100_000


def values(rows: str) -> bytes:
    """A body with these rows, as text."""
    return b'{"model": "plain", "input": {"values": %s}}' % rows.encode()


def plain(**fields: Any) -> bytes:
    """A body that would be right without these fields."""
    return json.dumps({"model": "plain", "input": {"values": [[1, 2, 3]]}, **fields}).encode()


NOT_JSON = {
    "empty": b"",
    "only a brace": b"{",
    "cut in the middle": b'{"model": "plain", "input": {"values": [[1, 2',
    "two values": b"{} {}",
    "a trailing comma": b'{"model": "plain",}',
    "a comment": b'{"model": "plain" /* comment */}',
    "single quotes": b"{'model': 'plain'}",
    "a byte order mark": b"\xef\xbb\xbf{}",
    "UTF-16": '{"model": "plain"}'.encode("utf-16"),
    "bytes that are not UTF-8": b'{"model": "\xff\xfe"}',
    "an encoded surrogate": b'{"model": "\xed\xa0\x80"}',
    "a control character in a string": b'{"model": "a\x00b"}',
    "a lone surrogate as a value": b'{"model": "\\ud800"}',
    "a lone surrogate as a key": b'{"\\ud800": 1}',
    "a lone surrogate as text": b'{"model": "letters", "input": {"text": "a\\udfffb"}}',
    "a surrogate pair the wrong way round": b'{"model": "\\ude00\\ud83d"}',
    "a bad escape": b'{"model": "\\x41"}',
    "NaN": values("[[NaN, 1, 2]]"),
    "Infinity": values("[[Infinity, 1, 2]]"),
    "-Infinity": values("[[-Infinity, 1, 2]]"),
    "1e999": values("[[1e999, 1, 2]]"),
    "a whole number of 4,200 digits": values(f"[[{'9' * 4200}, 1, 2]]"),
    "a hexadecimal number": values("[[0x10, 1, 2]]"),
    "a number with a leading zero": values("[[01, 1, 2]]"),
    "a number with a plus": values("[[+1, 1, 2]]"),
    "a bare point": values("[[.5, 1, 2]]"),
    "deep lists": b"[" * DEEP,
    "deep closed lists": b"[" * DEEP + b"]" * DEEP,
    "deep objects": b'{"a":' * DEEP + b"1" + b"}" * DEEP,
    "deep lists in the right place": values("[" * DEEP + "]" * DEEP),
    "a form": b"model=plain&input=1",
    "XML": b"<model>plain</model>",
    "zero bytes": bytes(1000),
}

WRONG: dict[str, tuple[bytes, str]] = {
    "a number": (b"5", ""),
    "null": (b"null", ""),
    "true": (b"true", ""),
    "a string": (b'"plain"', ""),
    "a list": (b"[]", ""),
    "lists as deep as the parser goes": (b"[" * 900 + b"]" * 900, ""),
    "no model": (b'{"input": {"values": [[1, 2, 3]]}}', "/model"),
    "model is a number": (plain(model=5), "/model"),
    "model is null": (plain(model=None), "/model"),
    "model is a list": (plain(model=["plain"]), "/model"),
    "no input": (b'{"model": "plain"}', "/input"),
    "input is null": (plain(input=None), "/input"),
    "input is a list": (plain(input=[[1, 2, 3]]), "/input"),
    "input is empty": (plain(input={}), "/input"),
    "two kinds of input": (plain(input={"values": [[1, 2, 3]], "text": "a"}), "/input"),
    "an unknown field": (plain(colour="red"), "/colour"),
    "an unknown field with an awkward name": (plain(**{"a/b~c": 1}), "/a~1b~0c"),
    "an unknown field with a long name": (plain(**{"x" * 100_000: 1}), "/" + "x" * 64),
    "an unknown field in the input": (plain(input={"values": [[1, 2, 3]], "extra": 1}), "/input/extra"),
    "__proto__": (plain(__proto__={}), "/__proto__"),
    "values is a string": (plain(input={"values": "1,2,3"}), "/input/values"),
    "values is an object": (plain(input={"values": {"0": [1, 2, 3]}}), "/input/values"),
    "values is a number": (plain(input={"values": 5}), "/input/values"),
    "values is true": (plain(input={"values": True}), "/input/values"),
    "no rows": (plain(input={"values": []}), "/input/values"),
    "an empty row": (plain(input={"values": [[]]}), "/input/values/0"),
    "a flat list": (plain(input={"values": [1, 2, 3]}), "/input/values"),
    "a ragged row": (values("[[1, 2, 3], [1, 2]]"), "/input/values/1"),
    "a wrong width": (values("[[1, 2]]"), "/input/values/0"),
    "a row that is a number": (values("[[1, 2, 3], 4]"), "/input/values/1"),
    "a number that is a row": (values("[1, [2]]"), "/input/values/1"),
    "a row that is null": (values("[null]"), "/input/values/0"),
    "a row that is a string": (values('["abc"]'), "/input/values/0"),
    "a row that is an object": (values('[{"a": 1}]'), "/input/values/0"),
    "true for a number": (values("[[1, true, 2]]"), "/input/values/0/1"),
    "false for a number, later": (values("[[1, 0, 2], [1, 2, false]]"), "/input/values/1/2"),
    "null for a number": (values("[[1, null, 2]]"), "/input/values/0/1"),
    "a string for a number": (values('[[1, "2", 2]]'), "/input/values/0/1"),
    "a list for a number": (values("[[1, [2], 2]]"), "/input/values/0/1"),
    "an object for a number": (values("[[1, {}, 2]]"), "/input/values/0/1"),
    "true in a flat list": (b'{"model": "numbers", "input": {"values": [true]}}', "/input/values/0"),
    "too large for float32": (values("[[1, 1e300, 2]]"), "/input/values/0/1"),
    "a whole number too large for float32": (values(f"[[1, 1{'0' * 60}, 2]]"), "/input/values/0/1"),
    "text for numbers": (plain(input={"text": "abc"}), "/input/text"),
    "tokens for numbers": (plain(input={"tokens": [1]}), "/input/tokens"),
    "values for tokens": (plain(model="letters", input={"values": [[1, 2, 3]]}), "/input/values"),
    "text for a network without a vocabulary": (plain(model="ids", input={"text": "a"}), "/input/text"),
    "no text": (plain(model="letters", input={"text": ""}), "/input/text"),
    "text is a number": (plain(model="letters", input={"text": 5}), "/input/text"),
    "text is a list": (plain(model="letters", input={"text": ["a"]}), "/input/text"),
    "no tokens": (plain(model="letters", input={"tokens": []}), "/input/tokens"),
    "tokens is a string": (plain(model="letters", input={"tokens": "12"}), "/input/tokens"),
    "a token too high": (plain(model="letters", input={"tokens": [7]}), "/input/tokens/0"),
    "a token below -1": (plain(model="letters", input={"tokens": [-2]}), "/input/tokens/0"),
    "a token with a fraction": (plain(model="letters", input={"tokens": [0.5]}), "/input/tokens/0"),
    "a token that is 1.0": (plain(model="letters", input={"tokens": [1.0]}), "/input/tokens/0"),
    "a token that is true": (plain(model="letters", input={"tokens": [True]}), "/input/tokens/0"),
    "a token that is null": (plain(model="letters", input={"tokens": [None]}), "/input/tokens/0"),
    "a token of 19 digits": (plain(model="letters", input={"tokens": [10**19 - 1]}), "/input/tokens/0"),
    "a token of 300 digits": (plain(model="letters", input={"tokens": [10**300]}), "/input/tokens/0"),
}
"""Bodies that are JSON, and where the cause is."""

WRONG_STATES: dict[str, tuple[object, str]] = {
    "an object": ({"hidden_state": [0] * 4}, ""),
    "a string": ("zeros", ""),
    "too few entries": ([], ""),
    "too many entries": ([{"hidden_state": [0] * 4}] * 2, ""),
    "an entry that is a list": ([[0] * 4], "/0"),
    "an empty entry": ([{}], "/0/hidden_state"),
    "an unknown state": ([{"hidden_state": [0] * 4, "hope": 1}], "/0/hope"),
    "a state the cell lacks": ([{"hidden_state": [0] * 4, "cell_state": [0] * 4}], "/0"),
    "too few numbers": ([{"hidden_state": [0] * 3}], "/0/hidden_state"),
    "no numbers": ([{"hidden_state": []}], "/0/hidden_state"),
    "rows": ([{"hidden_state": [[0] * 4]}], "/0/hidden_state/0"),
    "true": ([{"hidden_state": [0, True, 0, 0]}], "/0/hidden_state/1"),
    "a string for a number": ([{"hidden_state": [0, 0, "0", 0]}], "/0/hidden_state/2"),
    "too large for float32": ([{"hidden_state": [0, 0, 0, -1e300]}], "/0/hidden_state/3"),
}

WRONG_TRACES: dict[str, tuple[bytes, str]] = {
    "an unknown encoding": (plain(encoding="xml"), "/encoding"),
    "encoding is null": (plain(encoding=None), "/encoding"),
    "quantities is a string": (plain(quantities="hidden_state"), "/quantities"),
    "a quantity that is a number": (plain(quantities=[1]), "/quantities/0"),
    "a quantity that is not there": (plain(quantities=["hope"]), "/quantities/0"),
    "a quantity with a very long name": (plain(quantities=["x" * 100_000]), "/quantities/0"),
    "interventions is null": (plain(interventions=None), "/interventions"),
    "an intervention without its quantity": (
        plain(interventions=[{"operation": "set", "value": 1}]),
        "/interventions/0/quantity",
    ),
    "an intervention by a word": (
        plain(interventions=[{"quantity": "hidden_state", "operation": "halve", "value": 1}]),
        "/interventions/0/operation",
    ),
    "an intervention with true for a number": (
        plain(interventions=[{"quantity": "hidden_state", "operation": "set", "value": True}]),
        "/interventions/0/value",
    ),
}

WRITTEN = {"cell": "rnn", "parameters": {"kernel": [[1.0]], "recurrent_kernel": [[0.5]], "bias": [0.0]}}

WRONG_SKETCHES: dict[str, tuple[object, str, str]] = {
    "a string": ("lstm", "", "Sketch must be an object, not 'lstm'."),
    "a list": ([], "", "not a list"),
    "empty": ({}, "/cell", "must be given"),
    "an unknown cell": ({"cell": "tree"}, "/cell", "must be 'lstm', 'gru' or 'rnn', not 'tree'"),
    "an unknown field": ({"cell": "rnn", "depth": 2}, "/depth", "not a field"),
    "no units": ({"cell": "rnn", "hidden_size": 0}, "/hidden_size", "at least 1, not 0"),
    "less than no units": ({"cell": "rnn", "hidden_size": -(10**9)}, "/hidden_size", "at least 1"),
    "units with a fraction": ({"cell": "rnn", "hidden_size": 2.0}, "/hidden_size", "whole number"),
    "units that are true": ({"cell": "rnn", "hidden_size": True}, "/hidden_size", "not true"),
    "no inputs": ({"cell": "rnn", "input_size": 0}, "/input_size", "at least 1, not 0"),
    "a seed below zero": ({"cell": "rnn", "seed": -1}, "/seed", "from 0 to"),
    "a seed that is too large": ({"cell": "rnn", "seed": 2**60}, "/seed", "from 0 to"),
    "a seed of 300 digits": ({"cell": "rnn", "seed": 10**300}, "/seed", "whole number"),
    "a bias that is a string": ({"cell": "lstm", "forget_bias": "1"}, "/forget_bias", "must be a number"),
    "a bias out of range": ({"cell": "lstm", "forget_bias": 1e300}, "/forget_bias", "from -1000 to 1000"),
    "a scale below zero": ({"cell": "rnn", "weight_scale": -1}, "/weight_scale", "from 0 to 1000"),
    "a precision": ({"cell": "rnn", "dtype": "float16"}, "/dtype", "'float32' or 'float64'"),
    "an activation": ({"cell": "rnn", "activation": "step"}, "/activation", "must be one of"),
    "a long activation": ({"cell": "rnn", "activation": "x" * 100_000}, "/activation", "must be one of"),
    "an option of others": ({"cell": "lstm", "reset_after": True}, "/reset_after", "not reset_after"),
    "parameters and a seed": ({**WRITTEN, "seed": 1}, "/seed", "is drawn"),
    "parameters in a list": ({"cell": "rnn", "parameters": []}, "/parameters", "an object"),
    "no parameters": ({"cell": "rnn", "parameters": {}}, "/parameters", "missing from none"),
    "an unknown array": (
        {"cell": "rnn", "parameters": {**WRITTEN["parameters"], "x" * 100_000: [1]}},  # type: ignore[dict-item]
        "/parameters/" + "x" * 64,
        "are kernel, recurrent_kernel, bias",
    ),
    "ragged weights": ({"cell": "rnn", "parameters": {"kernel": [[1], [1, 2]]}}, "/parameters/kernel/1", "equally"),
    "weights that are true": ({"cell": "rnn", "parameters": {"kernel": [[True]]}}, "/parameters/kernel/0/0", "true"),
    "weights that do not fit": (
        {"cell": "rnn", "parameters": {"kernel": [[1, 2]], "recurrent_kernel": [[1]], "bias": [0]}},
        "/parameters/kernel",
        "must be (1, 1) for 1 units and 1 inputs, not (1, 2)",
    ),
    "weights beyond float32": (
        {"cell": "rnn", "parameters": {"kernel": [[1e300]], "recurrent_kernel": [[1]], "bias": [0]}},
        "/parameters/kernel",
        "finite in float32",
    ),
}


@pytest.mark.parametrize("name", WRONG_SKETCHES)
def test_sketches_that_cannot_be(client: Client, name: str) -> None:
    sketch, pointer, words = WRONG_SKETCHES[name]
    body = check_problem(client.post("/traces", {"sketch": sketch, "input": {"values": [1, 2]}}), 422)
    assert body["errors"][0]["pointer"] == f"/sketch{pointer}"
    assert words in body["detail"]
    assert len(body["detail"]) < 300


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("name", NOT_JSON)
def test_what_is_not_json(client: Client, route: str, name: str) -> None:
    body = check_problem(client.post(route, NOT_JSON[name]), 422)
    assert body["detail"].startswith("The body must be JSON: ")
    assert len(body["detail"]) < 200


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("name", WRONG)
def test_what_does_not_fit(client: Client, route: str, name: str) -> None:
    content, pointer = WRONG[name]
    response = client.post(route, content)
    body = check_problem(response, 422)
    assert body["errors"][0]["pointer"] == pointer
    assert len(response.content) < 5000


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("name", WRONG_STATES)
def test_states_that_do_not_fit(client: Client, route: str, name: str) -> None:
    state, pointer = WRONG_STATES[name]
    field = "initial_state" if route == "/traces" else "state"
    body = check_problem(client.post(route, plain(**{field: state})), 422)
    assert body["errors"][0]["pointer"] == f"/{field}{pointer}"


@pytest.mark.parametrize("name", WRONG_TRACES)
def test_options_of_a_trace_that_do_not_fit(client: Client, name: str) -> None:
    content, pointer = WRONG_TRACES[name]
    body = check_problem(client.post("/traces", content), 422)
    assert body["errors"][0]["pointer"] == pointer
    assert len(body["detail"]) < 300


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("model", ["", "nothing", "x" * 100_000, "../plain", "\x00", "<b>", "\U0001f98a"])
def test_a_model_that_is_not_there(client: Client, route: str, model: str) -> None:
    body = check_problem(client.post(route, plain(model=model)), 404, "/model")
    assert len(body["detail"]) < 300


def test_sentences_say_what_was_expected_and_what_came(client: Client) -> None:
    expected = {
        values("[[1, 2, 3], [1, 2]]"): "All rows must be equally long; row 1 has 2 numbers, those before it 3.",
        values("[[1, true, 2]]"): "Input.values.0.1 must be a number like those before it, not true.",
        plain(model=5): "Model must be a string, not the number 5.",
        plain(colour=1): "Colour is not a field that can be given here.",
        plain(encoding="xml"): "Encoding must be 'list' or 'base64', not 'xml'.",
        plain(encoding="<b>\n</b>"): "Encoding must be 'list' or 'base64', not a string.",
        plain(quantities="x" * 21): "Quantities must be a list, not a string.",
        plain(input={}): "Input must have exactly one of text, tokens and values, not none of them.",
    }
    for content, sentence in expected.items():
        assert client.post("/traces", content).json()["detail"] == sentence


@pytest.mark.parametrize("number", [2**64, -(2**64), 10**300])
def test_a_whole_number_of_more_than_64_bits_is_too_large(client: Client, number: int) -> None:
    """It comes out of the JSON as a fraction would."""
    tokens = plain(model="letters", input={"tokens": [1, number]})
    layer = plain(interventions=[{"layer": number, "quantity": "hidden_state", "operation": "set", "value": 0}])
    for content, pointer in ((tokens, "/input/tokens/1"), (layer, "/interventions/0/layer")):
        detail = check_problem(client.post("/traces", content), 422, pointer)["detail"]
        assert detail.endswith(f" must be a whole number of at most 64 bits, but {float(number)!r} is too large.")


def test_harmless_extremes_are_accepted(client: Client) -> None:
    for rows in ("[[-0, 1e-999, 0.0]]", "[[1e38, -1e-45, 5e-324]]", "[[123456789012345678901, 1, 2]]"):
        assert client.post("/traces", values(rows)).status_code == 201, rows
    response = client.post("/traces", plain(model="letters", input={"text": "\u0000\U0001f98a\u202e<b>"}))
    assert response.json()["input"]["labels"] == ["\u0000", "\U0001f98a", "\u202e", "<b>"]


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize(
    "content_type",
    ["", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/jsonp",
     "application/json; charset=latin-1", "application/problem+json", "a" * 5000, "application/json, text/plain"],
)  # fmt: skip
def test_only_json_is_read(client: Client, route: str, content_type: str) -> None:
    body = check_problem(client.post(route, plain(), headers={"content-type": content_type}), 415)
    assert len(body["detail"]) < 200


@pytest.mark.parametrize(
    "content_type", ["application/json", "Application/JSON; charset=UTF-8", 'application/json;charset="utf-8"']
)
def test_json_by_any_spelling_is_read(client: Client, content_type: str) -> None:
    assert client.post("/traces", plain(), headers={"content-type": content_type}).status_code == 201


def test_compressed_bodies_are_refused(client: Client) -> None:
    headers = {"content-type": "application/json", "content-encoding": "gzip"}
    check_problem(client.post("/traces", b"\x1f\x8b", headers=headers), 415)


@pytest.mark.parametrize("route", ROUTES)
def test_a_body_beyond_the_limit_is_refused(folder: Any, route: str) -> None:
    content = plain()
    exact = Client(application(folder, max_body_bytes=len(content)))
    assert exact.post(route, content).status_code in (200, 201)
    tight = Client(application(folder, max_body_bytes=len(content) - 1))
    assert f"{len(content) - 1:,} bytes" in check_problem(tight.post(route, content), 413)["detail"]
    huge = {"content-type": "application/json", "content-length": "9" * 30}
    check_problem(tight.request("POST", BASE + route, content=b"{}", headers=huge), 413)


def test_an_endless_chunked_body_is_refused_at_the_limit(folder: Any) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while True:
            sent += 1
            yield b" " * 1000

    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(application(folder, max_body_bytes=10_000))
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            return await client.post(f"{BASE}/traces", content=endless(), headers={"content-type": "application/json"})

    check_problem(asyncio.run(ask()), 413)
    assert sent == 11
