"""An aggregate's further arguments are single values, whatever the document makes of them."""

from decimal import Decimal

import pytest

from gateway.annotation.column import Column
from gateway.annotation.values import UNREADABLE
from gateway.rules.expressions.spreading import Deferred
from gateway.rules.function import FunctionError
from tests.rules.expressions.support import evaluate

TEXTS = Column(["a", "b"], None)


@pytest.mark.parametrize(
    ("separator", "result"), [("-", "a-b"), (None, None), (UNREADABLE, UNREADABLE)]
)
def test_a_separator_spreads_like_any_argument(separator, result):
    assert evaluate("join(c, x)", c=TEXTS, x=separator) == result


@pytest.mark.parametrize(
    ("separator", "sentence"),
    [
        (Decimal(1), r"join\(\) takes text, this is number"),
        (TEXTS, r"join\(\) takes one value as separator, not a column"),
        (Deferred(FunctionError("too long")), "too long"),
    ],
)
def test_what_is_no_separator_fails_the_run(separator, sentence):
    with pytest.raises(FunctionError, match=sentence):
        evaluate("join(c, x)", c=TEXTS, x=separator)
