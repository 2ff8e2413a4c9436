"""Alerts and the dashboard ask for what the gateway exports, and for nothing else."""

import json
import re
from itertools import combinations
from pathlib import Path

import pytest
import yaml

from gateway.telemetry import catalog
from gateway.telemetry.catalog import METRICS
from tests.deploy.promql import is_balanced, strangers

ROOT = Path(__file__).parents[2]
ALERTS = yaml.safe_load((ROOT / "deploy/prometheus/alerts.yaml").read_text(encoding="utf-8"))
RULES = [rule for group in ALERTS["groups"] for rule in group["rules"]]
DASHBOARD = json.loads((ROOT / "deploy/grafana/gateway.json").read_text(encoding="utf-8"))
PANELS = [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"]
QUERIES = [target["expr"] for panel in PANELS for target in panel["targets"]] + [
    one["expr"] for one in DASHBOARD["annotations"]["list"]
]
TEMPLATE = re.compile(r"\{\{\s*\$labels\.(\w+)\s*\}\}")


@pytest.mark.parametrize(
    ("expression", "metrics", "labels"),
    [
        ("sum(gateway_nonsense_total)", {"gateway_nonsense_total"}, set()),
        ("gateway_http_request_duration_seconds", {"gateway_http_request_duration_seconds"}, set()),
        ('gateway_config_stale{queue="x"}', set(), {("gateway_config_stale", "queue")}),
        ("sum by (rule) (gateway_config_stale)", set(), {("", "rule")}),
        ('gateway_rule_outcomes_total{rule=~"queue=x|b{}"}', set(), set()),
        ("sum by (le, route) (gateway_http_request_duration_seconds_bucket)", set(), set()),
    ],
)
def test_names_that_do_not_exist_would_be_found(expression, metrics, labels):
    found = strangers(expression)

    assert (found.metrics, found.labels) == (metrics, labels)


@pytest.mark.parametrize("expression", [*(rule["expr"] for rule in RULES), *QUERIES])
def test_every_metric_and_label_that_is_asked_for_exists(expression):
    found = strangers(expression)

    assert (found.metrics, found.labels) == (set(), set())
    assert is_balanced(expression)
    assert "gateway_" in expression


@pytest.mark.parametrize("rule", RULES, ids=lambda one: one["alert"])
def test_an_alert_says_what_is_wrong_and_where_to_read_on(rule):
    page = (ROOT / "docs/operations.md").read_text(encoding="utf-8")

    assert rule.keys() <= {"alert", "expr", "for", "labels", "annotations"}
    assert rule["labels"]["severity"] in {"critical", "warning", "info"}
    assert rule["annotations"].keys() == {"summary", "description", "section"}
    assert re.fullmatch(r"\d+[smh]", rule.get("for", "1m"))
    assert re.search(rf"^## \d+\. {rule['annotations']['section']}$", page, re.MULTILINE)
    assert f"`{rule['alert']}`" in page


@pytest.mark.parametrize("rule", RULES, ids=lambda one: one["alert"])
def test_an_alert_names_only_labels_that_its_series_keep(rule):
    named = set(TEMPLATE.findall(json.dumps(rule["annotations"])))
    kept = set(re.findall(r"\w+", " ".join(re.findall(r"by\s*\(([^)]*)\)", rule["expr"]))))
    if " by " not in f" {rule['expr']}":
        kept = {"instance", *(n for m in METRICS if m.name in rule["expr"] for n in m.labels)}

    assert named - kept == set()


def test_alerts_have_names_of_their_own():
    names = [rule["alert"] for rule in RULES]

    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    "wanted",
    [
        catalog.RELOAD_GOOD, catalog.STALE, catalog.HTTP_REQUESTS, catalog.PROCESSES,
        catalog.RULE_OUTCOMES, catalog.HTTP_SECONDS,
    ],
    ids=lambda one: one.name,
)  # fmt: skip
def test_what_goes_wrong_most_has_an_alert(wanted):
    assert [rule for rule in RULES if wanted.name in rule["expr"]]


def test_every_metric_is_in_the_dashboard_or_alerted_on():
    asked = " ".join([*QUERIES, *(rule["expr"] for rule in RULES)])
    told_by_tables = {catalog.FILES.name, catalog.BUILD.name}

    unseen = {metric.name for metric in METRICS if metric.name not in asked}

    assert unseen - told_by_tables == set()


def test_panels_have_ids_titles_and_places_of_their_own():
    everything = DASHBOARD["panels"]
    ids = [panel["id"] for panel in everything]

    assert len(ids) == len(set(ids))
    assert all(panel["title"] for panel in everything)
    for one, other in combinations((panel["gridPos"] for panel in everything), 2):
        beside = one["x"] + one["w"] <= other["x"] or other["x"] + other["w"] <= one["x"]
        below = one["y"] + one["h"] <= other["y"] or other["y"] + other["h"] <= one["y"]
        assert beside or below
    assert all(panel["gridPos"]["x"] + panel["gridPos"]["w"] <= 24 for panel in everything)


def test_variables_that_queries_use_are_defined():
    text = json.dumps(DASHBOARD)
    defined = {one["name"] for one in DASHBOARD["templating"]["list"]}

    used = set(re.findall(r"\$\{?([a-z]\w*)", text)) - {"__rate_interval", "__all"}

    assert used == defined


def test_prometheus_asks_at_the_port_of_the_pods():
    scrape = yaml.safe_load((ROOT / "deploy/prometheus/scrape.yaml").read_text(encoding="utf-8"))
    deployment = (ROOT / "deploy/kubernetes/deployment.yaml").read_text(encoding="utf-8")
    (job,) = scrape["scrape_configs"]

    kept = {one["regex"] for one in job["relabel_configs"] if one.get("action") == "keep"}
    assert kept == {"gateway", "management"}
    assert "name: management" in deployment
    assert "app.kubernetes.io/name: gateway" in deployment
