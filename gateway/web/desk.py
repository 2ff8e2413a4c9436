"""The management listener: its requests are answered by the loop that turns it, when they can be.

Law: speaks to the server's library; has no threads, and nothing here waits.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from typing import Any, Final

from waitress import wasyncore
from waitress.task import ThreadedTaskDispatcher

from gateway.web.channel import Answering, Channel
from gateway.web.management import ASKED, RELOAD, Asked, is_own
from gateway.web.seen import Seen
from gateway.web.server import Limits, Listener, adjusted

#: Little is sent here, by few.
_LIMITS: Final = Limits(body=64 * 1024, connections=100, threads=1)


class _Answering(Answering):
    """Hands the application what its request has waited for."""

    def get_environment(self) -> dict[str, Any]:
        """Add it to the environment."""
        environment: dict[str, Any] = super().get_environment()
        environment[ASKED] = self.channel.asked
        return environment


class _Caller(Channel):
    """A connection to the desk."""

    task_class = _Answering

    #: What the next request waits for.
    asked: Asked | None = None

    def service(self) -> None:
        """Answer the first request."""
        super().service()
        self.asked = None


class Desk(Listener):
    """Listens for operators."""

    channel_class = _Caller

    def __init__(
        self,
        application: Any,
        ask: Callable[[], Asked],
        seen: Seen,
        bound: socket.socket,
        hosts: frozenset[str],
        watched: dict[int, Any],
    ) -> None:
        """Listen on the socket *bound*, in the map of what is *watched*."""
        self._ask = ask
        self._hosts = hosts
        self._waiting: list[_Caller] = []
        super().__init__(
            application,
            _LIMITS,
            seen,
            threading.Event(),
            map=watched,
            # It is asked how much waits, and given nothing.
            dispatcher=ThreadedTaskDispatcher(),
            adj=adjusted(_LIMITS),
            _sock=bound,
            bind_socket=False,
            sockinfo=(bound.family, bound.type, bound.proto, bound.getsockname()),
        )

    def add_task(self, task: Channel) -> None:
        """Keep a connection whose request is to be answered; begin what it asks for."""
        assert isinstance(task, _Caller)  # noqa: S101  # as `channel_class` says
        request = task.requests[0]
        if request.error is None and request.path == RELOAD and request.command in ("POST", "PUT"):
            headers = request.headers
            if is_own(headers.get("HOST"), headers.get("ORIGIN"), self._hosts):
                task.asked = self._ask()
        self._waiting.append(task)

    def answer(self, *, ending: bool = False) -> None:
        """Answer what can be answered now; when *ending*, what else was asked is refused."""
        for caller in list(self._waiting):
            if ending or caller.asked is None or caller.asked.answer is not None:
                self._waiting.remove(caller)
                caller.service()

    def close(self) -> None:
        """Close the listener and all connections."""
        for channel in self.channels:
            channel.handle_close()
        self.trigger.close()
        wasyncore.dispatcher.close(self)
