"""The gateway: one hook request in, one answer out.

Design §1. Law: states the order of things; each line of `Gateway.answer` is a function of its
arguments. A request takes the serving state once, at its start, and sees no other.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo

from gateway.annotation.content import Content
from gateway.annotation.tree import Tree
from gateway.config.configuration import Configuration, Queue
from gateway.config.outbox import Unavailable
from gateway.delivery.keeping import Keeper
from gateway.delivery.outbox import OutboxError
from gateway.delivery.plan import entries_of
from gateway.effects import Deliver, Level, Message
from gateway.engine.evaluate import evaluate
from gateway.engine.outcome import Evaluation
from gateway.engine.program import Program, link
from gateway.engine.sieve import sieved
from gateway.engine.tables import Tables
from gateway.engine.trace import Tracer
from gateway.hooks.connector import ConnectorCall, hook_request, lost_in, render_connector
from gateway.hooks.credentials import Credentials, CredentialsError, authenticate
from gateway.hooks.reads import reads_of
from gateway.hooks.request import Decoder, Request
from gateway.hooks.response import NEUTRAL, render_response
from gateway.hooks.side_loads import SideLoads
from gateway.hooks.signature import Secret, SignatureError, Signatures, verify
from gateway.hooks.wire import Reads
from gateway.rules.events import INTERACTIVE
from gateway.rules.rule import RuleSet

#: Seconds that all rules together may take for one request.
TIME_LIMIT: Final = 5.0

#: Tried for names that are no queue's, so that they take as long as one that is.
_DECOY: Final = (Secret("no queue has this name", "decoy"),)
_NO_CONNECTOR: Final = Credentials("nobody", _DECOY)

#: How a change is told that a connector cannot make, as a failed rule would be.
_LOSSES: Final = {"warn": Level.WARNING, "error": Level.ERROR}


class ForeignSecretError(Exception):
    """The request is signed, but not with a secret of the queue that it names."""

    def __str__(self) -> str:
        return "signed for another queue"


class UndeliverableError(Exception):
    """What other systems are to be told could not be stored, so nothing is answered."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason

    def __str__(self) -> str:
        return f"the outbox cannot be written: {self.reason}"


@dataclass(frozen=True, slots=True)
class Untold:
    """Notifications that could not be stored, although the request is answered."""

    reason: str
    #: Whether whoever waits for the answer reads so in it.
    is_shown: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """What one request is answered, and what its log line says."""

    #: Strict JSON.
    body: bytes
    request_id: str | None
    #: The queue file's name; None when the request's queue is none of ours.
    queue: str | None
    #: ``event.action``, or ``other``.
    event: str
    revision: str
    #: What the secret that signed it is called; None: it did not have to be signed.
    secret: str | None
    #: How many rules ran.
    rules: int
    fired: tuple[str, ...]
    failed: tuple[str, ...]
    evaluation: Evaluation | None = None
    #: The rules of its queue, and what was asked of them.
    rule_set: RuleSet | None = None
    request: Request | None = None
    #: Changes that the protocol of the caller has no place for.
    lost: int = 0
    #: None: what other systems are to be told was stored, if there was anything.
    untold: Untold | None = None


@dataclass(frozen=True, slots=True)
class _Served:
    """One queue, ready to answer."""

    queue: Queue
    program: Program
    decoder: Decoder
    zone: ZoneInfo
    side_loads: SideLoads


@dataclass(frozen=True, slots=True)
class _Serving:
    """Everything of one configuration that requests need."""

    configuration: Configuration
    by_name: Mapping[str, _Served]
    by_id: Mapping[int, _Served]
    decoder: Decoder


def _now() -> datetime:
    return datetime.now(UTC)


