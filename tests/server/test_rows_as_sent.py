"""Rows are repeated in the words they came in, and no other text of a request ever is."""

import json
from typing import Any

import numpy as np
import pytest

from gatescope.server.rows_as_sent import LONGEST_NUMBER, may_have_booleans, rows_as_sent
from tests.server.support import Client

ROWS = "[[1, -2.50, 3e0],\n\t[0.1 ,2,3]]"
READ = [[1, -2.5, 3], [0.1, 2, 3]]

AS_SENT: dict[str, str] = {
    "as usual": '{"model": "plain", "input": {"values": %s}}',
    "dense": '{"input":{"values":%s},"model":"plain"}',
    "spaced": '{ "model" : "plain" , "input" : { "values" \n:\t %s \r\n } }',
    "with a state": (
        '{"input": {"values": %s}, "initial_state": [{"hidden_state": [0, 0, 0, 0]}], "model": "plain", '
        '"quantities": ["hidden_state"], "encoding": "base64"}'
    ),
    "with others left out": '{"model": "plain", "input": {"text": null, "values": %s, "tokens": null}}',
}
WRITTEN_ANEW: dict[str, str] = {
    "another input before it": '{"model": "plain", "input": {"values": [[9, 9, 9]]}, "input": {"values": %s}}',
    "another value before it": '{"model": "plain", "input": {"values": [[9, 9, 9]], "values": %s}}',
    "a name before it, as another key would be": '{"model": "values", "model": "plain", "input": {"values": %s}}',
    "a name after it": '{"input": {"values": %s}, "model": "values", "model": "plain"}',
    "an escaped key": '{"model": "plain", "input": {"\\u0076alues": %s}}',
    "an escaped key after another": '{"model": "plain", "input": {"values": [[9, 9, 9]], "v\\u0061lues": %s}}',
    "padding": '{"model": "plain", "input": {"values": %s' + " " * 6 * LONGEST_NUMBER + "}}",
}


def ask(client: Client, body: str) -> Any:
    response = client.post("/traces", body.encode())
    assert response.status_code == 201, response.text
    again = client.get(response.headers["location"].removeprefix("/api/v1"))
    assert again.content == response.content
    return response


@pytest.mark.parametrize("name", AS_SENT)
def test_rows_come_back_as_sent(client: Client, name: str) -> None:
    response = ask(client, AS_SENT[name] % ROWS)
    assert f'"values":{ROWS}' in response.text
    assert response.json()["input"]["values"] == READ


@pytest.mark.parametrize("name", WRITTEN_ANEW)
def test_rows_that_cannot_be_told_apart_are_written_anew(client: Client, name: str) -> None:
    response = ask(client, WRITTEN_ANEW[name] % ROWS)
    assert '"values":[[1.0,-2.5,3.0],[0.1,2.0,3.0]]' in response.text


def test_no_text_that_is_like_rows_is_taken_for_them(client: Client) -> None:
    body = '{"model": "letters", "input": {"text": "ab", "values": null}, "quantities": []}'
    assert ask(client, body).json()["input"]["values"] is None
    body = '{"model": "letters", "input": {"text": "\\"values\\": [[7, 7, 7]]"}}'
    assert ask(client, body).json()["input"]["values"] is None


def test_a_flat_list_comes_back_as_rows(client: Client) -> None:
    assert ask(client, '{"model": "numbers", "input": {"values": [0.5, 1]}}').json()["input"]["values"] == [[0.5], [1]]


def test_the_same_floats_come_back(client: Client) -> None:
    rng = np.random.default_rng(0)
    sent = (rng.standard_normal((20, 3)) * 10.0 ** rng.integers(-30, 30, (20, 3))).tolist()
    back = ask(client, json.dumps({"model": "plain", "input": {"values": sent}, "quantities": []})).json()
    assert np.array_equal(np.float32(back["input"]["values"]), np.float32(sent))


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b'{"input": {"values": [[1, 2]]}}', False),
        (b'{"input": {"values": [[1, true]]}}', True),
        (b'{"input": {"values": [[1, false]]}}', True),
        (b'{"input": {"values": [[1, 2]]}, "initial_state": [{"hidden_state": [true]}]}', True),
        (b'{"initial_state": [{"hidden_state": [false]}], "input": {"values": [[1, 2]]}}', True),
        (b'{"input": {"tokens": [true]}}', True),
        (b'{"values": 1, "values": [false]}', True),
        (b"[[1, 2]]", False),
    ],
)
def test_booleans_are_seen_wherever_they_stand(body: bytes, expected: bool) -> None:
    assert may_have_booleans(body) is expected


def test_without_rows_there_is_no_text() -> None:
    assert rows_as_sent(b'{"values": [[1, 2]]}', None) is None
    assert rows_as_sent(b'{"values": [1, 2]}', np.zeros(2)) is None
    assert rows_as_sent(b'{"values": [[1, 2]]}', np.zeros((1, 2))) == b"[[1, 2]]"
