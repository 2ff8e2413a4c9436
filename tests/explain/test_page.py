"""What docs/explain.md shows is what its commands print."""

import shlex
from itertools import pairwise

import pytest
from click.testing import CliRunner

from gateway.cli.main import main
from tests.pages import ROOT, blocks

PAGE = blocks(ROOT / "docs" / "explain.md")
SHOWN = [
    pytest.param(block, follower, id=str(block))
    for block, follower in pairwise(PAGE)
    if block.words == ("sh",) and follower.words == ("text",)
]


@pytest.mark.parametrize(("block", "shown"), SHOWN)
def test_every_line_that_is_shown_is_printed_in_this_order(block, shown, monkeypatch):
    monkeypatch.chdir(ROOT)
    program, *words = shlex.split(block.text.replace("\\\n", " "))

    printed = iter(CliRunner().invoke(main, words).stdout.splitlines())

    assert program == "gateway"
    assert [line for line in shown.text.splitlines() if line not in printed] == []


def test_there_is_something_to_show():
    assert len(SHOWN) == 4
