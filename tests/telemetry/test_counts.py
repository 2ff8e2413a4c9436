"""Counted here, added up there: nothing is lost on the way, and nothing is counted twice."""

from concurrent.futures import ThreadPoolExecutor

import msgspec
import pytest

from gateway.effects import Add, Block, FileAnswer, Level, Message, Remove, Replace
from gateway.engine.outcome import Evaluation, Outcome
from gateway.runtime import Answer
from gateway.telemetry import catalog
from gateway.telemetry.catalog import BUCKETS
from gateway.telemetry.counts import Counts
from gateway.telemetry.totals import Known, Totals

EVENT = "annotation_content.updated"


def answer(evaluation=None, queue="acme", signed_with="acme secret 1"):
    return Answer(
        body=b"{}",
        request_id="r-1",
        queue=queue,
        event=EVENT,
        revision="abc",
        secret=signed_with,
        rules=0,
        fired=(),
        failed=(),
        evaluation=evaluation,
    )


def counted(*answers):
    counts = Counts()
    for one in answers:
        counts.answered(one)
    return added(counts)


def added(counts, totals=None):
    totals = totals or Totals()
    totals.add("worker 1", counts.take())
    return totals


@pytest.mark.parametrize(
    ("outcome", "name"),
    [
        (Outcome("r", runs=3, failed=1, fired=1, passed=1), "failed"),
        (Outcome("r", runs=3, fired=1, skipped=1, passed=1), "fired"),
        (Outcome("r", runs=2, skipped=1, passed=1), "skipped"),
        (Outcome("r", runs=2, passed=2), "passed"),
        (Outcome("r"), "unselected"),
        pytest.param(Outcome("r", failed=1), "failed", id="failed before there was a run"),
    ],
)
def test_a_rule_is_counted_once_for_each_request_by_the_worst_of_its_runs(outcome, name):
    totals = counted(answer(Evaluation(outcomes=[outcome])))

    assert totals.numbers[catalog.RULE_OUTCOMES.name] == {("acme", "r", name): 1}


def test_an_answer_counts_all_that_its_rules_did():
    evaluation = Evaluation(
        messages=[Message(Level(one), "x", None, "r") for one in ("error", "info", "info")],
        blocks=[Block("x", None, "r")],
        operations=[Replace(1, "x"), Add(2, (), False), Add(2, (), False), Remove(3)],
        shadows={"quiet": 4},
        seconds=0.002,
    )

    totals = counted(answer(evaluation), answer(evaluation))

    assert totals.numbers["gateway_rule_shadow_total"] == {("acme", "quiet"): 8}
    assert totals.numbers["gateway_messages_total"] == {("acme", "error"): 2, ("acme", "info"): 4}
    assert totals.numbers["gateway_operations_total"] == {
        ("acme", "replace"): 2,
        ("acme", "add"): 4,
        ("acme", "remove"): 2,
    }
    assert totals.numbers["gateway_automation_blockers_total"] == {("acme",): 2}
    assert totals.numbers["gateway_secret_used_total"] == {("acme secret 1",): 2}
    assert totals.times["gateway_evaluation_duration_seconds"]["acme",].total == 0.004


def test_messages_of_uploaded_files_are_messages():
    files = tuple(
        FileAnswer(name, True, (), (Message(Level.ERROR, "No.", name, "a"),)) for name in "ab"
    )
    totals = counted(answer(Evaluation(files=files)))

    assert totals.numbers["gateway_messages_total"] == {("acme", "error"): 2}


def test_a_request_of_an_unknown_queue_is_counted_as_another():
    totals = counted(answer(queue=None, signed_with=None))

    assert totals.numbers == {"gateway_hook_requests_total": {("other", EVENT): 1}}


@pytest.mark.parametrize(
    ("seconds", "bucket"),
    [
        (0.0, 0),
        (0.0005, 0),
        pytest.param(0.00051, 1, id="bounds are the most that a bucket holds"),
        (30.0, len(BUCKETS) - 1),
        (31.0, len(BUCKETS)),
    ],
)
def test_a_duration_is_in_every_bucket_that_is_as_long(seconds, bucket):
    counts = Counts()
    counts.observe(catalog.HTTP_SECONDS, "/hook", seconds)

    heights = added(counts).times[catalog.HTTP_SECONDS.name]["/hook",].heights

    assert heights == [0] * bucket + [1] * (len(BUCKETS) + 1 - bucket)


