"""A rule that matches vendors, and what is answered of it."""

from tests.documents import Document
from tests.tables import Searched, ask, asking

VENDORS = [
    {"id": "V1", "name": "Acme Ltd.", "vat_id": "CZ1", "iban": "CZ65 0800", "city": "Praha"},
    {"id": "V2", "name": "Globex GmbH", "vat_id": "DE2", "iban": "DE89-3704", "city": "Ulm"},
    {"id": "V3", "name": "Globex SE", "vat_id": "DE3", "iban": None, "city": "Bonn"},
    {"id": "V4", "name": "Ltd. Acme", "vat_id": "CZ4", "iban": "CZ99", "city": "Brno"},
]
ROWS = {"vendors": VENDORS}
RULE = """\
  - id: vendor
    match:
      table: vendors
      by:
        - {vat_id: "{vat}"}
        - {iban: {normal: "{iban}"}}
        - {name: {similar: "{sender}", at_least: 0.8}}
      into: vendor_match
      value: "{hit.id}"
      label: "{hit.name} ({hit.city})"
      fill: {vendor_name: "{hit.name}"}
      none: {message: {type: warning, text: "No vendor matches {sender}."}}
      one: {message: {type: info, text: "{hit.name} by {hit.score:.2f}"}}
      many: {message: {type: info, text: "{count(hits)} match: {join(hits.name, \\", \\")}."}}
"""
EMPTY = {"vat": "", "iban": "", "sender": "", "vendor_match": "", "vendor_name": ""}


def answered(rule=RULE, tables=None, rows=ROWS, queue="", **fields):
    made = asking(rule, rows, queue)
    return ask(made, Document({**EMPTY, **fields}), tables or Searched(rows))


def options(answer):
    """The options that were set, by field: values with labels."""
    return {
        answer.name(one["id"]): {each["value"]: each["label"] for each in one["value"]["options"]}
        for one in answer.json["operations"]
        if "options" in one["value"]
    }


def values(answer):
    return {
        answer.name(one["id"]): one["value"]["content"]["value"]
        for one in answer.json["operations"]
        if "content" in one["value"]
    }


PLAIN = """\
  - id: vendor
    overwrite: {overwrite}
    match:
      table: vendors
      by: {{name: {{similar: "{{sender}}", at_least: 0.8}}}}
      into: vendor_match
      value: "{{hit.id}}"
      {more}
"""


def plain(more="", overwrite="always", **fields):
    return answered(PLAIN.format(overwrite=overwrite, more=more), **fields)
