"""The gate: tickets are scanned or typed, and everyone sees at a glance whether one comes in."""

from __future__ import annotations

from flask import Blueprint, g, render_template, request

from saas.access.guard import requires
from saas.kernel.clock import utcnow
from saas.kernel.errors import AppError
from saas.sales.services.checkin import admit
from tenants.sessions import tenant_transaction

bp = Blueprint("checkin", __name__, url_prefix="/check-in")

LONGEST_CODE = 40  # what is longer was read from a QR
FRAGMENT = "X-Fragment"


@bp.get("")
@requires("checkin:admit")
def show() -> str:
    return render_template("gate/check_in.html", gate=request.args.get("gate", ""), outcome=None)


@bp.post("")
@requires("checkin:admit")
def check() -> tuple[str, int]:
    """Admit the holder of what was read; as a whole page, or the outcome alone when a module asks for that."""
    read, gate = request.form.get("ticket", "").strip(), request.form.get("gate", "").strip()[:80]
    named = {"token": read} if len(read) > LONGEST_CODE else {"code": read}
    try:
        with tenant_transaction(g.tenant) as session:
            outcome = admit(session, principal=g.principal, now=utcnow(), gate=gate or None, **named)
        status = 200
    except AppError as refusal:
        outcome = {"result": refusal.code, "message": str(refusal.message), **refusal.details}
        status = refusal.status
    template = "gate/_outcome.html" if FRAGMENT in request.headers else "gate/check_in.html"
    return render_template(template, gate=gate, outcome=outcome), status
