"""Whatever a table and a document hold, a match finds what is there and settles."""

from dataclasses import dataclass, field

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.annotation.values import Kind
from gateway.lookups.asking import NO_TABLES
from gateway.lookups.offline import GivenTable, OfflineTables
from gateway.lookups.table import Table
from gateway.rules.tables import TableShape
from gateway.runtime import Gateway
from tests.documents import NOW, Document, acme
from tests.platform import changed
from tests.tables import Searched, built

RULES = """\
  - id: header
    overwrite: {overwrite}
    match:
      table: vendors
      by:
        - {{vat: "{{vat}}", city: "{{city}}"}}
        - {{vat: {{normal: "{{vat}}"}}}}
        - {{name: {{similar: "{{name}}", at_least: 0.6}}}}
      where: not (hit.city == "Ulm")
      order: [name, "-score"]
      into: chosen
      value: "{{hit.id}}"
      label: "{{hit.name}}"
      default: {{value: "{default}", label: other}}
      options: [X, V1]
      fill: {{filled: "{{hit.name}}"}}
      none: {{message: "none"}}
      one: {{message: "one {{hit.id}}"}}
      many: {{message: "many {{count(hits)}}"}}
  - id: lines
    select: lines
    when: exists("vendors", id=item_id)
    match:
      table: vendors
      by: {{id: "{{item_id}}"}}
      into: item_chosen
      value: "{{hit.id}}"
      fill: {{item_city: '{{lookup("vendors", id=hit.id).city}}'}}
"""
IDS = st.sampled_from(["V1", "V2", "V3", "X", ""])
VATS = st.sampled_from(["CZ1", "cz-1", "DE2", ""])
NAMES = st.sampled_from(["Acme", "ACME Ltd", "Ltd. Acme", "Globex", ""])
CITIES = st.sampled_from(["Ulm", "Bonn", ""])
ROWS = st.lists(
    st.fixed_dictionaries({"id": IDS, "vat": VATS, "name": NAMES, "city": CITIES}).map(
        lambda row: {name: value or None for name, value in row.items()}
    ),
    max_size=6,
)
HEADERS = st.fixed_dictionaries(
    {"vat": VATS, "name": NAMES, "city": CITIES, "chosen": IDS, "filled": NAMES}
)
LINES = st.lists(
    st.fixed_dictionaries({"item_id": IDS, "item_chosen": IDS, "item_city": CITIES}), max_size=4
)
SHAPE = TableShape("vendors", dict.fromkeys(("id", "vat", "name", "city"), Kind.TEXT))


def gateway(overwrite, default):
    text = RULES.format(overwrite=overwrite, default=default)
    made, drawn = built(acme(text), {"vendors": SHAPE})
    assert not made.report.errors, drawn
    return Gateway(made.configuration, clock=lambda: NOW)


GATEWAYS = [gateway("always", "NEW"), gateway("always", ""), gateway("empty", "X")]


def table(rows):
    columns = {name: [row[name] for row in rows] for name in SHAPE.columns}
    return OfflineTables({"vendors": GivenTable(Table(columns, len(rows)))}, NO_TABLES, "")


@dataclass
class Answers:
    """What is answered to a document, and again to the document that this makes."""

    first: dict
    again: dict
    outcomes: list = field(default_factory=list)


def answers(made, document, tables):
    payload = document.payload()
    answer = made.dry_run(msgspec.json.encode(payload), "acme", tables=tables)
    first = msgspec.json.decode(answer.body)
    after = msgspec.json.encode(changed(payload, first["operations"]))
    again = msgspec.json.decode(made.dry_run(after, "acme", tables=tables).body)
    return Answers(first, again, answer.evaluation.outcomes)


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.sampled_from(GATEWAYS), ROWS, HEADERS, LINES)
def test_a_match_finds_what_is_there_and_settles(made, rows, header, lines):
    document = Document(header, {"lines": lines})

    told = answers(made, document, table(rows))

    assert [outcome.failed for outcome in told.outcomes] == [0, 0]
    assert told.again["operations"] == []
    # Line by line, and step by step, the table's indexes find the same.
    assert answers(made, document, Searched({"vendors": rows})).first == told.first
