"""Where deliveries go, and how: what the operator says of one destination.

Law: values only; neither ``repr`` nor ``str`` show an address, a header or a secret.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from gateway.delivery.addresses import Network
from gateway.delivery.retry import Patience

#: Seconds that one request may take in all.
TIMEOUT: Final = 10.0
#: Requests to one destination at the same time.
CONCURRENCY: Final = 4


@dataclass(frozen=True, slots=True)
class Destination:
    """One receiver."""

    name: str
    url: str = field(repr=False)
    method: str = "POST"
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    #: As raw bytes; every one signs.
    secrets: tuple[bytes, ...] = field(default=(), repr=False)
    timeout: float = TIMEOUT
    patience: Patience = field(default_factory=Patience)
    #: Private networks that it may be in.
    networks: tuple[Network, ...] = ()
    plain_http: bool = False
    concurrency: int = CONCURRENCY
