"""Listening sockets: bound, named, and closed so that nobody is cut off at the door.

Law: speaks to the system's sockets and nothing else.
"""

from __future__ import annotations

import array
import contextlib
import socket
import struct
import sys
from collections.abc import Sequence
from typing import Final

from waitress.adjustments import Adjustments

#: ``SO_ATTACH_FILTER`` of Linux; Python does not name it.
_ATTACH_FILTER: Final = 26
#: One instruction of the classic packet filter: return 0, which takes nothing of a packet.
_TAKE_NOTHING: Final = struct.pack("HBBI", 0x06, 0, 0, 0)


def bind(listen: str) -> list[socket.socket]:
    """Bind and listen on every address that *listen*, ``HOST:PORT``, stands for.

    Raises:
        OSError: the address cannot be bound.
        ValueError: it is no address.
    """
    bound: list[socket.socket] = []
    try:
        for family, kind, protocol, address in Adjustments(listen=listen).listen:
            one = socket.socket(family, kind, protocol)
            bound.append(one)
            one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6:
                one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            one.bind(address)
            one.listen(Adjustments.backlog)
    except OSError:
        for one in bound:
            one.close()
        raise
    return bound


def addresses(sockets: Sequence[socket.socket]) -> list[str]:
    """Say where *sockets* listen, each ``HOST:PORT``."""
    names = [one.getsockname() for one in sockets]
    return [
        f"[{name[0]}]:{name[1]}" if ":" in name[0] else f"{name[0]}:{name[1]}" for name in names
    ]


def turn_away(sockets: Sequence[socket.socket]) -> None:
    """Have the system let nobody in any more, where it can; who is in already waits for us.

    Else whoever is let in between the last look and the closing of the socket would be connected,
    and cut off with a request under way.
    """
    if sys.platform != "linux":
        return
    program = array.array("B", _TAKE_NOTHING)
    for one in sockets:
        # Where a sandbox does not know this, the door closes as it does elsewhere.
        with contextlib.suppress(OSError):
            argument = struct.pack("HP", 1, program.buffer_info()[0])
            one.setsockopt(socket.SOL_SOCKET, _ATTACH_FILTER, argument)
