"""The known word that was probably meant, or none."""

import pytest

from gateway.spelling import closest


@pytest.mark.parametrize(
    ("word", "known", "meant"),
    [
        ("amuont", ["amount", "total"], "amount"),
        ("Amount", ["amount"], "amount"),
        ("total", ["total", "totals"], "totals"),
        ("tol", ["tolerance", "limit"], "tolerance"),
        ("filename", ["original_file_name", "mime_type"], "original_file_name"),
        ("amount", ["amount_due", "amount_total"], None),
        pytest.param("total", ["amount_total", "total_due"], "total_due", id="a beginning first"),
        pytest.param("to", ["tolerance"], None, id="two letters say too little"),
        pytest.param("due", ["amount_due"], None, id="three are no part of a word"),
        ("xyz", ["amount"], None),
        pytest.param("a" * 65, ["a" * 66], None, id="no word is that long"),
    ],
)
def test_only_what_is_near_is_suggested(word, known, meant):
    assert closest(word, known) == meant
