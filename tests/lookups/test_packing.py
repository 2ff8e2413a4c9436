"""Tables on their way from one process to others."""

from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from gateway.lookups.packing import pack, unpack
from gateway.lookups.table import Table

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8)
NUMBERS = st.decimals(allow_nan=False, allow_infinity=False, places=3).map(Decimal.normalize)
COLUMNS = st.one_of(
    *(
        st.lists(st.none() | values, min_size=3, max_size=3)
        for values in (TEXTS, NUMBERS, st.dates(), st.booleans())
    )
)


@given(st.dictionaries(TEXTS, COLUMNS, max_size=4))
def test_a_table_arrives_as_it_was_sent(columns):
    table = Table(columns, 3)

    arrived = unpack(pack(table))

    assert arrived.size == 3
    assert dict(arrived.columns) == dict(table.columns)
    assert dict(arrived.kinds) == dict(table.kinds)


def test_equal_tables_are_equal_bytes():
    columns = {"id": ["V1", None], "n": [Decimal("1.50"), None], "d": [date(2025, 1, 31), None]}

    assert pack(Table(columns, 2)) == pack(Table(dict(columns), 2))
