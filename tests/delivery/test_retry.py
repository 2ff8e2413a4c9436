"""Security reference §9: what is done, repeated and given up, and when."""

import pytest

from gateway.delivery.retry import (
    Again,
    Answered,
    Dead,
    Done,
    Patience,
    Unanswered,
    judge,
    told,
    wait_of,
)

NOW = 1_700_000_000.0
DAY = 86_400.0
PATIENCE = Patience()


def verdict(result, attempts=1, expires=NOW + DAY, chance=1.0):
    return judge(result, attempts, expires, NOW, chance, PATIENCE)


@pytest.mark.parametrize(
    "status", [300, 301, 302, 307, 308, 400, 401, 403, 404, 409, 410, 413, 422]
)
def test_what_no_repetition_changes_is_final_at_once(status):
    assert isinstance(verdict(Answered(status)), Dead)


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_a_success_is_done(status):
    assert verdict(Answered(status)) == Done()


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504, 599])
def test_what_may_pass_is_repeated(status):
    assert verdict(Answered(status)) == Again(NOW + 10)


def test_a_fault_on_the_way_is_repeated():
    assert verdict(Unanswered("no connection")) == Again(NOW + 10)
    expired = verdict(Unanswered("no connection"), expires=NOW)
    assert expired == Dead("tried for 1 d, the last time: no connection")


@pytest.mark.parametrize(
    ("attempts", "chance", "pause"),
    [(1, 0.0, 0), (1, 0.5, 5), (2, 1.0, 20), (5, 1.0, 160), (9, 1.0, 2_560), (10, 1.0, 3_600),
     (10, 0.1, 360), (400, 1.0, 3_600)],
)  # fmt: skip
def test_pauses_double_up_to_an_hour_and_chance_takes_any_part_of_them(attempts, chance, pause):
    assert verdict(Answered(500), attempts, chance=chance) == Again(NOW + pause)


def test_a_last_attempt_is_made_when_the_time_is_up_and_none_after_it():
    assert verdict(Answered(500), 12, expires=NOW + 30) == Again(NOW + 30)
    dead = verdict(Answered(500), 13, expires=NOW)
    assert dead == Dead("tried for 1 d, the last time: status 500")


def test_a_receiver_that_asks_to_wait_is_waited_for_even_beyond_the_end():
    assert verdict(Answered(429, wait=7_200)) == Again(NOW + 7_200)
    assert verdict(Answered(503, wait=7_200), expires=NOW + 1) == Again(NOW + 7_200)
    assert isinstance(verdict(Answered(503, wait=7_200), expires=NOW - 1), Dead)
    assert isinstance(verdict(Answered(404, wait=7_200)), Dead)


@pytest.mark.parametrize(
    ("written", "wait"),
    [
        (None, None),
        ("120", 120.0),
        (" 120 ", 120.0),
        ("0", 0.0),
        ("86401", DAY),
        ("999999999999", DAY),
        ("-5", None),
        ("1.5", None),
        ("١٢٠", None),
        ("soon", None),
        ("", None),
        ("9" * 65, None),
        ("Tue, 14 Nov 2023 22:14:20 GMT", 60.0),
        ("Tue, 14 Nov 2023 22:12:20 GMT", None),
        ("Tue, 14 Nov 2024 22:12:20 GMT", DAY),
        ("Tue, 99 Nov 2023 22:14:20 GMT", None),
        ("Tue, 14 Nov 2023 22:14:20", None),
    ],
)
def test_retry_after_is_read_and_nonsense_is_not(written, wait):
    assert wait_of(written, NOW) == wait


def test_redirects_say_why_they_are_final():
    assert verdict(Answered(302)) == Dead("status 302: redirects are not followed")
    assert told(Answered(302)) == "status 302"
