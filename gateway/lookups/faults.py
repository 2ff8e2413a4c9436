"""What a database's refusal means, in a sentence that gives nothing away.

Law: pure; no address, no password and no value of a document in it. The sentence may be shown to
whoever works on a document; a database's own words, with its names, are for operators alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import sqlite3

    from sqlalchemy.exc import DBAPIError

#: Characters of a database's own words that are repeated.
_QUOTED: Final = 200


class DatabaseError(Exception):
    """A database that could not be asked, or would not answer. Its text is the sentence."""

    def __init__(self, sentence: str, *, lost: bool = False, words: str | None = None) -> None:
        """Say it with a *sentence*; *lost*: it may be that only the connection was."""
        super().__init__(sentence)
        self.lost = lost
        #: What the database itself says, where that helps an operator.
        self.words = words

    @property
    def in_full(self) -> str:
        """What status and log say."""
        return str(self) if self.words is None else f"{self}: {self.words}"


class OddValueError(DatabaseError):
    """A value that the database can make nothing of: nothing is equal to it."""


UNREACHABLE: Final = "the database cannot be reached"
REFUSED: Final = "the server refuses the name, the password or the database"
TOO_LONG: Final = "the database took too long"
REFUSES: Final = "the database refuses the query"
BUSY: Final = "too many requests are asking it at the moment"


def fault(error: DBAPIError) -> DatabaseError:
    """Say what is wrong."""
    import sqlite3

    import sqlalchemy.exc

    original = error.orig
    if isinstance(original, (sqlite3.Error, sqlite3.Warning)):
        return _sqlite(original)
    state = getattr(original, "sqlstate", None)
    if isinstance(error, sqlalchemy.exc.DataError) and state is None:
        # Found by the driver in what the server gives, such as a date without end: it is no "none".
        return DatabaseError("a value is none that can be taken over")
    if not isinstance(state, str):
        refused = "FATAL:" in str(original)  # The server has answered; it says no more in numbers.
        return DatabaseError(REFUSED if refused else UNREACHABLE, lost=True)
    words = getattr(getattr(original, "diag", None), "message_primary", None)
    return _postgres(state, words)


#: By the beginning of the five letters of the SQL standard; the longest that fits counts.
_POSTGRES: Final = {
    "08": UNREACHABLE,
    "25006": "the query would write",
    "28": REFUSED,
    "3D": REFUSED,
    "42501": "the database does not let this user read that",
    "42883": "the query compares values of different types: cast its parameter, or the column",
    "53": "the database has no room for another connection",
    "57": UNREACHABLE,
    "57014": TOO_LONG,
    "55P03": TOO_LONG,
}


def _postgres(state: str, words: str | None) -> DatabaseError:
    if state.startswith("22"):
        return OddValueError("the database can make nothing of a value")
    for length in (5, 2):
        sentence = _POSTGRES.get(state[:length])
        if sentence is not None:
            return DatabaseError(sentence, lost=sentence is UNREACHABLE)
    # What is wrong with a statement: the names that its author has written.
    said = words[:_QUOTED] if words and state.startswith("42") else f"SQLSTATE {state}"
    return DatabaseError(REFUSES, words=said)


def _sqlite(error: sqlite3.Error | sqlite3.Warning) -> DatabaseError:
    name = getattr(error, "sqlite_errorname", "")
    if name == "SQLITE_INTERRUPT":
        return DatabaseError(TOO_LONG)
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return DatabaseError("the database is locked by who writes to it")
    if name.startswith(("SQLITE_CANTOPEN", "SQLITE_IOERR", "SQLITE_NOTADB", "SQLITE_CORRUPT")):
        return DatabaseError("the database file cannot be read", lost=True)
    if name == "SQLITE_AUTH" or "authoriz" in str(error) or "prohibited" in str(error):
        return DatabaseError("the query does something else than read")
    if name in ("SQLITE_TOOBIG", "SQLITE_MISMATCH"):
        return OddValueError("the database can make nothing of a value")
    return DatabaseError(REFUSES, words=str(error)[:_QUOTED])
