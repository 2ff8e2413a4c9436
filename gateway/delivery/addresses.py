"""Where deliveries may go: addresses written in one way only, and none of a private network.

Security reference §9. Law: pure; judges texts and addresses, resolves nothing. What it says of a
URL never quotes it: parts of it are secret.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final, TypeAlias

Address: TypeAlias = IPv4Address | IPv6Address
Network: TypeAlias = IPv4Network | IPv6Network

MAX_URL: Final = 2_000

_URL: Final = re.compile(r"(https?)://([^/?#]*)([/?][^#\x00-\x20\x7f-\U0010ffff]*)?", re.ASCII)
_PORT: Final = re.compile(r"(.*):([1-9][0-9]{0,4})", re.ASCII)
_NAME: Final = re.compile(r"(?!-)[A-Za-z0-9_-]{1,63}(?<!-)(?:\.(?!-)[A-Za-z0-9_-]{1,63}(?<!-))*")
#: What resolvers take for a number: decimal, octal or hexadecimal.
_NUMBER: Final = re.compile(r"[0-9]+|0[xX][0-9A-Fa-f]*")

#: Everything that is not for everybody, whatever the list of the standard library says of it.
_PRIVATE: Final[tuple[Network, ...]] = tuple(
    ip_network(one)
    for one in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
        "2001::/23",
        "2001:db8::/32",
        "3fff::/20",
    )
)
#: All of IPv6 that is routed for everybody.
_GLOBAL: Final = IPv6Network("2000::/3")
_NAT64: Final = IPv6Network("64:ff9b::/96")


class AddressError(ValueError):
    """A URL that nothing is sent to. Its text says why, without the URL."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A URL taken apart."""

    scheme: str
    #: In lower case; without brackets.
    host: str
    port: int
    #: Path and query.
    target: str

    @property
    def authority(self) -> str:
        """What the header ``Host`` says."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        usual = {"https": 443, "http": 80}[self.scheme]
        return host if self.port == usual else f"{host}:{self.port}"


def parse_url(url: str, networks: Sequence[Network] = (), *, plain_http: bool = False) -> Endpoint:
    """Take a URL apart that deliveries may go to, as far as this can be seen without asking DNS.

    Raises:
        AddressError: it is none, or could be read in two ways, or leads to a private address.
    """
    found = _URL.fullmatch(url)
    if found is None or len(url) > MAX_URL:
        raise AddressError("not the URL of a destination: https://HOST/PATH, without blanks")
    scheme, authority, target = found[1], found[2], found[3] or "/"
    if scheme == "http" and not plain_http:
        raise AddressError("http is readable for everybody on the way; use https")
    if "@" in authority:
        raise AddressError("a URL with a user or password in it; use headers")
    port = 443 if scheme == "https" else 80
    host = authority
    with_port = _PORT.fullmatch(authority)
    if with_port is not None:
        host, port = with_port[1], int(with_port[2])
    if port > 65_535:
        raise AddressError("a port beyond 65535")
    host = _host(host)
    address = _literal(host)
    if address is not None and not is_allowed(address, networks):
        raise AddressError(REFUSED)
    return Endpoint(scheme, host, port, target if target[0] == "/" else f"/{target}")


REFUSED: Final = "the address is private or reserved, and networks does not list it"


def is_allowed(address: Address, networks: Iterable[Network]) -> bool:
    """Whether deliveries may go to an address: a public one, or one of *networks*."""
    plain = _embedded(address)
    return _is_public(plain) or any(
        one in network for one in (address, plain) for network in networks
    )


def _is_public(address: Address) -> bool:
    if isinstance(address, IPv6Address) and address not in _GLOBAL:
        return False
    return not any(address in network for network in _PRIVATE)


def _embedded(address: Address) -> Address:
    """Give the IPv4 address that an IPv6 form hides, or the address itself."""
    if isinstance(address, IPv4Address):
        return address
    hidden = address.ipv4_mapped or address.sixtofour
    if hidden is None and address in _NAT64:
        hidden = IPv4Address(int(address) & 0xFFFF_FFFF)
    return hidden or address


def _host(written: str) -> str:
    if written.startswith("[") and written.endswith("]"):
        return written[1:-1].lower()
    if _NAME.fullmatch(written) is None or len(written) > 253:
        raise AddressError("not a host: letters, digits, - and dots; others as xn--…")
    return written.lower()


def _literal(host: str) -> Address | None:
    """Read a host that is an address, in its one canonical spelling; None for a name."""
    if ":" not in host and _NUMBER.fullmatch(host.rpartition(".")[2]) is None:
        return None
    try:
        address = ip_address(host)
    except ValueError:
        address = None
    if address is None or str(address) != host:
        raise AddressError("an address that is not in its usual spelling, such as 192.0.2.1")
    return address
