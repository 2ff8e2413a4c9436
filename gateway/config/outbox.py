"""``outbox`` of ``gateway.yaml``: where deliveries are kept until they have arrived.

Language §7, security reference §9. Law: opens nothing; what a reference stands for is never told.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from gateway.config.given import Given
from gateway.config.references import References
from gateway.diagnostic import Report
from gateway.rules.yaml.source import Text

#: Where files that the gateway writes lie, unless an absolute path says so.
STATE_VARIABLE: Final = "GATEWAY_STATE"
DEFAULT_STATE: Final = "var"
DEFAULT_FILE: Final = "outbox.sqlite"

_SCHEMES: Final = ("postgresql://", "postgres://")


class Unavailable(StrEnum):
    """What is answered when a delivery cannot be stored."""

    #: Nothing that looks as if it had been: the platform repeats, or a person reads it.
    FAIL = "fail"
    #: The rules' answer all the same; the delivery is lost, and counted.
    ANSWER = "answer"


@dataclass(frozen=True, slots=True)
class OutboxSettings:
    """Where the outbox is: exactly one of the two is given."""

    #: The path of an SQLite file.
    file: str | None
    #: A PostgreSQL address, with its password.
    database: str | None = field(default=None, repr=False)
    unavailable: Unavailable = Unavailable.FAIL


def read_outbox(given: Given | None, references: References, report: Report) -> OutboxSettings:
    """Read ``outbox``, whose structure has been checked."""
    if given is None:
        return OutboxSettings(state_path(DEFAULT_FILE, references.environment))
    database, file = given.text("database"), given.text("file")
    unavailable = unavailable_of(given, "unavailable") or Unavailable.FAIL
    if database is not None:
        if file is not None:
            message = "an outbox is in a file or in a database"
            report.error("R148", message, database.span, hint="remove one of the two")
        return OutboxSettings(None, _database(database, references, report), unavailable)
    written = file.value if file else DEFAULT_FILE
    if file is not None and ("${" in written or "\0" in written):
        report.error("R148", "not the path of a file", file.span, hint="a path as it is")
    return OutboxSettings(state_path(written, references.environment), None, unavailable)


def state_path(written: str, environment: Mapping[str, str]) -> str:
    """Give the path of a file that the gateway writes: relative ones lie in the state folder."""
    return os.path.join(environment.get(STATE_VARIABLE) or DEFAULT_STATE, written)  # noqa: PTH118 - texts


def unavailable_of(given: Given, key: str) -> Unavailable | None:
    """Read ``fail`` or ``answer``; None if neither is there."""
    word = given.word(key)
    return Unavailable(word) if word else None


def _database(text: Text, references: References, report: Report) -> str | None:
    if "${" not in text.value:
        hint = "write ${env:NAME} or ${file:/run/secrets/name} instead"
        report.error("R131", "an address with its password in the file", text.span, hint=hint)
        return None
    database = references.filled(text, report)
    if database is not None and not database.startswith(_SCHEMES):
        hint = "postgresql://USER:PASSWORD@HOST/NAME"
        report.error("R148", "not the address of a PostgreSQL database", text.span, hint=hint)
        return None
    return database
