import os

import pytest

from gateway.config.references import FOLDERS_VARIABLE, MIN_SECRET, References, stamp
from gateway.diagnostic import Report
from gateway.rules.yaml.source import Text

GOOD = "0123456789abcdef"


def resolve(text, environment=None, **options):
    report = Report()
    references = References(environment or {}, **options)
    found = references.secret(Text.inline(text, "q"), "acme secret 1", report)
    return found, list(report), references


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (GOOD, "R131"),
        ("", "R131"),
        pytest.param(" ${env:GOOD}", "R132", id="blanks around it"),
        pytest.param("prefix-${env:GOOD}", "R132", id="part of a text"),
        ("${env:GOOD}${env:GOOD}", "R132"),
        ("${ENV:GOOD}", "R132"),
        ("${GOOD}", "R132"),
        ("$(GOOD)", "R132"),
        ("${env:}", "R132"),
        ("${env: GOOD}", "R132"),
        ("${env:GO-OD}", "R132"),
        ("${env:1GOOD}", "R132"),
        ("${env:MISSING}", "R133"),
        ("${env:EMPTY}", "R134"),
        ("${env:BLANK}", "R134"),
        pytest.param("${env:SHORT}", "R134", id="the newline does not count"),
        ("${file:relative}", "R132"),
        ("${file:/etc/passwd}", "R132"),
        ("${file:/run/secrets/../../etc/passwd}", "R132"),
        ("${file:/run/secrets}", "R132"),
        ("${file:/run/secrets-of-others/x}", "R132"),
        ("${file:/run/secrets/no-such-secret-here}", "R133"),
        ("${file:/run/secrets/nul\0}", "R132"),
    ],
)
def test_what_is_no_good_reference_is_refused(text, code):
    environment = {
        "GOOD": GOOD,
        "EMPTY": "",
        "BLANK": " " * 20,
        "SHORT": GOOD[: MIN_SECRET - 1] + "\n",
    }

    found, mistakes, _ = resolve(text, environment)

    assert found is None
    assert [mistake.code for mistake in mistakes] == [code]
    assert mistakes[0].span == Text.inline(text, "q").span
    assert not any(GOOD[:-1] in str(mistake) for mistake in mistakes)


@pytest.mark.parametrize("value", [GOOD, GOOD + "\n", GOOD + "\r\n"])
def test_a_variable_is_resolved_without_its_trailing_newline(value):
    found, mistakes, _ = resolve("${env:ACME_SECRET}", {"ACME_SECRET": value})

    assert not mistakes
    assert (found.value, found.name) == (GOOD, "acme secret 1")
    assert GOOD not in repr(found)


def test_the_environment_is_not_shown():
    assert GOOD not in repr(References({"ACME_SECRET": GOOD}))


def test_a_file_is_read_below_the_folders_that_the_operator_names(tmp_path):
    (tmp_path / "..v1").mkdir()
    (tmp_path / "..v1" / "acme").write_text(GOOD + "\n")
    (tmp_path / "..data").symlink_to("..v1")
    (tmp_path / "acme").symlink_to("..data/acme")
    environment = {FOLDERS_VARIABLE: f"/nowhere{os.pathsep}{tmp_path}{os.pathsep}relative"}

    found, mistakes, references = resolve(f"${{file:{tmp_path}/acme}}", environment)

    assert not mistakes
    assert found.value == GOOD
    assert references.stamps == {f"{tmp_path}/acme": stamp(f"{tmp_path}/acme", environment)}


@pytest.mark.parametrize("kind", ["link", "pipe", "large", "bytes", "folder"])
def test_a_secret_file_is_a_plain_small_text_in_its_folder(tmp_path, kind):
    folder = tmp_path / "secrets"
    folder.mkdir()
    path = folder / "acme"
    match kind:
        case "link":
            (tmp_path / "outside").write_text(GOOD)
            path.symlink_to("../outside")
        case "pipe":
            os.mkfifo(path)
        case "large":
            path.write_text("x" * 5_000)
        case "bytes":
            path.write_bytes(b"\xff" * 20)
        case "folder":
            path.mkdir()

    found, mistakes, _ = resolve(f"${{file:{path}}}", {FOLDERS_VARIABLE: str(folder)})

    assert found is None
    assert [mistake.code for mistake in mistakes] == ["R133"]


def test_a_secret_that_changes_or_vanishes_changes_its_stamp(tmp_path):
    path, environment = tmp_path / "acme", {FOLDERS_VARIABLE: str(tmp_path)}
    stamps = [stamp(str(path), environment)]
    for content in (GOOD, GOOD[::-1]):
        path.write_text(content)
        stamps.append(stamp(str(path), environment))

    assert stamps[0] == b""
    assert len(set(stamps)) == 3


@pytest.mark.parametrize("text", ["${env:MISSING}", "${file:/run/secrets/no-such-secret-here}"])
def test_without_resolving_only_the_form_counts(text):
    assert resolve(text, resolving=False)[:2] == (None, [])


@pytest.mark.parametrize(("text", "code"), [(GOOD, "R131"), ("${file:/etc/passwd}", "R132")])
def test_without_resolving_a_wrong_form_is_still_refused(text, code):
    assert [mistake.code for mistake in resolve(text, resolving=False)[1]] == [code]
