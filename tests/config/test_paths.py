import time

import pytest

from gateway.config.folder import Problem, Snapshot
from gateway.config.paths import Paths, matches, unite
from gateway.diagnostic import Report
from gateway.rules.yaml.source import Text

NAMES = ["a.rules.yaml", "b.rules.yaml", "x/c.rules.yaml", "x/d.rules.yaml", "x/y/e.rules.yaml"]
PATHS = Paths(
    Snapshot(
        root="configs",
        files=dict.fromkeys([*NAMES, "x/acme.queue.yaml", "s.schema.json"], b""),
        aliases={"link.rules.yaml": "a.rules.yaml"},
        problems=(Problem("x/broken.rules.yaml", "permission denied"),),
        digest="",
    )
)


def find(path, file="acme.queue.yaml", ending=".rules.yaml"):
    report = Report()
    return PATHS.find(Text.inline(path), file, ending, report), list(report)


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/a.rules.yaml", "R128"),
        ("../a.rules.yaml", "R128"),
        ("..", "R128"),
        ("x/../../configs/a.rules.yaml", "R128"),
        ("../*.rules.yaml", "R128"),
        ("x\\c.rules.yaml", "R128"),
        ("x/acme.queue.yaml", "R128"),
        ("x", "R128"),
        ("./" * 600 + "a.rules.yaml", "R128"),
        ("c.rules.yaml", "R129"),
        ("A.rules.yaml", "R129"),
        ("y/*.rules.yaml", "R129"),
        ("*.yml", "R129"),
        ("**/acme*", "R129"),
        ("[", "R129"),
    ],
)
def test_a_path_that_leads_nowhere_is_refused(path, code):
    found, (mistake,) = find(path)

    assert not found
    assert (mistake.code, mistake.span) == (code, Text.inline(path).span)


@pytest.mark.parametrize(
    ("path", "names"),
    [
        ("a.rules.yaml", "a"),
        ("./x/../a.rules.yaml", "a"),
        ("link.rules.yaml", "a"),
        ("l*.rules.yaml", "a"),
        ("*.rules.yaml", "ab"),
        ("?.rules.yaml", "ab"),
        ("x/*", "cd"),
        ("*/*.rules.yaml", "cd"),
        ("x/[!c].rules.yaml", "d"),
        ("**", "abcde"),
        ("**/*.rules.yaml", "abcde"),
        ("x/**/*.rules.yaml", "cde"),
        ("**/y/*.rules.yaml", "e"),
    ],
)
def test_globs_match_by_path(path, names):
    found, mistakes = find(path)

    assert not mistakes
    assert [name.rpartition("/")[2][0] for name in found] == list(names)


@pytest.mark.parametrize(
    ("path", "file", "name"),
    [
        ("../a.rules.yaml", "x/acme.queue.yaml", "a.rules.yaml"),
        ("c.rules.yaml", "x/acme.queue.yaml", "x/c.rules.yaml"),
        ("../x/c.rules.yaml", "q/acme.queue.yaml", "x/c.rules.yaml"),
    ],
)
def test_paths_are_relative_to_the_file(path, file, name):
    assert find(path, file) == ([name], [])


@pytest.mark.parametrize("path", ["x/broken.rules.yaml", "x/b*.rules.yaml"])
def test_a_file_that_could_not_be_read_is_not_reported_again(path):
    assert find(path) == ([], [])


def test_a_misspelled_path_is_answered_with_the_closest_one():
    _, (mistake,) = find("../x/e.rules.yml.rules.yaml", "q/acme.queue.yaml")
    assert mistake.hint is None

    _, (mistake,) = find("../x/cc.rules.yaml", "q/acme.queue.yaml")
    assert mistake.hint == "did you mean '../x/c.rules.yaml'?"


def test_each_name_counts_once_where_it_came_first():
    assert unite([["d"], ["a", "d"], ["c", "a"]]) == ("d", "a", "c")


def test_a_hostile_pattern_takes_no_time():
    began = time.monotonic()

    assert not matches("a" * 200 + "/b", "*a" * 300 + "*b/c")
    assert not matches("/".join("a" * 100), "/".join(["**", "a"] * 100) + "/b")
    assert time.monotonic() - began < 1
