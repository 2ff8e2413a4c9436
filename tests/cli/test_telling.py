import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.cli.nodes import Node, nodes_of
from gateway.cli.telling import tell_answer, tell_refusal
from tests.arrivals import PDF, PICTURE, mail, upload

KEYS = st.sampled_from(
    [
        "annotation",
        "content",
        "children",
        "id",
        "schema_id",
        "category",
        "value",
        "messages",
        "operations",
        "automation_blockers",
        "op",
        "type",
        "hidden",
        "error",
        "code",
        "message",
    ]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=6),
    max_leaves=20,
)


@given(JSON, JSON)
def test_any_payload_and_any_answer_are_told_in_printable_lines(payload, answer):
    for content in (payload, {"annotation": {"content": [payload]}}):
        lines = [*tell_answer(answer, nodes_of(content)), *tell_refusal(answer)]

        assert all(line.isprintable() for line in lines)


def test_rows_are_counted_in_every_table_and_list():
    def datapoint(number, name):
        return {"id": number, "category": "datapoint", "schema_id": name, "content": None}

    listed = {"id": 1, "category": "multivalue", "schema_id": "notes", "children": [
        datapoint(2, "note"), {"category": "nonsense"}, datapoint(3, "note"),
    ]}  # fmt: skip

    assert nodes_of({"annotation": {"content": [{"id": 0, "children": [listed]}, None]}}) == {
        "0": Node("#0", None),
        "1": Node("notes", None),
        "2": Node("note[1]", ""),
        "3": Node("note[3]", ""),
    }


MAIL = mail(PDF, PICTURE)
UPLOADED = upload("application/pdf", "text/csv")
FIRST, SECOND = (one["document"] for one in UPLOADED["files"])


@pytest.mark.parametrize(
    ("payload", "answer", "lines"),
    [
        (MAIL, {"files": [{"id": "1", "values": [{"id": "email:a", "value": "x"}]}]},
         ["import   invoice.pdf: email:a 'x'", "import   logo.png: no"]),
        (MAIL, {"files": []}, ["import   invoice.pdf: no", "import   logo.png: no"]),
        (MAIL, {"files": [{"id": "9"}, 3], "extracted_original_sender": {"email": "a@b"}},
         ["import   #9: yes", "import   invoice.pdf: no", "import   logo.png: no",
          "sender   email: <a@b>"]),
        (MAIL, {"files": 3, "extracted_original_sender": 3}, [("answer   caller: "
         '{"files": 3, "extracted_original_sender": 3}')]),
        (MAIL, {"messages": [], "operations": []}, ["No messages, no operations."]),
        (UPLOADED, {"files": [{"document": FIRST, "prevent_importing": False},
                              {"document": SECOND, "prevent_importing": True,
                               "messages": [{"type": "error", "content": "No."}]}]},
         ["import   document 101: yes", "import   document 102: no",
          "error    document 102: No."]),
        ({}, {"known": True}, ['answer   caller: {"known": true}']),
        ({}, {}, ["No messages, no operations."]),
    ],
)  # fmt: skip
def test_what_is_said_of_files_is_told_by_their_names(payload, answer, lines):
    assert tell_answer(answer, nodes_of(payload)) == lines
