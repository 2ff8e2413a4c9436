"""Rules with every effect settle: on the document that they have made they change nothing."""

from hypothesis import given
from hypothesis import strategies as st

from tests.documents import Document, ask, gateway, nodes
from tests.platform import changed

#: None undoes what another does, and none selects rows of a table that rows are added to: a new
#: row has no id to select, so that it would be the next run's to do.
RULES = """
  - {id: sum, replace: {total: "{default(total, count(kept))}"}}
  - {id: pad, select: code, replace: "{upper(trim(value))}"}
  - {id: drop, select: line_items, when: code == "X1", remove: true}
  - {id: none, select: line_items, when: is_empty(code) and is_empty(amount), remove: true}
  - {id: freight, when: total > 3, add: {table: line_items, key: code,
     cells: {code: FREIGHT, amount: "{default(total, 0)}", rate: ""}}}
  - {id: each, select: kept, when: is_set(size), on_failure: ignore,
     add: {table: codes, cells: {name: "{size}", first: "{unit}"}, key: name}}
  - {id: groups, on_failure: ignore, table: {into: taxes, from: line_items, by: [rate],
     where: is_set(code), order: [-tax_rate],
     cells: {tax_rate: "{rate}", tax_base: "{sum(amount)}", tax_codes: "{join(code)}"}}}
  - {id: copies, on_failure: ignore, table: {into: copies, from: line_items,
     order: [copy_code], cells: {copy_code: "{code}", copy_amount: "{amount}"}}}
  - {id: sorted, on_failure: ignore, table: {into: parts, from: parts, order: [-part, kind],
     cells: {part: "{part}", kind: "{kind}"}}}
  - {id: list, table: {into: remarks, from: line_items, where: is_set(code),
     cells: {remark: "{code}!"}}}
  - {id: choose, options: {vendor: ["{vendor}", "{note}", {value: other, label: "Other {note}"}]}}
  - {id: seen, when: is_set(vendor), visible: {note: total > 3, due: "vendor != 'A'"}}
  - {id: cells, select: kept, visible: {size: is_set(unit)}, validate: unit}
  - {id: mark, validate: [vendor, note], show: total}
  - {id: tell, message: {at: [note, due, size], text: "{count(taxes)}"}}
"""
MADE = gateway(RULES)

values = st.sampled_from(
    ["", "A", " b ", "x1", "12.50", ("12.50", "12.5"), ("1,0", "1.0"), ("3", "3"), ("?", None)]
)
lines = st.fixed_dictionaries({"code": values, "amount": values, "rate": values})
taxes = st.fixed_dictionaries(
    {"tax_rate": values}, optional={"tax_base": values, "tax_codes": values}
)
documents = st.builds(
    lambda header, tables, marks: Document(header, tables, marks=marks),
    st.fixed_dictionaries(dict.fromkeys(["vendor", "total", "due", "note"], values)),
    st.fixed_dictionaries(
        {
            "line_items": st.lists(lines, max_size=4),
            "taxes": st.lists(taxes, max_size=3),
            "copies": st.lists(
                st.fixed_dictionaries({}, optional={"copy_code": values, "copy_amount": values}),
                max_size=3,
            ),
            "codes": st.lists(st.fixed_dictionaries({"name": values}), max_size=2),
            "parts": st.lists(st.fixed_dictionaries({"part": values, "kind": values}), max_size=3),
            "kept": st.lists(
                st.fixed_dictionaries({"size": values, "unit": values}), min_size=1, max_size=3
            ),
            "remarks": st.lists(values, min_size=1, max_size=3),
        }
    ),
    st.dictionaries(
        st.sampled_from(["vendor", "note", "due", "size"]),
        st.fixed_dictionaries(
            {},
            optional={
                "hidden": st.booleans(),
                "validation_sources": st.sampled_from([[], ["human"], ["connector"]]),
                "options": st.just([{"value": "A", "label": "A"}]),
            },
        ),
    ),
)


@given(documents)
def test_on_the_document_that_was_made_nothing_is_sent(document):
    first = ask(MADE, document)
    after = changed(first.payload, first.json["operations"])
    second = ask(MADE, after)

    assert second.json["operations"] == []


@given(documents)
def test_operations_are_such_as_the_platform_takes(document):
    answered = ask(MADE, document)
    by_id = {node["id"]: node for node in nodes(answered.payload["annotation"]["content"])}
    operations = answered.json["operations"]
    removed = {one["id"] for one in operations if one["op"] == "remove"}
    gone = {node["id"] for one in removed for node in (by_id[one], *by_id[one].get("children", ()))}
    replaced = [one["id"] for one in operations if one["op"] == "replace"]

    assert len(replaced) == len(set(replaced))
    assert not gone & set(replaced)
    assert not gone & {one.get("id") for one in answered.json["messages"]}
    assert {one["id"] for one in operations} <= by_id.keys()
    assert all("value" in one for one in operations if one["op"] != "remove")
