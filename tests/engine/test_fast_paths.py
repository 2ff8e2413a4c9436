"""What is answered over whole columns at once is what is answered run by run."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.documents import Document, ask, gateway

VALUES = ["", "A", "b", ("2.5", "2.5"), ("1", "1.00"), ("0", "0"), ("?", None), ("12", "12")]
DATES = [("1.2.25", "2025-02-01"), ("", None), ("x", None), ("31.1.25", "2025-01-31")]
cells = st.sampled_from(VALUES)
same = st.sampled_from([[one] for one in VALUES] + [VALUES[3:6], VALUES[:3]]).flatmap(
    lambda few: st.lists(st.sampled_from(few), min_size=4, max_size=4)
)
columns = st.fixed_dictionaries(
    {
        "a": st.lists(cells, min_size=4, max_size=4) | same,
        "b": st.lists(cells, min_size=4, max_size=4) | same,
        "due": st.lists(st.sampled_from(DATES), min_size=4, max_size=4),
    }
)
documents = st.builds(
    lambda columns, count, total, gap: Document(
        {"total": total},
        {
            "line_items": [
                {name: column[row] for name, column in columns.items() if (row, name) != gap}
                for row in range(count)
            ]
        },
    ),
    columns,
    st.integers(0, 4),
    cells,
    st.sampled_from([None, (0, "a"), (2, "b")]),
)

CONDITIONS = [
    "when: a > 1",
    "when: a * b > total",
    "when: a == b",
    "when: is_empty(a) or b > 1",
    "when: is_set(a) and a == 'A'",
    "when: not (a < 2) and not is_empty(b)",
    "when: upper(a) == b",
    "when: contains(lower(a), 'a')",
    "when: due > today()",
    "when: due + 1 == date(2025, 2, 2)",
    "when: a / b > 1",
    "when: a in ['A', 'b'] or b in [1, 2.5]",
    "when: default(a, b) == total",
    "when: round(a, 1) == a",
    "when: a == sum(column.b)",
    "when: row.number > 2 or a == 1",
    "when: this.schema_id == 'a'",
    "when: a if is_set(a) else b > 1",
    "require: a > 1",
    "require: equal(a * b, total, within=0.5)",
    "when: is_set(a), require: a == b",
    "require: a > 1, empty: fire",
]


def quoted(keys):
    return ", ".join(
        f'{key}: "{value}"' if key != "empty" else f"{key}: {value}"
        for key, _, value in (one.partition(": ") for one in keys.split("; "))
    )


def rule(keys, more):
    keys = keys.replace(", require", "; require").replace(", empty", "; empty")
    return gateway(
        f"  - {{id: x, select: a, on_failure: ignore, {quoted(keys)}, message: yes it is{more}}}"
    )


PAIRS = {
    keys: (rule(keys, ""), rule(keys, ", otherwise: {message: {type: info, text: otherwise}}"))
    for keys in CONDITIONS
}


@pytest.mark.parametrize("keys", CONDITIONS)
@given(documents)
def test_conditions_hold_for_the_same_runs(keys, document):
    fast, slow = (ask(made, document) for made in PAIRS[keys])

    assert fast.said == [(at, text) for level, at, text in slow.messages if level == "error"]
    (one,), (other,) = fast.evaluation.outcomes, slow.evaluation.outcomes
    counts = [(it.runs, it.fired, it.passed, it.skipped, it.failed) for it in (one, other)]
    if one.skipped == other.skipped:
        assert counts[0] == counts[1]
    assert one.failure == other.failure


TEMPLATES = [
    "{a}",
    "{a * 1}",
    "{round(a, 1)}",
    "{b}",
    "{upper(a)}",
    "{default(a, b)}",
    "{due}",
    "x",
]


def write(template, more):
    return gateway(
        "  - {id: x, select: line_items, on_failure: ignore, "
        f'replace: {{a: "{template}"{more}}}}}\n'
        '  - {id: then, select: line_items, message: {at: b, text: "{a}|{field.a.text}"}}'
    )


WRITERS = {one: (write(one, ""), write(one, ', b: "{b}"')) for one in TEMPLATES}


@pytest.mark.parametrize("template", TEMPLATES)
@given(documents)
def test_values_are_written_to_the_same_cells(template, document):
    fast, slow = (ask(made, document) for made in WRITERS[template])

    if fast.failure is None and slow.failure is None:
        assert (fast.values, fast.said) == (slow.values, slow.said)
