"""Handing a letter to a mail server: MAIL_URL as smtp:// (STARTTLS where offered), starttls:// or smtps://."""

from __future__ import annotations

import smtplib
import ssl
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from urllib.parse import unquote, urlsplit

from saas.kernel.clock import utcnow
from saas.notifications.letters import Letter

TIMEOUT = 20.0
PORTS = {"smtp": 25, "smtps": 465, "starttls": 587}


class MailRefused(Exception):
    """The server will never take this letter: no such address, too large, not allowed."""


class MailNotTaken(Exception):
    """The server is away, busy, or answered that one may try again."""


def send(letter: Letter, *, message_id: str, mail_url: str, sender: str) -> None:
    """Hand one letter over. Raises MailRefused or MailNotTaken."""
    message = to_email(letter, message_id, sender)
    try:
        with _connect(mail_url) as server:
            server.send_message(message, from_addr=parseaddr(sender)[1], to_addrs=[letter.recipient])
    except smtplib.SMTPRecipientsRefused as refusal:
        code, text = next(iter(refusal.recipients.values()))
        raise _refusal(code, text) from refusal
    except smtplib.SMTPAuthenticationError as refusal:
        raise MailNotTaken(_say(refusal.smtp_code, refusal.smtp_error)) from refusal  # our settings, not the letter
    except smtplib.SMTPResponseException as refusal:
        raise _refusal(refusal.smtp_code, refusal.smtp_error) from refusal
    except (smtplib.SMTPException, OSError) as failure:
        raise MailNotTaken(f"{type(failure).__name__}: {failure}") from failure


def to_email(letter: Letter, message_id: str, sender: str) -> EmailMessage:
    """The letter as MIME: text, HTML beside it, and the files."""
    message = EmailMessage(policy=SMTP)
    message["From"], message["To"], message["Subject"] = sender, letter.recipient, letter.subject
    message["Date"], message["Message-ID"] = format_datetime(utcnow()), message_id
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.text)
    message.add_alternative(letter.html, subtype="html")
    for file in letter.attachments:
        main, _, sub = file.content_type.partition("/")
        message.add_attachment(file.content, maintype=main, subtype=sub, filename=file.name)
    return message


def _connect(mail_url: str) -> smtplib.SMTP:
    parts = urlsplit(mail_url)
    host, port = parts.hostname or "127.0.0.1", parts.port or PORTS.get(parts.scheme, 25)
    server: smtplib.SMTP
    if parts.scheme == "smtps":
        server = smtplib.SMTP_SSL(host, port, timeout=TIMEOUT, context=ssl.create_default_context())
    else:
        server = smtplib.SMTP(host, port, timeout=TIMEOUT)
    try:
        server.ehlo()
        if parts.scheme == "starttls" or (parts.scheme == "smtp" and server.has_extn("starttls")):
            server.starttls(context=_trust(whom_we_know=parts.scheme == "starttls" or bool(parts.username)))
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
    except BaseException:
        server.close()
        raise
    return server


def _trust(*, whom_we_know: bool) -> ssl.SSLContext:
    """A password goes to a server with a good certificate alone; without one any encryption is better than none."""
    return ssl.create_default_context() if whom_we_know else ssl._create_unverified_context()  # noqa: S323


def _refusal(code: int, text: bytes | str) -> Exception:
    return (MailRefused if 500 <= code < 600 else MailNotTaken)(_say(code, text))


def _say(code: int, text: bytes | str) -> str:
    return f"{code} {text.decode(errors='replace') if isinstance(text, bytes) else text}"
