"""A file's structure held against the JSON Schema of its kind, mistakes told in YAML's words.

Law: what the schema says decides; this only finds the place and the sentence. Never fetches.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeAlias

from gateway.diagnostic import Diagnostic, Report, Severity, Span
from gateway.rules.yaml.accepting import Check, accepting
from gateway.rules.yaml.located import Located
from gateway.rules.yaml.mistakes import repeated, report_mistake, report_unknown_keys
from gateway.rules.yaml.quoting import quote
from gateway.rules.yaml.reading import MAX_MISTAKES
from gateway.rules.yaml.source import Entry, List, Map, Node, Scalar, plain
from gateway.schemas import Kind, schema

if TYPE_CHECKING:
    from jsonschema import Draft7Validator, ValidationError


#: Keys and indexes that lead to a node.
Steps: TypeAlias = tuple[str | int, ...]


def check_structure(root: Map, kind: Kind, report: Report) -> bool:
    """Hold a file against the JSON Schema of its *kind* and report every mistake.

    Returns:
        Whether the file can be compiled: it has no mistakes, in its YAML neither.
    """
    refused = {_start(found.span) for found in report if _is_error_in(found, root.span.file)}
    wrong = bool(refused)
    for node, steps in _braces(root, ()):
        _report_braces(node, _place(root, steps), report)
        refused.add(_start(node.span))
        wrong = True

    data = plain(root)
    if _accepting(kind)(data):
        return not wrong
    found = _branched(_validator(kind).iter_errors(data))
    errors = list(islice(found, MAX_MISTAKES))
    located = [(error, _located(root, error, refused)) for error in errors]
    mistyped = {tuple(error.absolute_path) for error in errors if error.validator == "type"}
    kept = [
        (error, place)
        for error, place in located
        if place is not None
        # What else is wrong with a value of another type is no news.
        and (error.validator == "type" or tuple(error.absolute_path) not in mistyped)
    ]
    typed = {
        (tuple(error.absolute_path), missing)
        for error, place in kept
        if error.validator == "additionalProperties"
        for missing in report_unknown_keys(error, place, report)
    }
    for error, place in kept:
        if error.validator != "additionalProperties":
            report_mistake(error, place, report, typed)
    return not wrong and not kept


@cache
def _accepting(kind: Kind) -> Check:
    return accepting(schema(kind))


@cache
def _validator(kind: Kind) -> Draft7Validator:
    # Imported here: it takes a tenth of a second, which a command without files need not spend.
    from jsonschema import Draft7Validator, validators
    from referencing import Registry

    # The published types leave this function untyped.
    extended: Any = validators.extend
    validator: type[Draft7Validator] = extended(Draft7Validator, {"uniqueItems": _unique_items})
    return validator(schema(kind), registry=Registry())


def _unique_items(
    _validator: object, unique: bool, items: Any, _schema: object
) -> Iterator[ValidationError]:
    """Compare single values only: the library's own comparison costs the square of a mixed list."""
    from jsonschema import ValidationError

    if unique and isinstance(items, list) and repeated(items) is not None:
        yield ValidationError("repeated")


def _is_error_in(found: Diagnostic, file: str) -> bool:
    return found.severity is Severity.ERROR and found.span.file == file


def _start(span: Span) -> tuple[int, int]:
    return span.line, span.column


def _located(root: Map, error: ValidationError, refused: set[tuple[int, int]]) -> Located | None:
    """Find the place of an error; None if something there has been refused already."""
    place = Located(None, None, root)
    for step in error.absolute_path:
        place = place.step(step)
        if _start(place.node.span) in refused:
            return None
    return place


def _branched(errors: Any) -> Iterator[ValidationError]:
    """Replace "none of these" by what is wrong with the one that was meant."""
    for error in errors:
        if error.validator in ("anyOf", "oneOf") and not _is_choice(error):
            meant = _branch(error)
            if meant is None:
                yield error
            else:
                yield from _branched(meant)
        else:
            yield error


def _is_choice(error: ValidationError) -> bool:
    branches: Any = error.validator_value
    return all("const" in branch for branch in branches)


def _branch(error: ValidationError) -> list[ValidationError] | None:
    """Choose the branch by the type of the value; None if no branch is of its type."""
    by_branch: dict[Any, list[ValidationError]] = {}
    for reason in error.context or []:
        by_branch.setdefault(reason.schema_path[0], []).append(reason)
    for reasons in by_branch.values():
        if not any(_is_own_type(reason) for reason in reasons):
            return reasons
    return None


def _is_own_type(reason: ValidationError) -> bool:
    return reason.validator == "type" and not reason.path


def _braces(node: Node, steps: Steps) -> Iterator[tuple[Map, Steps]]:
    """Find texts such as ``{amount_total}``, which YAML reads as mappings."""
    match node:
        case Map():
            if node.flow is not None and any(map(_has_no_colon, node.entries.values())):
                yield node, steps
                return
            for key, entry in node.entries.items():
                if not isinstance(entry.value, Scalar):
                    yield from _braces(entry.value, (*steps, key))
        case List():
            for at, item in enumerate(node.items):
                if not isinstance(item, Scalar):
                    yield from _braces(item, (*steps, at))


def _place(root: Map, steps: Steps) -> Located:
    place = Located(None, None, root)
    for step in steps:
        place = place.step(step)
    return place


def _has_no_colon(entry: Entry) -> bool:
    value = entry.value
    return isinstance(value, Scalar) and _start(value.span) == (
        entry.key.span.end_line,
        entry.key.span.end_column,
    )


def _report_braces(node: Map, place: Located, report: Report) -> None:
    entries = list(node.entries.values())
    at = next(at for at, entry in enumerate(entries) if _has_no_colon(entry))
    if at > 0:
        _report_comma(node, entries[at - 1], entries[at], report)
        return
    written = node.flow or ""
    report.error(
        "R112",
        f"YAML reads {written!r} as a mapping, not as text",
        node.span,
        hint=f"put it in quotes: {place.line(quote(written))}",
    )


def _report_comma(node: Map, before: Entry, cut: Entry, report: Report) -> None:
    """Report a value in braces that was cut at its comma: ``{total: round(net, 2)}``."""
    key, rest = str(before.key.value), str(cut.key.value)
    value = _between(node, before.value.span, cut.key.span)
    if value is None:
        report.error("R112", f"{rest!r} has no value", cut.key.span, hint=f"write {rest}: VALUE")
        return
    report.error(
        "R112",
        f"in braces a comma ends the value of {key!r}, and {rest!r} is read as a key",
        cut.key.span,
        hint=f"put it in quotes: {key}: {quote(value)}",
    )


def _between(node: Map, first: Span, last: Span) -> str | None:
    """Give what was written from *first* to *last*; None if it is no plain text of one line."""
    if not node.flow or node.span.line != last.end_line or last.end_line != first.line:
        return None
    written = node.flow[first.column - node.span.column : last.end_column - node.span.column]
    return None if written[:1] in ("'", '"', "[", "{", "") else written