class Gateway:
    """Answers hook requests by the rules of one configuration, which can be switched."""

    def __init__(
        self,
        configuration: Configuration,
        clock: Callable[[], datetime] = _now,
        timer: Callable[[], float] = time.monotonic,
        keeper: Keeper | None = None,
    ) -> None:
        """Serve *configuration*; *clock* tells aware times, *timer* seconds.

        What other systems are to be told goes to *keeper*.
        """
        self._clock = clock
        self._timer = timer
        self._keeper = keeper or Keeper()
        self._serving = _serve(configuration, None)

    @property
    def ready(self) -> bool:
        """Whether rules are loaded, and what they tell others can be stored."""
        return bool(self._serving.by_name) and self._keeper.is_well

    @property
    def revision(self) -> str:
        """What the configuration that answers is called."""
        return self._serving.configuration.revision

    def switch(self, configuration: Configuration) -> None:
        """Answer by *configuration* from the next request on."""
        self._serving = _serve(configuration, self._serving)

    def answer(self, body: bytes, signatures: Signatures, name: str | None) -> Answer:
        """Answer one hook request, addressed to the queue file *name* or to the gateway.

        Raises:
            SignatureError: the body is not the platform's.
            PayloadError: the body is not a hook request.
            ForeignSecretError: it is signed for another queue than it names.
            UndeliverableError: what others are to be told of it cannot be stored.
        """
        serving = self._serving  # Read once: one answer, one configuration.
        addressed, secret = _verify(serving, body, signatures, name)
        request = (serving.decoder if addressed is None else addressed.decoder).decode(body)
        served = _route(serving, addressed, request)
        evaluation = self._evaluate(served, request)
        untold = self._keep(serving, served, request, evaluation)
        return _answer(serving, served, request, evaluation, secret, untold)

    def answer_connector(
        self, body: bytes, authorization: str | None, name: str, call: ConnectorCall
    ) -> Answer:
        """Answer one request of the deprecated connector protocol for the queue file *name*.

        Raises:
            CredentialsError: it does not carry the queue's credentials, or the queue has none.
            PayloadError: the body is no connector's request.
            ForeignSecretError: it names another queue.
            UndeliverableError: what others are to be told of it cannot be stored.
        """
        serving = self._serving
        served = serving.by_name.get(name)
        connector = None if served is None else served.queue.connector
        secret = authenticate(authorization, connector or _NO_CONNECTOR)
        if served is None or connector is None:
            raise CredentialsError("wrong")
        request = served.decoder.decode(hook_request(body, call))
        _route(serving, served, request)
        evaluation = self._evaluate(served, request)
        untold = self._keep(serving, served, request, evaluation)
        answer = _answer(serving, served, request, evaluation, secret, untold)
        told = _LOSSES.get(served.queue.context.on_failure)
        return replace(
            answer,
            body=render_connector(evaluation, call, told),
            lost=lost_in(evaluation, call),
        )

    def dry_run(
        self,
        body: bytes,
        name: str,
        now: datetime | None = None,
        tracer: Tracer | None = None,
        tables: Tables | None = None,
    ) -> Answer:
        """Answer a stored request by the rules of the queue file *name*, signed or not.

        Rules ask *tables*, where they are given, instead of the queue's own.

        Raises:
            PayloadError: the body is not a hook request.
        """
        serving = self._serving
        served = serving.by_name[name]
        request = served.decoder.decode(body)
        return _answer(
            serving, served, request, self._evaluate(served, request, now, tracer, tables)
        )

    def serves(self, name: str | None) -> bool:
        """Whether there is a queue file *name*."""
        return name in self._serving.by_name

    def queue(self, name: str) -> Queue:
        """Give the queue file *name* as it is served."""
        return self._serving.by_name[name].queue

    def _evaluate(
        self,
        served: _Served | None,
        request: Request,
        now: datetime | None = None,
        tracer: Tracer | None = None,
        tables: Tables | None = None,
    ) -> Evaluation | None:
        if served is None or request.runs_on not in served.program.steps:
            return None
        began = self._timer()
        deadline = began + TIME_LIMIT
        program = served.side_loads.applied(served.program, request.decoded_key("schemas"))
        content = Content(request.tree or Tree(), program.rules.kinds, program.rules.placeholders)
        now = (now or self._clock()).astimezone(served.zone)
        facts = request.at(now, lambda: self._timer() > deadline)
        own = served.queue.tables.asked(lambda: deadline - self._timer())
        evaluation = evaluate(program, content, facts, tables or own, tracer)
        evaluation.asked = own.counts
        evaluation.seconds = self._timer() - began
        return evaluation

    def _keep(
        self,
        serving: _Serving,
        served: _Served | None,
        request: Request,
        evaluation: Evaluation | None,
    ) -> Untold | None:
        """Store what others are to be told, or say why that was not possible.

        Raises:
            UndeliverableError: it cannot be stored, and the request is to be repeated.
        """
        outbox = serving.configuration.outbox
        if evaluation is None or not evaluation.deliveries or served is None or outbox is None:
            return None
        now = self._clock().timestamp()
        destinations = serving.configuration.destinations
        new = entries_of(evaluation.deliveries, served.queue.name, request, destinations, now)
        try:
            self._keeper.keep(outbox.file, outbox.database, new, now)
        except OutboxError as error:
            if served.queue.unavailable is Unavailable.ANSWER:
                return Untold(str(error), is_shown=False)
            if request.runs_on not in INTERACTIVE:
                raise UndeliverableError(str(error)) from None
            # Nobody repeats it: whoever waits is told, and can.
            evaluation.messages.extend(_untold(evaluation.deliveries))
            return Untold(str(error), is_shown=True)
        return None


