import pytest

from gateway.telemetry.shown import MASK, PointerError, pointer_to, shown_by

RECORD = {
    "given": {
        "fields": {"total": "121.00", "vendor": "A/S", "a/b": "x"},
        "lines": [{"amount": "1", "note": "n"}, {"amount": "2", "note": "m"}],
    },
    "messages": [{"type": "error", "content": "secret"}],
}


@pytest.mark.parametrize(
    ("pointer", "reason"),
    [
        ("", "is no JSON pointer"),
        ("given", "is no JSON pointer"),
        ("/", "leads to no values"),
        ("/gvien/x", "leads to no values; begin with one of /given, /messages"),
        ("/secrets", "leads to no values"),
    ],
)
def test_what_is_no_pointer_into_a_record_is_refused_with_advice(pointer, reason):
    with pytest.raises(PointerError) as raised:
        shown_by([pointer])

    assert str(raised.value).startswith(f"{pointer!r} {reason}")


@pytest.mark.parametrize(
    ("pointers", "covered", "given"),
    [
        ([], {"/given"}, MASK),
        (["/messages"], {"/given"}, MASK),
        (["/given"], set(), RECORD["given"]),
        (
            ["/given/fields/total"],
            {"/given/fields/vendor", "/given/fields/a~1b", "/given/lines"},
            {"fields": {"total": "121.00", "vendor": MASK, "a/b": MASK}, "lines": MASK},
        ),
        (
            ["/given/lines/*/amount"],
            {"/given/fields", "/given/lines/*/note"},
            {"fields": MASK, "lines": [{"amount": n, "note": MASK} for n in "12"]},
        ),
        pytest.param(
            ["/given/lines/0/amount"],
            {"/given/fields", "/given/lines/*/note"},
            {"fields": MASK, "lines": [{"amount": n, "note": MASK} for n in "12"]},
            id="an index stands for every row",
        ),
        (
            ["/given/fields/a~1b"],
            {"/given/fields/total", "/given/fields/vendor", "/given/lines"},
            {"fields": {"total": MASK, "vendor": MASK, "a/b": "x"}, "lines": MASK},
        ),
        (
            ["/given/fields/nothing"],
            {"/given/fields/total", "/given/fields/vendor", "/given/fields/a~1b", "/given/lines"},
            {"fields": dict.fromkeys(RECORD["given"]["fields"], MASK), "lines": MASK},
        ),
    ],
)
def test_everything_is_covered_but_what_a_pointer_shows(pointers, covered, given):
    found: set[str] = set()

    assert shown_by(pointers).cover(RECORD["given"], ("given",), found) == given
    assert found == covered


@pytest.mark.parametrize("value", ["x", 1, 1.5, True, None, "", [], {}])
def test_even_an_empty_value_is_covered(value):
    assert shown_by(["/given/b"]).cover({"a": value}, ("given",), set()) == {"a": MASK}


def test_a_pointer_is_written_as_it_is_read():
    assert pointer_to(("given", "a/b~c", "*")) == "/given/a~1b~0c/*"
