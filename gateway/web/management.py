"""What operators and their tools ask: reload, status, metrics, health.

Tooling conventions §7 and §9. Law: translates between HTTP and what manages the processes; has no
authentication, so that its address is for this machine, and no page of another site may use it.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Mapping
from typing import Any, Final, Protocol

import falcon
import msgspec

from gateway.web import refusals
from gateway.web.app import STATUSES
from gateway.web.calls import call_of
from gateway.web.health import Health, Readiness, send
from gateway.web.refusals import Refusal
from gateway.web.seen import Seen

RELOAD: Final = "/-/reload"
#: Where the environment of a request keeps what it waited for.
ASKED: Final = "gateway.asked"

_ALLOWED: Final = {
    RELOAD: "POST, PUT",
    "/-/status": "GET, HEAD",
    "/metrics": "GET, HEAD",
    "/healthz": "GET, HEAD",
    "/readyz": "GET, HEAD",
}
_PORT: Final = re.compile(r":[0-9]{1,5}\Z")


class Asked(Protocol):
    """A reload that somebody waits for."""

    @property
    def answer(self) -> tuple[str, dict[str, Any]] | None:
        """The status line and the JSON to answer with; None as long as it is under way."""


class Managed(Protocol):
    """What is managed."""

    def ask(self) -> Asked:
        """Have the folder looked at now."""

    def status(self) -> dict[str, Any]:
        """Tell what is served, and by which processes."""

    def checks(self) -> Mapping[str, bool]:
        """Tell what being ready depends on."""

    def exposition(self) -> tuple[str, bytes]:
        """Give the media type and the text of all metrics."""


class _Get(Health):
    """What is read; HEAD and OPTIONS are as for health."""

    def __init__(self, answer: Callable[[], tuple[str, bytes]]) -> None:
        """Answer with a media type and a text."""
        self._answer = answer

    def on_get(self, _req: falcon.Request, resp: falcon.Response) -> None:
        """Answer."""
        resp.content_type, resp.data = self._answer()


class _Reload:
    """``/-/reload``: answered once the workers have switched, or have said that they cannot."""

    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Tell what became of it."""
        asked: Asked | None = req.env[ASKED]
        if asked is None or asked.answer is None:
            send(resp, refusals.NOT_READY)
            return
        resp.status, told = asked.answer
        resp.data = msgspec.json.encode(told)

    on_put = on_post

    def on_options(self, _req: falcon.Request, _resp: falcon.Response) -> None:
        """Refuse it: the framework would answer it with 200."""
        raise falcon.HTTPMethodNotAllowed(())


class _Guard:
    """Refuses what a browser was made to send by another site's page."""

    def __init__(self, hosts: frozenset[str]) -> None:
        """Know by which names the listener may be called."""
        self._hosts = hosts

    def process_request(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Answer at once what is refused."""
        if not req.path.startswith("/-/"):
            return
        origin = None if req.method in ("GET", "HEAD") else req.get_header("Origin")
        if not is_own(req.get_header("Host"), origin, self._hosts):
            send(resp, refusals.CROSS_SITE)
            resp.complete = True


def create_management(
    managed: Managed, seen: Seen, hosts: frozenset[str]
) -> falcon.App[falcon.Request, falcon.Response]:
    """Make the application that tells of *managed*; it may be called by the names of *hosts*."""
    app: falcon.App[falcon.Request, falcon.Response] = falcon.App(middleware=_Guard(hosts))
    app.req_options.auto_parse_form_urlencoded = False
    app.req_options.media_handlers.clear()
    app.add_route(RELOAD, _Reload())
    app.add_route("/-/status", _Get(lambda: (_JSON, _written(managed.status()))))
    app.add_route("/metrics", _Get(managed.exposition))
    app.add_route("/healthz", Health())
    app.add_route("/readyz", Readiness(managed.checks))

    def refuse(
        req: falcon.Request, resp: falcon.Response, error: Exception, _params: dict[str, Any]
    ) -> None:
        refusal = _refusal(error, req, seen)
        send(resp, refusal)
        seen.log.refused(call_of(None, None).named(), refusal, 0.0)

    for kind in (Exception, falcon.HTTPError, falcon.HTTPStatus):
        app.add_error_handler(kind, refuse)
    return app


def is_own(host: str | None, origin: str | None, hosts: frozenset[str]) -> bool:
    """Say whether a request comes from a program, or from a person's own browser.

    A page of another site always sends its origin when it changes something. With a name of its
    own that it makes lead here it could do without, and read: an address, or a name that the
    operator has given, is none of its own.
    """
    if origin is not None or host is None:
        return False
    name = _PORT.sub("", host).strip("[]").lower()
    if name in hosts or name == "localhost":
        return True
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


_JSON: Final = "application/json"


def _written(told: Mapping[str, Any]) -> bytes:
    return msgspec.json.format(msgspec.json.encode(told), indent=2) + b"\n"


def _refusal(error: Exception, req: falcon.Request, seen: Seen) -> Refusal:
    found = next((STATUSES[kind] for kind in type(error).__mro__ if kind in STATUSES), None)
    if found is None:
        seen.log.fault("an unexpected exception", error)
        return refusals.UNAVAILABLE
    if found is refusals.METHOD:
        allowed = _ALLOWED.get(req.uri_template or "")
        return found.allowing(allowed) if allowed else refusals.NOT_FOUND
    return found
