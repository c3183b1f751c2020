"""Signing in and out by pages, the way back in by mail, and accepting an invitation."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, current_app, flash, g, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from saas.access import account, invitations, mails, team
from saas.access.caller import caller_of_request, limit_refusals
from saas.access.cookies import claims_of_cookies, clear_session_cookies, set_session_cookies, sid_of_cookies
from saas.access.guard import public
from saas.access.links import find_linked_id
from saas.access.security_events import record_security_event
from saas.access.sessions import Pair, end_sessions
from saas.access.sign_in import check_password, count_code_attempt, finish_sign_in
from saas.access.standing import forget_standings
from saas.access.throttle import account_limit, count_attempt, network_limit
from saas.access.tokens import SECOND_FACTOR_LIFE, Claims, make_second_factor_token, read_token
from saas.access.views.forms import path_back, refused, unkept
from saas.audit.services import record
from saas.kernel.clock import utcnow
from saas.kernel.errors import AppError, AuthenticationRequired, RateLimited, ValidationFailed
from saas.kernel.ids import new_id
from tenants.identity import Identity
from tenants.sessions import control_transaction, tenant_transaction

bp = Blueprint("session", __name__)

CODE_COOKIE = "taquilla_second_factor"


@bp.get("/sign-in")
@public(tenant=True)
def sign_in() -> Response | str:
    """The form, or straight on for who is signed in already."""
    try:
        if claims_of_cookies().tenant == g.tenant.slug:
            return redirect(path_back(), code=303)
    except AuthenticationRequired:
        pass
    return unkept(make_response(render_template("access/sign_in.html", next=path_back(), errors={}, message=None)))


@bp.post("/sign-in")
@limit_refusals
@public(tenant=True)
def check_sign_in() -> Response:
    """The password; then in, or on to the second factor."""
    email, password = request.form.get("email", ""), request.form.get("password", "")
    caller, now = caller_of_request(), utcnow()
    try:
        who = check_password(g.tenant, email=email, password=password, caller=caller, now=now)
        if not who.asks_for_code:
            return _let_in(finish_sign_in(g.tenant, identity_id=who.id, code=None, caller=caller, now=now))
    except AppError as refusal:
        return refused("access/sign_in.html", refusal, next=path_back(), email=email)
    token = make_second_factor_token(subject=who.id, tenant=g.tenant.slug, sid=new_id(), now=now)
    answer = redirect(url_for("session.second_factor", next=path_back()), code=303)
    answer.set_cookie(
        CODE_COOKIE,
        token,
        max_age=int(SECOND_FACTOR_LIFE.total_seconds()),
        path="/sign-in",
        httponly=True,
        samesite="Strict",
        secure=current_app.config["JWT_COOKIE_SECURE"],
    )
    return answer


@bp.get("/sign-in/second-factor")
@public(tenant=True)
def second_factor() -> Response:
    """The form for the code, for who has just shown the password."""
    if _proven() is None:
        return redirect(url_for("session.sign_in", next=path_back()), code=303)
    page = render_template("access/second_factor.html", next=path_back(), errors={}, message=None)
    return unkept(make_response(page))


@bp.post("/sign-in/second-factor")
@limit_refusals
@public(tenant=True)
def check_second_factor() -> Response:
    """The code of the authenticator, or a recovery code."""
    proven = _proven()
    if proven is None:
        flash(_("That took too long. Enter your password again."), "warning")
        return redirect(url_for("session.sign_in", next=path_back()), code=303)
    caller, now = caller_of_request(), utcnow()
    try:
        with control_transaction() as session:
            email = session.get_one(Identity, proven.subject).email
        count_code_attempt(email, caller=caller, now=now)
        code = request.form.get("otp", "")
        pair = finish_sign_in(g.tenant, identity_id=proven.subject, code=code, caller=caller, now=now)
    except AppError as refusal:
        return refused("access/second_factor.html", refusal, next=path_back())
    answer = _let_in(pair)
    answer.delete_cookie(CODE_COOKIE, path="/sign-in")
    return answer


@bp.post("/sign-out")
@public
def sign_out() -> Response:
    """End this browser's session, whatever is left of it."""
    sid, now = sid_of_cookies(), utcnow()
    answer = redirect(url_for("session.sign_in"), code=303)
    clear_session_cookies(answer)
    if sid is None:
        return answer
    refresh = read_token(request.cookies[current_app.config["JWT_REFRESH_COOKIE_NAME"]], "refresh")
    with control_transaction() as session:
        ended = end_sessions(session, identity_id=refresh.subject, only=sid, reason="signed-out", now=now)
        if ended:
            record_security_event(
                session,
                "session.signed-out",
                caller=caller_of_request(),
                subject=str(refresh.subject),
                now=now,
                identity_id=refresh.subject,
                sid=str(sid),
            )
    forget_standings()
    flash(_("You have signed out."), "success")
    return answer


