import pytest

from gateway.config.load import check
from gateway.config.redaction import literals

QUEUE = """\
version: 1
queue:
  ids: [8199]
SECRET  rules: [a.rules.yaml]
"""
RULES = """\
version: 1
rules:
  - id: total-missing
    require: is_set(amount_total)
    message: The total is missing.
"""


def checked_with(root, secret):
    (root / "gateway.yaml").write_text("version: 1\n")
    (root / "acme.queue.yaml").write_text(QUEUE.replace("SECRET", secret))
    (root / "a.rules.yaml").write_text(RULES)
    return check(root, {"ACME": "secret-of-acme-0123456789"})


@pytest.mark.parametrize(
    "secret",
    [
        "  secret: hunter2-hunter2-hunter2\n",
        "  secret: 'hunter2-hunter2-hunter2'\n",
        '  secret: ["${env:ACME}", "hunter2-hunter2-hunter2"]\n',
        "  secret:\n    - hunter2-hunter2-hunter2\n    - ${env:ACME}\n",
        "  secret:\n    hunter2-hunter2-hunter2\n",
        "  secret: {hunter2-hunter2-hunter2: 1}\n",
        "  secret: &hunter2-hunter2-hunter2\n",
        "  secret: [hunter2-hunter2-hunter2\n",
        "  secret: >\n    hunter2-hunter2-hunter2\n",
        "  secret: 'hunter2-hunter2-hunter2\n",
        "  secret:\n  - hunter2-hunter2-hunter2\n",
        '  "secret" : hunter2-hunter2-hunter2\n',
        "  a: {secret: '${env:ACME}', headers: {X-Token: hunter2-hunter2-hunter2}}\n",
        "  headers: {Authorization: Bearer hunter2-hunter2-hunter2}\n",
        "  headers:\n    X-Api-Key: hunter2-hunter2-hunter2\n",
        "  url: https://me:hunter2-hunter2-hunter2@example.com/\n",
    ],
)
def test_a_secret_written_in_a_file_is_not_shown(tmp_path, secret):
    checked = checked_with(tmp_path, secret)

    assert checked.report.errors
    assert "hunter2-" not in str(list(checked.report)) + str(checked.sources)
    (source,) = checked.sources.values()
    assert len(source) == len(QUEUE.replace("SECRET", secret))


@pytest.mark.parametrize(
    ("text", "secrets"),
    [
        ("queue: {secret: abcd-efgh, rules: [a.rules.yaml]}", ["abcd-efgh"]),
        ("queue: {secret: [abcd, '${env:X}'], rules: [efgh]}", ["abcd"]),
        ("secret: ${env:NAME}  # rotated\nrules: [efgh]", []),
        ("secret:\n  - abcd\n\n  - efgh\nrules:\n  - ijkl", ["abcd", "efgh"]),
        ("secretary: abcd", []),
        ("secret: ${NAME}", []),
    ],
)
def test_only_what_stands_in_a_secrets_place_is_covered(text, secrets):
    assert literals(text) == secrets


def test_a_number_as_a_secret_is_not_shown(tmp_path):
    checked = checked_with(tmp_path, "  secret: 0123456789012345678\n")

    assert checked.report.errors
    assert "0123456789" not in str(list(checked.report)) + str(checked.sources)
