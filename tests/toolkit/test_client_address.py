"""Where a request came from: spoofed headers tell nothing, an IPv6 household is one."""

import pytest
from django.test import RequestFactory

from toolkit.client_address import client_address, site_of

PROXY = "127.0.0.1"


@pytest.mark.parametrize(
    ("remote", "network"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:aaaa::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff:ffff:ffff:ffff", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),  # a socket of the machine has no address
        ("unix:", ""),
    ],
)
def test_an_address_is_known_by_its_network(rf: RequestFactory, remote: str, network: str) -> None:
    assert client_address(rf.get("/", REMOTE_ADDR=remote)) == network


def test_without_a_proxy_no_header_counts(rf: RequestFactory, settings) -> None:
    settings.IS_BEHIND_PROXY = False
    request = rf.get("/", REMOTE_ADDR="203.0.113.7", headers={"X-Forwarded-For": "198.51.100.1"})
    assert client_address(request) == "203.0.113.7"


@pytest.mark.parametrize(
    ("header", "network"),
    [
        ("198.51.100.1", "198.51.100.1"),
        ("10.0.0.1, 198.51.100.1", "198.51.100.1"),  # what the client wrote, then the proxy
        ("127.0.0.1,::1,2001:db8::1", "2001:db8::/64"),
        ("198.51.100.1, nonsense", PROXY),
        ("198.51.100.1,", PROXY),
        ("", PROXY),
        ("x" * 5000, PROXY),
    ],
)
def test_behind_a_proxy_only_what_the_proxy_wrote_counts(
    rf: RequestFactory, settings, header: str, network: str
) -> None:
    settings.IS_BEHIND_PROXY = True
    request = rf.get("/", REMOTE_ADDR=PROXY, headers={"X-Forwarded-For": header})
    assert client_address(request) == network


@pytest.mark.parametrize(
    ("network", "site"),
    [
        ("2001:db8:1:2::/64", "2001:db8:1::/48"),
        ("2001:db8:1:ffff::/64", "2001:db8:1::/48"),
        ("192.0.2.1", ""),
        ("", ""),
    ],
)
def test_a_site_is_the_48_around_a_network(network: str, site: str) -> None:
    assert site_of(network) == site
