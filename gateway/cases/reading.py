"""Test files: from checked nodes to cases.

Language §8. Law: pure; every mistake of a file is reported, and a file with mistakes runs no case.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Final

from gateway.cases.case import (
    AllOf,
    Case,
    Containing,
    Exactly,
    Expected,
    Given,
    Matcher,
    Matching,
    Wanted,
    Written,
)
from gateway.cases.given import GivenReader, ReadPayload
from gateway.cases.naming import Names
from gateway.cases.notified import wanted_notices
from gateway.cases.structured import Choices, FileSaid, Json, RowOf
from gateway.config.configuration import Queue
from gateway.diagnostic import Report
from gateway.rules.events import OTHER_EVENTS
from gateway.rules.functions.regex import compile_pattern
from gateway.rules.yaml.source import List, Map, Node, Scalar, Text, plain
from gateway.spelling import closest

#: Effects that are expected as a list of rule ids.
_RULE_LISTS: Final = ("failed", "fired")
#: Effects that are expected as a list of fields.
_PLACE_LISTS: Final = ("hide", "show", "validate")


def read_cases(
    root: Map, queue: Queue, read_payload: ReadPayload, report: Report
) -> Sequence[Case]:
    """Read the cases of one file, whose structure has been checked."""
    reader = _Reader(
        queue, GivenReader(Names.of(queue), queue.context, read_payload, report), report
    )
    # What happened to a stored payload counts more than what happens by default.
    defaults = replace(reader.given.read(_map(root.get("defaults")), Given()), has_event=False)
    listed = root.get("cases")
    items = listed.items if isinstance(listed, List) else ()
    return [case for item in items for case in reader.cases(_map(item), defaults)]


@dataclass(slots=True)
class _Reader:
    queue: Queue
    given: GivenReader
    report: Report
    _named: dict[str, Text] = field(default_factory=dict)

    def cases(self, node: Map | None, defaults: Given) -> Iterator[Case]:
        name = _text(node, "name")
        if node is None or name is None:
            return
        given = self._given(node, defaults)
        case = Case(
            name=name.value,
            place=name.span,
            queue=self.queue.name,
            given=given,
            expected=self._expected(node, given),
            skip=skip.value if (skip := _text(node, "skip")) else None,
        )
        each = node.get("each")
        if isinstance(each, List):
            for number, item in enumerate(each.items, start=1):
                if isinstance(item, Map):
                    yield self._variant(item, number, case, node)
        else:
            if "expect" not in node.entries:
                self._expects_nothing(name)
            yield self._once(case, name)

    def _variant(self, node: Map, number: int, case: Case, shared: Map) -> Case:
        own = _text(node, "name")
        skip = _text(node, "skip")
        given = self._given(node, case.given)
        if "expect" in node.entries:
            expected = self._expected(node, given)
        else:
            expected = replace(case.expected, shared=True)
            if "expect" not in shared.entries:
                self._expects_nothing(own or next(iter(node.entries.values())).key)
        variant = replace(
            case,
            name=f"{case.name} / {own.value if own else number}",
            place=own.span if own else node.span,
            given=given,
            expected=expected,
            skip=skip.value if skip else case.skip,
        )
        return self._once(variant, own or next(iter(node.entries.values())).key)

    def _given(self, node: Map, base: Given) -> Given:
        own = _map(node.get("given"))
        given = self.given.read(own, base)
        self.given.check(given, own)
        return replace(given, changes={**given.changes, **self.given.changes(node.get("set"))})

    def _once(self, case: Case, name: Text) -> Case:
        first = self._named.setdefault(case.name, name)
        if first is not name:
            self.report.error(
                "R506",
                f"a second case has the name {case.name!r}",
                name.span,
                hint="name what is different in it",
                related=first.span,
            )
        return case

    def _expects_nothing(self, name: Text) -> None:
        self.report.error(
            "R507",
            "this case does not say what it expects",
            name.span,
            hint="add `expect`; `expect: {}` says that nothing is answered",
        )

    # What is expected.

    def _expected(self, case: Map, given: Given) -> Expected:
        node = _map(case.get("expect"))
        if node is None:
            return Expected()
        at_files = given.action in OTHER_EVENTS
        readers: Mapping[str, Callable[[Node], Iterator[Wanted]]] = {
            "messages": partial(self._items, at_files=at_files),
            "blockers": self._items,
            "replace": self._replaced,
            "options": self._options,
            **dict.fromkeys(_PLACE_LISTS, self._places),
            "remove": self._removed,
            "add": self._added,
            "respond": _responded,
            "files": self._files,
            "sender": _responded,
            "notify": self._notices,
            **dict.fromkeys(_RULE_LISTS, self._rules),
        }
        effects = {
            key: list(read(value))
            for key, read in readers.items()
            if (value := node.get(key)) is not None
        }
        subset = node.get("subset")
        return Expected(
            effects=effects,
            subset=isinstance(subset, Scalar) and subset.data is True,
            written=Written(case.span, case.entries["expect"].key.span, node.span),
        )

    def _items(self, node: Node, *, at_files: bool = False) -> Iterator[Wanted]:
        for item in node.items if isinstance(node, List) else ():
            keys: dict[str, Matcher] = {}
            for key, entry in item.entries.items() if isinstance(item, Map) else ():
                match key, entry.value:
                    case "rule", Scalar() as value:
                        keys[key] = self._rule(value.text)
                    case "at", Scalar() as value if at_files:
                        keys[key] = Exactly(value.text.value)
                    case "at", Scalar() as value:
                        keys[key] = self._at(value.text)
                    case "text", value:
                        keys[key] = self._matcher(value)
                    case _, Scalar() as value:
                        keys[key] = Exactly(value.text.value)
            yield Wanted(keys, item.span)

    def _replaced(self, node: Node) -> Iterator[Wanted]:
        for entry in node.entries.values() if isinstance(node, Map) else ():
            keys = {"at": self._at(entry.key), "value": self._matcher(entry.value)}
            yield Wanted(keys, entry.key.span)

    def _options(self, node: Node) -> Iterator[Wanted]:
        for entry in node.entries.values() if isinstance(node, Map) else ():
            items = entry.value.items if isinstance(entry.value, List) else ()
            choices = Choices(tuple(map(_option, items)))
            yield Wanted({"at": self._at(entry.key), "options": choices}, entry.key.span)

    def _places(self, node: Node) -> Iterator[Wanted]:
        for text in _texts(node):
            yield Wanted({"at": self._at(text)}, text.span)

    def _removed(self, node: Node) -> Iterator[Wanted]:
        for text in _texts(node):
            yield Wanted({"row": self._at(text)}, text.span)

    def _added(self, node: Node) -> Iterator[Wanted]:
        for item in node.items if isinstance(node, List) else ():
            keys: dict[str, Matcher] = {}
            for key, entry in item.entries.items() if isinstance(item, Map) else ():
                match key, entry.value:
                    case "table", Scalar() as value:
                        keys[key] = self._at(value.text)
                    case _, Map() as value:
                        keys[key] = RowOf(
                            {
                                self._at(one.key).text: self._matcher(one.value)
                                for one in value.entries.values()
                            }
                        )
            yield Wanted(keys, item.span)

    def _files(self, node: Node) -> Iterator[Wanted]:
        for entry in node.entries.values() if isinstance(node, Map) else ():
            said = entry.value.entries if isinstance(entry.value, Map) else {}
            values = _map(said["values"].value) if "values" in said else None
            written = None
            if values is not None:
                written = {name: self._matcher(one.value) for name, one in values.entries.items()}
            file = FileSaid.of(written, is_out="import" in said)
            yield Wanted({"at": Exactly(entry.key.value), "file": file}, entry.key.span)

    def _notices(self, node: Node) -> Iterator[Wanted]:
        for item in node.items if isinstance(node, List) else ():
            rule = _text(_map(item), "rule")
            if rule is not None:
                self._rule(rule)
        yield from wanted_notices(node)

    def _at(self, text: Text) -> Exactly:
        return Exactly(self.given.address(text) or text.value)

    def _rules(self, node: Node) -> Iterator[Wanted]:
        for item in node.items if isinstance(node, List) else ():
            if isinstance(item, Scalar):
                yield Wanted({"rule": self._rule(item.text)}, item.span)

    def _rule(self, text: Text) -> Exactly:
        known = [rule.id for rule in self.queue.rules.rules]
        if text.value not in known:
            meant = closest(text.value, known)
            self.report.error(
                "R501",
                f"the queue {self.queue.name!r} has no rule {text.value!r}",
                text.span,
                hint=f"did you mean {meant!r}?" if meant else None,
            )
        return Exactly(text.value)

    def _matcher(self, node: Node) -> Matcher:
        if isinstance(node, Scalar):
            return Exactly("" if node.data is None else node.text.value)
        found: list[Matcher] = []
        part, written = _text(_map(node), "contains"), _text(_map(node), "matches")
        if part is not None:
            found.append(Containing(part.value))
        if written is not None:
            try:
                pattern = compile_pattern(written.value, ignore_case=False)
            except ValueError as error:
                self.report.error("R508", str(error), written.span)
            else:
                found.append(Matching(written.value, pattern))
        return found[0] if len(found) == 1 else AllOf(tuple(found))


def _responded(node: Node) -> Iterator[Wanted]:
    yield Wanted({"answer": Json(plain(node))}, node.span)


def _option(node: Node) -> tuple[str, str | None]:
    if isinstance(node, Scalar):
        return node.text.value, None
    value, label = _text(_map(node), "value"), _text(_map(node), "label")
    return value.value if value else "", label.value if label else None


def _texts(node: Node) -> Iterator[Text]:
    for item in node.items if isinstance(node, List) else ():
        if isinstance(item, Scalar):
            yield item.text


def _map(node: Node | None) -> Map | None:
    return node if isinstance(node, Map) else None


def _text(node: Map | None, key: str) -> Text | None:
    found = node.get(key) if node is not None else None
    return found.text if isinstance(found, Scalar) else None
