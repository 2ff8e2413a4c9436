"""The example configuration under constant edits, and what it must answer meanwhile.

Law: works on a copy; an edit is good or bad, and after a bad one the last good one counts.
"""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from typing import Final

from gateway.config.load import load
from gateway.hooks.signature import Signatures, sign
from gateway.runtime import Gateway

_CONFIGS: Final = Path(__file__).parent.parent / "configs"
ENVIRONMENT: Final = {
    "ACME_HOOK_SECRET": "made-up-secret-of-acme-for-the-soak",
    "GLOBEX_HOOK_SECRET": "made-up-secret-of-globex-for-the-soak",
    "GATEWAY_HOOK_SECRET": "made-up-secret-of-the-gateway-for-the-soak",
}
#: The queue file that is edited, and a line of it behind which one more is put.
_QUEUE: Final = "queues/acme.queue.yaml"
_LISTED: Final = "    - ../rules/arrivals.rules.yaml\n"
_FILE: Final = "rules/soak.rules.yaml"
_GOOD: Final = "version: 1\nrules:\n  - id: soak\n    message: {{type: info, text: Edit {}.}}\n"
_BAD: Final = (
    "version: 1\nrules:\n  - id: soak\n    message: {type: info\n",
    "version: 1\nrules:\n  - {id: soak, when: no_such_name > 1, messsage: Wrong.}\n",
    "",
    None,
)
#: So many good edits that differ.
EDITS: Final = 4


@dataclass(frozen=True, slots=True)
class Sent:
    """A recorded request of the example."""

    name: str
    path: str
    body: bytes
    signature: str


def recorded() -> list[Sent]:
    """List the recorded requests, each with the signature of its queue's secret."""
    found = []
    for file in sorted((_CONFIGS / "requests").glob("*.json")):
        queue = file.name.partition("-")[0]
        secret = ENVIRONMENT[f"{queue.upper()}_HOOK_SECRET"]
        body = file.read_bytes()
        found.append(Sent(file.stem, f"/hook/{queue}", body, sign(body, secret)))
    return found


class Edited:
    """A copy of the example whose edits are remembered with their times."""

    def __init__(self, folder: Path, clock: Callable[[], float] = time.monotonic) -> None:
        """Copy the example into *folder*, which must not be there yet."""
        self.folder = Path(shutil.copytree(_CONFIGS, folder))
        queue = self.folder / _QUEUE
        text = queue.read_text(encoding="utf-8")
        assert _LISTED in text
        queue.write_text(text.replace(_LISTED, f"{_LISTED}    - ../{_FILE}\n"), encoding="utf-8")
        self._clock = clock
        self._lock = threading.Lock()
        #: When each good edit was made, and which.
        self._made: list[tuple[float, int]] = []
        self._bad = cycle(_BAD)
        self.good_edits = 0
        self.bad_edits = 0

    def good(self) -> int:
        """Make the next good edit; give its number."""
        number = self.good_edits % EDITS
        with self._lock:  # Before it is written: nobody may see it sooner.
            self._made.append((self._clock(), number))
        self._write(_GOOD.format(number))
        self.good_edits += 1
        return number

    def bad(self) -> None:
        """Make the next bad edit, or take the file away."""
        self._write(next(self._bad))
        self.bad_edits += 1

    def current(self, since: float) -> set[int]:
        """List the good edits that were the last one at some time from *since* on."""
        with self._lock:
            made = list(self._made)
        earlier = [number for at, number in made if at <= since][-1:]
        return {*earlier, *(number for at, number in made if at > since)}

    def answers(self) -> Mapping[tuple[int, str], bytes]:
        """Give what each good edit must answer to each recorded request."""
        found = {}
        for number in range(EDITS):
            self._write(_GOOD.format(number))
            gateway = Gateway(load(self.folder, ENVIRONMENT))
            for sent in recorded():
                name = sent.path.rpartition("/")[2]
                answer = gateway.answer(sent.body, Signatures(sent.signature, None), name)
                found[number, sent.name] = answer.body
        return found

    def _write(self, text: str | None) -> None:
        file = self.folder / _FILE
        if text is None:
            file.unlink(missing_ok=True)
        else:
            file.write_text(text, encoding="utf-8")
