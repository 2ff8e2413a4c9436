"""The gateways that are measured: the bench's own rules, loaded as a server loads them.

Law: goes through the gateway's front door only: a folder in, `Gateway.answer` out.
"""

from __future__ import annotations

import gc
from pathlib import Path
from typing import Final

from bench.yardsticks import SECRET, signature
from gateway.config.load import load
from gateway.hooks.signature import Signatures
from gateway.runtime import Answer, Gateway

RULES: Final = Path(__file__).parent / "rules"
ENVIRONMENT: Final = {"BENCH_HOOK_SECRET": SECRET}

_GATEWAY: Final = 'version: 1\nsecret: "${env:BENCH_HOOK_SECRET}"\n'


def served(folder: Path = RULES) -> Gateway:
    """Load a folder."""
    return Gateway(load(folder, ENVIRONMENT))


def settled(gateway: Gateway) -> Gateway:
    """Take what was loaded out of the collector's sight, as ``gateway serve`` does."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
    return gateway


def answered(gateway: Gateway, body: bytes, signed: str, name: str | None = None) -> Answer:
    """Answer one request as it comes to ``POST /hook``, or to ``POST /hook/NAME``."""
    return gateway.answer(body, Signatures(signed, None), name)


def signed(body: bytes) -> tuple[bytes, str]:
    """Give a body with its signature."""
    return body, signature(body)


def many_rules(folder: Path, count: int, queue: int) -> Path:
    """Write a folder with *count* rules on rows, each different from the others."""
    folder.mkdir()
    (folder / "gateway.yaml").write_text(_GATEWAY, encoding="utf-8")
    (folder / "many.queue.yaml").write_text(
        f"version: 1\nqueue:\n  ids: [{queue}]\n  rules: [many.rules.yaml]\n", encoding="utf-8"
    )
    lines = ["version: 1", "rules:"]
    for number in range(count):
        lines += [
            f"  - id: rule-{number}",
            "    select: line_items",
            "    require: >-",
            "      abs(item_quantity * item_amount_base - item_total_base)",
            f"      <= {number + 1}.5",
            "    message:",
            "      at: item_total_base",
            f'      text: "Row {{row.number}}: {{item_total_base:,.2f}} is wrong by {number}."',
        ]
    text = "\n".join(lines) + "\n"
    (folder / "many.rules.yaml").write_text(text, encoding="utf-8")
    return folder
