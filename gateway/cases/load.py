"""All cases of a folder: its test files read, checked and made into cases.

Language §8. Law: pure; works on a snapshot and a configuration that was made of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from gateway.cases.case import Case
from gateway.cases.reading import read_cases
from gateway.config.configuration import Configuration
from gateway.config.folder import Snapshot
from gateway.config.paths import Paths
from gateway.config.walk import QUEUE_ENDING, TEST_ENDING
from gateway.diagnostic import Report
from gateway.rules.yaml.reading import read_yaml
from gateway.rules.yaml.source import Map, Scalar, Text
from gateway.rules.yaml.structure import check_structure


class Payloads(Protocol):
    """Where stored payloads come from: `gateway.config.payloads`."""

    def read(self, path: Text, file: str, report: Report) -> bytes | None:
        """Read what *path*, written in *file*, leads to; None after reporting why there is none."""


@dataclass(frozen=True, slots=True)
class CaseFile:
    """One test file and its cases."""

    #: In the snapshot.
    name: str
    cases: Sequence[Case]


def load_tests(
    snapshot: Snapshot, configuration: Configuration, payloads: Payloads, report: Report
) -> Sequence[CaseFile]:
    """Read every test file of the folder; those with mistakes have no cases."""
    files = []
    for name in snapshot.names(TEST_ENDING):
        own = Report()
        cases = _cases(name, snapshot, configuration, payloads, own)
        report.extend(list(own))
        files.append(CaseFile(name, () if own.errors else cases))
    return files


def _cases(
    name: str,
    snapshot: Snapshot,
    configuration: Configuration,
    payloads: Payloads,
    report: Report,
) -> Sequence[Case]:
    root = read_yaml(snapshot.files[name], snapshot.shown(name), report)
    if root is None or not check_structure(root, "test", report):
        return ()
    queue = _queue(root, name, Paths(snapshot), report)
    if queue is None:
        return ()
    return read_cases(
        root,
        configuration.by_name[queue],
        lambda path, mistakes: payloads.read(path, name, mistakes),
        report,
    )


def _queue(root: Map, file: str, paths: Paths, report: Report) -> str | None:
    node = root.get("queue")
    if not isinstance(node, Scalar):
        return None
    found = paths.find(node.text, file, QUEUE_ENDING, report)
    if len(found) > 1:
        report.error("R128", "a test file has one queue, this leads to several", node.span)
    return found[0].rpartition("/")[2].removesuffix(QUEUE_ENDING) if len(found) == 1 else None
