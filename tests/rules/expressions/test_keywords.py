"""Keys that are words of Python: `email.from` is one that every mail has."""

import pytest

from tests.documents import Document, ask, gateway

ENVELOPE = {
    "from": {"class": "C", "in": [1]},
    "lines": {"not1": "x"},
    "emails": [{"from": {"email": "ap@acme.example"}}],
}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{email.from.email}", "ap@acme.example"),
        ("{payload.from.class}", "C"),
        ("{payload.lines.not1}", "x"),
        ("{'a.from ' + payload.from.class + ' .in'}", "a.from C .in"),
        ("{'é.if' + payload.from.class}", "é.ifC"),
        ("{1 in payload.from.in}", "true"),
    ],
)
def test_a_word_of_python_behind_a_dot_is_a_key(text, said):
    rule = f"  - id: a\n    message: |-\n      {text}\n"
    answered = ask(gateway(rule), Document({"v": "a"}, envelope=ENVELOPE))

    assert answered.said == [(None, said)]
