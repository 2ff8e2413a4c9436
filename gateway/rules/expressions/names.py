"""What each name of an expression is: a field, a fact, a param, or a mistake.

Language §4, *Names*. Law: pure; one answer per name, with the advice when it is a mistake.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from gateway.annotation.values import Kind
from gateway.rules.context import Param
from gateway.rules.expressions.references import (
    ATTRIBUTES,
    FACT_KEYS,
    HIT,
    HITS,
    RESERVED,
    ROW_FACTS,
    Attribute,
    Fact,
    FieldText,
    FieldValue,
    Hit,
    Hits,
    Neighbor,
    Reference,
    RowFact,
    Selected,
    SelectedText,
    WholeColumn,
)
from gateway.rules.expressions.scope import Scope, Selects
from gateway.rules.functions import FUNCTIONS
from gateway.spelling import closest

#: Code, message and advice.
Mistake = tuple[str, str, str | None]
_FACT: Final = Kind.SCALAR | Kind.LIST | Kind.MAPPING


@dataclass(frozen=True, slots=True)
class Namespace:
    """What a name is: one of a reference, a constant or a mistake, and the keys left over."""

    reference: Reference | None = None
    kind: Kind = Kind.ANY
    constant: Param | None = None
    mistake: Mistake | None = None
    rest: tuple[str, ...] = ()


#: What ``match`` has found.
_FOUND: Final[Mapping[str, Namespace]] = {
    HIT: Namespace(Hit(), Kind.MAPPING),
    HITS: Namespace(Hits(), Kind.COLUMN),
}
#: Where each of them is known.
_FOUND_IN: Final = {HIT: "value, label, where, fill and one", HITS: "one and many"}


def _wrong(code: str, message: str, hint: str | None = None) -> Namespace:
    return Namespace(mistake=(code, message, hint))


def _meant(name: str | None) -> str | None:
    return f'did you mean "{name}"?' if name else None


class Names:
    """Resolves the names of one expression."""

    def __init__(self, scope: Scope) -> None:
        """Resolve against *scope*."""
        self._scope = scope
        self._roots: Mapping[str, Callable[[tuple[str, ...]], Namespace]] = {
            "params": self._param,
            "field": self._field,
            "this": self._this,
            "row": self._row,
            "column": self._column,
            "value": self._value,
            "payload": self._payload,
            **dict.fromkeys(FACT_KEYS, self._fact),
        }

    def bare(self, name: str) -> Namespace:
        """Say what a name without a dot is."""
        if name == "value":
            return self._value(())
        if self._is_found(name):
            return _FOUND[name]
        if name in ("event", "action"):
            return Namespace(Fact((name,)), Kind.TEXT)
        if name in RESERVED:
            return _wrong(
                "R207",
                f"{name} is not a value by itself",
                f"write {_SHAPES.get(name, name + '.NAME')}; a field of this name is"
                f" field.{name}.value",
            )
        schema_id = self._scope.schema_id(name)
        if self._scope.is_unknown(schema_id):
            hint = self._other(name) or _meant(self._scope.suggest(name))
            return _wrong("R201", self._scope.unknown_field(name), hint)
        return Namespace(FieldValue(schema_id), self._kind(name))

    def doubt(self, name: str) -> str | None:
        """Advise on an undeclared field's name that is, or nearly is, that of something else."""
        if self._is_found(name):
            return None
        unseen = None if name in RESERVED else self._scope.unseen(name)
        if unseen is not None:
            return _meant(self._scope.suggest(name)) or unseen
        declared = self._scope.context.schema is not None or name in self._scope.context.fields
        other = None if declared or name in RESERVED else self._other(name)
        return other and f"{other}; or field.{name}.value if a field is meant"

    def _other(self, name: str) -> str | None:
        if name in FUNCTIONS:
            return f"write {name}(...) for the function"
        if name in _FOUND_IN:
            return f"what match has found is known in {_FOUND_IN[name]}"
        if name in self._scope.params:
            return f"write params.{name} for the param"
        if name in (self._made_keys or self._scope.part_keys):
            return f"write value.{name} for what is selected"
        meant = closest(name, self._scope.lets)
        return f"write {meant} for the name of let" if meant else None

    def path(self, root: str, keys: tuple[str, ...]) -> Namespace | None:
        """Say what ``root.keys…`` is; None when *root* is an ordinary value."""
        resolve = self._roots.get(root)
        if self._is_found(root):
            return None
        if root in _FOUND:
            return _wrong("R207", *self._not_found(root))
        if resolve is None:
            if root in ("event", "action"):
                return _wrong("R207", f"{root} is text, so it has no .{keys[0]}")
            if keys[0] in ATTRIBUTES:
                return _wrong(
                    "R207",
                    f"{root} is a value, so it has no .{keys[0]}",
                    f"write field.{root}.{keys[0]}",
                )
            return self._part_of_field(root, keys[0])
        if root in FACT_KEYS:
            return self._fact((root, *keys))
        return resolve(keys)

    def _is_found(self, name: str) -> bool:
        """Whether a name is that of what ``match`` has found here."""
        known = {HIT: self._scope.hit, HITS: self._scope.hits}.get(name)
        return known is not None

    def _not_found(self, name: str) -> tuple[str, str]:
        if name == HIT and self._scope.hits is not None:
            return "hit is the only record, and here there may be several", "write first(hits.NAME)"
        hint = f"use it in {_FOUND_IN[name]}"
        return f"{name} is what match has found, and this is outside of it", hint

    def _part_of_field(self, name: str, key: str) -> Namespace | None:
        if name in RESERVED or self._scope.is_unknown(self._scope.schema_id(name)):
            return None
        hint = f"write {key}({name})" if key in FUNCTIONS else f"write {key} for the field"
        if name in ("previous", "next"):
            hint = f"write row.{name}.{key}"
        return _wrong("R207", f"{name} is a value, so it has no .{key}", hint)

    def as_text(self, reference: Reference, kind: Kind) -> Reference | None:
        """Give what reads a value as displayed if it is a field's of no declared type."""
        if Kind.SCALAR & kind != Kind.SCALAR:
            return None
        match reference:
            case Selected():
                return SelectedText()
            case FieldValue():
                return self._displayed(reference)
            case _:
                return None

    def _displayed(self, field: FieldValue) -> Reference | None:
        names = [
            name
            for name, declared in self._scope.context.fields.items()
            if declared.schema_id == field.schema_id
        ]
        if any(self._scope.declared_kind(name) for name in (*names, field.schema_id)):
            return None
        return FieldText(field.schema_id)

    def _kind(self, name: str) -> Kind:
        """Say what a bare name can be: one value, or outside its row a column of them."""
        kind = self._scope.declared_kind(name) or Kind.SCALAR
        schema_id = self._scope.schema_id(name)
        if schema_id in (self._scope.grouped_by or ()):
            return kind
        found = self._scope.schema_field(schema_id)
        if found is None:
            return kind | Kind.COLUMN
        if found.category in ("multivalue", "tuple"):
            return Kind.COLUMN
        if found.table is None:
            return kind
        in_row = self._scope.in_its_row(found.schema_id)
        if in_row is None:
            return kind | Kind.COLUMN
        return kind if in_row and self._scope.grouped_by is None else Kind.COLUMN

    def _param(self, keys: tuple[str, ...]) -> Namespace:
        param = self._scope.params.get(keys[0])
        if param is None:
            meant = closest(keys[0], self._scope.params)
            hint = _meant(f"params.{meant}") if meant else "set it under params of the rules file"
            return _wrong("R204", f'unknown param "{keys[0]}"', hint)
        self._scope.used_params.add(keys[0])
        return Namespace(constant=param, rest=keys[1:])

    def _known(self, name: str) -> Namespace | None:
        if self._scope.is_unknown(self._scope.schema_id(name)):
            suggested = _meant(self._scope.suggest(name))
            return _wrong("R201", self._scope.unknown_field(name), suggested)
        return None

    def _field(self, keys: tuple[str, ...]) -> Namespace:
        name, *rest = keys
        if not rest:
            return _wrong("R207", f"field.{name} is a datapoint", f"write field.{name}.value")
        unknown = self._known(name)
        if unknown is not None:
            return unknown
        schema_id = self._scope.schema_id(name)
        if rest[0] == "value":
            return Namespace(FieldValue(schema_id), self._kind(name), rest=tuple(rest[1:]))
        return self._attribute(schema_id, rest, self._kind(name) & Kind.COLUMN)

    def _this(self, keys: tuple[str, ...]) -> Namespace:
        if self._scope.selects is Selects.ANNOTATION:
            return _wrong("R207", "this is the selected datapoint, and the rule selects none")
        if keys[0] == "value":
            return Namespace(Selected(), self._selected_kind(), rest=keys[1:])
        return self._attribute(None, list(keys), Kind(0))

    def _attribute(self, schema_id: str | None, keys: list[str], column: Kind) -> Namespace:
        kind = ATTRIBUTES.get(keys[0])
        if kind is None:
            meant = _meant(closest(keys[0], ATTRIBUTES))
            listed = ", ".join(ATTRIBUTES)
            return _wrong("R207", f'a field has no "{keys[0]}"', meant or f"there are {listed}")
        return Namespace(Attribute(schema_id, keys[0]), kind | column, rest=tuple(keys[1:]))

    def _row(self, keys: tuple[str, ...]) -> Namespace:
        if self._scope.selects is Selects.ANNOTATION:
            return _wrong("R207", "there is no row: the rule selects none", "add select: TABLE")
        if keys[0] in ROW_FACTS:
            return Namespace(RowFact(keys[0]), ROW_FACTS[keys[0]], rest=keys[1:])
        if keys[0] not in ("previous", "next") or len(keys) < 2:
            meant = closest(keys[0], (*ROW_FACTS, "previous", "next"))
            hint = "there are row.number, .first, .last, .previous.NAME and .next.NAME"
            return _wrong("R207", f'a row has no "{".".join(keys)}"', _meant(meant) or hint)
        unknown = self._known(keys[1])
        if unknown is not None:
            return unknown
        kind = self._scope.declared_kind(keys[1]) or Kind.SCALAR
        schema_id = self._scope.schema_id(keys[1])
        return Namespace(
            Neighbor(-1 if keys[0] == "previous" else 1, schema_id), kind, rest=keys[2:]
        )

    def _column(self, keys: tuple[str, ...]) -> Namespace:
        unknown = self._known(keys[0])
        if unknown is not None:
            return unknown
        schema_id = self._scope.schema_id(keys[0])
        found = self._scope.schema_field(schema_id)
        if found is not None and found.table is None and found.category == "datapoint":
            return _wrong("R207", f"{keys[0]} is no column", f"write {keys[0]}")
        return Namespace(WholeColumn(schema_id), Kind.COLUMN, rest=keys[1:])

    def _value(self, keys: tuple[str, ...]) -> Namespace:
        if self._scope.selects in (Selects.ANNOTATION, Selects.ROWS):
            selected = "rows" if self._scope.selects is Selects.ROWS else "nothing"
            return _wrong(
                "R207",
                f"value is the selected datapoint's, and the rule selects {selected}",
                "name the field",
            )
        made = self._made_keys or self._scope.part_keys
        if keys and made and keys[0] not in made:
            listed = self._scope.parts_elsewhere.get(keys[0])
            there = f"there are {', '.join(sorted(made))}"
            hint = f"write select: {listed}, which have it" if listed else there
            hint = _meant(closest(keys[0], made)) or hint
            return _wrong("R207", f'what is selected has no "{keys[0]}"', hint)
        return Namespace(Selected(), self._selected_kind(), rest=keys)

    @property
    def _made_keys(self) -> frozenset[str]:
        """The keys that the selector makes, if its results are surely mappings."""
        path = self._scope.path
        return (path.keys if path else None) or frozenset()

    def _selected_kind(self) -> Kind:
        if self._made_keys:
            return Kind.MAPPING
        if self._scope.selects is Selects.RESULTS or self._scope.selected is None:
            return Kind.ANY & ~Kind.COLUMN
        name = self._scope.selected
        return self._scope.declared_kind(name) or Kind.SCALAR

    def _fact(self, keys: tuple[str, ...]) -> Namespace:
        root = keys[0]
        if keys[1] not in FACT_KEYS[root]:
            meant = closest(keys[1], FACT_KEYS[root])
            return _wrong("R207", f'{root} has no "{keys[1]}"', _meant(meant))
        return Namespace(Fact(keys[:2]), _FACT, rest=keys[2:])

    def _payload(self, keys: tuple[str, ...]) -> Namespace:
        if keys[0] in ("secrets", "rossum_authorization_token"):
            return _wrong("R207", f"payload.{keys[0]} is kept from rules")
        return Namespace(Fact(("payload", *keys)), _FACT)


_SHAPES: Final[Mapping[str, str]] = {
    "row": "row.number",
    "column": "column.NAME",
    "field": "field.NAME.value",
    "params": "params.NAME",
    "this": "this.value",
    "annotation": "annotation.status",
    "document": "document.original_file_name",
    "queue": "queue.name",
    "email": "email.subject",
    "payload": "payload.NAME",
}
