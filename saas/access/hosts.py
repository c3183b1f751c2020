"""Which tenant a host belongs to, remembered for some seconds: also that it belongs to none."""

from __future__ import annotations

import time
from typing import Final

from saas.config import current_settings
from tenants.registry import UnknownTenant, find_tenant_by_host

REMEMBERED_SECONDS: Final = 10.0
_MOST: Final = 2_000

_slugs: dict[str, tuple[float, str | None]] = {}


def slug_of_host(host: str) -> str | None:
    """The slug of the tenant whose pages live at `host`, or None: an address, the bare domain."""
    known = _slugs.get(host)
    now = time.monotonic()
    if known is not None and known[0] > now:
        return known[1]
    try:
        slug = find_tenant_by_host(host, current_settings().base_domain).slug
    except UnknownTenant:
        slug = None
    if len(_slugs) >= _MOST:
        _slugs.clear()
    _slugs[host] = (now + REMEMBERED_SECONDS, slug)
    return slug


def forget_hosts() -> None:
    """Drop what this process remembers, after a change of hosts that it made itself."""
    _slugs.clear()
