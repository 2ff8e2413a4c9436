"""The peers: what each is called, what it needs, and which of the rules it says.

Law: a table; a peer is imported when it is asked for, and what is not installed is left out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import Final

from bench.peers.reading import CHECK_DIGITS, RULES

Answered = Callable[[bytes, str], bytes]

_ALL: Final = frozenset(RULES)
_NO_CHECK_DIGITS: Final = _ALL - CHECK_DIGITS


@dataclass(frozen=True, slots=True)
class Peer:
    """Another way to apply the rules."""

    name: str
    #: What it calculates in.
    numbers: str
    rules: frozenset[str]
    #: What it imports besides what the bench has anyway.
    imports: tuple[str, ...]
    #: The module in `bench.peers`, and the function that answers, or makes what does.
    module: str
    function: str = "answered"
    makes: bool = False

    @property
    def is_installed(self) -> bool:
        """Whether all that it imports is there."""
        return all(find_spec(name) is not None for name in self.imports)

    def load(self) -> Answered:
        """Import it."""
        found = getattr(import_module(f"bench.peers.{self.module}"), self.function)
        made: Answered = found() if self.makes else found
        return made


PEERS: Final = (
    Peer("by hand, orjson", "decimal", _ALL, (), "by_hand"),
    Peer("by hand, json and jmespath per field", "decimal", _ALL, (), "by_webhook"),
    Peer("simpleeval, parsed once", "decimal", _ALL, (), "by_simpleeval", "parsed"),
    Peer("simpleeval, parsed each time", "decimal", _ALL, (), "by_simpleeval", "naive"),
    Peer(
        "jmespath alone",
        "float",
        frozenset(
            ("vat-zero", "description-required", "quantity-required", "rate-known",
             "due-after-issue", "sender-required")
        ),
        (),
        "by_jmespath",
    ),
    Peer("zen-engine (Rust)", "decimal", _NO_CHECK_DIGITS, ("zen",), "by_zen"),
    Peer("common-expression-language (Rust)", "float", _NO_CHECK_DIGITS, ("cel",), "by_cel",
         "in_rust", makes=True),
    Peer("cel-expr-python (C++)", "float", _NO_CHECK_DIGITS, ("cel_expr_python",), "by_cel",
         "in_cpp", makes=True),
    Peer("rule-engine", "decimal", _NO_CHECK_DIGITS, ("rule_engine",), "by_rule_engine"),
    Peer("panzi-json-logic", "float", _NO_CHECK_DIGITS, ("json_logic",), "by_json_logic"),
)  # fmt: skip
