"""Which network addresses belong to the public internet. Pure.

The link check follows addresses that strangers can set: a page may redirect to this machine, its
neighbors or the cloud's metadata service. Only what is_public() lets through is ever asked.
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

# IPv6 addresses that carry an IPv4 address in their last 32 bits (RFC 6052, section 2.1): where
# a network translates, they lead wherever the inner address leads.
NAT64 = IPv6Network("64:ff9b::/96")
# Public by number, but answered by the cloud's own host inside Azure.
HOST_SERVICES = {IPv4Address("168.63.129.16")}


def is_public(address: str) -> bool:
    """Whether a numeric IPv4 or IPv6 address is one of the public internet's.

    Raises ValueError if it is no such address.
    """
    ip = ip_address(address)
    if isinstance(ip, IPv6Address):
        if ip.ipv4_mapped is not None:
            ip = ip.ipv4_mapped
        elif ip in NAT64:
            ip = IPv4Address(int(ip) & 0xFFFFFFFF)
        elif ip.is_site_local or ip.scope_id:
            return False
    # is_global alone lets multicast and addresses reserved for later through.
    return (
        ip.is_global
        and not ip.is_multicast
        and not ip.is_reserved
        and not ip.is_unspecified
        and ip not in HOST_SERVICES
    )
