"""The container's promises, tried without an engine: its own steps, run right here."""

import json
import os
import re
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

#: Runs the command with every way of writing closed, as under a read-only root file system.
READ_ONLY = """
import os, sys
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
CHANGES = {"os.mkdir", "os.remove", "os.rename", "os.rmdir", "os.link", "os.symlink",
           "os.truncate", "os.chmod", "os.utime", "shutil.rmtree", "tempfile.mkstemp"}

def refuse(event, arguments):
    if event == "open" and (arguments[2] or 0) & WRITING and arguments[0] != os.devnull:
        raise OSError(30, "read-only", str(arguments[0]))
    if event in CHANGES:
        raise OSError(30, "read-only", event)

sys.addaudithook(refuse)
from gateway.cli.main import main
sys.argv[0] = "gateway"
sys.exit(main())
"""


def instructions() -> list[tuple[str, str]]:
    """The Dockerfile as (instruction, rest), comments dropped and continued lines joined."""
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    joined = re.sub(r"\\\n\s*", "", "\n".join(lines))
    return [(n, r) for n, _, r in (line.partition(" ") for line in joined.splitlines()) if n]


def of(name: str) -> list[str]:
    return [rest for instruction, rest in instructions() if instruction == name]


@pytest.fixture(scope="module")
def image(tmp_path_factory) -> Path:
    """The image's /opt, made by the steps of the build stage that need no network.

    The locked packages are those of the environment that runs the tests: same lock, same hashes.
    """
    root = tmp_path_factory.mktemp("image")
    (root / "src").mkdir()
    for sources in (rest.split()[:-1] for rest in of("COPY") if not rest.startswith("--from")):
        for source in sources:
            _copy(ROOT / source, root / "src" / source)
    for command in of("RUN"):
        if "${LOCK}.txt" in command:
            packages = Path(_purelib(root / "opt/gateway/bin/python"))
            (packages / "locked.pth").write_text(sysconfig.get_path("purelib") + "\n", "utf-8")
        else:
            _run(root, command)
    return root / "opt"


def _copy(source: Path, to: Path) -> None:
    to.parent.mkdir(parents=True, exist_ok=True)
    skip = {"__pycache__"}
    for path in [source, *source.rglob("*")] if source.is_dir() else [source]:
        if skip.isdisjoint(path.parts) and path.is_file():
            target = to / path.relative_to(source) if path != source else to
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(path.read_bytes())


def _run(root: Path, command: str) -> None:
    here = command.replace("&& python -m venv /opt/build", "")
    here = here.replace("/opt/build/bin/python", f'"{sys.executable}"')
    here = re.sub(r"/opt/[\w./*-]+", lambda path: f"{root}{path[0]}", here)
    here = re.sub(r"^python ", f'"{sys.executable}" ', here)
    done = subprocess.run(
        ["sh", "-ec", here], cwd=root / "src", check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, f"{here}\n{done.stdout}{done.stderr}"


def _purelib(python: Path) -> str:
    code = "import sysconfig; print(sysconfig.get_path('purelib'))"
    done = subprocess.run([python, "-c", code], check=True, capture_output=True, text=True)
    return done.stdout.strip()


def in_image(image: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command as the image does: nothing may be written, no HOME, no PATH."""
    return subprocess.run(
        [image / "gateway/bin/python", "-B", "-c", READ_ONLY, *arguments],
        cwd="/",
        env=environment,
        check=False,
        capture_output=True,
        text=True,
        timeout=30,
    )


def secrets() -> dict[str, str]:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    return dict(re.findall(r'(\w+)="\$\$\{\1:-([^}]+)\}"', makefile))


@pytest.mark.parametrize("instruction", ["ENTRYPOINT", "CMD"])
def test_no_shell_stands_between_the_engine_and_the_gateway(instruction):
    (given,) = of(instruction)

    assert all(isinstance(word, str) for word in json.loads(given))


def test_health_is_asked_without_a_shell():
    (given,) = of("HEALTHCHECK")

    assert json.loads(given.partition("CMD ")[2]) == ["gateway", "healthcheck"]


def test_the_user_is_a_number_and_not_root():
    (user,) = of("USER")

    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", user)


def test_both_stages_stand_on_the_same_base():
    assert {rest.split()[0] for rest in of("FROM")} == {"${BASE}"}


def test_only_locked_wheels_are_installed():
    installs = [step for rest in of("RUN") for step in rest.split("&&") if " install " in step]

    loose = [step for step in installs if "--require-hashes --only-binary :all:" not in step]

    assert len(installs) == 3
    assert all("--no-deps --no-index" in step for step in loose)
    assert len(loose) == 1


def test_the_build_sees_what_it_copies_and_nothing_else():
    allowed = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    copied = [s for r in of("COPY") if not r.startswith("--from") for s in r.split()[:-1]]

    assert "*" in allowed
    for source in copied:
        assert (ROOT / source).exists(), source
        assert f"!{source}" in allowed or "!requirements/*.txt" in allowed, source


def test_the_wheel_carries_types_and_schemas_and_no_tests(image):
    (wheel,) = (image / "dist").glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())

    schemas = {f"gateway/schemas/{p.name}" for p in (ROOT / "gateway/schemas").glob("*.json")}
    assert schemas
    assert {"gateway/py.typed", "gateway/cli/main.py", *schemas} <= names
    assert {name.split("/")[0] for name in names} == {
        "gateway",
        wheel.name.replace("-py3-none-any.whl", ".dist-info"),
    }


def test_the_command_is_installed_and_knows_its_version(image):
    version = re.search(r'__version__ = "(.+)"', (ROOT / "gateway/__init__.py").read_text("utf-8"))
    assert version

    done = subprocess.run(
        [image / "gateway/bin/gateway", "--version"],
        env={},
        cwd="/",
        check=False,
        capture_output=True,
        text=True,
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert version[1] in done.stdout


def test_the_image_carries_compiled_modules(image):
    packages = Path(_purelib(image / "gateway/bin/python")) / "gateway"

    uncompiled = [
        source
        for source in packages.rglob("*.py")
        if not list((source.parent / "__pycache__").glob(f"{source.stem}.*.pyc"))
    ]

    assert (packages / "__init__.py").is_file()
    assert uncompiled == []


def test_a_configuration_is_checked_where_nothing_can_be_written(image):
    done = in_image(image, "check", str(ROOT / "configs"), **secrets())

    assert done.returncode == 0, done.stdout + done.stderr


def test_the_watch_over_writing_would_notice(image, tmp_path):
    forbidden = f"open({os.fspath(tmp_path / 'trace')!r}, 'w')"
    code = READ_ONLY.partition("from gateway")[0] + forbidden

    done = subprocess.run(
        [image / "gateway/bin/python", "-c", code], check=False, capture_output=True, text=True
    )

    assert "read-only" in done.stderr
    assert not (tmp_path / "trace").exists()
