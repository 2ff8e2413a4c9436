"""The quick answer about a file is the library's own."""

import copy
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft7Validator

from gateway.diagnostic import Report
from gateway.rules.yaml.accepting import accepting
from gateway.rules.yaml.reading import read_yaml
from gateway.rules.yaml.source import plain
from gateway.schemas import schema
from tests.spots import spots

ROOT = Path(__file__).parents[3]
KINDS = ("gateway", "queue", "rules", "test")
CHECKS = {kind: accepting(schema(kind)) for kind in KINDS}
VALIDATORS = {kind: Draft7Validator(schema(kind)) for kind in KINDS}
FILES = [
    (kind, path)
    for path in sorted((*(ROOT / "configs").rglob("*.yaml"), *(ROOT / "tests").rglob("*.yaml")))
    if (kind := path.name.split(".")[-2]) in KINDS
]


def data_of(path):
    root = read_yaml(path.read_bytes(), path.name, Report())
    return None if root is None else plain(root)


DATA = [(kind, data) for kind, path in FILES if (data := data_of(path)) is not None]


@pytest.mark.parametrize(("kind", "path"), FILES, ids=lambda one: getattr(one, "name", one))
def test_a_file_is_accepted_when_the_library_accepts_it(kind, path):
    data = data_of(path)

    assert CHECKS[kind](data) == VALIDATORS[kind].is_valid(data)


VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(-1, 2), st.decimals(0, 1, places=2),
    st.sampled_from(["", "a", "error", "A-b", "x" * 300]), st.just([]), st.just({}),
    st.lists(st.sampled_from(["a", "b", 1, True]), max_size=3),
    st.dictionaries(st.sampled_from(["a", "type", "value", "rules"]), st.just("b"), max_size=2),
)  # fmt: skip


@given(st.data())
def test_a_file_that_was_spoiled_is_refused_when_the_library_refuses_it(draw):
    kind, whole = draw.draw(st.sampled_from(DATA))
    spoiled = copy.deepcopy({"it": whole})
    for _ in range(draw.draw(st.integers(1, 3))):
        *steps, last = draw.draw(st.sampled_from([*spots(spoiled)]))
        place = spoiled
        for step in steps:
            place = place[step]
        if isinstance(place, dict) and draw.draw(st.booleans()):
            place[draw.draw(st.sampled_from(["id", "message", "expect", "name", "other"]))] = (
                place.pop(last)
            )
        else:
            place[last] = draw.draw(VALUES)
        if "it" not in spoiled:
            return

    assert CHECKS[kind](spoiled["it"]) == VALIDATORS[kind].is_valid(spoiled["it"])


def test_a_keyword_that_is_not_known_is_never_taken_for_fulfilled():
    with pytest.raises(NotImplementedError, match="contains"):
        accepting({"type": "array", "contains": {"type": "string"}})
