"""From which address somebody comes, as far as nobody can forge it."""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address, ip_network
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Tags, Warning, register
from django.http import HttpRequest

#: Stands for an address that is not known: all that come without one count as one.
UNKNOWN = "0.0.0.0"
#: A household or an office is given so many bits of IPv6; the rest changes at will.
_IPV6_NETWORK = 64
PROXY_NOT_COUNTED = "strategy.W002"


def client_address(request: HttpRequest) -> str:
    """The address by which wrong passwords are counted; of IPv6 the network it belongs to.

    Every proxy adds to X-Forwarded-For, on the right, whom it was asked by. So behind
    ``TRUSTED_PROXIES`` of them the address is that many entries from the right; what stands
    further left was written by the client. Where there are fewer entries, somebody has come past
    the proxies, and the connection's own address counts.
    """
    peer = request.META.get("REMOTE_ADDR", "")
    written = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
    proxies = settings.TRUSTED_PROXIES
    claimed = written[-proxies] if 0 < proxies <= len(written) else ""
    return _network(claimed) or _network(peer) or UNKNOWN


def _network(text: str) -> str:
    """An address in one spelling; empty where the text is none."""
    try:
        address = ip_address(text.strip())
    except ValueError:
        return ""
    if not isinstance(address, IPv6Address):
        return str(address)
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(ip_network((int(address), _IPV6_NETWORK), strict=False).network_address)


@register(Tags.security)
def proxies_are_counted(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """A warning where a proxy stands in front and its address would count as everybody's."""
    if not settings.BEHIND_PROXY or settings.TRUSTED_PROXIES:
        return []
    return [
        Warning(
            "BEHIND_PROXY is on and TRUSTED_PROXIES is 0: wrong passwords of all people count for "
            "the proxy's address, and lock everybody out together.",
            hint="Set TRUSTED_PROXIES to the number of proxies that add to X-Forwarded-For.",
            id=PROXY_NOT_COUNTED,
        )
    ]
