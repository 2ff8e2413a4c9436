"""Files of e-mails and uploads have names, however odd the request is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.hooks.file_names import file_names
from tests.arrivals import API, PDF, PICTURE, mail, status, upload

UPLOADED = upload("application/pdf", "text/csv")
UPLOADED["documents"][1]["original_file_name"] = "b.csv"


@pytest.mark.parametrize(
    ("payload", "names"),
    [
        (mail(PDF, PICTURE), {"1": "invoice.pdf", "2": "logo.png"}),
        (mail(PDF, {**PDF, "id": 7}), {"1": "invoice.pdf", 7: "invoice.pdf[2]"}),
        (mail({"id": 1, "filename": "a"}, {"id": 2, "filename": "a"}, {"id": 3, "filename": "a[2]"},
              {"id": 4, "filename": "a"}, {"id": 4, "filename": "b"}),
         {1: "a", 2: "a[2]", 3: "a[2][2]", 4: "a[3]"}),
        (mail({**PDF, "filename": None}), {"1": "document 101"}),
        (mail({"id": "x"}), {"x": "document x"}),
        (mail({"id": True}, {"id": None}, {}, "a", None), {}),
        (UPLOADED, {f"{API}/documents/101": "document 101", f"{API}/documents/102": "b.csv"}),
        ({**UPLOADED, "documents": "none"},
         {f"{API}/documents/101": "document 101", f"{API}/documents/102": "document 102"}),
        ({**mail(PDF), "files": PDF}, {}),
        (status("a", "b", files=[PDF]), {}),
        ({"files": [PDF]}, {}),
        ([], {}),
        (None, {}),
    ],
)  # fmt: skip
def test_a_file_is_called_by_its_name_or_by_a_number(payload, names):
    assert file_names(payload) == names


VALUES = st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=5)
FILES = st.dictionaries(st.sampled_from(["id", "document", "filename", "url"]), VALUES)


@given(st.lists(FILES | VALUES), st.lists(FILES | VALUES), st.sampled_from(["email", "upload"]))
def test_any_files_are_named_each_once(files, documents, event):
    action = "received" if event == "email" else "created"

    names = file_names({"event": event, "action": action, "files": files, "documents": documents})

    assert len(set(names.values())) == len(names)
