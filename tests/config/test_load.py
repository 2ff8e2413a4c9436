import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.config.load import ConfigurationError, check, load

ENVIRONMENT = {"ACME": "secret-of-acme-0123456789"}
FILES = {
    "gateway.yaml": "version: 1\n",
    "queues/acme.queue.yaml": """\
version: 1
queue:
  ids: [8199]
  secret: ${env:ACME}
  rules: [../rules/*.rules.yaml]
""",
    "rules/a.rules.yaml": """\
version: 1
rules:
  - id: total-missing
    require: is_set(amount_total)
    message: The total is missing.
""",
}
BROKEN = FILES["rules/a.rules.yaml"].replace("is_set(amount_total)", "nonsense(amount_total)")


@pytest.fixture
def configs(tmp_path):
    write(tmp_path, FILES)
    return tmp_path


def write(root, files):
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)


def test_a_good_folder_is_loaded(configs):
    configuration = load(configs, ENVIRONMENT)

    assert configuration.queues[8199] is configuration.by_name["acme"]
    assert [rule.id for rule in configuration.by_name["acme"].rules.rules] == ["total-missing"]
    assert configuration.diagnostics == ()
    assert configuration.digest.startswith(configuration.revision)


def test_equal_contents_have_equal_revisions(configs):
    first = load(configs, ENVIRONMENT).revision
    (configs / "rules" / "a.rules.yaml").touch()

    assert load(configs, ENVIRONMENT).revision == first


def test_all_mistakes_of_all_files_come_in_one_error(configs):
    write(configs, {"gateway.yaml": "version: 1\nx: 1\n", "rules/a.rules.yaml": BROKEN})
    other = FILES["queues/acme.queue.yaml"].replace("[8199]", "[]")
    write(configs, {"queues/other.queue.yaml": other, "rules/b.rules.yaml": "- 1\n"})

    with pytest.raises(ConfigurationError) as caught:
        load(configs, ENVIRONMENT)

    named = {found.span.file.removeprefix(f"{configs}/") for found in caught.value.report}
    assert named == {
        "gateway.yaml",
        "queues/other.queue.yaml",
        "rules/a.rules.yaml",
        "rules/b.rules.yaml",
    }
    assert set(caught.value.sources) == {f"{configs}/{name}" for name in named}
    assert str(caught.value) == f"the configuration has {caught.value.report.errors} mistakes"


def test_the_mistake_of_a_rule_is_told_once_for_all_queues(configs):
    write(configs, {"rules/a.rules.yaml": BROKEN})
    other = FILES["queues/acme.queue.yaml"].replace("8199", "1").replace("ACME}", "B}")
    write(configs, {"queues/other.queue.yaml": other})

    checked = check(configs, {**ENVIRONMENT, "B": "secret-of-the-other-one"})

    (mistake,) = checked.report
    assert mistake.span.file == f"{configs}/rules/a.rules.yaml"
    assert mistake.span.line == 4
    assert checked.sources == {f"{configs}/rules/a.rules.yaml": BROKEN}
    assert not checked.good


def test_a_check_counts_what_it_saw(configs):
    checked = check(configs, ENVIRONMENT)

    assert checked.good
    assert (checked.summary.files, checked.summary.queues, checked.summary.rules) == (3, 1, 1)


@pytest.mark.parametrize(("secrets", "codes"), [(True, ["R133"]), (False, [])])
def test_a_check_without_secrets_needs_no_environment(configs, secrets, codes):
    assert [found.code for found in check(configs, {}, secrets=secrets).report] == codes


def test_warnings_prevent_nothing(configs):
    write(configs, {"rules/unused/b.rules.yaml": FILES["rules/a.rules.yaml"]})

    assert [found.code for found in load(configs, ENVIRONMENT).diagnostics] == ["R130"]


def test_a_folder_that_is_not_there_is_one_mistake(tmp_path):
    with pytest.raises(ConfigurationError) as caught:
        load(tmp_path / "gone", ENVIRONMENT)

    assert [found.code for found in caught.value.report] == ["R120"]


def test_a_file_in_the_place_of_the_folder_is_one_mistake(configs):
    with pytest.raises(ConfigurationError) as caught:
        load(configs / "gateway.yaml", ENVIRONMENT)

    assert [found.code for found in caught.value.report] == ["R120"]


PIECES = st.one_of(
    st.binary(max_size=6),
    st.sampled_from(
        [
            b"${env:ACME}",
            b"${file:/etc/passwd}",
            b"- ",
            b"\n",
            b"  ",
            b": ",
            b"[",
            b"{",
            b"'",
            b"null",
        ]
    ),
)


@given(
    name=st.sampled_from(sorted(FILES)),
    start=st.integers(0, 200),
    length=st.integers(0, 12),
    piece=PIECES,
)
def test_any_file_gives_a_configuration_or_diagnostics(
    tmp_path_factory, name, start, length, piece
):
    root = tmp_path_factory.mktemp("configs")
    write(root, FILES)
    raw = FILES[name].encode()
    (root / name).write_bytes(raw[:start] + piece + raw[start + length :])

    checked = check(root, ENVIRONMENT)

    assert checked.good or checked.report.errors
    assert not (checked.good and checked.failed)
