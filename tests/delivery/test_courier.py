"""Security reference §9: what waits arrives or is given up in sight; nobody waits for another."""

import threading
import time

import pytest

from gateway.delivery.courier import Courier
from gateway.delivery.entry import New, State, Wanted
from gateway.delivery.opening import outbox_at
from gateway.delivery.outbox import OutboxError
from gateway.delivery.retry import Patience
from tests.delivery.couriers import Heard, working
from tests.delivery.receivers import RawReceiver, Receiver, destination
from tests.waiting import until


@pytest.fixture
def file(tmp_path):
    return str(tmp_path / "outbox.sqlite")


def put(file, *keys, to="erp", expires=60.0):
    outbox = outbox_at(file, None)
    now = time.time()
    outbox.put([New(key, to, "acme", "tell", "a", b"{}", now + expires) for key in keys], now)
    outbox.close()


def states(file, *wanted):
    outbox = outbox_at(file, None)
    found = outbox.list(Wanted(states=wanted, limit=10_000))
    outbox.close()
    return {one.key: (one.state, one.told) for one in found}


def all_are(file, state):
    return all(found is state for found, _ in states(file).values())


def test_what_waits_is_sent_once_and_done(file):
    keys = [f"k{number}" for number in range(50)]
    put(file, *keys)
    with Receiver() as receiver, working(outbox_at(file, None), destination(receiver.url)):
        until(lambda: all_are(file, State.DONE))

    assert receiver.keys == dict.fromkeys(keys, 1)


def test_what_fails_is_repeated_with_the_same_key(file):
    put(file, "k1", "k2", "k3")
    replies = [(503, {}, b""), (500, {}, b""), (429, {"Retry-After": "0"}, b""), (408, {}, b"")]
    with (
        Receiver(lambda number: (*replies, *[(200, {}, b"")] * 99)[number - 1]) as receiver,
        working(outbox_at(file, None), destination(receiver.url, concurrency=1)),
    ):
        until(lambda: all_are(file, State.DONE))

    assert sum(receiver.keys.values()) == 7
    assert receiver.keys.keys() == {"k1", "k2", "k3"}


@pytest.mark.parametrize(
    ("reply", "told"),
    [
        ((404, {}, b""), "status 404"),
        ((302, {"Location": "http://127.0.0.1:1/"}, b""),
         "status 302: redirects are not followed"),
    ],
)  # fmt: skip
def test_what_is_final_is_given_up_at_once(file, reply, told):
    put(file, "k1")
    with (
        Receiver(lambda number: reply) as receiver,
        working(outbox_at(file, None), destination(receiver.url)),
    ):
        until(lambda: all_are(file, State.DEAD))

    assert states(file) == {"k1": (State.DEAD, told)}
    assert len(receiver.requests) == 1


def test_what_does_not_arrive_in_time_is_given_up_and_stays_in_sight(file):
    put(file, "k1", expires=2.0)
    patience = Patience(2.0, 0.02, 0.05)
    with (
        Receiver(lambda number: (500, {}, b"")) as receiver,
        working(outbox_at(file, None), destination(receiver.url, patience=patience)),
    ):
        until(lambda: all_are(file, State.DEAD))

    assert states(file)["k1"][1] == "tried for 2 s, the last time: status 500"
    assert len(receiver.requests) > 1


def test_one_dead_receiver_costs_the_others_nothing(file):
    silent, heard = RawReceiver(lambda connection: silent.closed.wait()), Heard()
    keys = [f"k{number}" for number in range(100)]
    put(file, *(f"s{number}" for number in range(100)), to="silent")
    put(file, *keys)
    with (
        silent,
        Receiver() as receiver,
        working(
            outbox_at(file, None),
            destination(silent.url, "silent", timeout=120.0),
            destination(receiver.url),
            heard=heard,
        ),
    ):
        until(lambda: len(states(file, State.DONE)) == 100)
        assert {name for name, *_ in heard.attempts} == {"erp"}
        assert receiver.keys == dict.fromkeys(keys, 1)
        assert silent.connections <= 4
        silent.hang_up()


def test_a_receiver_that_is_gone_gets_nothing_more_until_it_has_another_address(file):
    put(file, "k1")
    heard = Heard()
    with (
        Receiver(lambda number: (410, {}, b"")) as gone,
        Receiver() as moved,
        working(outbox_at(file, None), destination(gone.url), heard=heard) as courier,
    ):
        until(lambda: states(file)["k1"][0] is State.DEAD)
        put(file, "k2")
        time.sleep(0.5)
        assert len(gone.requests) == 1
        assert states(file)["k2"][0] is State.PENDING
        courier.switch({"erp": destination(moved.url)})
        until(lambda: states(file)["k2"][0] is State.DONE)

    assert heard.told == ["paused: erp"]
    assert moved.keys == {"k2": 1}


