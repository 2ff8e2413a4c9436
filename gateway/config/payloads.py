"""Stored payloads that test files name.

Security reference §8 *Files*. Law: reads plain files below the configuration folder, and nothing
else.
"""

from __future__ import annotations

import os
import posixpath
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from gateway.config.folder import UnreadableError, read_plain
from gateway.config.paths import MAX_PATH
from gateway.diagnostic import Report
from gateway.rules.yaml.source import Text

#: As large as a request may be.
MAX_PAYLOAD: Final = 32 << 20
ENDING: Final = ".json"


@dataclass(frozen=True, slots=True)
class StoredPayloads:
    """The payloads of one folder, each read once."""

    root: Path
    _read: dict[str, bytes] = field(default_factory=dict, repr=False)

    def read(self, path: Text, file: str, report: Report) -> bytes | None:
        """Read the payload that *path*, written in *file*, leads to.

        Returns:
            Its bytes; None after reporting why there are none.
        """
        written = path.value
        wanted = posixpath.normpath(posixpath.join(posixpath.dirname(file), written))
        if written.startswith("/") or "\\" in written or len(written) > MAX_PATH:
            hint = f"a path relative to this file, with `/`, to a file that ends in {ENDING}"
            message = f"not a path inside the folder: {written[:80]!r}"
            report.error("R128", message, path.span, hint=hint)
            return None
        if wanted == ".." or wanted.startswith("../"):
            report.error("R128", f"{written!r} leaves the configuration folder", path.span)
            return None
        if not wanted.endswith(ENDING):
            hint = f"its name must end in {ENDING}"
            report.error("R128", f"{written!r} is a file of another kind", path.span, hint=hint)
            return None
        try:
            return self._bytes(wanted)
        except UnreadableError as error:
            message = f"the payload {written!r} cannot be read: {error}"
            report.error("R129", message, path.span)
            return None

    def _bytes(self, name: str) -> bytes:
        if name not in self._read:
            top = os.path.realpath(self.root)
            try:
                real = os.path.realpath(self.root / name)
            except ValueError:
                raise UnreadableError("not a possible name") from None
            if not real.startswith(top.rstrip("/") + "/"):
                raise UnreadableError("it leads out of the configuration folder")
            self._read[name] = read_plain(real, MAX_PAYLOAD)
        return self._read[name]
