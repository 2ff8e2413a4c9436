"""What has changed in the document, as operations: one for each datapoint, none for what is there.

Language §5, webhook reference §10. Law: pure.
"""

from __future__ import annotations

from collections.abc import Container, Iterator

from gateway.annotation.content import CONNECTOR, Content, State
from gateway.annotation.tree import Node
from gateway.annotation.values import value_text
from gateway.effects import Add, Operation, Remove, Replace
from gateway.rules.rule import RuleSet


def operations(content: Content, rules: RuleSet) -> Iterator[Operation]:
    """Yield replacements, then removals, then additions."""
    for node_id in dict.fromkeys((*content.written, *content.states)):
        if node_id not in content.gone:
            operation = _replace(content, node_id, rules.hidden)
            if operation is not None:
                yield operation
    for node_id in content.removed:
        yield Remove(node_id)
    for table, row in content.added:
        cells = tuple(
            (name, value_text(value)) for name, value in row.cells.items() if value is not None
        )
        is_simple = table.schema_id in rules.lists if table.is_list is None else table.is_list
        yield Add(table.node.id, cells, is_simple)


def _replace(content: Content, node_id: int | str, hides: Container[str]) -> Replace | None:
    value: str | None = None
    write = content.written.get(node_id)
    if write is not None and not content.is_unchanged(
        write.node.schema_id, write.node, write.value
    ):
        value = value_text(write.value)
    state = content.states.get(node_id)
    if state is None:
        return None if value is None else Replace(node_id, value)
    node = state.node
    # A node that says nothing of it is as the schema has it.
    before = node.schema_id in hides if node.hidden is None else bool(node.hidden)
    hidden = None if state.hidden is before else state.hidden
    options = None if state.options == _options(node) else state.options
    sources = _sources(state)
    if value is None and hidden is None and options is None and sources is None:
        return None
    return Replace(node_id, value, hidden, options, sources)


def _options(node: Node) -> tuple[tuple[str, str], ...] | None:
    options = getattr(node, "options", None)
    if options is None:
        return None
    return tuple((str(one.get("value")), str(one.get("label"))) for one in options)


def _sources(state: State) -> tuple[str, ...] | None:
    before = tuple(getattr(state.node, "validation_sources", None) or ())
    if not state.validated or CONNECTOR in before:
        return None
    return (*before, CONNECTOR)
