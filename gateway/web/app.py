"""The WSGI application: HTTP in, the gateway's answer out.

Law: translates and nothing else. An exception becomes a status in one table, `STATUSES`; the
routes are in one table, `_ALLOWED`.
"""

from __future__ import annotations

import threading
from typing import Any, Final

import falcon

from gateway.hooks.credentials import CredentialsError
from gateway.hooks.request import PayloadError
from gateway.hooks.signature import SignatureError, Signatures
from gateway.runtime import ForeignSecretError, Gateway, UndeliverableError
from gateway.web import refusals
from gateway.web.calls import method_label
from gateway.web.connector import Connector
from gateway.web.entry import REQUEST_ID, RefusedByHeaderError, body_of, call_in, route_of
from gateway.web.health import Health, Readiness, send
from gateway.web.refusals import Refusal
from gateway.web.seen import Seen

#: Which exception is answered how. What is not here is a fault of ours, and worth a retry: 503.
STATUSES: Final[dict[type[Exception], Refusal]] = {
    SignatureError: refusals.SIGNATURE,
    CredentialsError: refusals.CREDENTIALS,
    ForeignSecretError: refusals.FOREIGN,
    PayloadError: refusals.PAYLOAD,
    UndeliverableError: refusals.OUTBOX,
    falcon.HTTPNotFound: refusals.NOT_FOUND,
    falcon.HTTPMethodNotAllowed: refusals.METHOD,
    falcon.HTTPInvalidHeader: refusals.MALFORMED,
    # What the framework raises for a method that it has never heard of.
    falcon.HTTPBadRequest: refusals.METHOD,
}

#: Refusals that somebody who signs wrongly gets, and why, in logs and metrics.
_REASONS: Final = {refusals.FOREIGN: "foreign"}

_ALLOWED: Final = {
    "/hook": "POST",
    "/hook/{queue}": "POST",
    "/connector/{queue}/validate": "POST",
    "/connector/{queue}/save": "POST",
    "/healthz": "GET, HEAD",
    "/readyz": "GET, HEAD",
}


class Hook:
    """``/hook`` and ``/hook/{queue}``: what the platform calls."""

    def __init__(self, gateway: Gateway, seen: Seen) -> None:
        """Answer from *gateway*."""
        self._gateway = gateway
        self._seen = seen

    def on_post(self, req: falcon.Request, resp: falcon.Response, queue: str | None = None) -> None:
        """Answer one hook request."""
        env = req.env
        if queue == "":
            raise falcon.HTTPNotFound
        answer = self._gateway.answer(
            body_of(req),
            Signatures(env.get("HTTP_X_ROSSUM_SIGNATURE_SHA256"), env.get("HTTP_X_ELIS_SIGNATURE")),
            queue,
        )
        resp.data = answer.body
        call = call_in(env).named(answer.request_id)
        resp.set_header(REQUEST_ID, call.request_id)
        self._seen.answered(call, route_of(req), answer)

    def on_options(self, _req: falcon.Request, _resp: falcon.Response, **_: str) -> None:
        """Refuse it: the framework would answer it with 200."""
        raise falcon.HTTPMethodNotAllowed(())


class Refuser:
    """Answers exceptions."""

    def __init__(self, gateway: Gateway, seen: Seen) -> None:
        """Tell *seen* of each; *gateway* knows which queues there are."""
        self._gateway = gateway
        self._seen = seen

    def __call__(
        self, req: falcon.Request, resp: falcon.Response, error: Exception, params: dict[str, Any]
    ) -> None:
        """Answer *error*, which `STATUSES` knows or which is a fault of ours."""
        refusal = _refusal(error)
        if refusal is None:
            self._seen.log.fault("an unexpected exception", error)
            refusal = refusals.UNAVAILABLE
        elif refusal is refusals.METHOD:
            allowed = _ALLOWED.get(req.uri_template or "")
            refusal = refusal.allowing(allowed) if allowed else refusals.NOT_FOUND
        send(resp, refusal)
        call = call_in(req.env).named()
        resp.set_header(REQUEST_ID, call.request_id)
        queue, reason = params.get("queue"), _REASONS.get(refusal)
        if isinstance(error, SignatureError):
            reason = error.reason
        if isinstance(error, UndeliverableError):
            self._seen.untold(queue)
            reason = error.reason
        elif reason is not None:
            self._seen.unauthorized(reason, queue if self._gateway.serves(queue) else None)
        route, method = route_of(req), method_label(req.method)
        self._seen.refused(call, route, method, refusal, reason=reason, queue=queue)


class Observer:
    """Counts every request that reaches the application."""

    def __init__(self, seen: Seen) -> None:
        """Count with *seen*."""
        self._seen = seen

    def process_request(self, req: falcon.Request, _resp: falcon.Response) -> None:
        """Look at the clock."""
        call_in(req.env)

    def process_response(
        self, req: falcon.Request, resp: falcon.Response, _resource: object, _succeeded: bool
    ) -> None:
        """Count what it was answered."""
        route, method = route_of(req), method_label(req.method)
        self._seen.exchanged(call_in(req.env), route, method, resp.status_code)


def create_app(
    gateway: Gateway, seen: Seen, draining: threading.Event
) -> falcon.App[falcon.Request, falcon.Response]:
    """Make the application that answers from *gateway*, and tells *seen* of each request."""
    app: falcon.App[falcon.Request, falcon.Response] = falcon.App(middleware=Observer(seen))
    # Both are read from the body only, which is ours to read.
    app.req_options.auto_parse_form_urlencoded = False
    app.req_options.media_handlers.clear()
    hook = Hook(gateway, seen)
    app.add_route("/hook", hook)
    app.add_route("/hook/{queue}", hook)
    app.add_route("/connector/{queue}/validate", Connector(gateway, seen, saves=False))
    app.add_route("/connector/{queue}/save", Connector(gateway, seen, saves=True))
    app.add_route("/healthz", Health())
    app.add_route(
        "/readyz", Readiness(lambda: {"rules": gateway.ready, "running": not draining.is_set()})
    )
    refuse = Refuser(gateway, seen)
    for kind in (Exception, falcon.HTTPError, falcon.HTTPStatus):
        app.add_error_handler(kind, refuse)
    return app


def _refusal(error: Exception) -> Refusal | None:
    if isinstance(error, RefusedByHeaderError):
        return error.refusal
    return next((STATUSES[kind] for kind in type(error).__mro__ if kind in STATUSES), None)
