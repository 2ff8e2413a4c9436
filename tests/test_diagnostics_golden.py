"""Every broken file of `tests/diagnostics` is drawn exactly as the text beside it says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from gateway.config.drawing import draw_all
from gateway.diagnostic import Report
from gateway.rules.compile import compile_rules
from gateway.rules.context import PLAIN, RulesFile
from gateway.rules.yaml.reading import read_yaml
from gateway.rules.yaml.structure import check_structure

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "tests" / "diagnostics"
BROKEN = sorted(FOLDER.glob("*.yaml"))
#: Codes without a wrong example: their files cannot be written into a page.
WITHOUT_EXAMPLE = {"R101", "R106"}
#: The codes before it are those of YAML and structure, which one file alone can show.
FIRST_OTHER = "R120"


def found_in(source: str, file: str, kind: str, *, compiles: bool = False) -> Report:
    report = Report()
    root = read_yaml(source.encode(), file, report)
    if root is not None and check_structure(root, kind, report) and compiles and kind == "rules":
        compile_rules([RulesFile(file, root)], PLAIN, report)
    return report


@pytest.mark.parametrize("path", BROKEN, ids=lambda path: path.name)
def test_a_broken_file_is_drawn_as_beside_it(path):
    source = path.read_text(encoding="utf-8")
    kind = path.name.split(".")[-2]

    found = found_in(source, path.name, kind, compiles=True)
    drawn = draw_all(found, {path.name: source}) + "\n"

    assert drawn == path.with_suffix(".txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("path", BROKEN, ids=lambda path: path.name)
def test_a_broken_file_shows_the_code_in_its_name(path):
    drawn = path.with_suffix(".txt").read_text(encoding="utf-8")

    assert f"[{path.name[:4].upper()}]" in drawn


PAGE = (ROOT / "docs" / "diagnostics.md").read_text(encoding="utf-8")
SECTIONS = {
    section[:4]: section for section in re.split(r"^## (?=R\d{3}: )", PAGE, flags=re.MULTILINE)[1:]
}
EXAMPLE = re.compile(r"^```yaml\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def kind_of(example: str) -> str:
    if "queue:" in example:
        return "queue"
    return "rules" if "- " in example else "gateway"


def test_every_code_of_yaml_and_structure_has_its_section():
    modules = (ROOT / "gateway").rglob("*.py")
    used = {
        code
        for module in modules
        for code in re.findall(r'"(R1[01]\d)"', module.read_text(encoding="utf-8"))
    }

    assert used == {code for code in SECTIONS if code < FIRST_OTHER}


@pytest.mark.parametrize("code", sorted(SECTIONS))
def test_every_section_can_be_linked_to(code):
    assert f'<a id="{code.lower()}"></a>' in PAGE


@pytest.mark.parametrize(
    "code", sorted(code for code in SECTIONS if code < FIRST_OTHER and code not in WITHOUT_EXAMPLE)
)
def test_the_first_example_is_wrong_and_the_second_right(code):
    wrong, right = EXAMPLE.findall(SECTIONS[code])

    assert {found.code for found in found_in(wrong, "wrong.yaml", kind_of(wrong))} == {code}
    assert list(found_in(right, "right.yaml", kind_of(right))) == []