def _untold(deliveries: Sequence[Deliver]) -> Iterator[Message]:
    told = {one.destination: one.rule for one in reversed(deliveries)}
    for destination, rule in sorted(told.items()):
        text = f"{destination} could not be told; please try again."
        yield Message(Level.ERROR, text, None, rule)


def _serve(configuration: Configuration, previous: _Serving | None) -> _Serving:
    """Link what is new; queues with the same rules as before keep what was made of them."""
    by_name: dict[str, _Served] = {}
    reads = Reads()
    for name, queue in configuration.by_name.items():
        before = previous.by_name.get(name) if previous is not None else None
        if before is not None and before.queue.rules is queue.rules:
            by_name[name] = replace(before, queue=queue)
        else:
            for question in queue.rules.questions():
                queue.tables.expect(question)
            by_name[name] = _Served(
                queue,
                sieved(link(queue.rules)),
                Decoder(reads_of(queue.rules)),
                ZoneInfo(queue.rules.timezone),
                SideLoads(),
            )
        if not queue.secrets:
            reads |= reads_of(queue.rules)
    by_id = {one: by_name[queue.name] for one, queue in configuration.queues.items()}
    return _Serving(configuration, by_name, by_id, Decoder(reads))


def _verify(
    serving: _Serving, body: bytes, signatures: Signatures, name: str | None
) -> tuple[_Served | None, Secret | None]:
    """Check the signature against the secrets of whom the request is addressed to.

    Returns:
        The addressed queue, None when it is addressed to the gateway; and the secret that signed,
        None where nobody has to sign.
    """
    configuration = serving.configuration
    if name is None:
        if not configuration.secrets and any(
            one.queue.unsigned for one in serving.by_name.values()
        ):
            return None, None
        legacy = configuration.legacy_signature
        return None, verify(body, signatures, configuration.secrets, legacy=legacy)
    addressed = serving.by_name.get(name)
    if addressed is None:
        verify(body, signatures, _DECOY, legacy=True)
        raise SignatureError("wrong")
    queue = addressed.queue
    if queue.unsigned:
        return addressed, None
    legacy = queue.legacy_signature or (not queue.secrets and configuration.legacy_signature)
    secrets = queue.secrets or configuration.secrets
    return addressed, verify(body, signatures, secrets, legacy=legacy)


def _route(serving: _Serving, addressed: _Served | None, request: Request) -> _Served | None:
    """Find the queue that a request names, and refuse it if its signature is another's.

    The files of an upload may name several: one queue's rules answer it, or none.
    """
    queue_ids = request.queue_ids
    if addressed is not None:
        if not queue_ids.issubset(addressed.queue.ids):
            raise ForeignSecretError
        return addressed
    named = {name.queue.name: name for one in queue_ids if (name := serving.by_id.get(one))}
    served = next(iter(named.values())) if len(named) == 1 else None
    if served is None:
        return None
    signed = bool(serving.configuration.secrets)
    if served.queue.secrets or (not signed and not served.queue.unsigned):
        raise ForeignSecretError
    return served


def _answer(
    serving: _Serving,
    served: _Served | None,
    request: Request,
    evaluation: Evaluation | None,
    secret: Secret | None = None,
    untold: Untold | None = None,
) -> Answer:
    body = NEUTRAL if evaluation is None else render_response(evaluation, request.runs_on)
    return Answer(
        body=body,
        request_id=request.request_id,
        queue=None if served is None else served.queue.name,
        event=request.name,
        revision=serving.configuration.revision if served is None else served.queue.revision,
        secret=None if secret is None else secret.name,
        rules=0 if evaluation is None else len(evaluation.outcomes),
        fired=() if evaluation is None else evaluation.fired,
        failed=() if evaluation is None else evaluation.failed,
        evaluation=evaluation,
        rule_set=None if served is None else served.queue.rules,
        request=request,
        untold=untold,
    )
