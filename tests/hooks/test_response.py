"""Answers as bytes: strict JSON, and no more than the event can carry."""

import msgspec
import pytest

from gateway.effects import Block, Level, Message, Replace
from gateway.engine.outcome import Evaluation
from gateway.hooks.response import NEUTRAL, render_response

SAY = Message(Level.ERROR, "A", 1, "rule")
SAY_ALL = Message(Level.INFO, "B", None, "rule")
WRITE = Replace("7", "")
BLOCK = Block("C", 2**70, "rule")
BLOCK_ALL = Block("D", None, "other")


@pytest.mark.parametrize(
    ("evaluation", "action", "expected"),
    [
        (Evaluation(), "updated", {"messages": [], "operations": []}),
        (
            Evaluation(messages=[SAY, SAY_ALL]),
            "updated",
            {
                "messages": [
                    {"id": 1, "type": "error", "content": "A"},
                    {"type": "info", "content": "B"},
                ],
                "operations": [],
            },
        ),
        (
            Evaluation(operations=[WRITE]),
            "export",
            {
                "messages": [],
                "operations": [{"op": "replace", "id": "7", "value": {"content": {"value": ""}}}],
            },
        ),
        (
            Evaluation(blocks=[BLOCK, BLOCK_ALL, Block("D", None, "rule")]),
            "initialize",
            {
                "messages": [],
                "operations": [],
                "automation_blockers": [{"id": 2**70, "content": "C"}, {"content": "D"}],
            },
        ),
        (Evaluation(blocks=[BLOCK]), "updated", {"messages": [], "operations": []}),
    ],
)
def test_effects_become_the_three_lists_of_an_answer(evaluation, action, expected):
    assert msgspec.json.decode(render_response(evaluation, action)) == expected


def test_nothing_to_say_is_the_neutral_answer():
    assert render_response(Evaluation(), "initialize") == NEUTRAL
