"""What kinds of children a supervisor has, and how one is forked.

Design §4. Law: a role is the only seam: whoever adds a kind of process writes a `Role` and names
it in ``cli/serve.py``. The supervisor has one thread, so that it may fork at any time; threads,
connections to databases and exporters are for `Role.run`, in the child, to make.
"""

from __future__ import annotations

import contextlib
import gc
import os
import signal
import socket
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NoReturn, Protocol

from gateway.config.configuration import Configuration
from gateway.processes.control import Control
from gateway.web.logs import Log

#: What the supervisor hears. Children ignore what a terminal or a service manager sends to all.
SIGNALS: Final = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


#: The role whose children answer requests, and need what tables hold.
ANSWERING: Final = "worker"


class Role(Protocol):
    """One kind of child."""

    @property
    def name(self) -> str:
        """What logs and the status call it."""

    @property
    def sockets(self) -> Sequence[socket.socket]:
        """What its children inherit of the listening sockets; all others are closed in them."""

    def wanted(self, configuration: Configuration) -> int:
        """Say how many children there should be; none is a good answer."""

    def prepare(self, configuration: Configuration) -> None:
        """In the supervisor: keep what later children are to inherit."""

    def run(self, control: Control) -> bool:
        """In the child: work until told to stop; return whether all that had begun was finished.

        It calls `Control.listen` once it can work, and `Control.beat` about every second from the
        loop whose standstill would mean that it is stuck: what beats too seldom is killed and
        replaced.
        """


@dataclass(frozen=True, slots=True)
class Parent:
    """What a child needs of its supervisor at its beginning."""

    environment: Mapping[str, str]
    log: Log
    #: Closes, in the child, what is the supervisor's alone; but for these sockets.
    abandon: Callable[[Sequence[socket.socket]], None]


def fork(
    role: Role, slot: int, configuration: Configuration, parent: Parent
) -> tuple[int, socket.socket]:
    """Begin a child; return its process id and the supervisor's end of the pipe.

    Raises:
        OSError: the system has no more processes, memory or descriptors for us.
    """
    ours, theirs = socket.socketpair()
    # Until the child ignores them, its signals would be written to the supervisor's own pipe.
    signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    try:
        pid = os.fork()
        if pid == 0:
            ours.close()
            _become(
                role, Control(theirs, slot, configuration, parent.environment, parent.log), parent
            )
    except OSError:
        ours.close()
        raise
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
        theirs.close()
    ours.setblocking(False)
    return pid, ours


def _become(role: Role, control: Control, parent: Parent) -> NoReturn:
    """Be the child, to its end: nothing of the supervisor's stack is ever returned to."""
    status = 1
    try:
        signal.set_wakeup_fd(-1)
        for one in SIGNALS:
            signal.signal(one, signal.SIG_IGN)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
        # What is inherited stays shared as long as the collector does not touch it.
        gc.freeze()
        parent.abandon(role.sockets)
        with contextlib.suppress(OSError):
            Path("/proc/self/comm").write_text(f"gateway {role.name}", encoding="utf-8")
        status = 0 if role.run(control) else 1
    except BaseException as error:  # noqa: BLE001 - it must not go on as a second supervisor
        parent.log.fault(f"the {role.name} could not go on", error)
    finally:
        os._exit(status)
