"""What ``/metrics`` answers, read back by Prometheus's own parser."""

import re
import time
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from gateway.engine.outcome import Evaluation, Outcome
from gateway.telemetry import catalog
from gateway.telemetry.catalog import METRICS, Kind
from gateway.telemetry.counts import Counts
from gateway.telemetry.exposition import Served, exposition
from gateway.telemetry.process import measured
from gateway.telemetry.totals import Totals
from tests.telemetry.test_counts import answer

OPERATIONS = Path(__file__).parents[2] / "docs" / "operations.md"
SERVED = Served(
    revision="0123456789ab",
    rules={"acme": ["total", "lines"], "globex": ["total"]},
    secrets=["acme secret 1"],
    good=False,
    stale=True,
    failed=["globex"],
    successes=3,
    failures=1,
    loaded_at=1_700_000_000.0,
    files={"acme.queue.yaml": "ab" * 32},
)


def read(totals=None, served=SERVED, **further):
    kind, text = exposition(totals or Totals(), served, further)
    assert kind.startswith("text/plain; version=0.0.4")
    return list(text_string_to_metric_families(text.decode()))


def samples(families):
    """Values by the sample's name and its labels, in the order of their names."""
    found = [one for family in families for one in family.samples]
    return {
        (one.name, *(text for _, text in sorted(one.labels.items()))): one.value for one in found
    }


def test_every_metric_of_the_catalog_is_there_with_its_kind_and_meaning():
    families = {one.name: one for one in read()}

    for metric in METRICS:
        family = families[metric.name.removesuffix("_total")]
        assert (family.type, family.documentation) == (metric.kind.value, metric.meaning)
    assert len(families) == len(METRICS)


@pytest.mark.parametrize("metric", METRICS, ids=lambda one: one.name)
def test_names_are_what_prometheus_expects(metric):
    assert re.fullmatch(r"gateway(_[a-z]+)+", metric.name)
    assert (metric.kind is Kind.COUNTER) == metric.name.endswith("_total")
    assert (metric.kind is Kind.HISTOGRAM) == metric.name.endswith("_duration_seconds")
    assert not {"queue", "rule"} - set(metric.labels) or "document" not in metric.labels
    assert metric.meaning.endswith(".")


def test_the_state_of_the_configuration_can_be_alerted_on():
    found = samples(read())

    assert found["gateway_config_last_reload_successful",] == 0
    assert found["gateway_config_stale",] == 1
    assert found["gateway_config_last_reload_success_timestamp_seconds",] == 1_700_000_000
    assert found["gateway_config_reloads_total", "failure"] == 1
    assert found["gateway_config_info", "0123456789ab"] == 1
    assert found["gateway_queue_stale", "globex"] == 1
    assert found["gateway_queue_stale", "acme"] == 0
    assert found["gateway_rules_loaded", "acme"] == 2
    assert found["gateway_rules_file_info", "acme.queue.yaml", "ab" * 32] == 1


def test_what_several_processes_counted_is_one_series():
    totals = Totals()
    for process in ("worker 1", "worker 2"):
        counts = Counts()
        counts.exchanged("/hook", "POST", "200", 0.003)
        totals.add(process, counts.take())

    found = samples(read(totals))

    assert found["gateway_http_requests_total", "200", "POST", "/hook"] == 2
    assert found["gateway_http_request_duration_seconds_count", "/hook"] == 2
    assert found["gateway_http_request_duration_seconds_sum", "/hook"] == 0.006
    assert found["gateway_http_request_duration_seconds_bucket", "0.0025", "/hook"] == 0
    assert found["gateway_http_request_duration_seconds_bucket", "0.005", "/hook"] == 2
    assert found["gateway_http_request_duration_seconds_bucket", "+Inf", "/hook"] == 2


def test_rules_that_were_removed_are_no_longer_told():
    counts, totals = Counts(), Totals()
    counts.answered(answer(Evaluation(outcomes=[Outcome("total", fired=1), Outcome("old")])))
    totals.add("worker 1", counts.take())

    found = samples(read(totals))

    assert found["gateway_rule_outcomes_total", "fired", "acme", "total"] == 1
    assert not [labels for labels in found if "old" in labels]


def test_names_of_queues_may_hold_anything():
    odd = 'a"b\\c\nd'
    counts, totals = Counts(), Totals()
    counts.answered(answer(queue=odd))
    totals.add("worker 1", counts.take())
    served = Served(**{
        **{name: getattr(SERVED, name) for name in Served.__slots__}, "rules": {odd: []},
    })  # fmt: skip

    found = samples(read(totals, served))

    assert found["gateway_hook_requests_total", "annotation_content.updated", odd] == 1


def test_a_count_begins_at_zero_and_a_gauge_when_somebody_measures():
    found = samples(read())

    assert found["gateway_log_lines_lost_total",] == 0
    assert ("gateway_outbox_up",) not in found


def test_a_process_measures_itself():
    totals = Totals()
    totals.add("worker 1", Counts().take(measured("worker 1")))

    found = samples(read(totals))

    assert found["gateway_process_cpu_seconds_total", "worker 1"] > 0
    assert found["gateway_process_resident_memory_bytes", "worker 1"] > 1_000_000


def test_further_series_are_told_with_the_others():
    found = samples(read(**{catalog.WAITING.name: {(): 3.0}}))

    assert found["gateway_http_requests_waiting",] == 3


def test_a_thousand_rules_are_told_quickly():
    rules = [f"rule-{number}" for number in range(1000)]
    counts, totals = Counts(), Totals()
    counts.answered(answer(Evaluation(outcomes=[Outcome(rule, fired=1) for rule in rules])))
    totals.add("worker 1", counts.take())
    served = Served("abc", {"acme": rules}, [], True, False, [], 1, 0, 0.0)
    exposition(totals, served)
    began = time.process_time()

    exposition(totals, served)

    assert time.process_time() - began < 0.5


def test_the_documentation_has_every_metric_with_its_labels():
    page = OPERATIONS.read_text(encoding="utf-8")
    rows = {
        name: (kind, tuple(re.findall(r"`(\w+)`", labels)))
        for name, kind, labels in re.findall(
            r"^\| `(gateway_\w+)` \| (\w+) \|([^|]*)\|", page, re.MULTILINE
        )
    }

    assert rows == {one.name: (one.kind.value, one.labels) for one in METRICS}
