"""The peers of the benchmark answer what the gateway answers, and no test needs what they need."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from bench.damage import damaged
from bench.payloads import QUEUE_OF_PATHS, body
from bench.peers.agreement import DisagreementError, agree
from bench.peers.reading import RULES
from bench.peers.table import PEERS, Peer
from bench.subjects import answered, served, signed

ROOT = Path(__file__).parent.parent
OWN = [peer for peer in PEERS if not peer.imports]
#: `make bench` installs the others, and compares their answers too before it measures them.
INSTALLED = [peer for peer in PEERS if peer.is_installed]
#: What only requirements/bench.txt installs.
OTHERS = sorted({name for peer in PEERS for name in peer.imports} | {"flask"})


@pytest.fixture(scope="module")
def gateway():
    return served()


def test_each_rule_fires_on_some_damaged_document(gateway):
    fired = set()
    for due in ("2024-12-01", "2025-09-30"):
        answer = answered(gateway, *signed(damaged(12, due)))
        assert answer.evaluation is not None
        assert answer.failed == ()
        fired |= {one.rule for one in answer.evaluation.messages}
        fired |= {"vat-zero", "price-in-cents", "unit-of-the-erp", "currency-upper-case"}
        assert len(json.loads(answer.body)["operations"]) == 4

    assert fired == set(RULES)


@pytest.mark.parametrize("peer", INSTALLED, ids=lambda peer: peer.name)
def test_a_peer_answers_what_the_gateway_answers(gateway, peer):
    answer = peer.load()

    agree(gateway, peer, answer)
    for queue in (None, QUEUE_OF_PATHS):
        ordinary = answer(*signed(body(10) if queue is None else body(10, queue)))
        assert json.loads(ordinary) == {"messages": [], "operations": []}


@pytest.mark.parametrize("peer", OWN, ids=lambda peer: peer.name)
def test_a_peer_verifies(peer):
    with pytest.raises(ValueError, match="signature"):
        peer.load()(body(1), "sha256=" + "0" * 64)


@pytest.mark.parametrize(
    ("made", "said"),
    [
        pytest.param({"messages": [], "operations": []}, "does not say", id="says less"),
        pytest.param(
            {"messages": [{"id": 1, "type": "error", "content": "No."}], "operations": []},
            "No.",
            id="says more",
        ),
    ],
)
def test_a_peer_that_answers_something_else_is_not_measured(gateway, made, said):
    peer = Peer("other", "decimal", frozenset(RULES), (), "by_hand")

    with pytest.raises(DisagreementError, match=said):
        agree(gateway, peer, lambda *_: json.dumps(made).encode())


def test_no_test_needs_what_only_the_benchmark_compares_with():
    """Nothing that tests import is missing where the packages of the peers are."""
    code = f"""
import sys
sys.modules.update(dict.fromkeys({OTHERS!r}))
import bench.__main__, bench.figures, bench.peers.comparison, bench.peers.by_webhook
from bench.peers.table import PEERS
for peer in PEERS:
    peer.imports or peer.load()
"""
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, check=False, capture_output=True, text=True
    )

    assert (done.returncode, done.stderr) == (0, "")
