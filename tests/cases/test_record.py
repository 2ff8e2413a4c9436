"""A recorded case passes as it is, and tells nothing of whose document it is."""

import re

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.cases.mask import Mask
from gateway.cases.named import Named
from gateway.cases.payload import GivenError
from gateway.cases.record import recorded
from gateway.cases.run import Runner
from tests.cases.support import case_file, ran
from tests.cases.support import files as files_of
from tests.documents import Document, configured, number

KEY = b"a key of this test"
MASK = Mask(KEY, Named())
EMPTY = case_file("- {name: it, expect: {}}\n")
DOCUMENT = Document(
    header={
        "vendor": "Acme Paper GmbH",
        "iban": "CZ65 0800 0000 1920 0014 5399",
        "amount_total": number("1,234.50", "1234.50"),
        "date_issue": ("24.03.2025", "2025-03-24"),
        "note": "",
        "order": "0012",
    },
    tables={
        "line_items": [{"item_rate": "ZERO", "item_amount": number("1234.50")}],
        "tags": ["Acme"],
    },
    updated=("amount_total",),
)


def record(document=DOCUMENT, key=KEY):
    configuration = configured(files_of(EMPTY))
    body = msgspec.json.encode(document.payload())
    runner = Runner(configuration, lambda: 0.0)
    return recorded(body, "acme.queue.yaml", configuration.by_name["acme"], runner, key)


def test_a_recorded_case_passes():
    _, (result,) = ran(record())

    assert result.status == "passed"


def test_a_recorded_case_expects_what_the_document_is_answered():
    rows = [{"item_amount": number("1")}]
    document = Document(header={"amount_total": number("5")}, tables={"line_items": rows})

    assert "rule: adds-up" in record(document)


def test_nothing_captured_is_left():
    text = record()

    assert re.findall("Acme|Paper|GmbH|1920|234|2025-03|24.03", text) == []


def test_a_masked_document_keeps_its_shape():
    _, (result,) = ran(record())

    values = {at: node["content"] for at, node in result.made.places.nodes.items()}

    assert re.fullmatch(
        "[A-Z][a-z]{3} [A-Z][a-z]{4} [A-Z][a-z][a-z][A-Z]", values["vendor"]["value"]
    )
    assert values["tags[1]"]["value"] == values["vendor"]["value"][:4]
    assert re.fullmatch(r"[A-Z]{2}\d\d \d{4} 0000 \d{4} 00\d\d \d{4}", values["iban"]["value"])
    assert re.fullmatch(r"\d,\d{3}\.\d\d", values["amount_total"]["value"])
    assert (
        values["amount_total"]["value"].replace(",", "")
        == values["amount_total"]["normalized_value"]
    )
    assert (
        values["line_items[1].item_amount"]["value"] == values["amount_total"]["normalized_value"]
    )
    assert values["order"]["value"].startswith("00")
    assert values["note"]["value"] == ""


def test_words_and_numbers_that_rules_name_stay():
    rules = """\
  - id: home
    when: starts_with(vendor, "Acme") and rate in [19, 21] or vendor in params.known
    replace: {kind: "standard"}
  - id: coded
    select: code
    when: matches(value, "PO-[0-9]+") or find(value, "NR (.*)", 1) == "X"
    replace: "x"
  - id: mapped
    select: code
    replace: "{map(value, params.codes)}"
"""
    queue = "params: {known: [Globex AG], codes: {KC: czk}}\n"
    configuration = configured(files_of(EMPTY, rules=rules, queue=queue))
    acme = configuration.by_name["acme"]
    document = Document(
        header={
            "vendor": "ACME Paper",
            "other": "Globex AG",
            "rate": number("21.0", "21.0"),
            "tax": number("20"),
            "kind": "standard",
            "codes": "PO NR kc CZK XY",
        }
    )

    body = msgspec.json.encode(document.payload())
    text = recorded(body, "acme.queue.yaml", acme, Runner(configuration, lambda: 0.0), KEY)

    assert "vendor: ACME " in text
    assert "Paper" not in text
    assert "other: Globex AG" in text
    assert 'rate: "21.0"' in text
    assert 'tax: "20"' not in text
    assert "kind: standard" in text
    assert "PO NR kc CZK " in text
    assert "XY" not in text


