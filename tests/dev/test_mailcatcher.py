"""The mail catcher takes real SMTP and keeps what came, byte for byte."""

import smtplib
from email.message import EmailMessage

import pytest

from dev.mailbox import Mailbox
from dev.mailcatcher import catch_mail
from dev.ownership import free_port


@pytest.fixture
def catcher(tmp_path):
    controller = catch_mail(tmp_path / "mail", free_port())
    yield controller
    controller.stop()


@pytest.fixture
def mailbox(tmp_path):
    return Mailbox(tmp_path / "mail")


def make_message(
    subject="Sus entradas para Yerma", to="ana@example.com", text="Fila C, asiento 12. ¡Buen espectáculo!"
):
    message = EmailMessage()
    message["Subject"], message["From"], message["To"] = subject, "Teatro <boletos@teatro.test>", to
    message.set_content(text)
    return message


def send(catcher, message, **options):
    with smtplib.SMTP("127.0.0.1", catcher.port, timeout=10) as server:
        server.send_message(message, **options)


def test_a_mail_with_html_and_an_attachment_comes_back_as_it_was_sent(catcher, mailbox):
    message = make_message()
    message.add_alternative("<p>Fila C, asiento 12</p>", subtype="html")
    message.add_attachment(b"%PDF-1.7 \x00\xff", maintype="application", subtype="pdf", filename="factura-1.pdf")

    send(catcher, message)

    [mail], has_more = mailbox.mails()
    assert (mail.subject, mail.recipients) == ("Sus entradas para Yerma", "ana@example.com")
    assert "¡Buen espectáculo!" in mail.text
    assert "<p>Fila C, asiento 12</p>" in mail.html
    [attachment] = mail.attachments
    assert (attachment.name, attachment.content_type) == ("factura-1.pdf", "application/pdf")
    assert attachment.content == b"%PDF-1.7 \x00\xff"
    assert not has_more


def test_a_hidden_recipient_is_kept_with_the_envelope(catcher, mailbox):
    send(catcher, make_message(), to_addrs=["ana@example.com", "archivo@teatro.test"])

    [mail], _ = mailbox.mails()
    assert b"X-Envelope-To: ana@example.com, archivo@teatro.test" in mailbox.file(mail.key).read_bytes()


def test_the_newest_mail_comes_first_and_pages_do_not_overlap(catcher, mailbox):
    for number in range(5):
        send(catcher, make_message(subject=f"Number {number}"))

    first, more_after_first = mailbox.mails(limit=3)
    second, more_after_second = mailbox.mails(offset=3, limit=3)

    assert [mail.subject for mail in first + second] == [f"Number {number}" for number in (4, 3, 2, 1, 0)]
    assert (more_after_first, more_after_second) == (True, False)


def test_a_search_wants_every_word_somewhere_in_the_mail(catcher, mailbox):
    send(catcher, make_message(to="ana@example.com"))
    send(catcher, make_message(to="luis@example.com"))

    found, _ = mailbox.mails(words="yerma LUIS")

    assert [mail.recipients for mail in found] == ["luis@example.com"]


def test_a_key_cannot_name_a_file_outside_the_mailbox(tmp_path, mailbox):
    (tmp_path / "secret.eml").write_text("Subject: not yours\n\n")

    assert mailbox.find("../secret") is None


def test_emptying_the_mailbox_says_how_many_mails_went(catcher, mailbox):
    send(catcher, make_message())
    send(catcher, make_message())

    assert mailbox.empty() == 2
    assert mailbox.mails() == ([], False)
