"""The outbox: one suite, on an SQLite file and on a PostgreSQL database."""

import sqlite3
from dataclasses import replace

import psycopg
import pytest

from gateway.delivery.entry import New, Pause, Settled, State, Wanted
from gateway.delivery.opening import outbox_at
from gateway.delivery.outbox import KEEP_DEAD, KEEP_DONE, OutboxError
from gateway.delivery.retry import Again, Dead, Done

NOW = 1_700_000_000.0
DAY = 86_400.0


@pytest.fixture(scope="module")
def shared_database(postgres):
    """A database for all tests of this module, which empty it: making one takes a second."""
    return postgres.database()


@pytest.fixture(params=["sqlite", "postgres"])
def address(request, tmp_path):
    """Where an empty outbox is: a file, or a database."""
    if request.param == "sqlite":
        return str(tmp_path / "state" / "outbox.sqlite"), None
    address = request.getfixturevalue("shared_database")
    tables = "outbox_attempt, outbox_entry, outbox_pause, outbox_version"
    with psycopg.connect(address, options="-c client_min_messages=error") as connection:
        connection.execute(f"drop table if exists {tables}")
    return None, address


@pytest.fixture
def outbox(address):
    outbox = outbox_at(*address)
    yield outbox
    outbox.close()


def new(key="k1", destination="erp", body=b'{"total":1210.50}', expires=NOW + DAY):
    return New(key, destination, "acme", "tell", "annotation 1", body, expires)


def claim(outbox, now=NOW, limit=10, destination="erp", lease=60.0):
    return outbox.claim(destination, limit, now, now + lease)


def settled(claimed, verdict, told="status 200", now=NOW):
    return Settled(claimed, verdict, now, 0.25, 200, told)


def states(outbox):
    return {one.key: one.state.value for one in outbox.list(Wanted())}


def test_what_is_put_can_be_claimed_whole(outbox):
    body = b'\x00\xff{"text":"\xc5\xa0koda"}'
    assert outbox.put([new("k1"), new("k2", body=body)], NOW) == 2

    one, two = claim(outbox)

    assert [(one.key, one.attempts, one.expires) for one in (one, two)] == [
        ("k1", 1, NOW + DAY),
        ("k2", 1, NOW + DAY),
    ]
    assert two.body == body


def test_equal_keys_are_one_entry(outbox):
    assert outbox.put([new(), new("k2"), new()], NOW) == 2
    assert outbox.put([new(body=b"another"), new("k3")], NOW + 1) == 1

    assert sorted(one.body for one in claim(outbox, NOW + 2)) == sorted([new().body] * 3)


def test_a_key_that_is_done_or_given_up_is_not_stored_again(outbox):
    outbox.put([new("k1"), new("k2"), new("k3")], NOW)
    one, two, _ = claim(outbox)
    outbox.settle([settled(one, Done()), settled(two, Dead("status 404"))], NOW)
    outbox.drop([entry.number for entry in outbox.list(Wanted()) if entry.key == "k3"], NOW + 99)

    assert outbox.put([new("k1"), new("k2"), new("k3")], NOW + 99) == 0
    assert states(outbox) == {"k1": "done", "k2": "dead", "k3": "dropped"}


def test_what_is_claimed_is_nobody_elses_until_its_lease_ends(outbox, address):
    other = outbox_at(*address)
    outbox.put([new(f"k{number}") for number in range(5)], NOW)

    first = claim(outbox, limit=2)
    second = claim(other, limit=10)

    assert len(first) == 2
    assert len(second) == 3
    assert claim(outbox) == []
    again = claim(other, NOW + 61)
    assert {one.key for one in again} == {f"k{number}" for number in range(5)}
    assert {one.attempts for one in again} == {2}
    other.close()


