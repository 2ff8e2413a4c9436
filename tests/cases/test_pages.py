"""The pages about tests, held to what `gateway test` really does."""

import re

import pytest

from gateway.cases.load import load_tests
from gateway.cases.run import Runner
from gateway.cases.telling import tell_result
from gateway.cases.why import explainer
from gateway.cli.test import FORMATS
from gateway.cli.test import test as command
from gateway.config.drawing import draw_all
from gateway.diagnostic import Report
from gateway.schemas import schema
from tests.cases.support import StoredTexts
from tests.documents import configured, folder
from tests.drawn import assert_drawn
from tests.pages import GOOD, QUEUE, ROOT, RULES, all_blocks, sections

PAGE = (ROOT / "docs" / "testing.md").read_text(encoding="utf-8")
SECTIONS = sections("R500", "R600")
EXAMPLE = re.compile(r"^```yaml\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def load(text, rules=RULES):
    named = {**GOOD, "acme.queue.yaml": QUEUE, "acme.test.yaml": text}
    named["invoice.rules.yaml"] = rules
    report = Report()
    configuration = configured(named)
    payloads = StoredTexts({"invoice.json": b"{}"})
    return configuration, load_tests(folder(named), configuration, payloads, report), report


def test_every_code_of_tests_has_its_section():
    used = {
        code
        for module in (ROOT / "gateway").rglob("*.py")
        for code in re.findall(r'"(R5\d\d)"', module.read_text(encoding="utf-8"))
    }

    assert used == set(SECTIONS)


@pytest.mark.parametrize("code", sorted(SECTIONS))
def test_the_first_example_is_wrong_and_the_second_right(code):
    wrong, right = EXAMPLE.findall(SECTIONS[code])

    assert {found.code for found in load(wrong)[2]} == {code}
    assert [found.message for found in load(right)[2]] == []


@pytest.mark.parametrize("code", sorted(SECTIONS))
def test_the_wrong_example_is_drawn_exactly_so(code):
    wrong = EXAMPLE.findall(SECTIONS[code])[0]

    assert_drawn(code, draw_all(load(wrong)[2], {"configs/acme.test.yaml": wrong}))


@pytest.mark.parametrize("block", list(all_blocks("yaml", "test")), ids=str)
def test_every_example_of_cases_passes(block):
    (rules,) = [one.text for one in all_blocks("yaml", "rules") if one.page == "testing.md"]
    text = block.text.replace("../queues/", "")

    configuration, (file,), report = load(text, rules)
    runner = Runner(configuration, lambda: 0.0)
    results = list(runner.run(file.cases))

    assert [found.message for found in report] == []
    assert results
    assert [
        "\n".join(tell_result(one, explainer(runner))) for one in results if not one.is_good
    ] == []


def test_the_failure_that_the_page_shows_is_told_so():
    (rules,) = [one.text for one in all_blocks("yaml", "rules") if one.page == "testing.md"]
    first = next(iter(all_blocks("yaml", "test"))).text.replace("../queues/", "")
    configuration, (file,), _ = load(first.replace('"21.00"', '"20.00"'), rules)
    runner = Runner(configuration, lambda: 0.0)

    result = next(runner.run(file.cases))
    told = "\n".join(tell_result(result, explainer(runner)))

    shown = re.search(r"^```text\n(FAIL .*?)\n```$", PAGE, re.MULTILINE | re.DOTALL)
    assert (
        told.replace("configs/acme.test", "configs/tests/acme.test").replace(
            "configs/invoice", "configs/rules/invoice"
        )
        == shown[1]
    )


def test_every_key_and_option_is_on_the_page():
    found = schema("test")
    definitions = found["definitions"]
    keys = {
        *found["properties"],
        *definitions["case"]["properties"],
        *definitions["given"]["properties"],
        *definitions["expect"]["properties"],
        *definitions["cell"]["properties"],
    }
    options = {option for one in command.params for option in one.opts if option.startswith("-")}

    assert {key for key in keys if not re.search(rf"\b{key}\b", PAGE)} == set()
    assert {option for option in options if f"`{option}" not in PAGE} == set()
    assert {name for name in FORMATS if f"`{name}`" not in PAGE} == set()
