"""Whatever a folder holds, its check ends soon, in a configuration or in mistakes with places.

Security reference §5 to §8, §12, §13.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from gateway.config.load import check
from gateway.diagnostic import Report
from gateway.rules.yaml.reading import read_yaml
from gateway.rules.yaml.source import plain
from tests.fuzz.mutations import Chance, bytes_of, chances, changed_bytes, changed_tree
from tests.fuzz.serving import CONFIGS, SECRETS

FILES = sorted(path.relative_to(CONFIGS) for path in CONFIGS.rglob("*.yaml"))
RULES = [name for name in FILES if name.name.endswith((".rules.yaml", ".queue.yaml"))]
#: Seconds of processor time and bytes that ``gateway check`` may take of anything.
SECONDS, BYTES = 5, 400 * 1024 * 1024


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    copied = tmp_path_factory.mktemp("fuzzed") / "configs"
    shutil.copytree(CONFIGS, copied)
    return copied


def hold(folder: Path, name: Path, raw: bytes) -> None:
    """Check the folder with *raw* in the place of *name*."""
    original = (folder / name).read_bytes()
    (folder / name).write_bytes(raw)
    try:
        checked = check(folder, SECRETS)
    finally:
        (folder / name).write_bytes(original)
    hold_report(checked.report, {one.name: one for one in folder.rglob("*")})
    assert checked.good == (not checked.report.errors)


def hold_report(report: Report, files: dict[str, Path]) -> None:
    for found in report:
        assert found.message
        assert found.span.line >= 1
        assert found.span.column >= 1
        said = f"{found.message} {found.hint or ''}"
        assert "Traceback" not in said
        assert "<class" not in said
        assert not found.code.startswith("R9"), said
        for secret in SECRETS.values():
            assert secret not in said


@pytest.mark.parametrize("name", FILES, ids=str)
def test_a_damaged_file_gives_mistakes_with_places(folder, name):
    raw = (folder / name).read_bytes()
    for chance in chances(f"yaml/{name}", 12):
        hold(folder, name, changed_bytes(chance, raw))


@pytest.mark.parametrize("name", RULES, ids=str)
def test_a_changed_tree_gives_mistakes_with_places(folder, name):
    data = plain(read_yaml((folder / name).read_bytes(), str(name), Report()))
    for chance in chances(f"tree/{name}", 12):
        changed = changed_tree(chance, data)
        hold(folder, name, written(changed))


def written(data) -> bytes:
    """Write data as YAML: all of JSON is, but for texts that no file may hold."""
    return json.dumps(data, default=str).encode("utf-8", "replace")


def test_noise_in_the_place_of_a_file_gives_mistakes_with_places(folder):
    for chance in chances("noise", 40):
        hold(folder, chance.choice(FILES), bytes_of(chance, 3_000))


NAMES = ("value", "amount_total", "item_quantity", "line_items", "row.number", "this.text", "x")
WORDS = (*NAMES, "sum", "lookup", "count", "(", ")", "(", ")", ",", "+", "-", "*", "/", "//", "%",
         "**", "==", "<", "and", "or", "not", "in", "if", "else", "[", "]", "{", "}", ":", ".",
         "'a'", '"', "1", "0.1", "1e9", "9" * 40, "None", "True", "lambda", "=", ":=", "f''",
         "for", "@", "~", "^", "__import__", "params.", "\n", "#",
         "r'\\d'", "é", "…", "\0")  # fmt: skip


def soup(chance: Chance) -> str:
    """Write what may be an expression, a template or a selector."""
    words = chance.choices(WORDS, k=chance.randrange(1, 25))
    return chance.choice(("", " ")).join(words)


def rules_with(chance: Chance) -> bytes:
    """Write a rules file whose every place for the language holds something odd."""

    def any_text():
        text = soup(chance)
        return chance.choice((text, "{" + text + "}", "a {" + text + ":" + text[:3] + "} b"))

    rules = []
    for number in range(chance.randint(1, 4)):
        rule = {"id": f"r{number}", "message": any_text()}
        for key in ("select", "when", "require", "replace", "block"):
            if chance.random() < 0.5:
                rule[key] = any_text()
        for key in ("let", "visible", "replace", "options", "add", "table", "match", "notify"):
            if chance.random() < 0.2:
                rule[key] = chance.choice(
                    ({soup(chance)[:8]: any_text()}, any_text(), [any_text()])
                )
        rules.append(rule)
    return written({"version": 1, "rules": rules})


def test_any_text_in_any_place_of_the_language_gives_mistakes_with_places(folder):
    name = next(one for one in FILES if one.name == "header.rules.yaml")
    for chance in chances("language", 60):
        hold(folder, name, rules_with(chance))


BOMBS = {
    "nesting": "version: 1\nrules: " + "[" * 200_000,
    "mappings": "version: 1\nrules: " + "{a: " * 200_000,
    "indented": "".join(" " * one + "a:\n" for one in range(1_500)),
    "aliases": "a: &a [x, x]\n" + "".join(
        f"{chr(98 + one)}: &{chr(98 + one)} [*{chr(97 + one)}, *{chr(97 + one)}]\n"
        for one in range(20)
    ),
    "many nodes": "version: 1\nrules: [" + "1, " * 400_000 + "]",
    "one line": "version: 1\nrules: " + "x" * 3_000_000,
    "one quoted line": 'version: 1\nrules: "' + "\\x41" * 700_000 + '"',
    "a block": "version: 1\nrules: |\n" + "  x\n" * 500_000,
    "keys": "version: 1\n" + "".join(f"key{one}: 1\n" for one in range(100_000)),
    "equal keys": "version: 1\n" + "a: 1\n" * 100_000,
    "comments": "# x\n" * 700_000,
    "mistakes": "version: 1\nrules:\n" + "".join(
        f"  - {{id: r{one}, when: amuont_{one}, message: x}}\n" for one in range(20_000)
    ),
    "equal rules": "version: 1\nrules:\n" + "  - {id: a, message: x}\n" * 20_000,
    "an expression": f"version: 1\nrules:\n  - {{id: a, when: '{'(' * 2_000}', message: x}}\n",
    "a sum": f"version: 1\nrules:\n  - {{id: a, when: '{'1+' * 1_900}1 > 0', message: x}}\n",
    "not": f"version: 1\nrules:\n  - {{id: a, when: '{'not ' * 900}true', message: x}}\n",
    "a power": "version: 1\nrules:\n  - {id: a, when: '9**9**9**9 > 1', message: x}\n",
    "a template": f"version: 1\nrules:\n  - {{id: a, message: '{'{value}' * 2_000}'}}\n",
    "a pattern": "version: 1\nrules:\n  - {id: a, when: \"matches('a', '" + "(a{1,1000}){1,1000}"
    + "')\", message: x}\n",
    "groups": "version: 1\nrules:\n  - {id: a, when: \"matches('a', '" + "(a)" * 330
    + "')\", message: x}\n",
    "a selector": f"version: 1\nrules:\n  - {{id: a, select: '{'[' * 1_000}', message: x}}\n",
    "lets": "version: 1\nrules:\n  - id: a\n    when: v30\n    message: x\n"
    "    let:\n      v0: value\n"
    + "".join(f"      v{one + 1}: v{one} + v{one}\n" for one in range(30)),
    "rules": "version: 1\nrules:\n" + "".join(
        f"  - {{id: r{one}, when: amount_total > {one}, message: 'm {{amount_total}}'}}\n"
        for one in range(4_000)
    ),
}  # fmt: skip


#: Runs a command and tells its status and its greatest size. It has a process of its own, since a
#: child counts as at least as large as the one that it was forked from.
MEASURED = """
import resource, subprocess, sys
resource.setrlimit(resource.RLIMIT_CPU, (int(sys.argv[1]),) * 2)
status = subprocess.run(sys.argv[2:], stderr=subprocess.STDOUT).returncode
print(status, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=sys.stderr)
"""


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_in_a_file_ends_soon_and_small(tmp_path, name):
    folder = tmp_path / "configs"
    folder.mkdir()
    (folder / "gateway.yaml").write_text("version: 1\nsecret: ${env:GATEWAY_HOOK_SECRET}\n")
    (folder / "a.queue.yaml").write_text("version: 1\nqueue: {ids: [1], rules: [a.rules.yaml]}\n")
    (folder / "a.rules.yaml").write_text(BOMBS[name])

    ended = subprocess.run(
        [sys.executable, "-c", MEASURED, str(SECONDS), sys.executable, "-m", "gateway", "check",
         str(folder)],
        env={**os.environ, **SECRETS},
        capture_output=True,
        timeout=60,
        check=False,
    )  # fmt: skip

    text = ended.stdout
    status, kilobytes = map(int, ended.stderr.split()[-2:])
    assert status in (0, 1), text[-2_000:]
    assert b"Traceback" not in text
    assert len(text) < 1_000_000
    assert kilobytes * 1024 < BYTES
