"""Drawings of the diagnostics for which a page has no example: it could not show the file."""

import sys

import pytest

from gateway.config.drawing import draw_all
from gateway.config.load import check
from gateway.config.seen import SeenContent
from tests.drawn import assert_drawn

QUEUE = "version: 1\nqueue:\n  ids: [8199]\n  unsigned: true\n  rules: [a.rules.yaml]\n"
TABLE = b"version: 1\ntables:\n  vendors: {file: vendors.xlsx}\n"
RULES = "version: 1\nrules:\n  - {id: total, message: Fine.}\n"


@pytest.mark.parametrize(
    ("code", "changed", "seen"),
    [
        ("R101", {"a.rules.yaml": RULES.encode().replace(b"Fine", b"F\xecne")}, ()),
        ("R106", {"a.rules.yaml": (RULES + "# " + "x" * 1_000_000).encode()}, ()),
        ("R120", {"a.rules.yaml": None}, ()),
        ("R125", {"a.queue.yaml": b""}, ()),
        ("R143", {}, (SeenContent("stored.json", 5, []),)),
        ("R157", {"gateway.yaml": TABLE, "vendors.xlsx": b"PK"}, ()),
    ],
)
def test_a_mistake_that_no_page_shows_is_drawn_exactly_so(
    tmp_path, monkeypatch, code, changed, seen
):
    monkeypatch.setitem(sys.modules, "openpyxl", None)  # As where it is not installed.
    files = {"gateway.yaml": b"version: 1\n", "a.queue.yaml": QUEUE.encode()}
    for name, text in {**files, "a.rules.yaml": RULES.encode(), **changed}.items():
        if text is None:  # A folder with a rules file's name.
            (tmp_path / name).mkdir()
        elif text:
            (tmp_path / name).write_bytes(text)

    loaded = check(tmp_path, {}, seen=seen)
    drawn = draw_all(loaded.report, loaded.sources)

    assert f"[{code}]" in drawn
    assert_drawn(code, drawn.replace(f"{tmp_path}/", "").replace(str(tmp_path), "configs"))
