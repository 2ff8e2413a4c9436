"""Pauses before replacements."""

import pytest

from gateway.processes.pacing import LONGEST, STEADY, Pacing


@pytest.mark.parametrize(
    ("lives", "pauses"),
    [
        ([STEADY], [0.0]),
        ([STEADY, STEADY, STEADY], [0.0, 0.0, 0.0]),
        ([0.1], [0.0]),
        ([0.1, 0.1, 0.1, 0.1], [0.0, 0.5, 1.0, 2.0]),
        ([0.1, 0.1, STEADY, 0.1, 0.1], [0.0, 0.5, 0.0, 0.0, 0.5]),
        ([0.1] * 9, [0.0, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, LONGEST, LONGEST]),
        pytest.param([0.1] * 5_000, None, id="for ever"),
    ],
)  # fmt: skip
def test_who_ends_at_once_again_and_again_waits_longer(lives, pauses):
    pacing = Pacing()
    found = [pacing.pause(lived) for lived in lives]

    assert found == pauses if pauses else found[-1] == LONGEST
