"""Security reference §12, *model tests*: any order of steps leaves what a simple model says."""

import tempfile
from dataclasses import dataclass
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from gateway.delivery.entry import New, Settled, State, Wanted
from gateway.delivery.opening import outbox_at
from gateway.delivery.retry import Again, Dead, Done

LEASE = 60.0
KEYS = [f"k{number}" for number in range(6)]


@dataclass
class Modelled:
    state: State
    due: float
    attempts: int = 0
    lease: float = 0.0
    #: Which claim holds it.
    claim: str | None = None

    def is_due(self, now):
        if self.due > now:
            return False
        return self.state is State.PENDING or (self.state is State.SENDING and self.lease <= now)


class OutboxSteps(RuleBasedStateMachine):
    def __init__(self):
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.outbox = outbox_at(str(Path(self.folder.name) / "outbox.sqlite"), None)
        self.now = 1_000.0
        self.model = {}
        #: Every claim that a courier believes to hold, lost ones too.
        self.held = []

    def teardown(self):
        self.outbox.close()
        self.folder.cleanup()

    @rule(keys=st.lists(st.sampled_from(KEYS), max_size=4))
    def put(self, keys):
        entries = [New(key, "erp", "acme", "tell", "a", b"{}", 9e9) for key in keys]
        fresh = set(keys) - self.model.keys()
        assert self.outbox.put(entries, self.now) == len(fresh)
        for key in fresh:
            self.model[key] = Modelled(State.PENDING, self.now)

    @rule(seconds=st.sampled_from([0.5, 30.0, 61.0]))
    def wait(self, seconds):
        self.now += seconds

    @rule(limit=st.integers(1, 4))
    def claim(self, limit):
        due = {key for key, one in self.model.items() if one.is_due(self.now)}
        assert (self.outbox.due(self.now) == {"erp"}) is bool(due)
        claimed = self.outbox.claim("erp", limit, self.now, self.now + LEASE)
        assert len(claimed) == min(limit, len(due))
        assert {one.key for one in claimed} <= due
        for one in claimed:
            entry = self.model[one.key]
            entry.state, entry.lease, entry.claim = State.SENDING, one.lease, one.claim
            entry.attempts += 1
            assert one.attempts == entry.attempts
            self.held.append(one)

    @rule(at=st.integers(0, 9), verdict=st.sampled_from([Done(), Dead("x"), Again(0.0)]))
    def settle(self, at, verdict):
        if not self.held:
            return
        claimed = self.held.pop(at % len(self.held))
        if isinstance(verdict, Again):
            verdict = Again(self.now + 10.0)
        self.outbox.settle([Settled(claimed, verdict, self.now, 0.1, None, "met")], self.now)
        entry = self.model[claimed.key]
        if entry.state is State.SENDING and entry.claim == claimed.claim:
            entry.claim = None
            entry.state = {Done: State.DONE, Dead: State.DEAD, Again: State.PENDING}[type(verdict)]
            if isinstance(verdict, Again):
                entry.due = verdict.due

    @rule(at=st.integers(0, 9))
    def release(self, at):
        if not self.held:
            return
        claimed = self.held.pop(at % len(self.held))
        self.outbox.release([claimed], self.now)
        entry = self.model[claimed.key]
        if entry.state is State.SENDING and entry.claim == claimed.claim:
            entry.state, entry.claim = State.PENDING, None
            entry.attempts -= 1

    @rule(key=st.sampled_from(KEYS))
    def retry(self, key):
        number = self._number(key)
        done = self.outbox.retry([number], self.now, 1e6)
        entry = self.model.get(key)
        free = entry is not None and entry.state in (State.PENDING, State.DEAD, State.DROPPED)
        assert done == ([number] if free else [])
        if free:
            entry.state, entry.due = State.PENDING, self.now

    @rule(key=st.sampled_from(KEYS))
    def drop(self, key):
        number = self._number(key)
        done = self.outbox.drop([number], self.now)
        entry = self.model.get(key)
        free = entry is not None and (
            entry.state in (State.PENDING, State.DEAD)
            or (entry.state is State.SENDING and entry.lease < self.now)
        )
        assert done == ([number] if free else [])
        if free:
            entry.state, entry.claim = State.DROPPED, None

    def _number(self, key):
        found = [one.number for one in self.outbox.list(Wanted()) if one.key == key]
        return found[0] if found else 10_000

    @invariant()
    def everything_is_as_the_model_says(self):
        found = {one.key: (one.state, one.attempts) for one in self.outbox.list(Wanted())}
        assert found == {key: (one.state, one.attempts) for key, one in self.model.items()}


TestOutboxSteps = OutboxSteps.TestCase
TestOutboxSteps.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
