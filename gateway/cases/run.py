"""Cases run against the gateway, with the clock standing still.

Language §8, tooling conventions §5. Law: pure but for the gateway it is given; a case answers for
itself alone, and whatever happens to it is a result.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from gateway.cases.case import DEFAULT_NOW, Case
from gateway.cases.compare import Difference, Item, answered, compare
from gateway.cases.naming import Names
from gateway.cases.payload import GivenError, Made, make
from gateway.config.configuration import Configuration
from gateway.engine.outcome import Evaluation, Outcome
from gateway.hooks.request import PayloadError
from gateway.lookups.offline import OfflineTables
from gateway.runtime import Gateway


class Status(StrEnum):
    """What became of a case."""

    PASSED = "passed"
    FAILED = "failed"
    #: It could not be run: its document cannot be made.
    BROKEN = "broken"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Result:
    """One case and what became of it."""

    case: Case
    status: Status
    differences: Sequence[Difference] = ()
    #: Why it could not be run.
    reason: str | None = None
    seconds: float = 0.0
    outcomes: Sequence[Outcome] = ()
    #: All that was answered, by effect.
    answered: Mapping[str, Sequence[Item]] = field(default_factory=dict)
    #: The request that was made of the case; None where there was none.
    made: Made | None = field(default=None, repr=False)

    @property
    def is_good(self) -> bool:
        """Whether nothing is wrong."""
        return self.status in (Status.PASSED, Status.SKIPPED)


class Clock:
    """Tells the time that it was set to."""

    def __init__(self) -> None:
        """Stand at the default time of cases."""
        self.now: datetime = DEFAULT_NOW

    def __call__(self) -> datetime:
        """Tell the time."""
        return self.now


class Runner:
    """Runs cases of the queues of one configuration."""

    def __init__(self, configuration: Configuration, timer: Callable[[], float]) -> None:
        """Run against *configuration*; *timer* tells seconds, only to say how long it took."""
        self._clock = Clock()
        #: What the cases are run against; its time limit never ends one.
        self.gateway = Gateway(configuration, clock=self._clock, timer=lambda: 0.0)
        self._timer = timer
        self._names = {name: Names.of(one) for name, one in configuration.by_name.items()}
        self._ids = {name: one.ids[0] for name, one in configuration.by_name.items()}

    def run(self, cases: Iterable[Case]) -> Iterator[Result]:
        """Run *cases*, one after the other."""
        for case in cases:
            if case.skip is not None:
                yield Result(case, Status.SKIPPED)
            else:
                yield self._run(case)

    def evaluate(self, case: Case) -> tuple[Made, Evaluation]:
        """Answer the document of a case.

        Raises:
            GivenError: it cannot be made.
            PayloadError: it is no hook request.
        """
        made = make(case.given, self._names[case.queue], self._ids[case.queue])
        self._clock.now = made.now
        tables = self.tables(case)
        answer = self.gateway.dry_run(made.body, case.queue, tables=tables)
        if tables.missing:
            named = " and ".join(map(repr, tables.missing))
            raise GivenError(f"the rules ask {named} of a database; give the rows under `tables`")
        return made, answer.evaluation or Evaluation()

    def tables(self, case: Case) -> OfflineTables:
        """Give the tables that the rules of a case ask: its own, else those in files."""
        queue = self.gateway.queue(case.queue)
        return OfflineTables(case.given.lookups, queue.tables, "give it under tables")

    def _run(self, case: Case) -> Result:
        start = self._timer()
        try:
            made, evaluation = self.evaluate(case)
        except (GivenError, PayloadError) as error:
            return Result(case, Status.BROKEN, reason=str(error))
        differences = compare(case.expected, evaluation, made.places)
        seconds = self._timer() - start
        return Result(
            case,
            Status.FAILED if differences else Status.PASSED,
            differences,
            seconds=seconds,
            outcomes=evaluation.outcomes,
            answered=answered(evaluation, made.places) if differences else {},
            made=made,
        )
