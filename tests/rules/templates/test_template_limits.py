"""How much a template holds, and what YAML adds to it."""

import pytest

from gateway.diagnostic import Report
from gateway.rules.templates.template import compile_template, render
from gateway.rules.yaml.reading import read_yaml
from tests.rules.expressions.support import scope


def written(yaml):
    return read_yaml(yaml.encode(), "<test>", Report()).entries["x"].value.text


@pytest.mark.parametrize(
    ("yaml", "lone", "text"),
    [
        ("x: |\n  {n}\n", True, "1"),
        ("x: >\n  {n}\n", True, "1"),
        ("x: |+\n  {n}\n\n", True, "1"),
        ("x: |\n  first\n  {n}\n", False, "first\n1"),
        ('x: "{n}\\n"\n', False, "1\n"),
    ],
)
def test_the_last_line_break_of_a_block_is_not_text(yaml, lone, text):
    template = compile_template(written(yaml), scope(), Report())

    assert (template.lone is not None) == lone
    assert render(template, ["1"], escape=False) == text


@pytest.mark.parametrize(("count", "found"), [(100, []), (101, [("R211", 305)])])
def test_a_template_has_at_most_100_expressions(count, found):
    report = Report()

    template = compile_template(written(f'x: "{"{n}" * count}"\n'), scope(), report)

    assert (template is None) == bool(found)
    assert [(one.code, one.span.column) for one in report] == found