def test_another_key_gives_another_mask():
    assert record() != record(key=b"another key")


@given(st.text(), st.binary(min_size=1, max_size=64))
def test_a_masked_text_has_equal_words_where_it_had_equal_words(text, key):
    mask = Mask(key, Named())
    masked = mask.text(text)

    assert len(masked) == len(text)
    assert mask.text(f"{text} {text}") == f"{masked} {masked}"


@pytest.mark.parametrize("words", [range(1, 10), range(10, 100), "abcdefghij", ["ab", "ba", "aa"]])
def test_different_short_words_stay_different(words):
    assert len({MASK.text(str(word)) for word in words}) == len(words)


@given(st.decimals(-(10**9), 10**9, places=2).map(str))
def test_a_masked_number_keeps_sign_and_places(text):
    masked = MASK.number(text)

    assert re.sub("[1-9]", "0", masked[:1]) == re.sub("[1-9]", "0", text[:1])
    assert masked.index(".") == text.index(".")
    assert (float(masked) == 0) == (float(text) == 0)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"{", "not JSON"),
        (b"[]", "no hook request with content"),
        (b'{"annotation": {"content": []}, "event": "email", "action": "bounced"}', "no rule can"),
    ],
)
def test_what_is_no_document_is_not_recorded(body, reason):
    configuration = configured(files_of(EMPTY))
    runner = Runner(configuration, lambda: 0.0)

    with pytest.raises(GivenError, match=reason):
        recorded(body, "acme.queue.yaml", configuration.by_name["acme"], runner, KEY)


READING = """\
  - id: reads
    when: annotation.status == "to_review" or is_set(document.original_file_name)
    require: field.vendor.confidence > 0.5 and field.vendor.page == 1
    message: {at: vendor, text: "{field.vendor.extracted}"}
  - id: mails
    when: is_set(email.subject) and is_set(email.labels)
    message: Mail.
  - id: chooses
    when: count(field.kind.options) > 1 and "human" in field.vendor.validation_sources
    replace: {kind: other}
"""


def test_what_rules_read_of_a_document_is_recorded_and_nothing_else():
    marks = {
        "vendor": {"validation_sources": ["human"], "hidden": True},
        "kind": {"options": [{"value": "invoice", "label": "x"}, {"value": "other", "label": "y"}]},
    }
    mail = {"subject": "Hello, Acme", "labels": ["2025-01-05", 12, True]}
    document = Document(
        header={"vendor": "Acme", "kind": "invoice"},
        marks=marks,
        annotation={"status": "to_review", "arrived_at": "2025-01-01"},
        envelope={"emails": [{**mail, "to": "x"}]},
    )
    configuration = configured(files_of(EMPTY, rules=READING, queue=""))
    runner = Runner(configuration, lambda: 0.0)

    text = recorded(
        msgspec.json.encode(document.payload()),
        "acme.queue.yaml",
        configuration.by_name["acme"],
        runner,
        KEY,
    )

    _, (result,) = ran(text, rules=READING, queue="")
    payload = msgspec.json.decode(result.made.body)
    vendor, kind = (result.made.places.nodes[name] for name in ("vendor", "kind"))
    assert result.status == "passed"
    assert (vendor["hidden"], vendor["validation_sources"]) == (True, ["human"])
    assert vendor["content"]["rir_text"] == vendor["content"]["value"]
    assert vendor["content"]["page"] == 1
    # The rules name one of the two values.
    assert [one["value"] for one in kind["options"]] == [MASK.text("invoice"), "other"]
    assert kind["content"]["value"] == MASK.text("invoice")
    assert payload["annotation"]["status"] == "to_review"
    assert "arrived_at" not in payload["annotation"]
    assert payload["document"]["original_file_name"].endswith("." + MASK.text("pdf"))
    (email,) = payload["emails"]
    assert email == {
        "subject": MASK.text("Hello, Acme"),
        "labels": [MASK.date("2025-01-05"), int(MASK.number("12")), True],
    }
