"""Who takes the next connection."""

import pytest

from gateway.web.sharing import Shares


@pytest.mark.parametrize(
    ("others", "own", "takes"),
    [
        ([], 50, True),
        ([0], 0, True),
        ([0], 1, False),
        ([1], 1, True),
        ([1], 2, True),
        ([1], 3, False),
        ([5, 9], 6, True),
        ([5, 9], 7, False),
        pytest.param([None], 7, True, id="who takes none does not count"),
        pytest.param([None, 0], 7, False, id="but the others do"),
    ],
)
def test_a_connection_is_left_to_who_has_none_or_two_less(others, own, takes):
    shares = Shares(len(others) + 1)
    for slot, number in enumerate(others, start=1):
        share = shares.of(slot)
        share.has(number or 0)
        if number is None:
            share.takes_none()
    mine = shares.of(0)
    mine.has(own)

    assert mine.is_next(own) == takes
