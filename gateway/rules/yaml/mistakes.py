"""Sentences for what a JSON Schema finds wrong.

Law: names things as their author wrote them; no schema path, no Python type, no dump.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from decimal import Decimal
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from gateway.annotation.values import parse_number
from gateway.diagnostic import Report, Span
from gateway.rules.yaml.located import Located
from gateway.rules.yaml.quoting import quote
from gateway.rules.yaml.source import List, Map, Node, Scalar, Style, Text
from gateway.spelling import closest

if TYPE_CHECKING:
    from jsonschema import ValidationError

#: Path of a mapping and a key that it lacks, already told as the typo of another key.
Typed: TypeAlias = Collection[tuple[tuple[str | int, ...], str]]

#: A key that names a language: ``en``, ``en-GB``.
_LANGUAGE: Final = re.compile(r"[a-z]{2}(?:-[A-Za-z]{2})?")
_MOST_LANGUAGES: Final = 3
#: Unknown keys of one mapping that are reported.
_MOST_UNKNOWN: Final = 50


def report_unknown_keys(error: ValidationError, place: Located, report: Report) -> Iterator[str]:
    """Report the unknown keys of a mapping; give those missing ones that are typos of them."""
    if not isinstance(place.node, Map):
        return
    schema: Any = error.schema
    known = list(schema.get("properties", {}))
    present = place.node.entries
    absent = [name for name in known if name not in present]
    missing = {key for key in schema.get("required", ()) if key not in present}
    unknown = [entry for key, entry in present.items() if key not in known]
    if "text" in absent and all(_LANGUAGE.fullmatch(entry.key.value) for entry in unknown):
        yield "text"
        listed = ", ".join(f"{entry.key.value}: ..." for entry in unknown[:_MOST_LANGUAGES])
        mark = unknown[0].key.span
        hint = f"write text: {{{listed}}}"
        report.error("R110", "texts by language stand below 'text'", mark, hint=hint)
        return
    for entry in islice(unknown, _MOST_UNKNOWN):
        key = entry.key.value
        meant = closest(key, absent)
        if meant in missing:
            yield str(meant)
        hint = f"did you mean {meant!r}?" if meant else f"known here: {', '.join(sorted(known))}"
        if meant is None and len(key) > 2 and closest(key, known):
            hint = f"{closest(key, known)!r} is there already"
        report.error("R110", f"unknown key {key!r}", entry.key.span, hint=hint)


def report_mistake(error: ValidationError, place: Located, report: Report, typed: Typed) -> None:
    """Report any other mistake; missing keys not, if a typo has explained them."""
    if error.validator == "required":
        _missing(error, place, report, typed)
        return
    tell = _TELLERS.get(str(error.validator), _not_allowed)
    tell(error, place, report)


def _missing(error: ValidationError, place: Located, report: Report, typed: Typed) -> None:
    present: Any = error.instance
    required: Any = error.validator_value
    for key in required:
        if key in present or (tuple(error.absolute_path), key) in typed:
            continue
        span = place.node.span
        mark = Span(span.file, span.line, span.column, span.line, span.column + 1)
        where = "at the top of the file"
        if place.key is not None and place.within is None:
            mark, where = place.key.span, f"below {place.key.value!r}"
        elif place.key is not None:
            first = next(iter(_entries(place.node)), None)
            mark = first.span if first else mark
            where = f"to this item of {place.key.value!r}"
        hint = f"add {key + ':'!r} {where}"
        report.error("R111", f"the key {key!r} is missing", mark, hint=hint)


def _entries(node: Node) -> Iterator[Text]:
    if isinstance(node, Map):
        for entry in node.entries.values():
            yield entry.key


def _no_branch(error: ValidationError, place: Located, report: Report) -> None:
    branches: Any = error.validator_value
    types = [branch["type"] for branch in branches]
    expected = _listed([_EXPECTED[name] for name in types])
    message = f"expected {expected}, this is {_described(error.instance, place)}"
    hint = _type_hint(error.instance, types, place)
    report.error("R112", message, place.mark, hint=hint)


_EXPECTED: Final = {
    "string": "a text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "a mapping",
    "null": "nothing",
}


def _wrong_type(error: ValidationError, place: Located, report: Report) -> None:
    schema: Any = error.schema
    allowed: Any = error.validator_value
    types = [allowed] if isinstance(allowed, str) else list(allowed)
    is_expression = schema.get("title") == "expression"
    expected = "an expression" if is_expression else _listed([_EXPECTED[name] for name in types])
    message = f"expected {expected}, this is {_described(error.instance, place)}"
    hint = _type_hint(error.instance, types, place)
    if is_expression and not isinstance(error.instance, list | dict):
        hint = _expression_hint(error.instance, place)
    report.error("R112", message, place.mark, hint=hint)


def _described(value: Any, place: Located) -> str:
    match value:
        case None:
            return "empty"
        case bool():
            return "true" if value else "false"
        case int() | Decimal():
            return "a number" if place.is_secret else f"the number {value}"
        case str():
            return "a text"
        case list():
            return "a list"
        case _:
            return "a mapping"


def _expression_hint(value: Any, place: Located) -> str:
    key = place.key.value if place.key else ""
    if key == "when" and value is True:
        return "an expression is text; a rule without 'when' always applies"
    if key == "when" and value is False:
        return "an expression is text; write 'mode: off' for a rule that never applies"
    if value is None:
        return "write an expression, or delete the key"
    return "an expression is text that compares or computes, such as 'amount_total > 0'"


def _type_hint(value: Any, types: list[str], place: Located) -> str | None:
    if place.is_secret:
        return "write a reference, such as ${env:HOOK_SECRET}"
    match value:
        case None:
            where = "here, or delete the line" if place.within else "behind it, or delete the key"
            return f"write {_EXPECTED[types[0]]} {where}"
        case str():
            return _text_hint(value, types, place)
        case list() | dict() if "string" in types:
            flow = place.node.flow if isinstance(place.node, List | Map) else None
            if flow:
                return f"write it in quotes if you mean the text: {place.line(quote(flow))}"
            return "write it in quotes if you mean the text"
        case list() if "object" in types:
            return "write its keys without '- ' before them"
        case bool() | int() | Decimal() if "string" in types and isinstance(place.node, Scalar):
            return f"write it in quotes: {place.line(quote(place.node.text.value))}"
    return _list_hint(types, place)


def _text_hint(value: str, types: list[str], place: Located) -> str | None:
    is_quoted = isinstance(place.node, Scalar) and place.node.text.style is not Style.PLAIN
    number = parse_number(value)
    if is_quoted and number is not None and {"number", "integer"} & set(types):
        return f"write it without quotes: {place.line(value)}"
    if is_quoted and value in ("true", "false") and "boolean" in types:
        return f"write it without quotes: {place.line(value)}"
    return _list_hint(types, place)


def _list_hint(types: list[str], place: Located) -> str | None:
    if "array" not in types or not isinstance(place.node, Scalar):
        return None
    text = place.node.text
    written = text.value if text.style is Style.PLAIN else quote(text.value)
    return f"write it as a list: {place.line(f'[{written}]')}"


def _listed(names: list[str]) -> str:
    *others, last = names
    return f"{', '.join(others)} or {last}" if others else last


def _one_of(error: ValidationError, place: Located, report: Report) -> None:
    branches: Any = error.validator_value
    tell = _choice if all("const" in branch for branch in branches) else _no_branch
    tell(error, place, report)


def _choice(error: ValidationError, place: Located, report: Report) -> None:
    value: Any = error.validator_value
    match error.validator:
        case "oneOf":
            allowed = [branch.get("const") for branch in value]
        case "const":
            allowed = [value]
        case _:
            allowed = [one for one in value if one is not None]
    words = [_written(one) for one in allowed]
    given = error.instance
    if isinstance(given, list | dict):
        message = f"expected {_listed(words)}, this is {_described(given, place)}"
        report.error("R112", message, place.mark)
        return
    message = f"{_quoted(given)} is not allowed as {place.name}"
    known = [one for one in allowed if isinstance(one, str)]
    meant = closest(given, known) if isinstance(given, str) else None
    hint = f"did you mean {meant!r}? " if meant else ""
    hint += f"allowed: {_listed(words)}"
    schema: Any = error.schema
    if schema.get("title") == _FIELD_TYPE and place.name != "'type'" and meant is None:
        hint += f"; a field's other name is written {{is: {given}}}"
    report.error("R113", message, place.mark, hint=hint)


#: The title of the schema of what a line of ``fields`` may say without braces.
_FIELD_TYPE: Final = "type of field"


def _written(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _quoted(value: Any) -> str:
    if isinstance(value, str):
        return repr(value)
    return "an empty value" if value is None else _written(value)


def _pattern(error: ValidationError, place: Located, report: Report) -> None:
    schema: Any = error.schema
    given = str(error.instance)
    noun = schema.get("title", "value")
    if str(error.validator_value).startswith("^[a-z0-9]"):
        slug = re.sub("[^a-z0-9]+", "-", given.lower()).strip("-")
        rule = "lower-case letters, digits and '-', beginning with a letter or digit"
    else:
        slug = re.sub("[^A-Za-z0-9]+", "_", given).strip("_0123456789")
        rule = "letters, digits and '_', beginning with a letter"
    hint = f"{rule}; write {slug!r}" if slug and len(slug) <= 64 else rule
    report.error("R113", f"{given!r} cannot be a {noun}", _key_or_value(error, place), hint=hint)


def _key_or_value(error: ValidationError, place: Located) -> Span:
    """Mark the key when the schema speaks of the mapping's keys."""
    node = place.node
    if "propertyNames" in error.absolute_schema_path and isinstance(node, Map):
        entry = node.entries.get(str(error.instance))
        return entry.key.span if entry else place.mark
    return place.mark


