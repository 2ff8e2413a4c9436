"""What the gateway is measured against over HTTP: a Falcon endpoint that does nothing with rules.

``python -m bench.plain_server PORT``. Law: verifies and decodes with orjson, answers what is known;
waitress as it comes.
"""

from __future__ import annotations

import sys
from typing import Any

import falcon
import waitress

from bench.yardsticks import floor


class _Hook:
    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        body = req.bounded_stream.read()
        resp.data = floor(body, req.get_header("X-Rossum-Signature-SHA256", default=""))
        resp.content_type = falcon.MEDIA_JSON


def create_app() -> Any:
    """Make the endpoint ``POST /hook``."""
    app = falcon.App()
    app.add_route("/hook", _Hook())
    return app


if __name__ == "__main__":
    waitress.serve(create_app(), host="127.0.0.1", port=int(sys.argv[1]), threads=8, _quiet=True)
