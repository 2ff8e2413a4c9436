"""Receivers on loopback: such as do what they are told, and such as do what they like."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections import Counter
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_network

from gateway.delivery.destination import Destination
from gateway.delivery.retry import Patience

LOOPBACK = (ip_network("127.0.0.0/8"),)
QUICK = Patience(gives_up_after=60.0, first=0.02, longest=0.1)

#: What a receiver answers: a status, headers, and a body.
Reply = tuple[int, dict[str, str], bytes]


class Receiver:
    """An HTTP server that remembers what it was sent."""

    def __init__(self, reply: Callable[[int], Reply] = lambda number: (200, {}, b"")) -> None:
        """Answer the request with each number, from 1, by *reply*."""
        self.reply = reply
        #: Method, path, headers in small letters, body.
        self.requests: list[tuple[str, str, dict[str, str], bytes]] = []
        self._lock = threading.Lock()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                headers = {key.lower(): value for key, value in self.headers.items()}
                with receiver._lock:
                    receiver.requests.append((self.command, self.path, headers, body))
                    number = len(receiver.requests)
                status, headers, body = receiver.reply(number)
                self.send_response_only(status)
                for name, value in {"Content-Length": str(len(body)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            do_PUT = do_PATCH = do_POST  # noqa: N815  # the library calls them so

            def log_message(self, *_: object) -> None:
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 128

            def handle_error(self, *_: object) -> None:
                pass  # A courier that was killed has closed its end.

        self._server = Server(("127.0.0.1", 0), Handler)
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()

    def __enter__(self) -> Receiver:
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hooks?a=b"

    @property
    def keys(self) -> Counter[str]:
        """How often each key has come."""
        return Counter(headers["idempotency-key"] for _, _, headers, _ in list(self.requests))


class RawReceiver:
    """Accepts connections and does with each what it is told; counts them."""

    def __init__(self, act: Callable[[socket.socket], None]) -> None:
        """Have *act* deal with each connection, in a thread of its own."""
        self._act = act
        self.connections = 0
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        self.closed = threading.Event()
        self._open: list[socket.socket] = []
        threading.Thread(target=self._serve, daemon=True).start()

    def __enter__(self) -> RawReceiver:
        return self

    def __exit__(self, *_: object) -> None:
        self.hang_up()

    def hang_up(self) -> None:
        """End everything."""
        self.closed.set()
        with contextlib.suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)  # Closing alone would not wake who accepts.
        self._listening.close()
        for one in self._open:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def _serve(self) -> None:
        while not self.closed.is_set():
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            if self.closed.is_set():
                connection.close()
                return
            self.connections += 1
            self._open.append(connection)
            threading.Thread(target=self._deal, args=(connection,), daemon=True).start()

    def _deal(self, connection: socket.socket) -> None:
        try:
            _read_request(connection)
            self._act(connection)
        except OSError:
            pass

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/"


def destination(url: str, name: str = "erp", **given: object) -> Destination:
    """A destination on loopback."""
    usual = {"timeout": 2.0, "patience": QUICK, "networks": LOOPBACK, "plain_http": True}
    return Destination(name, url, **{**usual, **given})  # type: ignore[arg-type]


def _read_request(connection: socket.socket) -> None:
    """Read all of a request: what is done while its body is under way meets the sender anywhere."""
    read = b""
    while b"\r\n\r\n" not in read:
        piece = connection.recv(65_536)
        if not piece:
            return
        read += piece
        if not read.startswith(b"POST "):  # A greeting of TLS, which expects an answer.
            return
    head, _, body = read.partition(b"\r\n\r\n")
    lengths = [
        int(line.partition(b":")[2])
        for line in head.split(b"\r\n")
        if line.lower().startswith(b"content-length:")
    ]
    missing = sum(lengths) - len(body)
    while missing > 0 and (piece := connection.recv(65_536)):
        missing -= len(piece)
