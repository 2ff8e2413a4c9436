"""``/connector/{queue}/validate`` and ``/save``: the deprecated connector protocol.

Law: translates and nothing else, as `gateway.web.app` does for hooks.
"""

from __future__ import annotations

import falcon

from gateway.hooks.connector import ConnectorCall
from gateway.runtime import Gateway
from gateway.web.entry import REQUEST_ID, body_of, call_in, route_of
from gateway.web.seen import Seen


class Connector:
    """One of the two addresses of a connector."""

    def __init__(self, gateway: Gateway, seen: Seen, *, saves: bool) -> None:
        """Answer from *gateway*."""
        self._gateway = gateway
        self._seen = seen
        self._saves = saves

    def on_post(self, req: falcon.Request, resp: falcon.Response, queue: str) -> None:
        """Answer one connector's request."""
        if queue == "":
            raise falcon.HTTPNotFound
        initial = (req.get_param("initial") or "").lower() == "true"
        answer = self._gateway.answer_connector(
            body_of(req),
            req.env.get("HTTP_AUTHORIZATION"),
            queue,
            ConnectorCall(self._saves, initial=initial and not self._saves),
        )
        resp.data = answer.body
        call = call_in(req.env).named(answer.request_id)
        resp.set_header(REQUEST_ID, call.request_id)
        self._seen.answered(call, route_of(req), answer)
        if answer.lost:
            self._seen.log.alert("connector_changes_lost", queue=answer.queue, changes=answer.lost)

    def on_options(self, _req: falcon.Request, _resp: falcon.Response, **_: str) -> None:
        """Refuse it: the framework would answer it with 200."""
        raise falcon.HTTPMethodNotAllowed(())
