"""As much of PromQL as it takes to see which metrics and labels an expression names."""

import re
from dataclasses import dataclass, field

from gateway.telemetry.catalog import METRICS, Kind

#: What Prometheus adds to every series, and what a histogram's buckets have.
ADDED = {"instance", "job", "le"}
_SUFFIXES = ("_bucket", "_sum", "_count")
_TEXT = re.compile(r'"(?:[^"\\]|\\.)*"')
_SELECTOR = re.compile(r"\b(gateway_\w+)\s*(\{[^}]*\})?")
_GROUPING = re.compile(r"\b(?:by|without|on|ignoring)\s*\(([^)]*)\)")
_MATCHER = re.compile(r"(\w+)\s*(?:=~|!~|!=|=)")


@dataclass
class Named:
    """What an expression names that the gateway does not export."""

    metrics: set[str] = field(default_factory=set)
    labels: set[tuple[str, str]] = field(default_factory=set)


def exported() -> dict[str, set[str]]:
    """Every name that a query may use, with its labels."""
    found = {}
    for metric in METRICS:
        names = [metric.name]
        if metric.kind is Kind.HISTOGRAM:
            names = [metric.name + suffix for suffix in _SUFFIXES]
        found |= {name: set(metric.labels) for name in names}
    return found


def strangers(expression: str) -> Named:
    """Find the metrics and labels of *expression* that do not exist."""
    known, found = exported(), Named()
    plain = _TEXT.sub('""', expression)
    used: set[str] = set()
    for name, matchers in _SELECTOR.findall(plain):
        if name not in known:
            found.metrics.add(name)
            continue
        used |= known[name]
        for label in _MATCHER.findall(matchers):
            if label not in known[name] | ADDED:
                found.labels.add((name, label))
    for names in _GROUPING.findall(plain):
        for label in re.findall(r"\w+", names):
            if label not in used | ADDED:
                found.labels.add(("", label))
    return found


def is_balanced(expression: str) -> bool:
    """Whether every bracket is closed."""
    open_ones = []
    for sign in _TEXT.sub("", expression):
        if sign in "([{":
            open_ones.append(sign)
        elif sign in ")]}" and (not open_ones or open_ones.pop() + sign not in ("()", "[]", "{}")):
            return False
    return not open_ones
