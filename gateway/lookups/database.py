"""Tables in databases, as they are declared: whose they are, what is asked, how often.

Law: values only; connects to nothing, and shows no address.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Final

from gateway.lookups.layout import Layout
from gateway.lookups.query import Query

#: The schemes of addresses, each with what it is called where connections are made.
SCHEMES: Final = {
    "postgresql": "postgresql",
    "postgres": "postgresql",
    "postgresql+psycopg": "postgresql",
    "sqlite": "sqlite",
}


class AddressError(Exception):
    """An address of a database that is refused. Its text is the sentence, without the address."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a database is, with the name and the password that open it."""

    kind: str
    #: With a scheme of SQLAlchemy's.
    url: str = field(repr=False)

    @property
    def path(self) -> str:
        """The file of an SQLite database."""
        return self.url.removeprefix("sqlite://")


def read_address(text: str) -> Address:
    """Read an address.

    Raises:
        AddressError: it is none, or of a database that is not asked.
    """
    scheme, colon, rest = text.strip().partition("://")
    kind = SCHEMES.get(scheme.lower())
    if not colon or kind is None:
        raise AddressError("it does not begin with postgresql:// or sqlite://")
    if kind == "sqlite":
        if not rest.startswith("//") or "?" in rest or "#" in rest:
            raise AddressError("an SQLite file is written sqlite:////absolute/path.db")
        return Address(kind, f"sqlite://{rest[1:]}")
    from urllib.parse import parse_qsl, urlsplit

    try:
        parts = urlsplit(f"//{rest}")
        port = parts.port
        given = {name for name, _ in parse_qsl(parts.query)}
    except ValueError:
        raise AddressError("its host or port cannot be read") from None
    if port == 0 or not parts.path.strip("/"):
        raise AddressError("it names no database: postgresql://user:password@host/database")
    if "options" in given:
        raise AddressError("it has `options`, which are the gateway's to set")
    return Address(kind, f"postgresql+psycopg://{rest}")


@dataclass(frozen=True, slots=True)
class LoadedQuery:
    """A table that is asked for as a whole now and then, and kept in memory."""

    #: None while only the form of references is checked.
    address: Address | None
    query: Query
    layout: Layout
    #: Seconds from one load to the next.
    refresh: float
    #: Seconds that a load may take.
    timeout: float

    @property
    def digest(self) -> str:
        """Tell declarations apart without showing them."""
        url = "" if self.address is None else self.address.url
        said = repr((url, self.query.text, self.layout))
        return hashlib.sha256(said.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class LiveQuery:
    """A table that is asked each time, for the rows that fit the query's parameters."""

    address: Address | None
    query: Query
    layout: Layout
    #: Seconds that all questions of one batch may take together.
    timeout: float
    #: Seconds for which an answer is good; 0: it is not kept.
    cache: float
