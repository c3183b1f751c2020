"""My account: profile, password, second factor, sessions."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, abort, flash, g, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Answer

from saas.access import account
from saas.access.caller import caller_of_request
from saas.access.guard import requires
from saas.access.roles import OWN_ACCOUNT
from saas.access.second_factor import provisioning_uri, qr_svg
from saas.access.security_events import list_security_events, record_security_event
from saas.access.sessions import end_sessions, list_open_sessions
from saas.access.standing import forget_standings
from saas.access.throttle import account_limit, count_attempt, forgive, network_limit
from saas.access.views.forms import refused, unkept
from saas.kernel.clock import utcnow
from saas.kernel.errors import RateLimited, ValidationFailed
from tenants.sessions import control_transaction

bp = Blueprint("account", __name__, url_prefix="/account")

LANGUAGES = ("es", "en")


@bp.get("")
@requires(OWN_ACCOUNT)
def show() -> str:
    """Everything about one's own account on one page."""
    return render_template("access/account.html", errors={}, message=None, **_overview())


@bp.post("/profile")
@requires(OWN_ACCOUNT)
def save_profile() -> Answer:
    """The name others see, and the language of the mails."""
    locale = request.form.get("locale")
    try:
        with control_transaction() as session:
            account.update_profile(
                session,
                identity_id=g.principal.id,
                name=request.form.get("name", ""),
                locale=locale if locale in LANGUAGES else None,
            )
    except ValidationFailed as refusal:
        return refused("access/account.html", refusal, **_overview())
    forget_standings()
    flash(_("Saved."), "success")
    return _back()


@bp.post("/password")
@requires(OWN_ACCOUNT)
def change_password() -> Answer:
    """A new password, with the present one as proof; every other session ends."""
    try:
        _count_proof()
        with control_transaction() as session:
            account.change_password(
                session,
                identity_id=g.principal.id,
                current=request.form.get("current_password", ""),
                new=request.form.get("password", ""),
                keep=g.sid,
                caller=caller_of_request(),
                now=utcnow(),
            )
            _forgive_proof(session)
    except (ValidationFailed, RateLimited) as refusal:
        return refused("access/account.html", refusal, **_overview())
    forget_standings()
    flash(_("Your password is changed, and your other sessions have ended."), "success")
    return _back()


@bp.post("/second-factor")
@requires(OWN_ACCOUNT)
def begin_second_factor() -> Answer:
    """Lay a fresh secret, and go on to its QR."""
    with control_transaction() as session:
        account.begin_second_factor(session, identity_id=g.principal.id)
    return redirect(url_for("account.second_factor"), code=303)


@bp.get("/second-factor")
@requires(OWN_ACCOUNT)
def second_factor() -> Answer:
    """The QR to scan and the form for the first code."""
    with control_transaction() as session:
        secret = account.find_pending_secret(session, identity_id=g.principal.id)
    if secret is None:
        return _back()
    page = render_template("access/enrol.html", secret=_spaced(secret), errors={}, message=None)
    return unkept(make_response(page))


@bp.get("/second-factor/qr.svg")
@requires(OWN_ACCOUNT)
def second_factor_qr() -> Response:
    """The pending secret as a picture; 404 once it is in use."""
    with control_transaction() as session:
        secret = account.find_pending_secret(session, identity_id=g.principal.id)
        if secret is None:
            abort(404)
        email = account.get_profile(session, identity_id=g.principal.id).identity.email
    uri = provisioning_uri(secret, account=email, issuer=f"Taquilla ({g.tenant.name})")
    return unkept(Response(qr_svg(uri), mimetype="image/svg+xml"))


