"""Made-up requests have the wire's shape, so that what they prove holds on the wire."""

from datetime import date
from decimal import Decimal

import pytest

from tests.payloads import (
    Captured,
    asked,
    email,
    german,
    invoice,
    nodes,
    plain,
    typed,
    unread,
    upload,
)

HEADER = {"document_id": "2025-1", "amount_total": Decimal("1234.50"), "strange": None}
ROWS = [{"item_code": "A", "item_amount": 5}, {"item_code": "B"}]


def datapoints(payload):
    for section in payload["annotation"]["content"]:
        for child in section["children"]:
            rows = child.get("children")
            yield from (
                [child] if rows is None else [cell for row in rows for cell in row["children"]]
            )


def test_equal_arguments_give_equal_payloads():
    assert invoice(ROWS, HEADER) == invoice(ROWS, HEADER)


def test_every_node_has_an_id_of_its_own_and_its_url():
    payload = invoice(ROWS, HEADER, edited=["amount_total", "item_code[2]"])
    ids = nodes(payload)

    assert len(set(ids.values())) == len(ids) == 7
    assert payload["updated_datapoints"] == [ids["amount_total"], ids["item_code[2]"]]
    assert all(one["url"].endswith(f"/content/{one['id']}") for one in datapoints(payload))


def test_fields_stand_in_their_sections_and_rows_may_be_ragged():
    sections = invoice(ROWS, HEADER)["annotation"]["content"]

    assert [
        (one["schema_id"], [child["schema_id"] for child in one["children"]]) for one in sections
    ] == [
        ("basic_info", ["document_id"]),
        ("totals", ["amount_total"]),
        ("other", ["strange"]),
        ("line_items_section", ["line_items"]),
    ]
    assert [len(row["children"]) for row in sections[-1]["children"][0]["children"]] == [2, 1]


@pytest.mark.parametrize(
    ("given", "formats", "value", "normalized", "confidence"),
    [
        (Decimal("1234.50"), plain, "1,234.50", "1234.50", 0.97),
        (Decimal("1234.50"), german, "1.234,50", "1234.50", 0.97),
        (date(2025, 1, 31), plain, "2025-01-31", "2025-01-31", 0.97),
        (date(2025, 1, 31), german, "31.01.2025", "2025-01-31", 0.97),
        ("ZERO", plain, "ZERO", None, 0.97),
        (None, plain, "", None, None),
        (typed(7), plain, "7", "7", None),
        (unread("1o"), plain, "1o", None, 0.61),
        (Captured("7,-", normalized="7"), german, "7,-", "7", 0.97),
    ],
)
def test_a_value_is_displayed_and_normalized(given, formats, value, normalized, confidence):
    (one, *_) = datapoints(invoice((), {"amount_total": given}, formats=formats))
    content = one["content"]

    assert (content["value"], content["normalized_value"]) == (value, normalized)
    assert content["rir_confidence"] == confidence


@pytest.mark.parametrize(
    "payload", [invoice(), email(), upload({"a.pdf": "application/pdf"}), asked(key=1)]
)
def test_a_request_carries_what_must_not_be_shown(payload):
    assert payload["secrets"]
    assert payload["rossum_authorization_token"]
