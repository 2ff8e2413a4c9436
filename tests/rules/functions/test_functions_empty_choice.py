"""Empty values and choices."""

from datetime import date
from decimal import Decimal

import pytest

from gateway.annotation.values import UNREADABLE
from gateway.rules.function import FunctionError
from gateway.rules.functions.bounds import MAX_LIST
from gateway.rules.functions.choice import case, map_value, read_choices
from gateway.rules.functions.empty import first_set, is_empty, is_set, is_unreadable


def held(value):
    return lambda: value


def forbidden():
    raise AssertionError("evaluated though it is not needed")


@pytest.mark.parametrize(
    ("value", "empty", "unreadable"),
    [
        (None, True, False),
        ("", True, False),
        (" ", False, False),
        (Decimal(0), False, False),
        (False, False, False),
        ([], False, False),
        (UNREADABLE, False, True),
    ],
)
def test_only_what_is_not_there_is_empty(value, empty, unreadable):
    assert is_empty(value) is empty
    assert is_set(value) is not empty
    assert is_unreadable(value) is unreadable


@pytest.mark.parametrize(
    ("values", "result"),
    [
        ([None, "", "B"], "B"),
        ([None, None], None),
        pytest.param([None, ""], "", id="the last one is given as it is"),
        ([Decimal(0), Decimal(1)], Decimal(0)),
        ([False, True], False),
        ([None, UNREADABLE, "B"], UNREADABLE),
    ],
)
def test_the_first_that_is_set_is_given(values, result):
    assert first_set(*map(held, values)) == result


def test_a_default_is_not_evaluated_unless_it_is_needed():
    assert first_set(held("A"), forbidden) == "A"


@pytest.mark.parametrize("condition", ["yes", Decimal(1), date(2025, 1, 31)])
def test_a_condition_of_case_must_be_boolean(condition):
    with pytest.raises(FunctionError, match="must be true or false"):
        case(held(condition), held("a"))


@pytest.mark.parametrize(
    ("values", "result"),
    [
        ([True, "a"], "a"),
        ([False, "a"], None),
        ([False, "a", None], None),
        ([False, "a", "c"], "c"),
        ([None, "a", UNREADABLE, "b", "c"], "c"),
        ([False, "a", True, "b", "c"], "b"),
        ([True, None, "c"], None),
    ],
)
def test_the_first_condition_that_is_true_decides(values, result):
    assert case(*map(held, values)) == result


def test_case_evaluates_only_what_it_needs():
    assert case(held(False), forbidden, held(True), held("b"), forbidden, forbidden) == "b"


@pytest.mark.parametrize(
    ("mapping", "sentence"),
    [
        ({"1": "a", "1.0": "b"}, "twice as a number"),
        ({str(key): "x" for key in range(MAX_LIST + 1)}, "more than 20000 keys"),
    ],
)
def test_a_mapping_without_one_answer_is_refused(mapping, sentence):
    with pytest.raises(ValueError, match=sentence):
        read_choices(mapping)


@pytest.mark.parametrize(
    ("mapping", "x", "result"),
    [
        ({"CZ": "CZK"}, "CZ", "CZK"),
        ({"CZ": "CZK"}, "cz", "default"),
        ({"21": "standard"}, Decimal("21.00"), "standard"),
        ({"21.0": "standard"}, Decimal(21), "standard"),
        ({"0": "none"}, Decimal("0.00"), "none"),
        pytest.param({"1": "a", "1.0": "a"}, Decimal(1), "a", id="equal keys of one value"),
        pytest.param({"21": "standard"}, "21.0", "default", id="texts match by letters"),
        pytest.param({"007": "Bond", "7": "seven"}, Decimal(7), "seven", id="007 is a code"),
        ({"007": "Bond"}, "007", "Bond"),
        ({Decimal("1.5"): "a"}, Decimal("1.50"), "a"),
        ({"2025-01-31": "end"}, date(2025, 1, 31), "end"),
        ({"true": "yes"}, True, "yes"),
        ({"CZ": None}, "CZ", None),
    ],
)
def test_a_value_is_found_by_its_key(mapping, x, result):
    assert map_value(x, "default", read_choices(mapping)) == result
