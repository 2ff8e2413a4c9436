"""``destinations`` and ``outbox`` of ``gateway.yaml``: where deliveries wait, and where they go.

Language §7, security reference §9. Law: no part of an address, a header or a secret enters a
message: whatever a reference stands for may be secret, and so is what it makes.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from gateway.config.durations import read_duration
from gateway.config.given import Given
from gateway.config.grants import Grant, read_grant
from gateway.config.paths import Paths
from gateway.config.references import MIN_SECRET, References
from gateway.diagnostic import Report, Span
from gateway.effects import Form
from gateway.rules.context import Receiver
from gateway.rules.yaml.source import Map, Scalar

if TYPE_CHECKING:
    from gateway.delivery.addresses import Network
    from gateway.delivery.destination import Destination
    from gateway.delivery.retry import Patience

_HEADER: Final = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}")
_HEADER_VALUE: Final = re.compile(r"[!-~](?:[ -~]*[!-~])?")
#: What the courier writes itself, or what would change how the request is framed.
_OWN_HEADERS: Final = re.compile(
    r"host|content-length|transfer-encoding|connection|expect|te|trailer|upgrade|accept-encoding"
    r"|idempotency-key|webhook-.*|proxy-.*",
    re.IGNORECASE,
)
#: Headers whose values are secrets, whatever they are.
_SECRET_HEADERS: Final = re.compile(
    r".*(?:auth|cookie|credential|key|passw|secret|token).*", re.IGNORECASE
)
#: What a secret in the form of Standard Webhooks begins with; the rest is base64.
_PREFIX: Final = "whsec_"


@dataclass(frozen=True, slots=True)
class DestinationSettings:
    """One entry of ``destinations``."""

    name: str
    place: Span
    form: Form
    grant: Grant
    #: None after a mistake, and where references are not resolved.
    destination: Destination | None


def read_destinations(
    gateway: Given, file: str, paths: Paths, references: References, report: Report
) -> dict[str, DestinationSettings]:
    """Read ``destinations`` of the ``gateway.yaml`` *file*, whose structure has been checked."""
    found: dict[str, DestinationSettings] = {}
    for key, node in gateway.entries("destinations"):
        if isinstance(node, Map):
            name, given = key.value, Given(node)
            form = Form(given.word("form") or Form.JSON)
            grant = read_grant(node, file, paths, report)
            made = _Declared(given, name, references, report).destination(form)
            found[name] = DestinationSettings(name, key.span, form, grant, made)
    return found


def receivers(given: Mapping[str, DestinationSettings], file: str) -> dict[str, Receiver]:
    """Give what the rules of the queue file *file* know of destinations."""
    return {name: Receiver(one.form, one.grant.includes(file)) for name, one in given.items()}


def usable(given: Mapping[str, DestinationSettings]) -> Mapping[str, Destination]:
    """Give the destinations that something can be sent to."""
    found = {name: one.destination for name, one in given.items() if one.destination is not None}
    return MappingProxyType(found)


_CONTENT_TYPES: Final[Mapping[Form, str]] = {
    Form.JSON: "application/json",
    Form.FORM: "application/x-www-form-urlencoded",
    Form.TEXT: "text/plain; charset=utf-8",
}


@dataclass(frozen=True, slots=True)
class _Declared:
    """One destination being read."""

    given: Given
    name: str
    references: References
    report: Report

    def destination(self, form: Form) -> Destination | None:
        """Make the destination; None after a mistake, or when references are not resolved."""
        # Few folders have destinations, and the imports cost more than reading one.
        from gateway.delivery.destination import CONCURRENCY, TIMEOUT, Destination

        before = self.report.errors
        networks = self._networks()
        url = self._url(networks)
        headers = dict(self._headers())
        if not any(name.lower() == "content-type" for name in headers):
            headers["Content-Type"] = _CONTENT_TYPES[form]
        secrets = tuple(self._secrets())
        timeout = self._duration(self.given, "timeout", "100ms", "60s")
        patience = self._patience()
        if url is None or self.report.errors > before or not self.references.resolving:
            return None
        return Destination(
            name=self.name,
            url=url,
            method=self.given.word("method") or "POST",
            headers=tuple(headers.items()),
            secrets=secrets,
            timeout=timeout or TIMEOUT,
            patience=patience,
            networks=networks,
            plain_http=self.given.flag("plain_http"),
            concurrency=self.given.whole("concurrency") or CONCURRENCY,
        )

    def _url(self, networks: tuple[Network, ...]) -> str | None:
        from gateway.delivery.addresses import AddressError, parse_url

        text = self.given.text("url")
        assert text is not None  # noqa: S101 - the JSON Schema demands it.
        url = self.references.filled(text, self.report)
        if url is None:
            return None
        try:
            parse_url(url, networks, plain_http=self.given.flag("plain_http"))
        except AddressError as error:
            hint = None
            if str(error).startswith("http "):
                hint = "or allow it: plain_http: true"
            self.report.error("R146", str(error), text.span, hint=hint)
            return None
        return url

    def _networks(self) -> tuple[Network, ...]:
        from ipaddress import ip_network

        found: list[Network] = []
        for text in self.given.texts("networks"):
            try:
                found.append(ip_network(text.value))
            except ValueError:
                message = f"not a network: {text.value[:60]!r}"
                hint = "such as 10.1.0.0/16, 10.1.2.3/32 or fd00::/8"
                self.report.error("R146", message, text.span, hint=hint)
        return tuple(found)

    def _headers(self) -> Iterator[tuple[str, str]]:
        seen: dict[str, str] = {}
        for key, node in self.given.entries("headers"):
            if not isinstance(node, Scalar):
                continue
            name, text = key.value, node.text
            if _HEADER.fullmatch(name) is None:
                message = f"not the name of a header: {name[:64]!r}"
                self.report.error("R147", message, key.span)
            elif _OWN_HEADERS.fullmatch(name) is not None:
                message = f"the header {name} is written by the gateway"
                self.report.error("R147", message, key.span, hint="leave it out")
            elif (first := seen.setdefault(name.lower(), name)) != name:
                message = f"{first} and {name} are one header"
                self.report.error("R147", message, key.span, hint="leave one of them out")
            elif _SECRET_HEADERS.fullmatch(name) is not None and "${" not in text.value:
                hint = "write ${env:NAME} or ${file:/run/secrets/name} for the secret part"
                message = "a secret is written in the file itself"
                self.report.error("R131", message, text.span, hint=hint)
            else:
                value = self.references.filled(text, self.report)
                if value is not None and _HEADER_VALUE.fullmatch(value) is None:
                    message = f"what {name} is given cannot stand in a header"
                    hint = "printable ASCII characters, no blanks around them"
                    self.report.error("R147", message, text.span, hint=hint)
                elif value is not None:
                    yield name, value

    def _secrets(self) -> Iterator[bytes]:
        texts = self.given.texts("secret")
        for secret, text in self.references.secrets(texts, f"{self.name} secret", self.report):
            key = key_of(secret.value)
            if key is None:
                message = f"the secret of {text.value} is no base64 behind {_PREFIX}"
                hint = f"at least {MIN_SECRET} bytes in base64, or a secret without {_PREFIX}"
                self.report.error("R134", message, text.span, hint=hint)
            else:
                yield key

    def _patience(self) -> Patience:
        from gateway.delivery.retry import Patience

        usual, given = Patience(), self.given.inner("retry")
        if given is None:
            return usual
        first = self._duration(given, "first", "10ms", "1h")
        longest = self._duration(given, "longest", "10ms", "24h")
        return Patience(
            gives_up_after=self._duration(given, "for", "1s", "14d") or usual.gives_up_after,
            first=first or usual.first,
            longest=longest or max(usual.longest, first or 0),
        )

    def _duration(self, given: Given, key: str, least: str, most: str) -> float | None:
        text = given.text(key)
        return read_duration(text, self.report, least, most) if text else None


def key_of(secret: str) -> bytes | None:
    """Give the bytes that sign: those of the text, or what a ``whsec_`` text says in base64."""
    if not secret.startswith(_PREFIX):
        return secret.encode()
    try:
        key = base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    except (binascii.Error, ValueError):
        return None
    return key if len(key) >= MIN_SECRET else None
