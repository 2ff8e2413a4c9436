"""The benchmark's pieces run, and what it compares are equal answers; no test looks at a clock."""

from __future__ import annotations

import json

import pytest

from bench import commands, http, load, procfs
from bench.deliveries import delivered, stored
from bench.payloads import QUEUE, QUEUE_OF_PATHS, QUEUE_OF_WHOLE_NODES, body
from bench.reloading import under_reload
from bench.rounds import Paired, paired
from bench.subjects import ENVIRONMENT, RULES, answered, many_rules, served, signed
from bench.tables import tables
from bench.yardsticks import floor, limit
from gateway.config.load import load as load_folder
from gateway.rules.rule import ByPath

NEUTRAL = {"messages": [], "operations": []}
REPLACING = {"price-in-cents", "unit-of-the-erp", "currency-upper-case"}


@pytest.fixture(scope="module")
def gateway():
    return served(RULES)


@pytest.mark.parametrize("rows", [0, 1, 10, 100])
def test_a_payload_has_the_rows_that_were_asked_for_and_every_key(rows):
    sections = json.loads(body(rows))["annotation"]["content"]
    header = [node for section in sections[:-1] for node in section["children"]]
    (table,) = sections[-1]["children"]
    cells = [cell for row in table["children"] for cell in row["children"]]

    assert len(header) == 30
    assert len(table["children"]) == rows
    assert len(cells) == 11 * rows
    assert len({frozenset(one) for one in (*header, *cells)}) == 1
    assert len({one["id"] for one in (*header, *cells)}) == 30 + 11 * rows


def test_the_same_arguments_give_the_same_bytes():
    assert body(7) == body(7)


@pytest.mark.parametrize(
    ("queue", "name"), [(QUEUE, None), (QUEUE_OF_PATHS, None), (QUEUE_OF_WHOLE_NODES, "whole")]
)
@pytest.mark.parametrize("rows", [1, 10, 100])
def test_all_that_is_compared_answers_the_same(gateway, rows, queue, name):
    data, signature = signed(body(rows, queue))

    answer = answered(gateway, data, signature, name)

    assert json.loads(answer.body) == NEUTRAL
    assert json.loads(limit(data, signature)) == json.loads(floor(data, signature)) == NEUTRAL
    assert (answer.rules, set(answer.fired), answer.failed) == (20, REPLACING, ())


def test_paths_select_the_same_runs_as_schema_ids(gateway):
    outcomes = []
    for queue, name in ((QUEUE, None), (QUEUE_OF_PATHS, None), (QUEUE_OF_WHOLE_NODES, "whole")):
        evaluation = answered(gateway, *signed(body(20, queue)), name).evaluation
        assert evaluation is not None
        outcomes.append([(one.rule, one.runs, one.fired) for one in evaluation.outcomes])

    assert outcomes[0] == outcomes[1] == outcomes[2]
    assert sum(runs for _, runs, _ in outcomes[0]) == 10 * 20 + 10


def test_no_path_is_answered_from_the_index():
    rules = load_folder(RULES, ENVIRONMENT).by_name["paths"].rules.rules
    selectors = [rule.select for rule in rules]

    assert [one.path.shape for one in selectors if isinstance(one, ByPath)] == [None] * 13


@pytest.mark.parametrize("work", [limit, floor])
def test_yardsticks_verify(work):
    with pytest.raises(ValueError, match="signature"):
        work(body(1), "sha256=" + "0" * 64)


def test_many_rules_are_all_run(tmp_path):
    gateway = served(many_rules(tmp_path / "configs", 12, QUEUE))

    assert answered(gateway, *signed(body(3))).rules == 12


def test_rounds_run_their_works_in_turns():
    calls: list[str] = []

    found = paired([lambda: calls.append("a"), lambda: calls.append("b")], 2, length=0)

    assert len(found.seconds) == 2
    assert calls[-4:] == ["a", "b", "a", "b"]


def test_a_ratio_is_the_median_of_the_rounds_ratios():
    found = Paired([[2.0, 1.0], [9.0, 3.0], [8.0, 2.0]])

    assert (found.ratio(0, 1), found.median(0), found.difference(0, 1)) == (3.0, 8.0, 6.0)


def test_decoding_takes_less_than_the_body():
    assert 0 < commands.decoding_memory() < len(body(1000))


def test_answers_under_reload_are_those_of_their_configuration():
    told = under_reload(60, threads=3)

    assert told["reloads"] > 0
    assert +told == {"right": 60, "reloads": told["reloads"]}


def test_a_family_of_processes_is_measured_together():
    with http.gateway(processes=2) as server:
        found = procfs.used(server.pid)
        assert len(procfs.family(server.pid)) == found.processes == 3
        assert found.threads >= 3
        assert found.descriptors > 0
        assert 0 < found.proportional < found.resident
        assert server.cpu() > 0


def test_the_load_generator_counts_what_a_gateway_answers():
    with http.gateway() as server:
        assert load.post(server.port, "/hook", body(3), 4, 2) > 0
        assert server.resident() > 0


def test_the_load_generator_refuses_to_count_refusals():
    with http.plain() as server, pytest.raises(RuntimeError, match="0 of 2"):
        load.post(server.port, "/elsewhere", body(1), 2, 1)


def test_tables_are_loaded_asked_and_weighed():
    found = list(tables(1, 200))

    assert len(found) == 15
    assert all(figure.name.startswith("200 rows, ") for figure in found)


def test_notifications_are_stored_and_delivered(tmp_path):
    assert len(stored(tmp_path / "stored.sqlite", 5, 1_000.0)) == 5
    assert delivered(tmp_path / "sent.sqlite", 5) > 0
