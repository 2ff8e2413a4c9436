import pytest

from gateway.config.settling import HASTE, LONGEST, QUIET, Settling


@pytest.mark.parametrize(
    ("looks", "loads"),
    [
        pytest.param([(0, "old"), (1, "old"), (9, "old")], [], id="nothing changes"),
        pytest.param([(0, "new"), (QUIET, "new")], [(QUIET, "new")], id="quiet long enough"),
        pytest.param([(0, "new"), (0, "new"), (0.1, "new"), (0.29, "new")], [], id="too early"),
        pytest.param(
            [(0, "half"), (0.2, "new"), (0.4, "new"), (0.5, "new")],
            [(0.5, "new")],
            id="written in two steps",
        ),
        pytest.param([(0, "half"), (0.5, "old"), (1, "half"), (1.1, "half")], [], id="undone"),
        pytest.param(
            [(number / 5, number) for number in range(20)], [], id="never two equal looks"
        ),
    ],
)
def test_only_two_equal_looks_apart_are_taken(looks, loads):
    settling = Settling("old")

    assert [(now, look) for now, look in looks if settling.step(now, look) is None] == loads


def test_it_says_when_to_look_again():
    settling = Settling("old")

    assert settling.step(0.0, "old") == 0.0
    assert settling.step(1.0, "new") == pytest.approx(QUIET)
    assert settling.moving
    assert settling.step(1.1, "new") == pytest.approx(QUIET - 0.1)
    assert settling.step(1.4, "new") is None
    assert not settling.moving


def test_a_folder_that_never_rests_is_taken_at_two_equal_looks():
    settling = Settling("old")
    for number in range(int(LONGEST / 0.2) + 2):
        assert settling.step(number * 0.2, number)
    late = 100.0

    assert settling.step(late, "new") == pytest.approx(HASTE)
    assert settling.step(late + HASTE, "new") is None


def test_what_was_refused_is_not_tried_again_until_something_else_was_there():
    settling = Settling("old")
    settling.refused("bad")

    assert settling.step(0, "bad") == 0.0
    assert settling.step(9, "old") == 0.0
    assert settling.step(10, "bad")
    assert settling.step(10.5, "bad") is None


def test_what_was_taken_is_not_taken_twice():
    settling = Settling("old")
    settling.taken("new")

    assert settling.step(0, "new") == 0.0
    assert settling.step(1, "old")
