"""Typed settings from the checked nodes of ``gateway.yaml`` and of a queue file.

Language §1, security reference §3 and §8. Law: looks at one file at a time; what takes two files
to see is the business of `claims` and `build`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from gateway.config.connectors import read_connector
from gateway.config.destinations import DestinationSettings, read_destinations
from gateway.config.given import Given, kind_of, read_locale
from gateway.config.outbox import OutboxSettings, Unavailable, read_outbox, unavailable_of
from gateway.config.paths import Paths, unite
from gateway.config.references import References
from gateway.config.walk import QUEUE_ENDING, RULES_ENDING, SCHEMA_ENDING
from gateway.diagnostic import Report, Span
from gateway.hooks.credentials import Credentials
from gateway.hooks.signature import Secret
from gateway.rules.context import (
    DEFAULT_LOCALE,
    DEFAULT_ON_FAILURE,
    DEFAULT_TIMEZONE,
    FieldDeclaration,
    Param,
)
from gateway.rules.yaml.source import List, Map, Scalar, plain
from gateway.spelling import closest


@dataclass(frozen=True, slots=True)
class GatewaySettings:
    """What ``gateway.yaml`` says."""

    secrets: tuple[Secret, ...]
    #: Whether a secret is given, even one that could not be resolved.
    has_secret: bool
    legacy_signature: bool
    params: Mapping[str, Param]
    #: The places of the references, secret by secret.
    places: tuple[tuple[Secret, Span], ...]
    destinations: Mapping[str, DestinationSettings]
    outbox: OutboxSettings


@dataclass(frozen=True, slots=True)
class QueueSettings:
    """What a queue file says."""

    name: str
    file: str
    #: The key ``queue``.
    place: Span
    #: Each id with its place.
    ids: Mapping[int, Span]
    secrets: tuple[Secret, ...]
    has_secret: bool
    unsigned: bool
    legacy_signature: bool
    #: None: no connector, or one whose credentials could not be resolved.
    connector: Credentials | None
    has_connector: bool
    places: tuple[tuple[Secret, Span], ...]
    #: Names in the snapshot.
    schema: str | None
    rules: tuple[str, ...]
    #: Whether each path led to a file: with fewer rules, every other check would be misled.
    complete: bool
    params: Mapping[str, Param]
    fields: Mapping[str, FieldDeclaration]
    change: Map | None
    locale: str
    timezone: str
    placeholders: tuple[str, ...]
    on_failure: str
    #: What is answered when a delivery cannot be stored; None: as the gateway says.
    outbox_unavailable: Unavailable | None


def read_gateway(
    root: Map, file: str, paths: Paths, references: References, report: Report
) -> GatewaySettings:
    """Read ``gateway.yaml``, the file *file* of the snapshot, whose structure has been checked."""
    given = Given(root)
    secrets = _secrets(given, "gateway", references, report)
    return GatewaySettings(
        secrets=tuple(secret for secret, _ in secrets),
        has_secret="secret" in root.entries,
        legacy_signature=given.flag("legacy_signature"),
        params=_params(given),
        places=tuple(secrets),
        destinations=read_destinations(given, file, paths, references, report),
        outbox=read_outbox(given.inner("outbox"), references, report),
    )


def read_queue(
    root: Map, file: str, paths: Paths, references: References, report: Report
) -> QueueSettings | None:
    """Read the queue file *file* of the snapshot, whose structure has been checked.

    Returns:
        Its settings, with whatever could be read; None when there is no queue in it.
    """
    node = root.get("queue")
    if not isinstance(node, Map):
        return None
    given = Given(node)
    name = file.rpartition("/")[2].removesuffix(QUEUE_ENDING)
    secrets = _secrets(given, name, references, report)
    connector, carried = read_connector(given, name, references, report)
    _check_unsigned(given, report)
    schema = given.text("schema")
    found = paths.find(schema, file, SCHEMA_ENDING, report) if schema else []
    if len(found) > 1 and schema:
        report.error("R128", "a queue has one schema, this leads to several", schema.span)
    rules = [paths.find(path, file, RULES_ENDING, report) for path in given.texts("rules")]
    return QueueSettings(
        name=name,
        file=file,
        place=root.entries["queue"].key.span,
        ids=_ids(given, report),
        secrets=tuple(secret for secret, _ in secrets),
        has_secret="secret" in node.entries,
        unsigned=given.flag("unsigned"),
        legacy_signature=given.flag("legacy_signature"),
        connector=connector,
        has_connector="connector" in node.entries,
        places=(*secrets, *carried),
        schema=found[0] if found else None,
        rules=unite(rules),
        complete=all(rules) and (schema is None or bool(found)),
        params=_params(given),
        fields=dict(_fields(given)),
        change=change if isinstance(change := node.get("change"), Map) else None,
        locale=read_locale(given, report) or DEFAULT_LOCALE,
        timezone=_timezone(given, report),
        placeholders=tuple(text.value for text in given.texts("placeholders")),
        on_failure=given.word("on_failure") or DEFAULT_ON_FAILURE,
        outbox_unavailable=unavailable_of(given, "outbox_unavailable"),
    )


def _secrets(
    given: Given, owner: str, references: References, report: Report
) -> list[tuple[Secret, Span]]:
    found = references.secrets(given.texts("secret"), f"{owner} secret", report)
    return [(secret, text.span) for secret, text in found]


def _check_unsigned(given: Given, report: Report) -> None:
    entry = given.node.entries.get("unsigned")
    if entry is not None and given.flag("unsigned") and "secret" in given.node.entries:
        report.error(
            "R136",
            "the queue has a secret and is `unsigned` as well",
            entry.key.span,
            hint="remove one of the two",
            related=given.node.entries["secret"].key.span,
        )


def _ids(given: Given, report: Report) -> dict[int, Span]:
    node = given.node.get("ids")
    ids: dict[int, Span] = {}
    for item in node.items if isinstance(node, List) else ():
        if not isinstance(item, Scalar) or not isinstance(item.data, int):
            continue
        if item.data in ids:
            first = ids[item.data]
            report.error("R127", f"the id {item.data} is listed twice", item.span, related=first)
        ids.setdefault(item.data, item.span)
    return ids


def _params(given: Given) -> dict[str, Param]:
    return {
        key.value: Param(exact(plain(value)), key.span) for key, value in given.entries("params")
    }


def exact(value: Any) -> Any:
    """Make every number in *value* a ``Decimal``, as the rules know them."""
    if isinstance(value, bool):
        return value
    if isinstance(value, int):
        return Decimal(value)
    if isinstance(value, list):
        return [exact(item) for item in value]
    if isinstance(value, dict):
        return {key: exact(item) for key, item in value.items()}
    return value


def _fields(given: Given) -> Iterator[tuple[str, FieldDeclaration]]:
    for key, value in given.entries("fields"):
        if isinstance(value, Scalar):
            yield key.value, FieldDeclaration(key.value, kind_of(value.text), key.span)
        elif isinstance(value, Map):
            inner = Given(value)
            meant, kind = inner.word("is") or key.value, kind_of(inner.text("type"))
            yield key.value, FieldDeclaration(meant, kind, key.span)


def _timezone(given: Given, report: Report) -> str:
    text = given.text("timezone")
    if text is None or text.value == DEFAULT_TIMEZONE:
        return DEFAULT_TIMEZONE
    # Few configurations name a zone, and the import costs more than a queue file.
    import zoneinfo

    try:
        return zoneinfo.ZoneInfo(text.value).key
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        report.error(
            "R138",
            f"unknown time zone {text.value!r}",
            text.span,
            hint=_zone_hint(text.value, zoneinfo.available_timezones()),
        )
        return DEFAULT_TIMEZONE


def _zone_hint(written: str, zones: set[str]) -> str:
    meant = closest(written[:80], sorted(zones))
    return f"did you mean {meant!r}?" if meant else "for example 'Europe/Prague'"
