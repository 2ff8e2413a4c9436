"""Health: whether the process lives, and whether requests should be sent to it.

Tooling conventions §9. Law: no dependency is asked, nothing is read; answered by the loop.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

import falcon
import msgspec

from gateway.web import refusals
from gateway.web.refusals import Refusal

#: What being ready depends on, by name.
Checks: TypeAlias = Callable[[], Mapping[str, bool]]


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
    """``/readyz``: ready while all checks are good; ``?verbose=1`` tells each."""

    def __init__(self, checks: Checks) -> None:
        """Ask *checks* each time."""
        self._checks = checks

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Say whether requests should be sent here."""
        checks = self._checks()
        if not all(checks.values()):
            send(resp, refusals.NOT_READY)
        else:
            resp.data = b'{"status":"ready"}'
        if "verbose=1" in req.query_string.split("&"):
            answer = msgspec.json.decode(resp.data or b"{}")
            resp.data = msgspec.json.encode({**answer, "checks": checks})


def send(resp: falcon.Response, refusal: Refusal) -> None:
    """Answer with *refusal*."""
    resp.status = refusal.status
    resp.data = refusal.body
    resp.set_headers(refusal.headers)
