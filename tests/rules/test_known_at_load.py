"""What can be known before a document is seen is told at load: constants, unused names, advice."""

import pytest

from tests.pages import load_files, rules_file

UNUSED = 'version: 1\nlet: {spare: "SPARE"}\nrules:\n  - {id: one, message: A}\n'


def found(text, **files):
    loaded = load_files({"invoice.rules.yaml": text, **files})
    return [(one.code, one.severity.value, one.message, one.hint) for one in loaded.report]


def rule(text):
    return rules_file(f"id: one\n{text}\n")


@pytest.mark.parametrize(
    ("when", "reason"),
    [
        ("amount > 1 / 0", "division by zero"),
        ("amount > 1 and 2 // 0 == 1", "division by zero"),
        ("date_issue < date(2025, 2, 30)", "there is no such day in that month"),
        ("case(amount > 1, 5 % 0, 2) == 2", "division by zero"),
    ],
)
def test_a_part_that_always_fails_is_refused(when, reason):
    assert found(rule(f"when: {when}\nmessage: A")) == [
        ("R430", "error", f"this always fails: {reason}", None)
    ]


def test_a_failing_part_is_marked_alone_and_its_param_told():
    loaded = load_files(
        {
            "invoice.rules.yaml": "version: 1\nparams: {rate: 0}\nrules:\n"
            "  - {id: one, when: amount > 100 / params.rate, message: A}\n"
        }
    )

    (mistake,) = loaded.report
    assert (mistake.span.line, mistake.span.column, mistake.span.end_column) == (4, 30, 47)
    assert mistake.related is not None
    assert mistake.related.line == 2


@pytest.mark.parametrize(
    "when",
    [
        "amount / 2 > 1 / 4",
        "amount > 1 / count(lines)",
        "default(number('x'), 1) < amount",
        "amount > (1 if true else 1 / 0)",
    ],
)
def test_what_can_be_computed_is_accepted(when):
    assert found(rule(f'when: "{when}"\nmessage: A')) == []


@pytest.mark.parametrize(
    ("spare", "code", "severity"),
    [
        ("value > 3", "R431", "warning"),
        ("row.number", "R431", "warning"),
        ("1 +", "R205", "error"),
        ("nosuch(amount)", "R202", "error"),
        ("1 / 0", "R430", "error"),
    ],
)
def test_an_unused_name_of_let_is_checked_all_the_same(spare, code, severity):
    (one,) = found(UNUSED.replace("SPARE", spare))
    assert one[:2] == (code, severity)


@pytest.mark.parametrize(
    "text",
    [
        "version: 1\nlet: {a: amount > 1, b: a}\nrules:\n  - {id: one, when: b, message: A}\n",
        "version: 1\nrules:\n  - {id: one, let: {a: amount}, message: '{a}'}\n",
        "version: 1\nrules:\n- {group: g, let: {a: amount}, rules: [{id: one, message: '{a}'}]}\n",
    ],
)
def test_a_name_of_let_that_is_used_anywhere_is_fine(text):
    assert found(text) == []


CHANGED = "version: 1\nrules:\n  - {id: one, when: amount > 1, message: {type: info, text: A}}\n"


@pytest.mark.parametrize(
    ("change", "hint"),
    [
        ("{message: {txt: null}}", 'did you mean "text"?'),
        ("{require: null}", "leave it out"),
    ],
)
def test_a_change_that_removes_nothing_is_refused(change, hint):
    queue = (
        "version: 1\nqueue:\n  ids: [1]\n  unsigned: true\n  rules: [invoice.rules.yaml]\n"
        f"  change: {{one: {change}}}\n"
    )

    ((code, severity, _, said),) = found(CHANGED, **{"acme.queue.yaml": queue})
    assert (code, severity, said) == ("R435", "error", hint)


@pytest.mark.parametrize(
    ("text", "code", "message", "hint"),
    [
        (
            "when: 'is_company_number(x, \"XX\")'\nmessage: A",
            "R304",
            "there is no check of company numbers of this country",
            None,
        ),
        (
            "when: 'is_vat(x, \"XX\")'\nmessage: A",
            "R304",
            "there is no check of VAT numbers of this country",
            None,
        ),
        (
            "when: 'params.map[x] == \"b\"'\nmessage: A",
            "R206",
            "only slices of text are part of the language",
            "write map(x, params.map)",
        ),
        (
            "message: {en: Hello, de: Hallo}",
            "R110",
            "texts by language stand below 'text'",
            "write text: {en: ..., de: ...}",
        ),
        (
            "message: {type: info, en: Hello}",
            "R110",
            "texts by language stand below 'text'",
            "write text: {en: ...}",
        ),
        (
            'message: {at: "{total}", text: A}',
            "R113",
            "'{total}' cannot be a name of a field",
            "letters, digits and '_', beginning with a letter; write 'total'",
        ),
        (
            "message: {at: [a, b c], text: A}",
            "R113",
            "'b c' cannot be a name of a field",
            "letters, digits and '_', beginning with a letter; write 'b_c'",
        ),
        (
            'replace: {"b c": A}',
            "R113",
            "'b c' cannot be a name of a field",
            "letters, digits and '_', beginning with a letter; write 'b_c'",
        ),
        (
            "hide: b c",
            "R113",
            "'b c' cannot be a name of a field",
            "letters, digits and '_', beginning with a letter; write 'b_c'",
        ),
        (
            "validate: [b c]",
            "R113",
            "'b c' cannot be a name of a field",
            "letters, digits and '_', beginning with a letter; write 'b_c'",
        ),
        (
            'visible: {b c: "true"}',
            "R113",
            "'b c' cannot be a name of a field",
            "letters, digits and '_', beginning with a letter; write 'b_c'",
        ),
        (
            "options: {b c: [a]}",
            "R113",
            "'b c' cannot be a name of a field",
            "letters, digits and '_', beginning with a letter; write 'b_c'",
        ),
        (
            'edited: ["b c"]\nreplace: {a: A}',
            "R113",
            "'b c' cannot be a name of a field",
            "letters, digits and '_', beginning with a letter; write 'b_c'",
        ),
    ],
)
def test_one_slip_is_one_report_with_its_cure(text, code, message, hint):
    assert found(rule(text)) == [(code, "error", message, hint)]


@pytest.mark.parametrize(
    ("broken", "text"),
    [
        ("gateway.yaml", "version: 1\nparms: {a: 1}\n"),
        ("acme.queue.yaml", "version: 1\nqueue:\n  ids: [1]\n  unsinged: true\n  rules: [x]\n"),
        ("acme.queue.yaml", "version: 1\nqueue:\n  ids: []\n  rules: [invoice.rules.yaml]\n"),
    ],
)
def test_a_mistake_in_another_file_hides_none_of_the_rules(broken, text):
    rules = rules_file("id: one\nwhen: amount > params.limit +\nmessage: '{1 / 0}'\n")

    loaded = load_files({broken: text, "invoice.rules.yaml": rules})

    of_rules = [one.code for one in loaded.report if one.span.file.endswith("rules.yaml")]
    assert of_rules == ["R205", "R430"]
    assert any(one.span.file.endswith(broken) for one in loaded.report)


def test_what_only_the_broken_file_could_tell_is_not_guessed():
    rules = rules_file("id: one\nwhen: amount > params.limit\nmessage: A\n")

    loaded = load_files({"gateway.yaml": "version: 1\nx: 1\n", "invoice.rules.yaml": rules})

    assert {one.span.file.rpartition("/")[2] for one in loaded.report} == {"gateway.yaml"}
