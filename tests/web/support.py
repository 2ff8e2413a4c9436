"""A gateway that answers as its queue's name says, a real server in front of it, and a client."""

import http.client
import io
import socket
import threading
from dataclasses import dataclass, field

import msgspec

from gateway.hooks.request import PayloadError
from gateway.hooks.signature import Secret, Signatures, sign, verify
from gateway.runtime import Answer, ForeignSecretError
from gateway.telemetry.counts import Counts
from gateway.telemetry.totals import Totals
from gateway.web.app import create_app
from gateway.web.listening import bind
from gateway.web.logs import Log
from gateway.web.seen import Seen
from gateway.web.server import Limits, Server

SECRET = "a secret of sixteen or more"
BODY = b'{"request_id": "r-1", "event": "annotation_content", "action": "updated"}'
ANSWER = b'{"messages":[],"operations":[]}'
#: More than a socket takes at once, and more than the server keeps before it waits.
LARGE = b'"' + b"x" * 20_000_000 + b'"'
PATIENCE = 5.0


class FakeGateway:
    """Checks signatures for real; the rest depends on the name in the path."""

    revision = "abc123"

    def __init__(self):
        self.ready = True
        self.released = threading.Event()
        self.entered = threading.Semaphore(0)
        #: The names of the workers that have asked.
        self.askers = []

    def serves(self, name: str | None) -> bool:
        return name in ("acme", "foreign")

    def answer(self, body: bytes, signatures: Signatures, name: str | None) -> Answer:
        self.askers.append(threading.current_thread().name)
        if name == "explodes":
            raise RuntimeError("/srv/secret/path.py broke")
        verify(body, signatures, [Secret(SECRET, "test secret 1")], legacy=name == "old")
        if name == "foreign":
            raise ForeignSecretError("globex")
        if name == "slow":
            self.entered.release()
            assert self.released.wait(2 * PATIENCE)
        try:
            payload = msgspec.json.decode(body)
        except msgspec.DecodeError:
            raise PayloadError("not JSON") from None
        return Answer(
            body=LARGE if name == "large" else ANSWER,
            request_id=payload.get("request_id"),
            queue=name,
            event="annotation_content.updated",
            revision=self.revision,
            secret="test secret 1",
            rules=2,
            fired=("one",),
            failed=(),
        )


@dataclass
class Running:
    """A server in a thread."""

    gateway: FakeGateway
    server: Server
    written: io.BytesIO
    counts: Counts
    totals: Totals = field(default_factory=Totals)
    thread: threading.Thread = field(init=False)
    finished: list[bool] = field(default_factory=list)
    connections: list[socket.socket] = field(default_factory=list)
    #: Where it listens, for another one to do so too.
    sockets: list[socket.socket] = field(default_factory=list)

    def __post_init__(self):
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self):
        self.finished.append(self.server.run())

    def connect(self) -> socket.socket:
        address = ("127.0.0.1", self.server.port)
        self.connections.append(socket.create_connection(address, timeout=PATIENCE))
        return self.connections[-1]

    def lines(self):
        return [msgspec.json.decode(line) for line in self.written.getvalue().splitlines()]

    def counted(self, metric: str) -> dict:
        """What was counted of a metric, by labels."""
        self.totals.add("test", self.counts.take())
        return self.totals.numbers.get(metric, {})

    def join(self) -> bool:
        self.thread.join(2 * PATIENCE)
        assert not self.thread.is_alive()
        return self.finished[0]


@dataclass
class Got:
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def json(self):
        return msgspec.json.decode(self.body)


def begin(door=None, **limits) -> Running:
    """Start a server, at the *door* of another one or at its own."""
    given = {"threads": 2, "body": 100_000, "look": 0.05, "silence": PATIENCE} | limits
    written, draining = io.BytesIO(), threading.Event()
    gateway, seen = FakeGateway(), Seen(Log(written), Counts())
    app = create_app(gateway, seen, draining)
    sockets = bind("127.0.0.1:0") if door is None else [one.dup() for one in door.sockets]
    server = Server(app, sockets, seen, draining, Limits(**given))
    return Running(gateway, server, written, seen.counts, sockets=sockets)


def signed(body: bytes = BODY) -> dict[str, str]:
    return {"X-Rossum-Signature-SHA256": sign(body, SECRET), "Content-Type": "application/json"}


def ask(running: Running, method: str, path: str, body=None, headers=None) -> Got:
    connection = http.client.HTTPConnection("127.0.0.1", running.server.port, timeout=PATIENCE)
    try:
        connection.request(method, path, body, headers or {})
        response = connection.getresponse()
        return Got(response.status, response.headers, response.read())
    finally:
        connection.close()


def raw(body: bytes = BODY, *lines: str, path: str = "/hook", signature: bool = True) -> bytes:
    """A request as bytes, with more header lines."""
    head = [f"POST {path} HTTP/1.1", "Host: gateway", f"Content-Length: {len(body)}", *lines]
    if signature:
        head.append(f"X-Rossum-Signature-SHA256: {sign(body, SECRET)}")
    return "\r\n".join([*head, "", ""]).encode("latin-1") + body


def receive(connection: socket.socket) -> bytes:
    """Everything until the server closes its side."""
    received = b""
    while piece := connection.recv(65_536):
        received += piece
    return received


def receive_to(connection: socket.socket, end: bytes) -> bytes:
    """What comes up to *end*."""
    received = b""
    while not received.endswith(end):
        piece = connection.recv(65_536)
        assert piece, f"closed after {received!r}"
        received += piece
    return received
