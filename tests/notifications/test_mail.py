"""Mails go through a real SMTP server; what fails is tried again or told, and nothing is sent twice unknowingly."""

from dataclasses import replace
from datetime import timedelta

import pytest
from aiosmtpd.controller import Controller
from sqlalchemy import select, text

import workers.actors  # noqa: F401 - registers send_access_mail
from dev.mailbox import Mailbox
from dev.mailcatcher import catch_mail
from dev.ownership import free_port
from saas.access import account, mails
from saas.access.links import find_linked_id
from saas.kernel.clock import frozen, utcnow
from saas.notifications.models import MailMessage
from tenants.sessions import control_transaction, tenant_transaction
from tests.access.factories import CALLER, make_member
from tests.workers.conftest import message
from workers.runner import run


@pytest.fixture
def port(app, settings, monkeypatch):
    """The port of the mail server that the application is set to."""
    port = free_port()
    monkeypatch.setitem(app.extensions, "settings", replace(settings, mail_url=f"smtp://127.0.0.1:{port}"))
    return port


@pytest.fixture
def mailbox(tmp_path, port):
    controller = catch_mail(tmp_path, port)
    yield Mailbox(tmp_path)
    controller.stop()


def ask_for_reset(tenant, email):
    """The id of the outbox message."""
    with tenant_transaction(tenant) as work, control_transaction() as session:
        reset_id = account.request_reset(session, tenant_id=tenant.id, email=email, caller=CALLER, now=utcnow())
        mails.ask_for_mail(work, tenant=tenant.slug, kind="reset", row_id=reset_id, now=utcnow())
        return reset_id, work.info["outbox"][0][0]


def sent(mailbox):
    found, _ = mailbox.mails()
    return found


def mails_of(tenant):
    with tenant_transaction(tenant) as session:
        return session.scalars(select(MailMessage).order_by(MailMessage.created_at)).all()


def test_a_reset_mail_arrives_in_the_tenants_language_with_a_link_that_fits(tenant, mailbox):
    person = make_member(tenant)
    reset_id, message_id = ask_for_reset(tenant, person.email)

    run("default", message_id)

    [mail] = sent(mailbox)
    assert (mail.recipients, mail.subject) == (person.email, "Elige una contraseña nueva")
    token = mail.text.partition("/reset-password/")[2].split()[0]
    assert find_linked_id("reset", token) == reset_id
    [row] = mails_of(tenant)
    assert (row.state, row.subject, row.attempts) == ("sent", mail.subject, 1)


def test_an_unknown_address_gets_no_mail_and_the_work_is_done(tenant, mailbox):
    _, message_id = ask_for_reset(tenant, "nobody@example.test")

    run("default", message_id)

    assert sent(mailbox) == []
    assert message(message_id).done_at is not None


def test_a_server_that_is_away_is_tried_again(tenant, port, tmp_path):
    person = make_member(tenant)
    _, message_id = ask_for_reset(tenant, person.email)

    run("default", message_id)
    [waiting] = mails_of(tenant)
    assert (waiting.state, waiting.attempts) == ("pending", 1)
    assert waiting.last_error.startswith("ConnectionRefusedError")

    catcher = catch_mail(tmp_path, port)
    with frozen(utcnow() + timedelta(minutes=1)):
        run("default", message_id)
    catcher.stop()
    assert len(sent(Mailbox(tmp_path))) == 1
    assert [row.state for row in mails_of(tenant)] == ["sent"]


class NoSuchPerson:
    async def handle_RCPT(self, server, session, envelope, address, options):
        return "550 5.1.1 no such person"


def test_a_refused_recipient_fails_at_once_and_is_told(tenant, port):
    controller = Controller(NoSuchPerson(), hostname="127.0.0.1", port=port)
    controller.start()
    person = make_member(tenant)
    _, message_id = ask_for_reset(tenant, person.email)

    run("default", message_id)
    controller.stop()

    assert message(message_id).dead_at is not None
    [row] = mails_of(tenant)
    assert row.state == "failed"
    assert "550 5.1.1 no such person" in row.last_error


def test_a_mail_whose_outcome_is_unknown_goes_again_under_the_same_name(tenant, mailbox):
    person = make_member(tenant)
    _, message_id = ask_for_reset(tenant, person.email)
    run("default", message_id)
    with tenant_transaction(tenant) as session:  # as if the process had died before it could write the outcome
        session.execute(text("UPDATE mail_message SET state = 'sending'"))
        session.execute(text("UPDATE shared.outbox SET done_at = NULL WHERE id = :id"), {"id": message_id})

    run("default", message_id)

    names = {line for mail in sent(mailbox) for line in headers(mailbox, mail) if line.startswith(b"Message-ID:")}
    assert len(sent(mailbox)) == 2 and len(names) == 1


def headers(mailbox, mail):
    return mailbox.file(mail.key).read_bytes().split(b"\r\n")
