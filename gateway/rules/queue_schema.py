"""A queue's schema: the names, types and tables that rules are checked against.

Webhook reference §8. Law: pure; any bytes and any tree give an answer, in bounded time.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from types import MappingProxyType
from typing import Any, Final, Literal, TypeAlias

from gateway.annotation.values import Kind
from gateway.diagnostic import Report, Span

Category: TypeAlias = Literal["section", "multivalue", "tuple", "datapoint"]

#: Schema elements that are looked at; what comes after them is left out.
MAX_ELEMENTS: Final = 20_000
#: Mistakes of one file that are reported.
MAX_MISTAKES: Final = 20

_KINDS: Final = {
    "string": Kind.TEXT,
    "enum": Kind.TEXT,
    "number": Kind.NUMBER,
    "date": Kind.DATE,
    "boolean": Kind.BOOLEAN,
}
#: What may stand inside what.
_INSIDE: Final[Mapping[str, tuple[Category, ...]]] = {
    "": ("section",),
    "section": ("datapoint", "multivalue"),
    "multivalue": ("tuple", "datapoint"),
    "tuple": ("datapoint",),
}
_BYTE: Final = re.compile(r"\s*\(byte ([0-9]+)\)\s*")


@dataclass(frozen=True, slots=True)
class SchemaField:
    """One element of a schema."""

    schema_id: str
    label: str
    #: None for what has no value: a button, a table, a section, a type yet unknown.
    kind: Kind | None
    category: Category
    #: The multivalue that it stands in, for tuples and for columns; None elsewhere.
    table: str | None
    hidden: bool
    #: Computed by the platform, which ignores writes.
    formula: bool
    #: The values of an enum.
    options: tuple[str, ...]
    max_length: int | None
    #: The platform's word: ``string``, ``number``, ``date``, ``enum``, ``button``, …
    type: str


@dataclass(frozen=True, slots=True)
class QueueSchema:
    """All elements of a schema by their schema id, in document order."""

    fields: Mapping[str, SchemaField]
    #: Whether it was put together from stored payloads: names and tables, but no types.
    from_payloads: bool = False
    #: Tables that have no row in any payload, so that nobody knows their columns.
    unseen: tuple[str, ...] = ()

    @property
    def columns(self) -> frozenset[str]:
        """List the fields that stand in tables."""
        fields = self.fields.values()
        return frozenset(
            one.schema_id for one in fields if one.table and one.category == "datapoint"
        )

    @property
    def computed(self) -> frozenset[str]:
        """List the fields that rules cannot write: formulas and buttons."""
        fields = self.fields.values()
        return frozenset(
            one.schema_id
            for one in fields
            if one.formula or (one.category == "datapoint" and one.kind is None)
        )

    @property
    def lists(self) -> frozenset[str]:
        """List the tables whose rows are datapoints themselves."""
        fields = self.fields.values()
        rows = {one.table for one in fields if one.category == "tuple"}
        tables = {one.schema_id for one in fields if one.category == "multivalue"}
        return frozenset(tables - rows)


@dataclass(frozen=True, slots=True)
class _Mistake:
    code: str
    message: str
    schema_id: str | None
    #: Which of the equal ids it is, from 0.
    occurrence: int = 0


@dataclass(slots=True)
class _Reader:
    fields: dict[str, SchemaField] = field(default_factory=dict)
    mistakes: list[_Mistake] = field(default_factory=list)
    _seen: dict[str, int] = field(default_factory=dict)
    _left: int = MAX_ELEMENTS

    def read(self, elements: Sequence[Any], inside: str, table: str | None, where: str) -> None:
        """Take *elements*, which stand *inside* a category, and everything below them."""
        for number, element in enumerate(elements, 1):
            if self._left == 0:
                return
            self._left -= 1
            place = f"{where}, element {number}"
            if not isinstance(element, dict):
                self._mistake("R122", f"{place} is not an object")
                continue
            self._element(element, inside, table, place)

    def _element(self, element: dict[str, Any], inside: str, table: str | None, place: str) -> None:
        category = _category(element, inside)
        if category is None:
            self._mistake("R122", f"{place}: {_quoted(element.get('category'))} cannot stand here")
            return
        schema_id = element.get("id")
        if not isinstance(schema_id, str) or not schema_id:
            self._mistake("R122", f"{place} has no id")
            schema_id = None
        else:
            self._add(_field(element, schema_id, category, table))
        self._children(element, category, schema_id if category == "multivalue" else table, place)

    def _add(self, found: SchemaField) -> None:
        schema_id = found.schema_id
        before = self._seen.get(schema_id, 0)
        self._seen[schema_id] = before + 1
        if before:
            message = f"two elements of the schema have the id {schema_id!r}"
            self._mistake("R123", message, schema_id, before)
        else:
            self.fields[schema_id] = found

    def _children(
        self, element: dict[str, Any], category: Category, table: str | None, place: str
    ) -> None:
        if category == "datapoint":
            return
        children = element.get("children")
        if category == "multivalue" and isinstance(children, dict):
            children = [children]
        name = _quoted(element.get("id") or place)
        if not isinstance(children, list):
            expected = "an object" if category == "multivalue" else "a list"
            self._mistake("R122", f"the children of {category} {name} are not {expected}")
            return
        self.read(children, category, table, f"{category} {name}")

    def _mistake(
        self, code: str, message: str, schema_id: str | None = None, occurrence: int = 0
    ) -> None:
        if len(self.mistakes) < MAX_MISTAKES:
            self.mistakes.append(_Mistake(code, message, schema_id, occurrence))


def read_queue_schema(raw: bytes, file: str, report: Report) -> QueueSchema | None:
    """Read an exported schema: the object with ``content``, or the bare list of sections.

    Returns:
        The schema, or None after reporting what is wrong with the file.
    """
    # Few queues have a schema, and `gateway check` starts quicker without.
    import msgspec

    raw = raw.removeprefix(b"\xef\xbb\xbf")
    try:
        content = msgspec.json.decode(raw)
    except msgspec.DecodeError as error:
        report.error("R121", f"not JSON: {_reason(error)}", _byte_place(raw, file, str(error)))
        return None
    except (UnicodeDecodeError, RecursionError) as error:
        reason = "nested too deeply" if isinstance(error, RecursionError) else "not UTF-8"
        report.error("R121", f"not JSON: {reason}", Span(file, 1, 1, 1, 1))
        return None
    sections = _sections(content)
    if not sections:
        report.error(
            "R122",
            "not a queue's schema: it holds no list of sections",
            Span(file, 1, 1, 1, 1),
            hint="export the schema from Rossum: an object with `content`, or the list in it",
        )
        return None
    reader = _Reader()
    reader.read(sections, "", None, "the schema")
    for mistake in reader.mistakes:
        _report(mistake, raw, file, report)
    return None if reader.mistakes else QueueSchema(MappingProxyType(reader.fields))


def queue_schema_from(content: Any) -> QueueSchema | None:
    """Read a side-loaded schema as far as it can be read; None if there is nothing in it.

    Of two elements with one id the first counts.
    """
    sections = _sections(content)
    if sections is None:
        return None
    reader = _Reader()
    reader.read(sections, "", None, "the schema")
    return QueueSchema(MappingProxyType(reader.fields)) if reader.fields else None


def _sections(content: Any) -> list[Any] | None:
    if isinstance(content, dict):
        content = content.get("content")
    return content if isinstance(content, list) else None


def _category(element: dict[str, Any], inside: str) -> Category | None:
    allowed = _INSIDE[inside]
    given = element.get("category")
    for category in allowed:
        if given == category:
            return category
    if given is not None:
        return None
    # Hand-made schemas leave the category out; the children tell.
    if "children" not in element:
        return "datapoint" if "datapoint" in allowed else allowed[0]
    return (
        next(category for category in reversed(allowed) if category != "datapoint")
        if (allowed != ("datapoint",))
        else None
    )


def _field(
    element: dict[str, Any], schema_id: str, category: Category, table: str | None
) -> SchemaField:
    type_ = element.get("type") if category == "datapoint" else None
    type_ = type_ if isinstance(type_, str) else ""
    label = element.get("label")
    return SchemaField(
        schema_id=schema_id,
        label=label if isinstance(label, str) else "",
        kind=_KINDS.get(type_),
        category=category,
        table=table,
        hidden=element.get("hidden") is True,
        formula=category == "datapoint" and _is_formula(element),
        options=tuple(_options(element)),
        max_length=_max_length(element),
        type=type_,
    )


def _is_formula(element: dict[str, Any]) -> bool:
    if isinstance(element.get("formula"), str) and element["formula"].strip():
        return True
    return _mapping(element, "ui_configuration").get("type") == "formula"


def _options(element: dict[str, Any]) -> Iterator[str]:
    options = element.get("options")
    for option in options[:MAX_ELEMENTS] if isinstance(options, list) else ():
        value = option.get("value") if isinstance(option, dict) else None
        if isinstance(value, str):
            yield value


def _max_length(element: dict[str, Any]) -> int | None:
    length = _mapping(_mapping(element, "constraints"), "length")
    for key in ("exact", "max"):
        limit = length.get(key)
        if isinstance(limit, int) and not isinstance(limit, bool) and limit >= 0:
            return limit
    return None


def _mapping(element: dict[str, Any], key: str) -> dict[str, Any]:
    found = element.get(key)
    return found if isinstance(found, dict) else {}


def _quoted(value: Any) -> str:
    if value is None:
        return "an element without a category"
    return repr(value if isinstance(value, str) and len(value) <= 80 else type(value).__name__)


def _reason(error: Exception) -> str:
    reason = _BYTE.sub("", str(error)).strip()
    return reason.removeprefix("JSON is malformed: ")


def _report(mistake: _Mistake, raw: bytes, file: str, report: Report) -> None:
    if mistake.schema_id is None:
        report.error(mistake.code, mistake.message, Span(file, 1, 1, 1, 1))
        return
    text = raw.decode("utf-8", "replace")
    first, here = _id_places(text, file, mistake.schema_id, mistake.occurrence)
    report.error(
        mistake.code,
        mistake.message,
        here or Span(file, 1, 1, 1, 1),
        related=first if here and mistake.occurrence else None,
    )


def _id_places(
    text: str, file: str, schema_id: str, occurrence: int
) -> tuple[Span | None, Span | None]:
    """Find the first place of an id and the one of this *occurrence*."""
    import msgspec

    written = re.escape(msgspec.json.encode(schema_id).decode())
    found = list(islice(re.finditer(rf'"id"[ \t\r\n]*:[ \t\r\n]*({written})', text), MAX_ELEMENTS))
    chosen = [found[number] if number < len(found) else None for number in (0, occurrence)]
    first, here = [
        _place(text, file, match.start(1), len(match.group(1))) if match else None
        for match in chosen
    ]
    return first, here


def _byte_place(raw: bytes, file: str, message: str) -> Span:
    match = _BYTE.search(message)
    offset = min(int(match.group(1)), len(raw)) if match else 0
    text = raw[:offset].decode("utf-8", "replace")
    return _place(text, file, len(text), 0)


def _place(text: str, file: str, offset: int, length: int) -> Span:
    line = text.count("\n", 0, offset) + 1
    column = offset - (text.rfind("\n", 0, offset) + 1) + 1
    return Span(file, line, column, line, column + length)
