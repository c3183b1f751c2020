"""The edge of a JSON route: one transaction, one answer, and the same answer again for the same Idempotency-Key."""

from __future__ import annotations

import hashlib
import logging
import random
import time
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from flask import Response, current_app, g, make_response, request
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from saas.kernel.clock import utcnow
from saas.kernel.errors import AppError, Conflict, Contended, ValidationFailed
from saas.kernel.models import IdempotentAnswer
from tenants.sessions import commit_with, tenant_transaction

log = logging.getLogger(__name__)

View = TypeVar("View", bound=Callable[..., Any])
KEY_LENGTH = 200
_KEEP = (
    "INSERT INTO idempotent_answer (scope, key, fingerprint, status, body, created_at)"
    " VALUES (%(scope)s, %(key)s, %(fingerprint)s, %(status)s, %(body)s, %(created_at)s)"
)
DEADLOCK = "40P01"  # the database undid one of two that waited for each other: that one simply runs again
ATTEMPTS = 8  # some 2 s in all, when rivals keep what we want locked


class IdempotencyMismatch(Conflict):
    """The key was used before, for another request."""

    code, message = "IDEMPOTENCY_MISMATCH", "This Idempotency-Key was used for a different request."


def transaction(*, idempotent: bool = False, synchronous_commit: bool = True) -> Callable[[View], View]:
    """Run a view inside the request's tenant transaction; it receives the session as its first argument.

    Stands below `@requires` and `@bp.arguments`, above `@bp.response`. An error undoes everything; so a view raises
    its refusals. Contended or a deadlock undoes it and runs the view again, in a new transaction, up to eight times.

    idempotent: the answer is kept with the client's Idempotency-Key in the same transaction. Nothing is looked up
    beforehand: a repeat either collides with the kept answer or is refused by the state that the first run left, and
    only then is the first answer fetched and given again. So the common case pays one insert.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def in_transaction(*args: Any, **kwargs: Any) -> Any:
            key = _key() if idempotent else None

            def once() -> Response:
                with tenant_transaction(g.tenant, synchronous_commit=synchronous_commit) as session:
                    session.info["request_id"] = g.request_id
                    answer = make_response(view(session, *args, **kwargs))
                    if answer.status_code >= 400:
                        raise RuntimeError(
                            "a view raises its refusals: one that is returned would be committed, and kept"
                        )
                    if key is not None:
                        _keep_and_commit(session, key, answer)
                    return answer

            try:
                return _again_while_contended(once)
            except (AppError, IntegrityError) as refusal:
                if key is not None and (first := _first_answer(key)) is not None:
                    return first
                if isinstance(refusal, IntegrityError) and "idempotent_answer" in str(refusal.orig):
                    raise Conflict(idempotency_key=["The first request with this key is still at work."]) from refusal
                raise

        return in_transaction  # type: ignore[return-value]

    return decorate


def accepts_up_to(size: int) -> Callable[[View], View]:
    """Let a view's request be this large, in bytes: few need more than the rest of the house takes from strangers."""

    def decorate(view: View) -> View:
        view.__largest_request__ = size  # type: ignore[attr-defined]
        return view

    return decorate


def make_room_for_request() -> None:
    """Set how much may be read of this request. To be called before anything reads it."""
    view = current_app.view_functions.get(request.endpoint or "")
    size = getattr(view, "__largest_request__", None)
    if size is not None:
        request.max_content_length = size


def _again_while_contended(once: Callable[[], Response]) -> Response:
    for attempt in range(1, ATTEMPTS):
        try:
            return once()
        except IntegrityError as error:
            if getattr(error.orig, "diag", None) is None or error.orig.diag.constraint_name not in _DRAWN:  # type: ignore[union-attr]
                raise
        except DBAPIError as error:
            if getattr(error.orig, "sqlstate", None) != DEADLOCK:
                raise
            log.warning("deadlock, running again", extra={"attempt": attempt})
        except Contended:
            time.sleep(random.uniform(0, 0.01 * 2**attempt))  # noqa: S311 - spreads rivals, guards nothing
    return once()


def draw_again_when_taken(*constraints: str) -> None:
    """Name unique constraints over what is drawn at random: a request whose draw was taken simply draws again."""
    _DRAWN.update(constraints)


_DRAWN: set[str] = set()


def _key() -> str | None:
    key = request.headers.get("Idempotency-Key")
    if key is not None and not 1 <= len(key) <= KEY_LENGTH:
        raise ValidationFailed(**{"Idempotency-Key": [f"Must have 1 to {KEY_LENGTH} characters."]})
    return key


def _scope() -> str:
    return f"{g.principal.kind}:{g.principal.id}"


def _fingerprint() -> bytes:
    return hashlib.sha256(f"{request.method} {request.path}\n".encode() + request.get_data()).digest()


def _keep_and_commit(session: Session, key: str, answer: Response) -> None:
    """Keep the answer and commit in one trip: by now the transaction may hold a row that every window waits for."""
    row = {
        "scope": _scope(),
        "key": key,
        "fingerprint": _fingerprint(),
        "status": answer.status_code,
        "body": answer.get_data(),
        "created_at": utcnow(),
    }
    commit_with(session, _KEEP, row)


def _first_answer(key: str) -> Response | None:
    with tenant_transaction(g.tenant) as session:
        kept = session.execute(
            select(IdempotentAnswer.fingerprint, IdempotentAnswer.status, IdempotentAnswer.body).where(
                IdempotentAnswer.scope == _scope(), IdempotentAnswer.key == key
            )
        ).one_or_none()
    if kept is None:
        return None
    if kept.fingerprint != _fingerprint():
        raise IdempotencyMismatch
    answer = Response(kept.body, status=kept.status, mimetype="application/json")
    answer.headers["Idempotent-Replayed"] = "true"
    return answer
