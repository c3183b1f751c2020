"""Links sent by mail: the id of a row and a proof that we wrote it, so that the secret is stored nowhere.

A copy of the database opens no account, the queue of pending mails holds no token, and a mail that is sent twice
bears the same link. Whether a link is still good (used, expired, withdrawn) is for its row to say.
"""

from __future__ import annotations

import base64
import binascii
import hmac
from typing import Literal
from uuid import UUID

from saas.config import current_settings

Purpose = Literal["reset", "invitation"]


def link_token(purpose: Purpose, row_id: UUID) -> str:
    """The text to put in the link, 48 characters fit for a URL."""
    return base64.urlsafe_b64encode(row_id.bytes + _proof(purpose, row_id)).decode()


def find_linked_id(purpose: Purpose, token: str) -> UUID | None:
    """The id that a token of ours names, or None for any other text."""
    try:
        raw = base64.urlsafe_b64decode(token.encode())
    except (binascii.Error, ValueError):
        return None
    if len(raw) != 36:
        return None
    row_id = UUID(bytes=raw[:16])
    return row_id if hmac.compare_digest(raw[16:], _proof(purpose, row_id)) else None


def _proof(purpose: Purpose, row_id: UUID) -> bytes:
    return hmac.digest(
        current_settings().derived_key("mailed-links"), purpose.encode() + b"\x00" + row_id.bytes, "sha256"
    )[:20]
