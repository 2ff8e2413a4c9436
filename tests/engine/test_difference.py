"""The fewest operations that make one table of another, held against all there are."""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.engine import difference as module
from gateway.engine.difference import MISSING, changed_cells, difference

cells = st.sampled_from([None, "a", "b"])
rows = st.fixed_dictionaries({"x": cells, "y": cells})
gaps = st.fixed_dictionaries({"x": cells | st.just(MISSING), "y": cells})
tables = st.lists(rows, max_size=4)


def cost_of(before, wanted, kept):
    """Count removals, additions and replacements; None where a missing cell would be written."""
    replaced = 0
    for one, other in kept:
        changed = changed_cells(before[one], wanted[other])
        if any(before[one][name] is MISSING for name in changed):
            return None
        replaced += len(changed)
    return len(before) - len(kept) + len(wanted) - len(kept) + replaced


def cheapest(before, wanted):
    costs = [
        cost_of(before, wanted, [(row, number) for number, row in enumerate(staying)])
        for count in range(min(len(before), len(wanted)) + 1)
        for staying in combinations(range(len(before)), count)
    ]
    return min(cost for cost in costs if cost is not None)


def applied(before, wanted, found):
    rows = [dict(row) for row in before]
    for one, other in found.kept:
        rows[one] |= changed_cells(before[one], wanted[other])
    left = [row for number, row in enumerate(rows) if number not in found.removed]
    return [*left, *(wanted[number] for number in found.added)]


def as_seen(rows):
    return [{name: None if one is MISSING else one for name, one in row.items()} for row in rows]


@given(st.lists(gaps, max_size=4), tables)
def test_no_operations_are_fewer_and_they_make_the_wanted_rows(before, wanted):
    found = difference(before, wanted)

    assert cost_of(before, wanted, found.kept) == cheapest(before, wanted)
    assert as_seen(applied(before, wanted, found)) == wanted


@given(st.lists(gaps, max_size=6), st.lists(rows, min_size=1, max_size=6))
def test_large_tables_become_the_wanted_rows_too(before, wanted):
    kept = module._nearest(before, wanted)
    staying = {one for one, _ in kept}
    removed = tuple(number for number in range(len(before)) if number not in staying)
    found = module.Difference(tuple(kept), removed, tuple(range(len(kept), len(wanted))))

    assert cost_of(before, wanted, found.kept) is not None
    assert as_seen(applied(before, wanted, found)) == wanted


@given(tables)
def test_equal_tables_need_nothing(table):
    found = difference(table, table)

    assert (found.removed, found.added) == ((), ())
    assert not any(changed_cells(table[one], table[other]) for one, other in found.kept)


@pytest.mark.parametrize("place", [0, 300, 999])
def test_a_row_less_in_a_large_table_is_one_removal(place):
    before = [{"x": str(number), "y": "a", "z": "b"} for number in range(1_000)]
    wanted = before[:place] + before[place + 1 :]
    found = difference(before, wanted)

    assert (found.removed, found.added) == ((place,), ())
    assert not any(changed_cells(before[one], wanted[other]) for one, other in found.kept)