def _empty(error: ValidationError, place: Located, report: Report) -> None:
    kind = {"minItems": "an empty list", "minProperties": "an empty mapping"}
    what = kind.get(str(error.validator), "an empty text")
    message = f"{place.name} is {what}"
    hint = _EMPTY_REASONS.get(place.key.value if place.key else "", "add to it, or delete the key")
    report.error("R114", message, place.mark, hint=hint)


_EMPTY_REASONS: Final = {
    "ids": "name at least one queue; an empty list never means all of them",
    "secret": "name at least one secret; an empty list never means that none is needed",
    "rules": "name at least one; a list without any would do nothing",
}


def _too_many(error: ValidationError, place: Located, report: Report) -> None:
    items: Any = error.instance
    message = f"{place.name} has {len(items)} items; at most {error.validator_value}"
    report.error("R113", message, place.mark)


def _too_long(error: ValidationError, place: Located, report: Report) -> None:
    given: Any = error.instance
    message = f"{len(given)} characters are too many; at most {error.validator_value}"
    report.error("R113", message, _key_or_value(error, place))


def _too_small(error: ValidationError, place: Located, report: Report) -> None:
    message = f"{_written(error.instance)} is too small for {place.name}"
    report.error("R113", message, place.mark, hint=f"at least {error.validator_value}")


