"""The example configuration keeps what its own cases promise, every rule of it."""

from pathlib import Path

import pytest

from gateway.cases.coverage import coverage
from gateway.cases.load import load_tests
from gateway.cases.run import Runner
from gateway.cases.telling import tell_result
from gateway.cases.why import explainer
from gateway.config.drawing import draw_all
from gateway.config.folder import take_snapshot
from gateway.config.load import load_snapshot
from gateway.config.payloads import StoredPayloads
from gateway.config.sources import shown_sources
from gateway.diagnostic import Report

CONFIGS = Path(__file__).parents[1] / "configs"


@pytest.fixture(scope="module")
def ran():
    snapshot = take_snapshot(CONFIGS)
    loaded = load_snapshot(snapshot, {}, secrets=False)
    report = Report()
    files = load_tests(snapshot, loaded.configuration, StoredPayloads(CONFIGS), report)
    assert not len(report), draw_all(report, shown_sources(snapshot, report))
    runner = Runner(loaded.configuration, lambda: 0.0)
    results = list(runner.run(case for file in files for case in file.cases))
    return loaded.configuration, runner, results


def test_every_case_of_the_example_passes(ran):
    _, runner, results = ran
    explain = explainer(runner)

    assert results
    assert ["\n".join(tell_result(one, explain)) for one in results if one.status != "passed"] == []


def test_every_rule_of_the_example_has_fired_in_a_case(ran):
    configuration, _, results = ran

    rules = coverage(configuration, results)

    assert [(one.queue, one.rule) for one in rules if not one.is_covered] == []