def test_whoever_has_lost_its_claim_settles_nothing(outbox):
    outbox.put([new()], NOW)
    (lost,) = claim(outbox)
    (kept,) = claim(outbox, NOW + 61)

    outbox.settle([settled(lost, Dead("status 404"))], NOW + 62)
    assert states(outbox) == {"k1": "sending"}
    outbox.settle([settled(kept, Done())], NOW + 63)
    outbox.settle([settled(lost, Dead("status 404"))], NOW + 64)

    assert states(outbox) == {"k1": "done"}
    _, _, attempts = outbox.show(kept.number)
    assert len(attempts) == 3


def test_what_is_not_due_waits(outbox):
    outbox.put([new()], NOW)
    (one,) = claim(outbox)
    outbox.settle([settled(one, Again(NOW + 30), "status 503")], NOW)

    assert claim(outbox, NOW + 29) == []
    assert [again.attempts for again in claim(outbox, NOW + 30)] == [2]


def test_what_is_released_was_not_tried(outbox):
    outbox.put([new()], NOW)
    outbox.release(claim(outbox), NOW)

    assert [one.attempts for one in claim(outbox)] == [1]


def test_destinations_do_not_wait_for_each_other(outbox):
    outbox.put([new("k1", "erp"), new("k2", "chat")], NOW)

    assert [one.key for one in claim(outbox, destination="chat")] == ["k2"]
    assert [one.key for one in claim(outbox, destination="erp")] == ["k1"]


def test_an_entry_tells_its_attempts(outbox):
    outbox.put([new()], NOW)
    (one,) = claim(outbox)
    outbox.settle([settled(one, Again(NOW + 1), "status 503")], NOW)
    (two,) = claim(outbox, NOW + 1)
    outbox.settle([settled(two, Dead("status 410"), "status 410", NOW + 1)], NOW + 2)

    entry, body, attempts = outbox.show(one.number)

    assert (entry.state, entry.told, entry.attempts) == (State.DEAD, "status 410", 2)
    assert (entry.settled, entry.size, body) == (NOW + 2, len(new().body), new().body)
    assert [(one.at, one.seconds, one.told) for one in attempts] == [
        (NOW, 0.25, "status 503"),
        (NOW + 1, 0.25, "status 410"),
    ]
    assert outbox.show(99) is None


def test_what_was_given_up_can_be_tried_again_and_what_waits_given_up(outbox):
    outbox.put([new(f"k{number}") for number in range(4)], NOW)
    done, dead, sending, waits = claim(outbox)
    outbox.settle(
        [settled(done, Done()), settled(dead, Dead("x")), settled(waits, Again(NOW + 3_600))], NOW
    )
    numbers = [one.number for one in (done, dead, sending, waits)]

    assert outbox.retry([*numbers, 99], NOW + 1, DAY) == [dead.number, waits.number]
    again = claim(outbox, NOW + 1)
    assert [(one.key, one.expires) for one in again] == [
        ("k1", NOW + 1 + DAY),
        ("k3", NOW + 1 + DAY),
    ]
    outbox.settle([settled(again[0], Dead("x")), settled(again[1], Again(NOW + 9_999))], NOW + 2)
    assert outbox.drop([*numbers, 99], NOW + 3) == [dead.number, waits.number]
    assert states(outbox) == {"k0": "done", "k1": "dropped", "k2": "sending", "k3": "dropped"}
    assert outbox.drop([sending.number], NOW + 61) == [sending.number]
    assert outbox.retry([dead.number], NOW + 62, DAY) == [dead.number]


@pytest.mark.parametrize(
    ("wanted", "keys"),
    [
        (Wanted(), ["k3", "k2", "k1"]),
        (Wanted(limit=2), ["k3", "k2"]),
        (Wanted(states=(State.DEAD,)), ["k1"]),
        (Wanted(states=(State.DEAD, State.PENDING)), ["k3", "k2", "k1"]),
        (Wanted(states=tuple(State)), ["k3", "k2", "k1"]),
        (Wanted(destination="chat"), ["k3"]),
        (Wanted(queue="globex"), ["k2"]),
        (Wanted(before=NOW + 1), ["k1"]),
        (Wanted(states=(State.DONE,)), []),
        (Wanted(destination="'; drop table outbox_entry; --"), []),
    ],
)
def test_entries_are_listed_by_what_is_wanted(outbox, wanted, keys):
    outbox.put([new("k1")], NOW)
    outbox.settle([settled(claim(outbox)[0], Dead("status 404"))], NOW)
    outbox.put([replace(new("k2"), queue="globex"), new("k3", "chat")], NOW + 1)

    assert [one.key for one in outbox.list(wanted)] == keys


