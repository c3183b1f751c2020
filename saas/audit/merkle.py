"""Hashes of the audit trail: of one event, of a batch as a Merkle tree, and of a seal on top of the one before.

Each kind of input has a prefix of its own, so that none can be passed off as another. Source: RFC 6962, section 2.1.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

LEAF, NODE, SEAL = b"\x00", b"\x01", b"\x02"
FIRST = bytes(32)  # what the first seal is chained to

# The columns of an event in the order in which they are hashed; a change here makes every old seal unreadable.
FIELDS = (
    "id", "at", "principal_kind", "principal_id", "principal_name",
    "action", "entity", "entity_id", "before", "after", "request_id",
)  # fmt: skip


def event_hash(event: Any) -> bytes:
    """The hash of one event, from an object or row that has the columns of `FIELDS`."""
    values = [_plain(getattr(event, name)) for name in FIELDS]
    text = json.dumps(values, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return hashlib.sha256(LEAF + text.encode()).digest()


def merkle_root(leaves: Sequence[bytes]) -> bytes:
    """The root over at least one leaf hash; a lone node at the end of a level rises as it is."""
    if not leaves:
        raise ValueError("a tree has at least one leaf")
    level = list(leaves)
    while len(level) > 1:
        pairs = [_node(level[i], level[i + 1]) for i in range(0, len(level) - 1, 2)]
        level = pairs + level[len(pairs) * 2 :]
    return level[0]


def seal_hash(number: int, event_count: int, root: bytes, previous_hash: bytes, sealed_at: datetime) -> bytes:
    """The hash of a seal, chained to the one before."""
    moment = round(sealed_at.timestamp() * 1_000_000)
    head = number.to_bytes(8, "big") + event_count.to_bytes(4, "big") + moment.to_bytes(8, "big")
    return hashlib.sha256(SEAL + head + previous_hash + root).digest()


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(NODE + left + right).digest()


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    return value if value is None or isinstance(value, str | dict | list) else str(value)
