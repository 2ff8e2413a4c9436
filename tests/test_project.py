"""The project around the code keeps its promises: locks, floors, sizes, commands, clean text."""

import ast
import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
LOCKS = ("run", "extras", "dev", "bench", "build")

#: Hosts that a text may name: reserved for examples, this machine, the platform, the schema draft.
HOSTS = re.compile(
    r"(?:.+\.)?(?:example|invalid|test|localhost|example\.(?:com|org|net)|rossum\.(?:app|ai)"
    r"|json-schema\.org)|127\.0\.0\.1|\[::1\]"
)
#: Folders of one machine, which mean nothing on another.
PRIVATE = re.compile(r"(?<![\w.])/(?:root|work|home|Users|opt/(?:wheels|pypi)\S*)/[\w.]")


def tracked() -> list[Path]:
    """Every file that belongs to the project, as git sees it; new ones too."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    paths = [ROOT / os.fsdecode(name) for name in listed.stdout.split(b"\0") if name]
    return [path for path in paths if path.is_file() and not path.is_symlink()]


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def pins(lock: str) -> dict[str, str]:
    """Each pinned package of a lock, with the lines that follow its name."""
    text = (ROOT / "requirements" / f"{lock}.txt").read_text(encoding="utf-8")
    found = re.findall(r"^([A-Za-z0-9._-]+)==(.+(?:\n    --hash=.+)*)", text, re.MULTILINE)
    return {canonical(name): rest for name, rest in found}


def targets() -> set[str]:
    return set(re.findall(r"^([a-z][a-z-]*):", MAKEFILE, re.MULTILINE))


def contract(kind: str) -> dict[str, list[str]]:
    (found,) = [c for c in PROJECT["tool"]["importlinter"]["contracts"] if c["type"] == kind]
    return found


def floors() -> list[list[str]]:
    return [layer.split(" | ") for layer in contract("layers")["layers"]]


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_no_place_that_packages_come_from(lock):
    text = (ROOT / "requirements" / f"{lock}.txt").read_text(encoding="utf-8")

    assert re.findall(r"^\s*-(?!-hash).*|\w+://\S*|file:/\S*", text, re.MULTILINE) == []


@pytest.mark.parametrize("lock", LOCKS)
def test_every_locked_package_has_its_hashes(lock):
    locked = pins(lock)

    assert locked
    assert [name for name, rest in locked.items() if "--hash=sha256:" not in rest] == []


def depended_on(*extras: str) -> set[str]:
    """Name what the gateway depends on, and what these of its extras add."""
    project = PROJECT["project"]
    listed = [*project["dependencies"]]
    for extra in extras:
        listed += project["optional-dependencies"][extra]
    return {canonical(re.split(r"[<>=~!\[; ]", one)[0]) for one in listed}


EXTRAS = tuple(PROJECT["project"]["optional-dependencies"])


def test_every_dependency_of_the_gateway_is_locked():
    assert depended_on() - pins("run").keys() == set()
    assert depended_on(*EXTRAS) - pins("extras").keys() == set()


def test_what_the_gateway_imports_is_what_it_depends_on():
    distributions = {
        "yaml": "pyyaml",
        "re2": "google-re2",
        "stdnum": "python-stdnum",
        "opentelemetry": "opentelemetry-sdk",
    }

    imported = {
        canonical(distributions.get(name, name))
        for path in (ROOT / "gateway").rglob("*.py")
        for name in imported_roots(path)
    }

    assert imported - depended_on(*EXTRAS) - {"gateway"} - standard_library() == set()


def imported_roots(path: Path) -> set[str]:
    roots = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            roots |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            roots.add(node.module.partition(".")[0])
    return roots


def standard_library() -> set[str]:
    return {canonical(name) for name in sys.stdlib_module_names}


@pytest.mark.parametrize(("lock", "below"), [("dev", "run"), ("bench", "dev"), ("bench", "run")])
def test_the_locks_agree_on_every_package_they_share(lock, below):
    ours, theirs = pins(lock), pins(below)
    shared = ours.keys() & theirs.keys()

    assert shared
    assert {name: ours[name] for name in shared} == {name: theirs[name] for name in shared}


def test_every_module_has_its_floor():
    present = {
        path.stem
        for path in (ROOT / "gateway").iterdir()
        if path.suffix == ".py" or (path / "__init__.py").is_file()
    } - {"__init__"}

    assert sorted(present) == sorted(name for layer in floors() for name in layer)


def test_every_floor_under_the_files_is_kept_pure():
    layers = floors()
    below = layers[layers.index(["hooks"]) :]

    assert sorted(contract("forbidden")["source_modules"]) == sorted(
        f"gateway.{name}" for layer in below for name in layer
    )


def test_no_source_file_outgrows_one_idea():
    sources = [path for path in tracked() if path.suffix == ".py"]

    lengths = {named(path): len(path.read_bytes().splitlines()) for path in sources}

    assert {name: length for name, length in lengths.items() if length > 400} == {}


def test_every_package_says_what_it_is_for():
    silent = [
        named(path)
        for path in sorted((ROOT / "gateway").rglob("*.py"))
        if not (ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "").strip()
    ]

    assert silent == []


def test_no_file_names_a_strange_host():
    strange = {
        (named(path), host)
        for path, text in texts()
        for host in re.findall(r"https?://(?:[^\s/@\"'<>]*@)?([\w.\[\]:-]*\w)", text)
        if "." in host and not HOSTS.fullmatch(re.sub(r":\d+$", "", host))
    }

    assert strange == set()


def test_no_file_names_a_folder_of_one_machine():
    found = {(named(path), hit) for path, text in texts() for hit in PRIVATE.findall(text)}

    assert found == set()


def texts() -> list[tuple[Path, str]]:
    return [(path, path.read_text(encoding="utf-8", errors="replace")) for path in tracked()]


def test_every_file_ends_its_last_line():
    kinds = {".py", ".toml", ".md", ".txt", ".in", ".json", ".yaml", ""}
    unfinished = [
        named(path)
        for path in tracked()
        if path.suffix in kinds and path.read_bytes()[-1:] not in {b"\n", b""}
    ]

    assert [name for name in unfinished if not name.startswith("tests/")] == []


@pytest.mark.parametrize(
    "document",
    ["README.md", "CHANGELOG.md", *(named(path) for path in sorted((ROOT / "docs").glob("*.md")))],
)
def test_every_command_that_a_document_gives_exists(document):
    text = (ROOT / document).read_text(encoding="utf-8")
    code = "\n".join(re.findall(r"^```.*?^```|`[^`\n]+`", text, re.MULTILINE | re.DOTALL))

    given = set(re.findall(r"\bmake(?: [A-Z_]+=\S+)* ([a-z][a-z-]*)", code))

    assert given - targets() == set()


def test_the_readme_tells_how_to_run_and_to_test():
    text = (ROOT / "README.md").read_text(encoding="utf-8")

    assert "make run" in text
    assert "make test" in text


def test_every_target_is_phony():
    (phony,) = re.findall(r"^\.PHONY: (.*)$", MAKEFILE, re.MULTILINE)

    assert targets() - set(phony.split()) == set()


def test_the_example_configuration_gets_every_secret_from_make_run():
    wanted = {
        name
        for path in (ROOT / "configs").rglob("*.yaml")
        for name in re.findall(r"\$\{env:(\w+)\}", path.read_text(encoding="utf-8"))
    }
    defaults = dict(re.findall(r'(\w+)="\$\$\{\1:-([^}]+)\}"', MAKEFILE))

    assert wanted - defaults.keys() == set()
    assert {name: v for name, v in defaults.items() if len(v) < 16 or "demo" not in v} == {}


def test_a_missing_interpreter_is_told_in_a_sentence():
    shell = ["sh", str(ROOT / "requirements" / "install"), "run"]
    environment = {**os.environ, "PYTHON": "no-such-python"}

    outcome = subprocess.run(shell, env=environment, check=False, capture_output=True, text=True)

    assert outcome.returncode == 2
    assert outcome.stderr.startswith("set-up: no no-such-python here.")


def test_an_interpreter_that_is_too_old_is_told_in_a_sentence(tmp_path):
    old = tmp_path / "python-of-old"
    old.write_text('#!/bin/sh\ntest "$1" = -V && echo Python 3.9.2 && exit\nexit 1\n', "utf-8")
    old.chmod(0o755)
    shell = ["sh", str(ROOT / "requirements" / "install"), "run"]
    environment = {**os.environ, "PYTHON": str(old)}

    outcome = subprocess.run(shell, env=environment, check=False, capture_output=True, text=True)

    assert outcome.returncode == 2
    assert "is Python 3.9.2; 3.11 or newer is needed" in outcome.stderr


def test_ci_runs_what_a_developer_runs():
    script = ROOT / ".ci" / "run"

    assert os.access(script, os.X_OK)
    assert "make --no-print-directory test" in script.read_text(encoding="utf-8")


def test_the_changelog_leaves_room_for_every_kind_of_change():
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    unreleased = text.partition("## Unreleased\n")[2].partition("\n## ")[0]

    assert re.findall(r"^### (\w+)$", unreleased, re.MULTILINE) == [
        "Added",
        "Changed",
        "Deprecated",
        "Removed",
        "Fixed",
        "Security",
    ]


def test_every_published_schema_is_json_that_names_itself():
    schemas = sorted((ROOT / "gateway" / "schemas").glob("*.json"))

    assert schemas
    for path in schemas:
        schema = json.loads(path.read_text(encoding="utf-8"))
        assert {"$id", "$schema", "title"} <= schema.keys(), path.name