def test_what_is_old_is_removed_and_what_waits_is_not(outbox):
    outbox.put([new(f"k{number}", expires=NOW + 99 * DAY) for number in range(4)], NOW)
    done, dead, waits, _ = claim(outbox)
    verdicts = [settled(done, Done()), settled(dead, Dead("x")), settled(waits, Again(NOW))]
    outbox.settle(verdicts, NOW)

    outbox.tidy(["erp"], NOW + KEEP_DONE - 1)
    assert len(states(outbox)) == 4
    outbox.tidy(["erp"], NOW + KEEP_DONE + 1)
    assert states(outbox) == {"k1": "dead", "k2": "pending", "k3": "sending"}
    outbox.tidy(["erp"], NOW + KEEP_DEAD + 1)
    assert states(outbox) == {"k2": "pending", "k3": "sending"}


def test_as_much_as_has_become_old_is_removed_at_once(outbox):
    outbox.put([new(f"k{number}") for number in range(1_200)], NOW)
    outbox.settle([settled(one, Done()) for one in claim(outbox, limit=1_200)], NOW)

    outbox.tidy(["erp"], NOW + KEEP_DONE + 1)

    assert outbox.list(Wanted()) == []


def test_what_no_destination_can_take_is_given_up_when_its_time_is_over(outbox):
    outbox.put([new("k1", "gone"), new("k2", "erp")], NOW)

    assert outbox.tidy(["erp"], NOW + DAY - 1) == 0
    assert outbox.tidy(["erp"], NOW + DAY + 1) == 1
    assert states(outbox) == {"k1": "dead", "k2": "pending"}
    (dead,) = outbox.list(Wanted(states=(State.DEAD,)))
    assert dead.told == "there is no such destination any more"


def test_a_pause_is_kept_until_it_is_undone(outbox):
    outbox.pause(Pause("erp", NOW, "status 410"), "digest")
    outbox.pause(Pause("erp", NOW + 1, "status 410"), "another")

    assert outbox.paused() == [(Pause("erp", NOW + 1, "status 410"), "another")]
    assert outbox.resume("erp")
    assert not outbox.resume("erp")
    assert outbox.paused() == []


def test_depths_count_by_destination_and_state(outbox):
    outbox.put([new("k1"), new("k2", "chat")], NOW)
    outbox.put([new("k3")], NOW + 1)
    claim(outbox, limit=1)

    found = {(one.destination, one.state.value): (one.count, one.oldest) for one in outbox.depths()}

    assert found == {
        ("erp", "sending"): (1, NOW),
        ("erp", "pending"): (1, NOW + 1),
        ("chat", "pending"): (1, NOW),
    }


def test_an_outbox_is_found_again(outbox, address):
    outbox.put([new()], NOW)
    outbox.close()
    again = outbox_at(*address)

    assert again.put([new()], NOW) == 0
    assert [one.key for one in claim(again)] == ["k1"]
    again.close()


def test_an_outbox_of_another_release_is_refused_in_a_sentence(outbox, address):
    outbox.put([new()], NOW)
    outbox._store.write(lambda execute: execute("note_version", version=2))
    outbox._store.write(lambda execute: execute("version"))
    outbox.close()
    file, database = address
    if file is not None:
        with sqlite3.connect(file) as connection:
            connection.execute("delete from outbox_version where version = 1")
        connection.close()
    else:
        with psycopg.connect(database) as connection:
            connection.execute("delete from outbox_version where version = 1")
    again = outbox_at(*address)

    with pytest.raises(OutboxError, match="made by another release"):
        again.put([new("k2")], NOW)
    again.close()
