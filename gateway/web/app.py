"""The WSGI application: HTTP in, the gateway's answer out.

Law: translates and nothing else. An exception becomes a status in one table, `STATUSES`; the
routes are in one table, `_ALLOWED`.
"""

from __future__ import annotations

import threading
import time
from typing import Any, Final

import falcon

from gateway.hooks.request import PayloadError
from gateway.hooks.signature import SignatureError, Signatures
from gateway.runtime import ForeignSecretError, Gateway
from gateway.web import refusals
from gateway.web.logs import Log
from gateway.web.refusals import Refusal, refuse_body


class RefusedByHeaderError(Exception):
    """A request that is refused by its headers alone."""

    def __init__(self, refusal: Refusal) -> None:
        """Remember how it is to be answered."""
        super().__init__(refusal)
        self.refusal = refusal

    def __str__(self) -> str:
        return self.refusal.message


#: Which exception is answered how. What is not here is a fault of ours, and worth a retry: 503.
STATUSES: Final[dict[type[Exception], Refusal]] = {
    SignatureError: refusals.SIGNATURE,
    ForeignSecretError: refusals.FOREIGN,
    PayloadError: refusals.PAYLOAD,
    falcon.HTTPNotFound: refusals.NOT_FOUND,
    falcon.HTTPMethodNotAllowed: refusals.METHOD,
    falcon.HTTPInvalidHeader: refusals.MALFORMED,
    # What the framework raises for a method that it has never heard of.
    falcon.HTTPBadRequest: refusals.METHOD,
}

_ALLOWED: Final = {
    "/hook": "POST",
    "/hook/{queue}": "POST",
    "/healthz": "GET, HEAD",
    "/readyz": "GET, HEAD",
}

_BEGAN: Final = "gateway.began"


class Hook:
    """``/hook`` and ``/hook/{queue}``: what the platform calls."""

    def __init__(self, gateway: Gateway, log: Log) -> None:
        """Answer from *gateway*."""
        self._gateway = gateway
        self._log = log

    def on_post(self, req: falcon.Request, resp: falcon.Response, queue: str | None = None) -> None:
        """Answer one hook request."""
        env = req.env
        began = env[_BEGAN] = time.perf_counter()
        if queue == "":
            raise falcon.HTTPNotFound
        refusal = refuse_body(env.get("CONTENT_TYPE"), env.get("HTTP_CONTENT_ENCODING"))
        if refusal is not None:
            raise RefusedByHeaderError(refusal)
        answer = self._gateway.answer(
            req.bounded_stream.read(),
            Signatures(env.get("HTTP_X_ROSSUM_SIGNATURE_SHA256"), env.get("HTTP_X_ELIS_SIGNATURE")),
            queue,
        )
        resp.data = answer.body
        self._log.answered(answer, time.perf_counter() - began)

    def on_options(self, _req: falcon.Request, _resp: falcon.Response, **_: str) -> None:
        """Refuse it: the framework would answer it with 200."""
        raise falcon.HTTPMethodNotAllowed(())


class Health:
    """``/healthz``: the process answers. Depends on nothing."""

    def on_get(self, _req: falcon.Request, resp: falcon.Response) -> None:
        """Say that the process lives."""
        resp.data = b'{"status":"ok"}'

    def on_head(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Say the same without a body."""
        self.on_get(req, resp)

    def on_options(self, _req: falcon.Request, _resp: falcon.Response) -> None:
        """Refuse it: the framework would answer it with 200."""
        raise falcon.HTTPMethodNotAllowed(())


class Readiness(Health):
    """``/readyz``: rules are loaded, and the server is not about to stop."""

    def __init__(self, gateway: Gateway, draining: threading.Event) -> None:
        """Be ready as long as *gateway* is and *draining* is not set."""
        self._gateway = gateway
        self._draining = draining

    def on_get(self, _req: falcon.Request, resp: falcon.Response) -> None:
        """Say whether requests should be sent here."""
        if self._gateway.ready and not self._draining.is_set():
            resp.data = b'{"status":"ready"}'
        else:
            _send(resp, refusals.NOT_READY)


class Refuser:
    """Answers exceptions."""

    def __init__(self, log: Log) -> None:
        """Tell *log* of each."""
        self._log = log

    def __call__(
        self, req: falcon.Request, resp: falcon.Response, error: Exception, params: dict[str, Any]
    ) -> None:
        """Answer *error*, which `STATUSES` knows or which is a fault of ours."""
        refusal = _refusal(error)
        if refusal is None:
            self._log.fault("an unexpected exception", error)
            refusal = refusals.UNAVAILABLE
        elif refusal is refusals.METHOD:
            allowed = _ALLOWED.get(req.uri_template or "")
            refusal = refusal.allowing(allowed) if allowed else refusals.NOT_FOUND
        _send(resp, refusal)
        now = time.perf_counter()
        self._log.refused(
            refusal.number,
            refusal.code,
            now - req.env.get(_BEGAN, now),
            reason=error.reason if isinstance(error, SignatureError) else None,
            queue=params.get("queue"),
        )


def create_app(
    gateway: Gateway, log: Log, draining: threading.Event
) -> falcon.App[falcon.Request, falcon.Response]:
    """Make the application that answers from *gateway*."""
    app: falcon.App[falcon.Request, falcon.Response] = falcon.App()
    # Both are read from the body only, which is ours to read.
    app.req_options.auto_parse_form_urlencoded = False
    app.req_options.media_handlers.clear()
    hook = Hook(gateway, log)
    app.add_route("/hook", hook)
    app.add_route("/hook/{queue}", hook)
    app.add_route("/healthz", Health())
    app.add_route("/readyz", Readiness(gateway, draining))
    refuse = Refuser(log)
    for kind in (Exception, falcon.HTTPError, falcon.HTTPStatus):
        app.add_error_handler(kind, refuse)
    return app


def _refusal(error: Exception) -> Refusal | None:
    if isinstance(error, RefusedByHeaderError):
        return error.refusal
    return next((STATUSES[kind] for kind in type(error).__mro__ if kind in STATUSES), None)


def _send(resp: falcon.Response, refusal: Refusal) -> None:
    resp.status = refusal.status
    resp.data = refusal.body
    resp.set_headers(refusal.headers)
