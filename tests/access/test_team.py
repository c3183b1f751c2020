"""The team: inviting, joining, changing roles, leaving; and that an owner always stays."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import select

from saas.access import invitations, mails, team
from saas.access.cli import user
from saas.access.links import link_token
from saas.access.standing import forget_standings
from saas.audit.models import AuditEvent
from saas.kernel.clock import frozen, utcnow
from saas.kernel.principal import Principal
from tenants.identity import Invitation
from tenants.registry import Tenant
from tenants.sessions import control_transaction, tenant_transaction
from tests.access.factories import (
    CALLER,
    Browser,
    Person,
    bearer,
    browser_on,
    log_in,
    make_client,
    make_member,
    sign_in,
    token_on,
)


def signed_in(app: Flask, person: Person) -> Browser:
    browser = browser_on(app, person.tenant)
    form = {"email": person.email, "password": person.password, "csrf_token": token_on(browser, "/sign-in")}
    assert browser.post("/sign-in", data=form).status_code == 303
    return browser


def submit(browser: Browser, path: str, **form: object):
    return browser.post(path, data={"csrf_token": token_on(browser, "/account")} | form)


def invitation_of(email: str) -> Invitation:
    with control_transaction() as session:
        return session.scalars(select(Invitation).where(Invitation.email == email)).one()


def trail(tenant: Tenant) -> list[tuple[str, str]]:
    with tenant_transaction(tenant) as session:
        rows = session.execute(select(AuditEvent.action, AuditEvent.principal_name).order_by(AuditEvent.at))
        return [(row.action, row.principal_name) for row in rows]


def test_an_invitation_leads_from_the_mail_to_a_first_sign_in(app: Flask, tenant: Tenant):
    owner = make_member(tenant)
    email = f"new-{tenant.slug}@example.test"
    submit(signed_in(app, owner), "/team/invitations", email=email, role="manager")
    invitation = invitation_of(email)
    with control_transaction() as session:
        mail = mails.write_mail(session, tenant=tenant, kind="invitation", row_id=invitation.id, now=utcnow())
    path = f"/invitation/{link_token('invitation', invitation.id)}"
    browser = browser_on(app, tenant)

    page = browser.get(path)
    form = {"name": "Nueva", "password": "a brand new password", "csrf_token": token_on(browser, path)}
    answer = browser.post(path, data=form)
    again = browser.post(path, data=form)
    login = log_in(app, Person(owner.id, owner.id, email, "a brand new password", tenant))

    assert path in mail.text
    assert email in page.text
    assert answer.location == "/sign-in"
    assert again.status_code == 409
    assert login.json["role"] == "manager"
    assert [action for action, _who in trail(tenant)] == ["member.invited", "member.joined"]


def test_who_has_an_identity_joins_with_it_and_keeps_its_password(app: Flask, tenant: Tenant, other_tenant: Tenant):
    person = make_member(other_tenant, "viewer")
    submit(signed_in(app, make_member(tenant)), "/team/invitations", email=person.email.upper(), role="cashier")
    with control_transaction() as session:
        invitation = session.scalars(select(Invitation).where(Invitation.tenant_id == tenant.id)).one()
    path = f"/invitation/{link_token('invitation', invitation.id)}"
    browser = browser_on(app, tenant)

    browser.post(path, data={"csrf_token": token_on(browser, path), "password": "an attempt to replace it"})

    assert log_in(app, person, tenant=tenant.slug).json["role"] == "cashier"
    assert log_in(app, person).json["role"] == "viewer"


def test_an_invitation_is_over_after_a_week_and_can_be_sent_again(app: Flask, tenant: Tenant):
    browser = signed_in(app, make_member(tenant))
    email = f"late-{tenant.slug}@example.test"
    submit(browser, "/team/invitations", email=email, role="viewer")
    invitation = invitation_of(email)
    path = f"/invitation/{link_token('invitation', invitation.id)}"

    with frozen(utcnow() + timedelta(days=8)):
        assert browser_on(app, tenant).get(path).status_code == 409
        submit(browser, f"/team/invitations/{invitation.id}/resend")
        assert browser_on(app, tenant).get(path).status_code == 200


def test_a_withdrawn_invitation_opens_nothing(app: Flask, tenant: Tenant):
    browser = signed_in(app, make_member(tenant))
    email = f"unwanted-{tenant.slug}@example.test"
    submit(browser, "/team/invitations", email=email, role="viewer")
    invitation = invitation_of(email)

    submit(browser, f"/team/invitations/{invitation.id}/revoke")

    assert browser_on(app, tenant).get(f"/invitation/{link_token('invitation', invitation.id)}").status_code == 409


def test_an_invitation_is_good_on_its_own_tenant_s_host_alone(app: Flask, tenant: Tenant, other_tenant: Tenant):
    submit(signed_in(app, make_member(tenant)), "/team/invitations", email="x@example.test", role="viewer")
    with control_transaction() as session:
        invitation = session.scalars(select(Invitation).where(Invitation.tenant_id == tenant.id)).one()

    path = f"/invitation/{link_token('invitation', invitation.id)}"

    assert browser_on(app, other_tenant).get(path).status_code == 409


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"email": "no address", "role": "viewer"}, 400),
        ({"email": "a@example.test", "role": "emperor"}, 400),
        ({"email": "a@example.test", "role": "partner"}, 400),
        ({"email": "a@example.test", "role": "owner"}, 403),
    ],
)
def test_an_admin_s_invitation_that_cannot_be_is_refused(app: Flask, tenant: Tenant, form, status):
    browser = signed_in(app, make_member(tenant, "admin"))

    assert submit(browser, "/team/invitations", **form).status_code == status


def test_a_member_is_not_invited_again(app: Flask, tenant: Tenant):
    owner = make_member(tenant)

    answer = submit(signed_in(app, owner), "/team/invitations", email=owner.email.title(), role="viewer")

    assert answer.status_code == 409


def test_a_change_of_role_counts_at_once_and_is_on_record(app: Flask, tenant: Tenant):
    owner, cashier = make_member(tenant), make_member(tenant, "cashier")
    token = sign_in(app, cashier)["access_token"]

    submit(signed_in(app, owner), f"/team/{cashier.membership_id}/role", role="manager")

    me = app.test_client().get("/api/v1/me", headers=bearer(token))
    assert me.json["role"] == "manager"
    with tenant_transaction(tenant) as session:
        event = session.scalars(select(AuditEvent)).one()
    assert (event.action, event.before, event.after) == (
        "member.role-changed",
        {"role": "cashier"},
        {"role": "manager"},
    )


def test_who_is_removed_is_out_at_once(app: Flask, tenant: Tenant):
    owner, cashier = make_member(tenant), make_member(tenant, "cashier")
    pair = sign_in(app, cashier)

    submit(signed_in(app, owner), f"/team/{cashier.membership_id}/remove")

    assert app.test_client().get("/api/v1/me", headers=bearer(pair["access_token"])).status_code == 401
    assert app.test_client().post("/api/v1/auth/refresh", headers=bearer(pair["refresh_token"])).status_code == 401
    assert log_in(app, cashier).status_code == 401


@pytest.mark.parametrize("deed", ["remove", "role"])
def test_the_last_owner_stays(app: Flask, tenant: Tenant, deed):
    owner = make_member(tenant)
    browser = signed_in(app, owner)

    answer = submit(browser, f"/team/{owner.membership_id}/{deed}", role="viewer")

    assert answer.status_code == 409
    assert browser.get("/team").status_code == 200


@pytest.mark.parametrize("deed", ["remove", "role"])
def test_an_admin_does_not_touch_an_owner(app: Flask, tenant: Tenant, deed):
    make_member(tenant)
    owner, admin = make_member(tenant), make_member(tenant, "admin")

    assert submit(signed_in(app, admin), f"/team/{owner.membership_id}/{deed}", role="viewer").status_code == 403


def test_two_owners_who_remove_each_other_at_once_leave_one(app: Flask, tenant: Tenant):
    first, second = make_member(tenant), make_member(tenant)
    together = Barrier(2)

    def remove(actor: Person, target: Person) -> str:
        with app.app_context():
            together.wait()
            try:
                with control_transaction() as session:
                    return team.remove_member(
                        session,
                        tenant=tenant,
                        principal=Principal("user", actor.id, actor.email, "owner"),
                        membership_id=target.membership_id,
                        caller=CALLER,
                        now=utcnow(),
                    )
            except team.LastOwner:
                return "refused"

    with ThreadPoolExecutor(2) as pool:
        outcomes = sorted(pool.map(remove, (first, second), (second, first)))

    assert outcomes == ["owner", "refused"]


def test_the_team_of_another_tenant_is_not_there(app: Flask, tenant: Tenant, other_tenant: Tenant):
    stranger = make_member(other_tenant, "cashier")
    made = make_client(other_tenant)
    browser = signed_in(app, make_member(tenant))

    assert submit(browser, f"/team/{stranger.membership_id}/role", role="viewer").status_code == 404
    assert submit(browser, f"/team/{stranger.membership_id}/remove").status_code == 404
    assert submit(browser, f"/api-clients/{made.client.id}/revoke").status_code == 404
    assert stranger.email not in browser.get("/team").text


def test_a_client_is_made_by_the_page_and_its_secret_shown_this_once(app: Flask, tenant: Tenant):
    browser = signed_in(app, make_member(tenant))
    form = {"name": "Portal", "scopes": ["events:read"], "allowed_networks": "203.0.113.0/24\n2001:db8::/32"}

    page = submit(browser, "/api-clients", **form)
    listed = browser.get("/api-clients").text

    secret = page.text.split('data-copy="')[2].split('"')[0]
    assert page.headers["Cache-Control"] == "no-store"
    assert len(secret) >= 40
    assert secret not in listed
    assert "203.0.113.0/24" in listed
    assert "2001:db8::/32" in listed
    assert ("api-client.created", trail(tenant)[0][1]) in trail(tenant)


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"name": "", "scopes": ["events:read"]}, "name"),
        ({"name": "x", "scopes": ["team:manage"]}, "scopes"),
        ({"name": "x", "scopes": []}, "scopes"),
        ({"name": "x", "scopes": ["events:read"], "allowed_networks": "everywhere"}, "allowed_networks"),
    ],
)
def test_a_client_that_cannot_be_is_refused(app: Flask, tenant: Tenant, form, field):
    answer = submit(signed_in(app, make_member(tenant)), "/api-clients", **form)

    assert answer.status_code == 400
    assert "field-error" in answer.text


def test_a_revoked_client_is_out_at_once(app: Flask, tenant: Tenant):
    made = make_client(tenant)
    body = {"grant_type": "client_credentials", "client_id": made.client.client_id, "client_secret": made.secret}
    token = app.test_client().post("/api/v1/auth/token", json=body).json["access_token"]

    submit(signed_in(app, make_member(tenant)), f"/api-clients/{made.client.id}/revoke")

    assert app.test_client().get("/api/v1/me", headers=bearer(token)).status_code == 401


def test_the_operator_adds_a_person_and_gives_them_another_role(app: Flask, tenant: Tenant):
    email = f"command-{tenant.slug}@example.test"
    command = ["add", email, "--tenant", tenant.slug, "--password", "a password by hand"]

    first = CliRunner().invoke(user, [*command, "--role", "cashier"], obj=app)
    second = CliRunner().invoke(user, [*command, "--role", "manager"], obj=app)
    forget_standings()

    assert first.output == f"{email}: added, cashier of {tenant.slug}\n"
    assert second.output == f"{email}: updated, manager of {tenant.slug}\n"
    person = Person(tenant.id, tenant.id, email, "a password by hand", tenant)
    assert sign_in(app, person)["role"] == "manager"


@pytest.mark.parametrize(
    ("options", "line"),
    [
        (["--tenant", "nobody-here", "--password", "a password by hand"], "there is no tenant nobody-here"),
        (["--tenant", "{slug}", "--password", "short"], "password:"),
    ],
)
def test_the_operator_is_told_in_one_line_what_is_wrong(app: Flask, tenant: Tenant, options, line):
    options = [option.format(slug=tenant.slug) for option in options]

    result = CliRunner().invoke(user, ["add", "somebody@example.test", *options], obj=app)

    assert result.exit_code == 1
    assert line in result.output
    assert "Traceback" not in result.output


def test_inviting_twice_leaves_one_invitation_with_the_later_role(context: Flask, tenant: Tenant):
    owner = make_member(tenant)
    principal = Principal("user", owner.id, "Ana", "owner")
    for role in ("viewer", "manager"):
        with control_transaction() as session:
            invitations.invite(
                session,
                tenant=tenant,
                principal=principal,
                email="twice@example.test",
                role=role,
                caller=CALLER,
                now=utcnow(),
            )

    with control_transaction() as session:
        found = invitations.list_open_invitations(session, tenant=tenant)
    assert [(one.email, one.role) for one in found] == [("twice@example.test", "manager")]
