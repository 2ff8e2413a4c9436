"""A destination that fails is left alone for a while, and then tried with one."""

import pytest

from gateway.delivery.breaker import LONGEST, PATIENCE, Breaker
from gateway.delivery.retry import Answered, Unanswered


def failed(times):
    """A breaker after failures of which each was tried when the last pause was over."""
    breaker = Breaker()
    for _ in range(times):
        breaker.note(Unanswered("no connection"), max(100.0, breaker.until), 1.0)
    return breaker


def test_a_few_failures_change_nothing():
    assert failed(PATIENCE - 1).allows(4, 1, 100.0) == 3


def test_many_in_a_row_leave_it_alone_and_then_one_tries():
    breaker = failed(PATIENCE)

    assert breaker.allows(4, 0, 100.5) == 0
    assert breaker.allows(4, 0, 101.0) == 1
    assert breaker.allows(4, 1, 101.0) == 0


def test_pauses_grow_to_a_minute_and_chance_takes_up_to_half():
    assert failed(PATIENCE + 3).until == 100.0 + 1 + 2 + 4 + 8
    longest = failed(PATIENCE + 30)
    before = longest.until
    longest.note(Unanswered("no connection"), before, 1.0)
    assert longest.until == before + LONGEST
    breaker = failed(PATIENCE - 1)
    breaker.note(Answered(500), 100.0, 0.0)
    assert breaker.until == 100.5


def test_what_was_under_way_when_it_was_left_alone_counts_no_more():
    breaker = failed(PATIENCE)
    for _ in range(20):
        breaker.note(Unanswered("no answer in time"), 100.4, 1.0)

    assert breaker.until == 101.0


@pytest.mark.parametrize("result", [Answered(200), Answered(404)])
def test_an_answer_that_is_no_failure_ends_it(result):
    breaker = failed(PATIENCE + 3)
    breaker.note(result, 200.0, 1.0)

    assert breaker.allows(4, 0, 200.0) == 4


@pytest.mark.parametrize(
    ("status", "wait", "until"),
    [(429, 30.0, 130.0), (503, 30.0, 130.0), (500, 30.0, 100.0), (429, 86_400.0, 3_700.0)],
)
def test_a_receiver_that_asks_to_wait_has_everything_wait(status, wait, until):
    breaker = Breaker()
    breaker.note(Answered(status, wait), 100.0, 1.0)
    breaker.note(Answered(200), 100.1, 1.0)

    assert breaker.allows(4, 0, until - 0.1) == (0 if until > 100 else 4)
    assert breaker.allows(4, 0, until) == 4
