"""The load generator: a process of its own that posts one request again and again.

``python -m bench.load PORT PATH FILE COUNT CONNECTIONS``; prints requests per second.
Law: loopback only, kept-alive connections, ends after *COUNT* requests or `_LIMIT` seconds.
"""

from __future__ import annotations

import http.client
import sys
import threading
import time
from pathlib import Path
from typing import Final

from bench.yardsticks import signature

_LIMIT: Final = 60.0


def post(port: int, path: str, body: bytes, count: int, connections: int) -> float:
    """Post *body* *count* times over so many connections; give requests per second."""
    headers = {"Content-Type": "application/json", "X-Rossum-Signature-SHA256": signature(body)}
    done: list[int] = []

    def run() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_LIMIT)
        try:
            for _ in range(count // connections):
                connection.request("POST", path, body, headers)
                answer = connection.getresponse()
                answer.read()
                if answer.status != 200:
                    return
                done.append(1)
                if time.perf_counter() - began > _LIMIT:
                    return
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(connections)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - began
    if len(done) < count // connections * connections:
        raise RuntimeError(f"only {len(done)} of {count} requests were answered")
    return len(done) / seconds


def main(port: str, path: str, file: str, count: str, connections: str) -> None:
    """Do what the command line says."""
    body = Path(file).read_bytes()
    print(post(int(port), path, body, int(count), int(connections)))


if __name__ == "__main__":
    main(*sys.argv[1:])
