"""An answer is never longer than a platform could be asked to read."""

import pytest

from gateway.engine.room import MAX_SAID
from tests.documents import Document, ask, gateway

ROWS = 4_000
DOCUMENT = Document(
    {"note": "y" * 1_400},
    {"line_items": [{"code": f"{one:04}", "text": "x"} for one in range(ROWS)]},
)
#: In every row, this is more than there is room for.
TEXT = "{code}{note}{note}"
VALUE = "{code}{note}"


@pytest.mark.parametrize(
    "effects",
    [
        f'message: {{at: code, text: "{TEXT}"}}',
        f'require: "true", otherwise: {{message: {{at: code, text: "{TEXT}"}}}}',
        f'options: {{code: [{{value: "{VALUE}", label: "{VALUE}"}}]}}',
        f'add: {{table: line_items, cells: {{text: "{VALUE}"}}}}, replace: {{text: "{VALUE}"}}',
    ],
    ids=["messages", "otherwise", "options", "rows and values"],
)
def test_what_finds_no_room_fails_for_its_rows_alone(effects):
    rules = f"""
  - {{id: long, select: line_items, {effects}}}
  - {{id: last, message: "Short."}}
"""
    answered = ask(gateway(rules), DOCUMENT)

    assert MAX_SAID * 0.4 < len(answered.answer.body) < MAX_SAID * 1.2
    short = [text for text in texts(answered) if len(text) < 1_000]
    assert short[-1] == "Short."
    assert f"longer than {MAX_SAID:,} characters" in short[0]


def test_rules_in_the_shadow_take_no_room():
    say = f'message: {{at: code, text: "{TEXT}"}}'
    rules = f"""
  - {{id: shadow, select: line_items, mode: shadow, {say}}}
  - {{id: loud, select: line_items, when: row.number <= 3000, {say}}}
"""
    answered = ask(gateway(rules), DOCUMENT)

    assert [len(text) for text in texts(answered)] == [2_804] * 3_000


def texts(answered):
    return [one["content"] for one in answered.json["messages"]]