def _too_large(error: ValidationError, place: Located, report: Report) -> None:
    message = f"{_written(error.instance)} is too large for {place.name}"
    report.error("R113", message, place.mark, hint=f"at most {error.validator_value}")


def repeated(items: Sequence[Any]) -> tuple[int, int] | None:
    """Find the first single value that a list holds twice: its two indexes."""
    seen: dict[Any, int] = {}
    for at, item in enumerate(items):
        if not isinstance(item, list | dict):
            first = seen.setdefault((item.__class__, item), at)
            if first != at:
                return first, at
    return None


def _twice(error: ValidationError, place: Located, report: Report) -> None:
    items: Any = error.instance
    pair = repeated(items)
    if pair is not None:
        first, second = place.step(pair[0]), place.step(pair[1])
        what = "the secret" if place.is_secret else _quoted(items[pair[1]])
        message = f"{what} is in the list for the second time"
        report.error("R113", message, second.mark, related=first.mark, hint="delete one")


def _not_allowed(error: ValidationError, place: Located, report: Report) -> None:
    schema: Any = error.schema
    noun = schema.get("title", "value")
    report.error("R113", f"this is not a valid {noun}", place.mark, hint=schema.get("description"))


_TELLERS: Final[dict[str, Callable[[ValidationError, Located, Report], None]]] = {
    "type": _wrong_type,
    "anyOf": _no_branch,
    "oneOf": _one_of,
    "enum": _choice,
    "const": _choice,
    "pattern": _pattern,
    "minItems": _empty,
    "minProperties": _empty,
    "minLength": _empty,
    "maxItems": _too_many,
    "maxLength": _too_long,
    "minimum": _too_small,
    "maximum": _too_large,
    "uniqueItems": _twice,
}