@bp.post("/second-factor/confirm")
@requires(OWN_ACCOUNT)
def confirm_second_factor() -> Answer:
    """Turn it on with a first right code, and show the recovery codes, this once."""
    try:
        with control_transaction() as session:
            codes = account.confirm_second_factor(
                session,
                identity_id=g.principal.id,
                code=request.form.get("code", ""),
                caller=caller_of_request(),
                now=utcnow(),
            )
    except ValidationFailed as refusal:
        with control_transaction() as session:
            secret = account.find_pending_secret(session, identity_id=g.principal.id)
        return refused("access/enrol.html", refusal, secret=_spaced(secret or ""))
    return _show_codes(codes)


@bp.post("/second-factor/disable")
@requires(OWN_ACCOUNT)
def disable_second_factor() -> Answer:
    """Turn it off, with the password as proof."""
    try:
        _count_proof()
        with control_transaction() as session:
            account.disable_second_factor(
                session,
                identity_id=g.principal.id,
                password=request.form.get("proof", ""),
                caller=caller_of_request(),
                now=utcnow(),
            )
            _forgive_proof(session)
    except (ValidationFailed, RateLimited) as refusal:
        return refused("access/account.html", refusal, **_overview())
    flash(_("The second factor is off."), "warning")
    return _back()


@bp.post("/recovery-codes")
@requires(OWN_ACCOUNT)
def renew_recovery_codes() -> Answer:
    """New recovery codes in place of the old, with the password as proof."""
    try:
        _count_proof()
        with control_transaction() as session:
            codes = account.renew_recovery_codes(
                session,
                identity_id=g.principal.id,
                password=request.form.get("proof", ""),
                caller=caller_of_request(),
                now=utcnow(),
            )
            _forgive_proof(session)
    except (ValidationFailed, RateLimited) as refusal:
        return refused("access/account.html", refusal, **_overview())
    return _show_codes(codes)


@bp.post("/sessions/<uuid:sid>/end")
@requires(OWN_ACCOUNT)
def end_session(sid: UUID) -> Answer:
    """End one session; one's own is the same as signing out."""
    _end(only=sid)
    flash(_("The session has ended."), "success")
    return _back()


@bp.post("/sessions/end-others")
@requires(OWN_ACCOUNT)
def end_other_sessions() -> Answer:
    """End every session but this one."""
    count = _end(but=g.sid)
    flash(_("%(count)s other sessions have ended.", count=count), "success")
    return _back()


def _end(**which: Any) -> int:
    now = utcnow()
    with control_transaction() as session:
        ended = end_sessions(session, identity_id=g.principal.id, reason="ended", now=now, **which)
        if ended:
            record_security_event(
                session,
                "session.ended",
                caller=caller_of_request(),
                subject=g.principal.name,
                now=now,
                identity_id=g.principal.id,
                tenant_id=g.tenant.id,
                sids=[str(sid) for sid in ended],
            )
    forget_standings()
    return len(ended)


def _overview() -> dict[str, Any]:
    with control_transaction() as session:
        profile = account.get_profile(session, identity_id=g.principal.id)
        return {
            "who": profile.identity,
            "recovery_codes_left": profile.recovery_codes_left,
            "sessions": list_open_sessions(session, identity_id=g.principal.id, now=utcnow()),
            "events": list_security_events(session, identity_id=g.principal.id, limit=8),
            "languages": [("es", "Español"), ("en", "English")],
        }


def _show_codes(codes: list[str]) -> Answer:
    """Shown in answer to the POST and not after a redirect: what is shown once must be stored nowhere."""
    return unkept(make_response(render_template("access/recovery_codes.html", codes=codes)))


def _spaced(secret: str) -> str:
    """In fours, for whoever types it."""
    return " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))


def _count_proof() -> None:
    """A stolen session must not try passwords without end. Raises RateLimited."""
    with control_transaction() as session:
        count_attempt(session, *_proof_limits(), now=utcnow())


def _forgive_proof(session: Any) -> None:
    forgive(session, *_proof_limits())


def _proof_limits() -> tuple[Any, Any]:
    return account_limit("proof", str(g.principal.id)), network_limit("proof", request.remote_addr)


def _back() -> Answer:
    return redirect(url_for("account.show"), code=303)