def test_what_was_taken_is_not_told_again():
    counts, totals = Counts(), Totals()
    for _ in range(3):
        counts.exchanged("/hook", "POST", "200", 0.25)
        added(counts, totals)
    added(counts, totals)

    assert totals.numbers[catalog.HTTP_REQUESTS.name] == {("/hook", "POST", "200"): 3}
    assert totals.times[catalog.HTTP_SECONDS.name]["/hook",].total == 0.75
    assert totals.times[catalog.HTTP_SECONDS.name]["/hook",].heights[-1] == 3


def test_threads_that_count_while_counts_are_taken_lose_nothing():
    counts, totals = Counts(), Totals()
    evaluation = Evaluation(outcomes=[Outcome("r", runs=1, fired=1)])

    def work(number):
        for _ in range(500):
            counts.answered(answer(evaluation))
        return number

    with ThreadPoolExecutor(4) as pool:
        working = [pool.submit(work, number) for number in range(4)]
        while not all(one.done() for one in working):
            added(counts, totals)
    added(counts, totals)

    assert totals.numbers[catalog.RULE_OUTCOMES.name] == {("acme", "r", "fired"): 2000}
    assert totals.numbers[catalog.HOOKS.name] == {("acme", EVENT): 2000}


def test_gauges_of_processes_are_added_up_and_go_with_them():
    totals = Totals()
    totals.add("worker 1", Counts().take([(catalog.IN_FLIGHT.name, (), 2.0)]))
    totals.add("worker 1", Counts().take([(catalog.IN_FLIGHT.name, (), 3.0)]))
    totals.add("worker 2", Counts().take([(catalog.IN_FLIGHT.name, (), 4.0)]))
    assert totals.gauge(catalog.IN_FLIGHT) == {(): 7.0}

    totals.ended("worker 1")
    assert totals.gauge(catalog.IN_FLIGHT) == {(): 4.0}


def test_counts_of_queues_rules_and_secrets_that_are_gone_are_dropped():
    outcomes = [Outcome("stays", passed=1), Outcome("goes", passed=1)]
    totals = counted(
        answer(Evaluation(outcomes=outcomes, shadows={"goes": 1})),
        answer(Evaluation(outcomes=outcomes), queue="gone", signed_with="gone secret 1"),
        answer(Evaluation(asked={"vendors": [2, 1, 0], "orders": [0, 0, 1]}), signed_with=None),
        answer(queue=None),
    )

    for destination in ("erp", "gone"):
        totals.count(catalog.DELIVERIES, destination, "done")

    totals.keep(Known({"acme": ["stays"]}, ["acme secret 1"], ["vendors"], ["erp"]))

    assert totals.numbers[catalog.RULE_OUTCOMES.name] == {("acme", "stays", "passed"): 1}
    assert totals.numbers[catalog.RULE_SHADOW.name] == {}
    assert totals.numbers[catalog.HOOKS.name].keys() == {("acme", EVENT), ("other", EVENT)}
    assert totals.numbers[catalog.SECRETS.name] == {("acme secret 1",): 2}
    assert totals.numbers[catalog.TABLE_ASKED.name] == {
        ("vendors", "found"): 2,
        ("vendors", "none"): 1,
    }
    assert totals.numbers[catalog.DELIVERIES.name] == {("erp", "done"): 1}
    assert totals.times[catalog.EVALUATION_SECONDS.name].keys() == {("acme",)}


@pytest.mark.parametrize("told", [b"", b"\xff", b"\x90", msgspec.msgpack.encode({"numbers": 1})])
def test_what_is_no_count_is_refused_whole(told):
    totals = Totals()

    with pytest.raises(msgspec.MsgspecError):
        totals.add("worker 1", told)

    assert totals.numbers == {}