def test_a_pause_outlives_the_courier_and_ends_when_a_person_says_so(file):
    put(file, "k1")
    with (
        Receiver(lambda number: (410, {}, b"") if number == 1 else (200, {}, b"")) as receiver,
    ):
        with working(outbox_at(file, None), destination(receiver.url)):
            until(lambda: states(file)["k1"][0] is State.DEAD)
        put(file, "k2")
        with working(outbox_at(file, None), destination(receiver.url)):
            time.sleep(0.5)
            assert len(receiver.requests) == 1
            outbox = outbox_at(file, None)
            assert outbox.resume("erp")
            outbox.close()
            until(lambda: states(file)["k2"][0] is State.DONE)


def test_what_has_no_destination_waits_until_there_is_one(file):
    put(file, "k1", to="later")
    with Receiver() as receiver, working(outbox_at(file, None)) as courier:
        time.sleep(0.3)
        assert states(file)["k1"][0] is State.PENDING
        courier.switch({"later": destination(receiver.url, "later")})
        until(lambda: all_are(file, State.DONE))


def test_a_receiver_that_fails_and_fails_is_left_alone(file):
    put(file, *(f"k{number}" for number in range(50)))
    with (
        Receiver(lambda number: (500, {}, b"")) as receiver,
        working(
            outbox_at(file, None),
            destination(receiver.url, patience=Patience(60, 0.01, 0.01)),
            chance=lambda: 1.0,
        ),
    ):
        until(lambda: len(receiver.requests) >= 5)
        time.sleep(0.7)
        assert len(receiver.requests) < 15


def test_what_is_under_way_is_finished_before_the_courier_ends(file):
    put(file, "k1")
    entered = threading.Event()

    def slow(number):
        entered.set()
        time.sleep(0.5)
        return 200, {}, b""

    with Receiver(slow) as receiver:
        with working(outbox_at(file, None), destination(receiver.url)):
            entered.wait(10)
        assert states(file)["k1"][0] is State.DONE
    assert receiver.keys == {"k1": 1}


class Failing:
    """An outbox that is gone now and then."""

    def __init__(self, outbox):
        self._outbox = outbox
        self.gone = False

    def __getattr__(self, name):
        def call(*given):
            if self.gone and name != "close":
                raise OutboxError("the database cannot be reached")
            return getattr(self._outbox, name)(*given)

        return call


def test_an_outbox_that_is_gone_for_a_while_loses_nothing(file):
    outbox, heard = Failing(outbox_at(file, None)), Heard()
    put(file, "k1")

    def while_gone(number):
        outbox.gone = number == 1
        return 200, {}, b""

    with (
        Receiver(while_gone) as receiver,
        working(outbox, destination(receiver.url), heard=heard),
    ):
        until(lambda: heard.told == ["trouble: the database cannot be reached"])
        outbox.gone = False
        until(lambda: all_are(file, State.DONE))
        until(lambda: heard.told[1:] == ["recovered"])

    assert receiver.keys == {"k1": 1}


def test_a_system_without_threads_for_us_loses_nothing(file):
    put(file, "k1", "k2")

    class Patient(Heard):
        def fault(self, error):
            self.told.append(str(error))

    heard = Patient()
    with Receiver() as receiver:
        courier = Courier(outbox_at(file, None), {"erp": destination(receiver.url)}, heard)
        lane = courier._lanes["erp"]
        lane.threads.shutdown()
        thread = threading.Thread(target=courier.run)
        thread.start()
        until(lambda: heard.told)
        assert states(file)["k1"][0] is State.PENDING
        courier.switch({"erp": destination(receiver.url, timeout=3.0)})
        until(lambda: all_are(file, State.DONE))
        courier.stop()
        thread.join()

    assert receiver.keys == {"k1": 1, "k2": 1}


def test_several_couriers_share_the_work(file):
    keys = [f"k{number}" for number in range(200)]
    put(file, *keys)
    with (
        Receiver() as receiver,
        working(outbox_at(file, None), destination(receiver.url)),
        working(outbox_at(file, None), destination(receiver.url)),
    ):
        until(lambda: all_are(file, State.DONE))

    assert receiver.keys == dict.fromkeys(keys, 1)
