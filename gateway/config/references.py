"""Secrets, which a file only ever refers to: ``${env:NAME}`` and ``${file:/run/secrets/name}``.

Language §1, tooling conventions §11. Law: no secret enters a message; the environment is an
argument; a file is read only below folders that the operator, not the author, has named.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from gateway.config.folder import UnreadableError, read_plain
from gateway.diagnostic import Report, Span
from gateway.hooks.signature import Secret
from gateway.rules.yaml.source import Text

#: Where secret files may lie; the operator may name others in `FOLDERS_VARIABLE`.
SECRET_FOLDERS: Final = ("/run/secrets", "/var/run/secrets", "/etc/gateway/secrets")
FOLDERS_VARIABLE: Final = "GATEWAY_SECRET_FOLDERS"
#: Shorter ones are refused (security reference §3, item 5).
MIN_SECRET: Final = 16
MAX_SECRET: Final = 4_096

_REFERENCE: Final = re.compile(r"\$\{(env|file):([^{}]*)\}")
_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_ADVICE: Final = "write ${env:NAME} or ${file:/run/secrets/name}"


@dataclass(frozen=True, slots=True)
class References:
    """What references are resolved against, and which files they led to."""

    environment: Mapping[str, str] = field(repr=False)
    #: False: only the form of a reference is checked, and nothing is resolved.
    resolving: bool = True
    #: What secret files held when another process read them; None: they are read now.
    given: Mapping[str, bytes | str] | None = field(default=None, repr=False)
    #: What each secret file that was looked at held; a text says why it could not be read.
    files: dict[str, bytes | str] = field(default_factory=dict, repr=False)

    @property
    def stamps(self) -> dict[str, bytes]:
        """Digest each secret file that was looked at: when it differs, the secret has changed."""
        return {path: _digest(held) for path, held in self.files.items()}

    def secret(self, text: Text, name: str, report: Report) -> Secret | None:
        """Resolve the reference that *text* must be; *name* says in logs whose secret it is.

        Returns:
            The secret; None after reporting why there is none, or when not resolving.
        """
        value = self.value(text, "a secret", report)
        if value is None or not _is_long_enough(value, text, report):
            return None
        return Secret(value, name)

    def secrets(
        self, texts: Iterable[Text], what: str, report: Report
    ) -> list[tuple[Secret, Text]]:
        """Resolve several, called *what* and their numbers; those without a value are left out."""
        found = [
            (self.secret(text, f"{what} {number}", report), text)
            for number, text in enumerate(texts, 1)
        ]
        return [(secret, text) for secret, text in found if secret is not None]

    def value(self, text: Text, what: str, report: Report) -> str | None:
        """Resolve the reference that *text* must be to *what* is kept out of files.

        Returns:
            Its value, which is as little for logs as a secret; None as in `secret`.
        """
        match = _REFERENCE.fullmatch(text.value)
        if match is None:
            _refuse_literal(text, what, report)
            return None
        kind, target = match.groups()
        value = (
            self._variable(target, text.span, report)
            if kind == "env"
            else self._file(target, text.span, report)
        )
        return None if value is None else value.rstrip("\r\n")

    def filled(self, text: Text, report: Report) -> str | None:
        """Put what references stand for into *text*, which may be nothing but one.

        Returns:
            The whole; None after reporting what is missing, or when not resolving.
        """
        parts: list[str | None] = []
        at = 0
        for match in _REFERENCE.finditer(text.value):
            place = text.at(match.start(), match.end() - match.start())
            parts += [text.value[at : match.start()], self._referred(match, place, report)]
            at = match.end()
        rest = text.value[at:]
        if "${" in rest or "$(" in rest:
            report.error("R132", "not a reference to a secret", text.span, hint=_ADVICE)
            return None
        found = [part for part in (*parts, rest) if part is not None]
        return "".join(found) if len(found) == len(parts) + 1 else None

    def _referred(self, match: re.Match[str], place: Span, report: Report) -> str | None:
        kind, target = match.groups()
        read = self._variable if kind == "env" else self._file
        value = read(target, place, report)
        if value is not None and not value.strip():
            report.error("R134", f"what {match[0]} stands for is empty", place)
            return None
        return None if value is None else value.rstrip("\r\n")

    def _variable(self, name: str, place: Span, report: Report) -> str | None:
        if _NAME.fullmatch(name) is None:
            hint = "letters, digits and _, and no blanks: ${env:ACME_HOOK_SECRET}"
            report.error("R132", f"not the name of a variable: {name!r}", place, hint=hint)
            return None
        if not self.resolving:
            return None
        value = self.environment.get(name)
        if value is None:
            hint = "set it where the gateway is started"
            report.error("R133", f"the variable {name} is not set", place, hint=hint)
        return value

    def _file(self, path: str, place: Span, report: Report) -> str | None:
        folders = secret_folders(self.environment)
        if not _is_below(path, folders):
            hint = f"secret files lie below {', '.join(folders)}"
            report.error("R132", f"not a place for secrets: {path!r}", place, hint=hint)
            return None
        if not self.resolving:
            return None
        held = self.files[path] = self._held(path, folders)
        if isinstance(held, str):
            report.error("R133", f"the secret file {path!r} cannot be read: {held}", place)
            return None
        try:
            return held.decode()
        except UnicodeDecodeError:
            report.error("R133", f"the secret file {path!r} is not UTF-8", place)
            return None

    def _held(self, path: str, folders: Sequence[str]) -> bytes | str:
        if self.given is not None:
            return self.given.get(path, "it was not read in time")
        return _read(path, folders)


def secret_folders(environment: Mapping[str, str]) -> tuple[str, ...]:
    """List the folders that secret files may lie in."""
    named = environment.get(FOLDERS_VARIABLE, "").split(os.pathsep)
    return (*SECRET_FOLDERS, *(folder for folder in named if folder.startswith("/")))


def stamp(path: str, environment: Mapping[str, str]) -> bytes:
    """Digest a secret file as `References.stamps` does; empty when it cannot be read."""
    return _digest(_read(path, secret_folders(environment)))


def _read(path: str, folders: Sequence[str]) -> bytes | str:
    """Read a secret file; a text says why that cannot be done."""
    # A mounted secret is a link to a link; where it ends counts, not where it begins.
    real = os.path.realpath(path)
    if not _is_below(real, [os.path.realpath(folder) for folder in folders]):
        return "a link that leaves the folders for secrets"
    try:
        return read_plain(real, MAX_SECRET)
    except UnreadableError as error:
        return str(error)


def _digest(held: bytes | str) -> bytes:
    return b"" if isinstance(held, str) else hashlib.sha256(held).digest()


def _is_below(path: str, folders: Sequence[str]) -> bool:
    if "\0" in path or ".." in path.split("/"):
        return False
    return any(path.startswith(folder.rstrip("/") + "/") for folder in folders)


def _refuse_literal(text: Text, what: str, report: Report) -> None:
    if "${" in text.value or "$(" in text.value:
        report.error("R132", f"not a reference to {what}", text.span, hint=_ADVICE)
    else:
        report.error(
            "R131", f"{what} is written in the file itself", text.span, hint=f"{_ADVICE} instead"
        )


def _is_long_enough(value: str, text: Text, report: Report) -> bool:
    if not value.strip():
        report.error("R134", f"the secret of {text.value} is empty", text.span)
        return False
    if len(value) < MIN_SECRET:
        report.error(
            "R134",
            f"the secret of {text.value} is shorter than {MIN_SECRET} characters",
            text.span,
            hint="a long random one: `openssl rand -hex 32`",
        )
        return False
    return True
