"""The soak asks, edits, watches and judges; no test waits for long."""

from __future__ import annotations

from array import array

import pytest

from bench import trend
from bench.edited import EDITS, ENVIRONMENT, Edited, recorded
from bench.procfs import Used
from bench.soak import Outcome, Plan, soak
from gateway.config.load import ConfigurationError, load

MIB = 2**20


def samples(memory, descriptors=30, threads=20):
    """Forty of them, each quantity a number or a function of the sample's number."""

    def at(quantity, number):
        return round(quantity(number) if callable(quantity) else quantity)

    return [
        trend.Sample(
            5.0 * number,
            Used(3, at(memory, number), 0, at(descriptors, number), at(threads, number)),
        )
        for number in range(40)
    ]


@pytest.mark.parametrize(
    ("found", "complaints"),
    [
        pytest.param(samples(100 * MIB), [], id="even"),
        pytest.param(samples(lambda n: min(n, 9) * 20 * MIB), [], id="growing while warming up"),
        pytest.param(samples(lambda n: (100 + n % 7) * MIB), [], id="up and down"),
        pytest.param(samples(lambda n: (100 - n) * MIB), [], id="shrinking"),
        pytest.param(samples(lambda n: (100 + n) * MIB), ["memory grew by 20.0 MiB"], id="growing"),
        pytest.param(
            samples(0, descriptors=lambda n: n), ["descriptors grew by 20"], id="descriptors"
        ),
        pytest.param(samples(0, threads=lambda n: n), ["threads grew by 20"], id="threads"),
        pytest.param(samples(lambda n: n * MIB)[:16], [], id="too few to say"),
    ],
)
def test_what_grows_after_the_warm_up_is_told(found, complaints):
    assert trend.complaints(found) == complaints


def test_a_slope_is_told_for_an_hour():
    assert trend.memory(samples(lambda n: n * MIB)).per_hour == pytest.approx(720 * MIB)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"wrong": ["acme-clean: 500"]}, "wrong: acme-clean: 500"),
        ({"latencies": array("d")}, "nothing was answered"),
        ({"exit_code": None}, "the server ended with None"),
        ({"exit_code": 1}, "the server ended with 1"),
        (
            {
                "samples": [
                    trend.Sample(0, Used(3, 0, 0, 0, 0)),
                    trend.Sample(1, Used(2, 0, 0, 0, 0)),
                ]
            },
            "a process came or went",
        ),
    ],
)
def test_all_that_is_not_well_is_told(change, said):
    well = {"latencies": array("d", [0.1]), "exit_code": 0}

    assert Outcome(**well).complaints() == []
    assert Outcome(**{**well, **change}).complaints() == [said]


def test_good_edits_are_answered_each_in_its_own_words_and_bad_ones_refused(tmp_path):
    edited = Edited(tmp_path / "configs", clock=iter(range(100)).__next__)
    answers = edited.answers()

    for name in (sent.name for sent in recorded()):
        assert len({answers[number, name] for number in range(EDITS)}) in (1, EDITS)
    assert len({answers[number, "acme-clean"] for number in range(EDITS)}) == EDITS

    for _ in range(4):
        edited.bad()
        with pytest.raises(ConfigurationError):
            load(edited.folder, ENVIRONMENT)


@pytest.mark.parametrize(
    ("since", "current"),
    [(0, {0}), (0.5, {0, 1, 2}), (1, {1, 2}), (1.5, {1, 2}), (2, {2}), (9, {2})],
)
def test_an_answer_may_be_any_edit_that_was_the_last_one_since(tmp_path, since, current):
    edited = Edited(tmp_path / "configs", clock=iter((0, 1, 2)).__next__)
    for _ in range(3):
        edited.good()

    assert edited.current(since) == current | ({1, 2} if since == 0 else set())


def test_a_short_soak_answers_right_all_the_while():
    outcome = soak(Plan(seconds=2.5, processes=2, connections=2))

    assert outcome.wrong == []
    assert len(outcome.latencies) > 20
    assert outcome.good_edits == 1
    assert outcome.exit_code == 0
    assert {one.used.processes for one in outcome.samples} <= {3, 4}
