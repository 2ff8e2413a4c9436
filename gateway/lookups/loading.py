"""A table loaded from a database as a whole.

Law: one question, one table or the sentence why not.
"""

from __future__ import annotations

from gateway.lookups.database import LoadedQuery
from gateway.lookups.faults import DatabaseError
from gateway.lookups.layout import ContentError
from gateway.lookups.sql import Database
from gateway.lookups.table import MAX_ROWS, Table


def load(declared: LoadedQuery) -> Table:
    """Ask the database and make a table of what it gives.

    Raises:
        DatabaseError: it cannot be asked, or gives what is no table.
    """
    if declared.address is None:
        raise DatabaseError("its address is not known")
    database = Database(declared.address)
    try:
        with database.session(declared.timeout) as session:
            answer = session.ask(declared.query.text, {}, MAX_ROWS + 1)
        return answer.table(declared.layout)
    except ContentError as error:
        where = "" if error.row is None else f"row {error.row + 1}: "
        raise DatabaseError(f"{where}{error.message}") from None
    finally:
        database.close()
