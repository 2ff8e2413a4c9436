"""The page of diagnostics, held to what loading a folder really finds: codes R120 to R159."""

import re
from pathlib import Path

import pytest

from gateway.config.drawing import draw_all
from gateway.config.load import check
from tests.drawn import assert_drawn
from tests.pages import sections

ROOT = Path(__file__).parents[2]
SECTIONS = sections("R120", "R160")
EXAMPLE = re.compile(r"^```(?:yaml|json)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FILE = re.compile(r"^# (\S.*\.(?:yaml|csv))$", re.MULTILINE)
#: What no file that a page could show would lead to.
WITHOUT_EXAMPLE = {"R120", "R125", "R143", "R157"}

ENVIRONMENT = {
    "ACME_HOOK_SECRET": "secret-of-acme-0123456789",
    "ACME_HOOK_SECRET_2": "second-secret-of-acme-012",
    "GLOBEX_HOOK_SECRET": "secret-of-globex-01234567",
    "SHORT_SECRET": "too-short",
    "ERP_DSN": "postgresql://reader:of-orders@db.example.com/erp",
    "MYSQL_DSN": "mysql://reader:of-orders@db.example.com/erp",
}
RULES = """\
version: 1
rules:
  - id: total-missing
    require: is_set(amount_total)
    message: The total is missing.
"""
QUEUE = """\
version: 1
queue:
  ids: [8199]
  secret: ${env:ACME_HOOK_SECRET}
  rules: [invoice.rules.yaml]
"""
SCHEMA = """\
[{"category": "section", "id": "amounts", "children": [
  {"category": "datapoint", "id": "amount_total", "type": "number"}]}]
"""


def found_in(root, example):
    """Put the files of an example, each below a line with its name, into a folder that is good."""
    with_schema = example.startswith(("[", "{"))
    files = {"gateway.yaml": "version: 1\n", "acme.queue.yaml": QUEUE, "invoice.rules.yaml": RULES}
    files["acme.schema.json"] = example if with_schema else SCHEMA
    if with_schema:
        files["acme.queue.yaml"] = QUEUE + "  schema: acme.schema.json\n"
    names = [] if with_schema else FILE.split(example)[1:]
    files.update(zip(names[::2], names[1::2], strict=True))
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        # The first line of a table has the names of its columns.
        (root / name).write_text(text.lstrip("\n") if name.endswith(".csv") else text)
    return check(root, ENVIRONMENT)


def codes_of(root, example):
    return {found.code for found in found_in(root, example).report}


def test_every_code_has_its_section():
    modules = [*(ROOT / "gateway" / "config").glob("*.py"), ROOT / "gateway/rules/queue_schema.py"]
    used = {
        code
        for module in modules
        for code in re.findall(r'"(R1[2-5]\d)"', module.read_text(encoding="utf-8"))
    }

    assert used == set(SECTIONS)


@pytest.mark.parametrize("code", sorted(set(SECTIONS) - WITHOUT_EXAMPLE))
def test_the_first_example_is_wrong_and_the_second_right(tmp_path, code):
    wrong, right = EXAMPLE.findall(SECTIONS[code])

    assert codes_of(tmp_path / "wrong", wrong) == {code}
    # A schema without the field that the rule reads is no fault of the example.
    assert codes_of(tmp_path / "right", right) <= ({"R201"} if right[0] in "[{" else set())


@pytest.mark.parametrize("code", sorted(set(SECTIONS) - WITHOUT_EXAMPLE))
def test_the_wrong_example_is_drawn_exactly_so(tmp_path, code):
    loaded = found_in(tmp_path, EXAMPLE.findall(SECTIONS[code])[0])
    drawn = draw_all(loaded.report, loaded.sources)

    assert_drawn(code, drawn.replace(str(tmp_path), "configs").replace("configs/", ""))
