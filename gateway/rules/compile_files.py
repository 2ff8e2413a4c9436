"""Effects on what arrives, as compiled: files kept out, their first values, an e-mail's sender.

Language §5. Law: pure; nodes whose structure is right in, effects or diagnostics out.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from gateway.diagnostic import Span
from gateway.rules.compiling import Around
from gateway.rules.effect import FileValues, KeepOut, SetSender
from gateway.rules.expressions.scope import Selects
from gateway.rules.yaml.source import Map, Node

#: The keys by which a file is known, whichever event it is of.
_KNOWN_BY: Final = frozenset(("id", "document", "url"))


def check_selects_file(around: Around, place: Span) -> None:
    """Report an effect on the selected file where no file can be selected."""
    path = around.scope.path
    if around.scope.selects is Selects.ANNOTATION:
        hint = "add select: files"
        around.error("R407", "no file is selected", place, hint)
    elif path is not None and path.keys is not None and not path.keys & _KNOWN_BY:
        hint = "add id, or document for an upload, to the braces of the selector"
        around.error("R407", "what is selected does not say which file it is", place, hint)


def _import(node: Node, around: Around) -> None:
    check_selects_file(around, node.span)
    around.effects.append(KeepOut())


def _values(node: Node, around: Around) -> None:
    check_selects_file(around, node.span)
    values = []
    for name, entry in node.entries.items() if isinstance(node, Map) else ():
        template = around.template(entry.value)
        if template is not None:
            values.append((name, template))
    around.effects.append(FileValues(tuple(values)))


def _sender(node: Node, around: Around) -> None:
    assert isinstance(node, Map)  # noqa: S101 - the JSON Schema demands it.
    email, name = node.get("email"), node.get("name")
    address = around.template(email)
    called = None if name is None else around.template(name)
    if address is not None:
        around.effects.append(SetSender(address, called))


#: How each effect is compiled, by its key.
ARRIVALS: Final[dict[str, Callable[[Node, Any], None]]] = {
    "import": _import,
    "values": _values,
    "sender": _sender,
}
