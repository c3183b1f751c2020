"""A token for the sockets: what the database says of a person, for a process that asks no database."""

from __future__ import annotations

from typing import Any

from flask import g

from saas.access.guard import requires
from saas.access.roles import WHO_AM_I
from saas.config import current_settings
from saas.extensions import Blueprint
from saas.kernel.clock import utcnow
from saas.kernel.errors import Forbidden
from saas.realtime.address import live_url
from saas.realtime.schemas import LiveRoomsSchema, LiveTokenSchema
from saas.realtime.tokens import LIVE_TOKEN_LIFETIME, STAFF_ROOMS, issue_live_token

bp = Blueprint("live", __name__, description="Live events: see the Socket.IO namespaces in docs/live.md")


@bp.get("/live/token")
@requires(WHO_AM_I)
@bp.arguments(LiveRoomsSchema, location="query")
@bp.response(200, LiveTokenSchema)
def get_live_token(query: dict[str, Any]) -> dict[str, Any]:
    """A token for the namespace /staff that opens the rooms named, each of which the caller must be entitled to."""
    for room in query["rooms"]:
        permission = STAFF_ROOMS.get(room)
        if permission is None or not g.principal.may(permission):
            raise Forbidden(room=room)
    token = issue_live_token(
        current_settings(), tenant=g.tenant.slug, principal_id=g.principal.id, rooms=query["rooms"], now=utcnow()
    )
    return {"token": token, "expires_in": int(LIVE_TOKEN_LIFETIME.total_seconds()), "url": live_url()}
