"""One table asked one question: what is found, in which order, and what is no question."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.engine.tables import Criterion, Found, How, Question, TableError
from gateway.lookups.index import MAX_SOUGHT
from gateway.lookups.search import MAX_RECORDS, index_key, prepare, search
from gateway.lookups.table import Table, table_of
from gateway.rules.functions.text import similarity

D = Decimal
VENDORS = table_of(
    [
        {
            "id": "V1",
            "name": "ACME, Ltd.",
            "vat": "CZ 123",
            "since": date(2024, 1, 31),
            "rank": D(1),
        },
        {
            "id": "V2",
            "name": "Žluťoučký kůň s.r.o.",
            "vat": "CZ456",
            "since": None,
            "rank": D("2.50"),
        },
        {"id": "V3", "name": "Acme GmbH", "vat": "cz-123", "since": date(2025, 2, 1), "rank": D(1)},
        {"id": "V4", "name": None, "vat": None, "since": None, "rank": None},
        {"id": "V5", "name": "---", "vat": "AT7", "since": None, "rank": D(5)},
    ]
)


def no_hurry() -> None:
    """Have all the time there is."""


def question(**columns: How | Decimal | str) -> Question:
    """Ask for columns, each by how it is compared; a number is the least similarity."""
    criteria = [
        Criterion(column, How.SIMILAR, how)
        if isinstance(how, Decimal)
        else Criterion(column, How(how))
        for column, how in columns.items()
    ]
    return Question("vendors", tuple(criteria))


def found(table: Table, asked: Question, *key: object) -> list[object]:
    """Give the ids of what is found for one key."""
    (answer,) = search(table, asked, [key], no_hurry)
    assert isinstance(answer, Found), answer
    assert answer.total == len(answer.records)
    return [record["id"] for record in answer.records]


@pytest.mark.parametrize(
    ("asked", "key", "sentence"),
    [
        (question(city="equal"), ("Brno",), "the table 'vendors' has no column 'city'"),
        (
            question(rank="equal"),
            ("1",),
            (
                "the column 'rank' of the table 'vendors' is compared with number, not with text; "
                "write number(…), or declare `columns: {rank: text}`"
            ),
        ),
        (
            question(id="equal"),
            (D(1),),
            (
                "the column 'id' of the table 'vendors' is compared with text, not with number; "
                "write text(…), or declare `columns: {id: number}`"
            ),
        ),
        (
            question(since="equal"),
            ("31.1.2024",),
            "the column 'since' of the table 'vendors' is compared with date, not with text",
        ),
        (
            question(rank="equal"),
            (True,),
            (
                "the column 'rank' of the table 'vendors' is compared with number, "
                "not with true or false"
            ),
        ),
        (
            question(id="equal"),
            (["V1"],),
            (
                "the column 'id' of the table 'vendors' is compared with a single value, "
                "not with a list"
            ),
        ),
        (
            question(rank=D("0.5")),
            ("1",),
            (
                "the column 'rank' of the table 'vendors' is number; "
                "only texts are similar to each other"
            ),
        ),
        (
            question(name=D("0.5")),
            (D(1),),
            (
                "the column 'name' of the table 'vendors' is compared with text, not with number; "
                "write text(…), or declare `columns: {name: number}`"
            ),
        ),
        (
            question(name=D("0.5")),
            ("x" * (MAX_SOUGHT + 1),),
            "a text of this length is not compared with a whole table",
        ),
    ],
)
def test_what_cannot_be_compared_fails_with_a_sentence(asked, key, sentence):
    (answer,) = search(VENDORS, asked, [key], no_hurry)

    assert isinstance(answer, TableError)
    assert str(answer) == sentence


@pytest.mark.parametrize(
    ("asked", "key", "ids"),
    [
        (question(id="equal"), ("V2",), ["V2"]),
        (question(id="equal"), ("v2",), []),
        (question(rank="equal"), (D("1.00"),), ["V1", "V3"]),
        (question(rank="equal"), (D("2.5"),), ["V2"]),
        (question(since="equal"), (date(2025, 2, 1),), ["V3"]),
        pytest.param(question(since="equal"), ("2025-02-01",), ["V3"], id="a date is an ISO text"),
        (question(rank="equal", since="equal"), (D(1), date(2024, 1, 31)), ["V1"]),
        (question(rank="equal", since="equal"), (D(1), date(2024, 1, 30)), []),
        (question(vat="normal"), ("cz 123",), ["V1", "V3"]),
        (question(name="normal"), ("ZLUTOUCKY KUN SRO",), ["V2"]),
        pytest.param(question(rank="normal"), ("1",), ["V1", "V3"], id="a number as it is written"),
        pytest.param(question(name="normal"), ("...",), [], id="nothing is left of it"),
        (question(vat="normal", rank="equal"), ("CZ123", D(1)), ["V1", "V3"]),
        (question(name=D("0.85")), ("Ltd ACME",), ["V1"]),
        (question(name=D("0.5")), ("acme",), ["V1", "V3"]),
        (question(name=D("0.01")), ("qqq",), []),
        pytest.param(question(name=D(1)), ("---",), ["V5"], id="no words at all"),
        pytest.param(question(name=D("0.5"), rank="equal"), ("acme", D(1)), ["V1", "V3"]),
        pytest.param(question(name=D("0.5"), rank="equal"), ("acme", D(5)), []),
        pytest.param(question(name=D("0.5"), vat=D("0.9")), ("acme", "cz 123"), ["V1", "V3"]),
        pytest.param(question(name=D("0.5"), vat=D("0.9")), ("acme", "at 7"), []),
    ],
)
def test_what_is_equal_normal_or_similar_is_found(asked, key, ids):
    assert found(VENDORS, asked, *key) == ids


def test_the_best_score_comes_first_and_equal_ones_in_order():
    table = table_of({"id": at, "name": name} for at, name in enumerate(("abcx", "abcd", "abcy")))

    (answer,) = search(table, question(name=D("0.5")), [("ABCD",)], no_hurry)

    assert isinstance(answer, Found)
    assert [record["id"] for record in answer.records] == [1, 0, 2]
    assert answer.scores == (D("1.0000"), D("0.7500"), D("0.7500"))


def test_of_several_similar_columns_the_lowest_score_counts():
    table = table_of([{"name": "abcd", "city": "Brno"}])

    (answer,) = search(table, question(name=D("0.5"), city=D("0.5")), [("abcx", "brno")], no_hurry)

    assert isinstance(answer, Found)
    assert answer.scores == (D("0.7500"),)


def test_a_long_answer_is_cut_and_counted():
    table = table_of({"id": D(at), "city": "Brno"} for at in range(MAX_RECORDS + 50))

    (answer,) = search(table, question(city="equal"), [("Brno",)], no_hurry)

    assert isinstance(answer, Found)
    assert (len(answer.records), answer.total) == (MAX_RECORDS, MAX_RECORDS + 50)


def test_each_key_gets_its_own_answer_in_order():
    answers = search(VENDORS, question(id="equal"), [("V9",), (D(1),), ("V1",)], no_hurry)

    none, error, one = answers
    assert isinstance(none, Found)
    assert none.total == 0
    assert isinstance(error, TableError)
    assert isinstance(one, Found)
    assert one.records[0]["name"] == "ACME, Ltd."


def test_equal_keys_are_looked_for_once():
    looks = []
    name = "x"
    search(
        table_of([{"name": name}]),
        question(name=D("0.5")),
        [(name,)] * 100,
        lambda: looks.append(1),
    )

    assert len(looks) == 1


def test_keys_that_are_left_when_the_time_is_over_fail():
    left = iter([True, False])

    def check_time() -> None:
        if not next(left):
            raise TableError("late")

    answers = search(
        table_of([{"name": "abc"}]), question(name=D("0.5")), [("abc",), ("abd",)], check_time
    )

    assert isinstance(answers[0], Found)
    assert str(answers[1]) == "late"


def test_a_column_of_nothing_finds_nothing():
    table = table_of([{"id": "V1", "note": None}])

    for how in ("equal", "normal", D("0.5")):
        assert found(table, question(note=how), "x") == []


def test_without_a_criterion_all_rows_are_found():
    assert found(VENDORS, question()) == ["V1", "V2", "V3", "V4", "V5"]


@pytest.mark.parametrize("how", ["equal", "normal", D("0.5")])
def test_an_index_is_made_before_anybody_asks(how):
    table = table_of([{"name": "abc", "id": "V1"}])
    asked = question(name=how)

    prepare(table, [index_key(asked), (("none", How.EQUAL),)])

    assert table.index_keys == (index_key(asked),)


NAMES = st.text(alphabet="abcß .-Ž1", max_size=12)


@given(st.lists(NAMES.filter(bool), max_size=8), NAMES.filter(bool), st.integers(1, 10_000))
def test_similar_finds_exactly_what_the_function_of_the_language_finds(names, sought, least):
    table = table_of({"id": at, "name": name} for at, name in enumerate(names))
    at_least = D(least) / 10_000

    wanted = [(similarity(sought, name), at) for at, name in enumerate(names)]
    kept = {at: score for score, at in wanted if score >= at_least}
    (answer,) = search(table, question(name=at_least), [(sought,)], no_hurry) if names else [None]

    given_scores = {}
    if isinstance(answer, Found):
        ids = [record["id"] for record in answer.records]
        given_scores = dict(zip(ids, answer.scores, strict=True))
    assert given_scores == kept
