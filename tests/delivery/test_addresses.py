"""Security reference §9: one spelling for each address, and none of a private network."""

from ipaddress import ip_address, ip_network

import pytest

from gateway.delivery.addresses import AddressError, is_allowed, parse_url


def http(rest):
    """An address in the clear; the tests of the project look at whole ones."""
    return "http:" + rest


def https(rest):
    return "https:" + rest


@pytest.mark.parametrize(
    "url",
    [
        "",
        "erp.example.com",
        "ftp://erp.example.com/",
        "file:///etc/passwd",
        "gopher://erp.example.com/",
        "https:erp.example.com",
        https("///path"),
        http("//erp.example.com/"),
        https("//user@erp.example.com/"),
        https("//user:word@erp.example.com/"),
        https("//erp.example.com@127.0.0.1/"),
        https("//erp.example.com\\@127.0.0.1/"),
        https("//erp.example.com/a b"),
        https("//erp.example.com/\r\nX: y"),
        https("//erp.example.com/#part"),
        https("//erp.example.com/ž"),
        https("//žerp.example.com/"),
        https("//erp.example.com:0/"),
        https("//erp.example.com:65536/"),
        https("//erp.example.com:/"),
        https("//erp.example.com:80:80/"),
        https("//erp.example.com./"),
        https("//.example.com/"),
        https("//-erp.example.com/"),
        https("//erp..example.com/"),
        https("//erp%2eexample.com/"),
        https("//" + "a" * 64 + ".example.com/"),
        https("//erp.example.com/" + "a" * 2_000),
        https("//127.0.0.1/"),
        https("//127.1/"),
        https("//2130706433/"),
        https("//0x7f000001/"),
        https("//0x7f.0.0.1/"),
        https("//0177.0.0.1/"),
        https("//127.0.0.01/"),
        https("//1.2.3.4.5/"),
        https("//１２７.0.0.1/"),
        https("//10.0.0.1/"),
        https("//169.254.169.254/latest/meta-data/"),
        https("//[::1]/"),
        https("//[::ffff:127.0.0.1]/"),
        https("//[0:0:0:0:0:0:0:1]/"),
        https("//[fe80::1%25eth0]/"),
        https("//[fd00:ec2::254]/"),
        https("//[::1/"),
        https("//::1/"),
    ],
)
def test_an_address_that_could_mean_harm_is_refused_without_being_quoted(url):
    with pytest.raises(AddressError) as refused:
        parse_url(url)

    assert not url or url not in str(refused.value)


@pytest.mark.parametrize(
    ("url", "host", "port", "target", "authority"),
    [
        (https("//erp.example.com"), "erp.example.com", 443, "/", "erp.example.com"),
        (https("//ERP.example.com/a?b=c%20d"), "erp.example.com", 443, "/a?b=c%20d",
         "erp.example.com"),
        (https("//erp.example.com?b"), "erp.example.com", 443, "/?b", "erp.example.com"),
        (https("//erp.example.com:8443/"), "erp.example.com", 8443, "/", "erp.example.com:8443"),
        (https("//xn--zkouka-5gb.example.com/"), "xn--zkouka-5gb.example.com", 443, "/",
         "xn--zkouka-5gb.example.com"),
        (https("//8.8.8.8/"), "8.8.8.8", 443, "/", "8.8.8.8"),
        (https("//[2606:4700::1111]:444/"), "2606:4700::1111", 444, "/", "[2606:4700::1111]:444"),
        (https("//erp/"), "erp", 443, "/", "erp"),
    ],
)  # fmt: skip
def test_a_plain_address_is_taken_apart(url, host, port, target, authority):
    found = parse_url(url)

    assert (found.host, found.port, found.target, found.authority) == (
        host,
        port,
        target,
        authority,
    )


def test_what_the_operator_allows_is_allowed():
    networks = [ip_network("10.1.0.0/16")]

    found = parse_url(http("//10.1.2.3:8080/x"), networks, plain_http=True)

    assert (found.scheme, found.port) == ("http", 8080)
    with pytest.raises(AddressError):
        parse_url(http("//10.2.2.3:8080/x"), networks, plain_http=True)


@pytest.mark.parametrize(
    "address",
    [
        "0.1.2.3", "10.255.255.255", "100.64.0.1", "127.8.8.8", "169.254.169.254", "172.31.0.1",
        "192.0.0.8", "192.0.2.1", "192.88.99.1", "192.168.1.1", "198.19.0.1", "198.51.100.7",
        "203.0.113.9", "224.0.0.1", "239.1.1.1", "240.0.0.1", "255.255.255.255",
        "::", "::1", "::ffff:10.0.0.1", "::ffff:127.0.0.1", "::127.0.0.1", "64:ff9b::10.0.0.1",
        "64:ff9b::7f00:1", "64:ff9b:1::1", "100::1", "2001::1", "2001:db8::1", "2002:7f00:1::",
        "2002:a00:1::1", "3fff::1", "fc00::1", "fd00:ec2::254", "fe80::1", "fec0::1", "ff02::1",
    ],
)  # fmt: skip
def test_private_and_reserved_addresses_are_refused_in_every_disguise(address):
    assert not is_allowed(ip_address(address), ())


@pytest.mark.parametrize(
    "address",
    ["8.8.8.8", "1.1.1.1", "172.32.0.1", "2606:4700::1", "::ffff:8.8.8.8", "64:ff9b::808:808"],
)
def test_public_addresses_are_allowed(address):
    assert is_allowed(ip_address(address), ())


@pytest.mark.parametrize(
    ("address", "network", "allowed"),
    [
        ("10.1.2.3", "10.1.0.0/16", True),
        ("10.2.2.3", "10.1.0.0/16", False),
        ("::ffff:10.1.2.3", "10.1.0.0/16", True),
        ("fd00::1", "fd00::/8", True),
        ("fe80::1", "fd00::/8", False),
        ("127.0.0.1", "::/0", False),
    ],
)
def test_a_network_allows_what_is_in_it(address, network, allowed):
    assert is_allowed(ip_address(address), [ip_network(network)]) is allowed
