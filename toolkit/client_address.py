"""Where a request came from, as far as that can be known."""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str:
    """The network that sent a request: an IPv4 address, or the /64 of an IPv6 one; "" if unknown.

    One household or office holds a whole /64 and may change its address within it with every
    request. Behind one proxy (BEHIND_PROXY) only the last entry of X-Forwarded-For counts: the
    proxy wrote it, whoever sent the request may have written those before it.
    """
    address = request.META.get("REMOTE_ADDR", "")
    if settings.IS_BEHIND_PROXY:
        forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "").rpartition(",")[2].strip()
        address = forwarded if _network(forwarded) else address
    return _network(address)


def site_of(network: str) -> str:
    """The /48 around an IPv6 network, as one customer of a provider may hold it; "" of others.

    It has 65,536 networks of the kind that ``client_address`` tells apart.
    """
    return str(ip_network(network).supernet(new_prefix=48)) if "/" in network else ""


def _network(text: str) -> str:
    """The network of an address as it is written; "" for what is no address."""
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return ""
    if not isinstance(address, IPv6Address):
        return str(address)
    # An IPv4 client of a server that listens on IPv6.
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(ip_network((address, 64), strict=False))
