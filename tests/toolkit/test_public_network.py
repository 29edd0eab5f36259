"""Which numbers may be asked: the public internet's, and no others."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolkit.public_network import is_public


@pytest.mark.parametrize(
    "number", ["8.8.8.8", "1.1.1.1", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"]
)
def test_the_public_internet(number: str) -> None:
    assert is_public(number)


@pytest.mark.parametrize(
    "number",
    [
        *("127.0.0.1", "127.8.9.10", "0.1.2.3", "10.0.0.1", "172.16.0.1"),
        "0.0.0.0",  # noqa: S104  # nothing is bound to it
        *("192.168.1.1", "169.254.169.254", "100.64.0.1", "100.100.100.200", "192.0.0.192"),
        *("192.0.2.1", "198.18.0.1", "224.0.0.1", "239.255.255.250", "240.0.0.1"),
        *("255.255.255.255", "168.63.129.16"),
        *("::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:0:0"),
        *("64:ff9b::7f00:1", "64:ff9b::a00:1", "64:ff9b:1::1", "2002:7f00:1::", "2001:db8::1"),
        *("2001:0:4136:e378:8000:63bf:3fff:fdd2", "fc00::1", "fd00:ec2::254", "fe80::1"),
        *("fe80::1%eth0", "2606:4700::1111%eth0", "fec0::1", "ff02::1", "ff0e::1"),
    ],
)
def test_everything_else(number: str) -> None:
    assert not is_public(number)


@pytest.mark.parametrize("text", ["", "localhost", "2130706433", "0x7f.1", "127.1", "1.2.3.4.5"])
def test_what_is_no_number(text: str) -> None:
    with pytest.raises(ValueError, match="does not appear to be"):
        is_public(text)


@given(st.ip_addresses(v=4))
def test_an_ipv4_address_is_the_same_however_it_is_wrapped(inner: ipaddress.IPv4Address) -> None:
    translated = ipaddress.IPv6Address(int(ipaddress.IPv6Address("64:ff9b::")) + int(inner))
    wrapped = [f"::ffff:{inner}", str(translated)]
    assert [is_public(number) for number in wrapped] == [is_public(str(inner))] * 2


@given(st.ip_addresses(network="127.0.0.0/8") | st.ip_addresses(network="fe80::/10"))
def test_never_this_machine_or_its_link(number: object) -> None:
    assert not is_public(str(number))