@bp.get("/forgotten-password")
@public(tenant=True)
def forgotten_password() -> str:
    """Ask for a link by mail."""
    return render_template("access/forgotten_password.html", errors={}, message=None, sent=False)


@bp.post("/forgotten-password")
@limit_refusals
@public(tenant=True)
def request_reset() -> Response | str:
    """Note the wish; the answer is the same for every address, and so is the time it takes."""
    email, caller, now = request.form.get("email", "").strip(), caller_of_request(), utcnow()
    try:
        if "@" not in email:
            raise ValidationFailed(email=[_("Enter an e-mail address.")])
        with control_transaction() as session:
            count_attempt(session, account_limit("reset", email), network_limit("reset", caller.network), now=now)
        with tenant_transaction(g.tenant) as work, control_transaction() as session:
            reset_id = account.request_reset(session, tenant_id=g.tenant.id, email=email, caller=caller, now=now)
            mails.ask_for_mail(work, tenant=g.tenant.slug, kind="reset", row_id=reset_id, now=now)
    except (ValidationFailed, RateLimited) as refusal:
        return refused("access/forgotten_password.html", refusal, sent=False, email=email)
    return render_template("access/forgotten_password.html", errors={}, message=None, sent=True, email=email)


@bp.get("/reset-password/<token>")
@public(tenant=True)
def reset_password(token: str) -> Response:
    """The form for a new password, behind a mailed link."""
    with control_transaction() as session:
        _reset, who = account.get_open_reset(session, reset_id=find_linked_id("reset", token), now=utcnow())
        email = who.email
    page = render_template("access/reset_password.html", email=email, errors={}, message=None)
    return unkept(make_response(page))


@bp.post("/reset-password/<token>")
@limit_refusals
@public(tenant=True)
def set_new_password(token: str) -> Response:
    """Take the new password; every session ends, and the second factor stays."""
    reset_id, now, caller = find_linked_id("reset", token), utcnow(), caller_of_request()
    try:
        with control_transaction() as session:
            account.reset_password(
                session, reset_id=reset_id, new=request.form.get("password", ""), caller=caller, now=now
            )
    except ValidationFailed as refusal:
        with control_transaction() as session:
            email = account.get_open_reset(session, reset_id=reset_id, now=now)[1].email
        return refused("access/reset_password.html", refusal, email=email)
    forget_standings()
    flash(_("Your password is changed. Sign in with the new one."), "success")
    return redirect(url_for("session.sign_in"), code=303)


@bp.get("/invitation/<token>")
@public(tenant=True)
def invitation(token: str) -> Response:
    """What is offered, and the form to accept it."""
    return unkept(make_response(render_template("access/invitation.html", errors={}, message=None, **_offer(token))))


@bp.post("/invitation/<token>")
@limit_refusals
@public(tenant=True)
def accept_invitation(token: str) -> Response:
    """Join the team: with a new name and password, or with the identity that this address already has."""
    now, caller, form = utcnow(), caller_of_request(), request.form
    try:
        with tenant_transaction(g.tenant) as trail, control_transaction() as session:
            membership = invitations.accept_invitation(
                session,
                tenant=g.tenant,
                invitation_id=_invitation_id(token),
                name=form.get("name", ""),
                password=form.get("password", ""),
                caller=caller,
                now=now,
            )
            record(
                trail,
                principal=team.principal_of(session, membership),
                action="member.joined",
                entity="member",
                entity_id=membership.id,
                after={"role": membership.role},
                request_id=g.request_id,
                now=now,
            )
    except ValidationFailed as refusal:
        return refused("access/invitation.html", refusal, name=form.get("name", ""), **_offer(token))
    flash(_("Welcome. Sign in to begin."), "success")
    return redirect(url_for("session.sign_in"), code=303)


def _offer(token: str) -> dict[str, object]:
    with control_transaction() as session:
        offer, who = invitations.get_open_invitation(
            session, tenant=g.tenant, invitation_id=_invitation_id(token), now=utcnow()
        )
        return {
            "email": offer.email,
            "role": offer.role,
            "invited_by": offer.invited_by_name,
            "is_known": who is not None,
        }


def _invitation_id(token: str) -> UUID | None:
    return find_linked_id("invitation", token)


def _let_in(pair: Pair) -> Response:
    answer = redirect(path_back(), code=303)
    set_session_cookies(answer, pair)
    return answer


def _proven() -> Claims | None:
    """Who has shown the password of this tenant within the last minutes."""
    token = request.cookies.get(CODE_COOKIE)
    try:
        claims = read_token(token, "second-factor") if token else None
    except AuthenticationRequired:
        return None
    return claims if claims and claims.tenant == g.tenant.slug else None
