"""Effects on fields and rows of any tree: an answer that the platform can take, or none."""

import msgspec
from hypothesis import given

from tests.documents import UNSIGNED, gateway, nodes
from tests.engine.test_properties import key, payloads

MADE = gateway("""
  - {id: hide, hide: [vendor, amount]}
  - {id: show, select: line_items, show: code}
  - {id: see, visible: {total: is_set(vendor), rate: total > 1}}
  - {id: options, options: {vendor: ["{vendor}", "{note}"], code: [a]}}
  - {id: mark, validate: [total, note]}
  - {id: mark-all, select: "[].children[].children[]", validate: code, hide: rate}
  - {id: add, select: line_items, add: {table: taxes, cells: {amount: "{code}", rate: "{rate}"}}}
  - {id: add-list, add: {table: notes, cells: {note: "{vendor}"}}}
  - {id: drop, select: amount, when: value > 2, remove: true}
  - {id: drop-path, select: "[].children[].children[?schema_id=='note'][]", remove: true}
  - {id: table, table: {into: taxes, from: line_items, by: [code, rate], order: -rate,
     cells: {code: "{code}", rate: "{rate}", amount: "{sum(amount)}"}}}
  - {id: itself, table: {into: line_items, from: line_items, where: is_set(code),
     cells: {code: "{code}", rate: "{rate}", amount: "{amount}"}}}
  - {id: list, table: {into: notes, from: notes, order: note, cells: {note: "{note}"}}}
  - {id: write, replace: {code: "x{code}", total: "{count(line_items)}"}}
  - {id: path, select: "[].*[].*", remove: true}
  - {id: tell, message: {at: [amount, taxes, note], text: "{count(taxes)} {join(code)}"}}
""")


@given(payloads)
def test_any_tree_gets_operations_that_the_platform_takes(payload):
    answered = msgspec.json.decode(MADE.answer(msgspec.json.encode(payload), UNSIGNED, "acme").body)

    by_key = {
        key(one["id"]): one
        for one in nodes(payload["annotation"]["content"])
        if isinstance(one.get("id"), int | str)
    }
    operations = answered["operations"]
    for one in operations:
        assert key(one["id"]) in by_key
    replaced = [key(one["id"]) for one in operations if one["op"] == "replace"]
    assert len(replaced) == len(set(replaced))
    removed = [key(one["id"]) for one in operations if one["op"] == "remove"]
    assert not set(replaced) & set(removed)
    for one in operations:
        if one["op"] == "add":
            cells = one["value"] if isinstance(one["value"], list) else [one["value"]]
            assert all(len(cell["content"]["value"]) <= 1_500 for cell in cells)
