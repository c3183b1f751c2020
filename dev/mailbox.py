"""The mails that the catcher kept, as the development pages read them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path
from typing import Self

KEY = re.compile(r"\d{8}T\d{12}-[0-9a-f]{8}")


@dataclass(frozen=True, slots=True)
class Attachment:
    name: str
    content_type: str
    content: bytes
    content_id: str  # empty when the HTML does not show it in its text


@dataclass(frozen=True, slots=True)
class Mail:
    key: str
    sent_at: datetime
    sender: str
    recipients: str
    subject: str
    text: str
    html: str
    attachments: tuple[Attachment, ...]

    @classmethod
    def read(cls, file: Path) -> Self:
        message = BytesParser(_class=EmailMessage, policy=policy.default).parsebytes(file.read_bytes())
        return cls(
            key=file.stem,
            sent_at=datetime.strptime(file.stem.partition("-")[0], "%Y%m%dT%H%M%S%f").replace(tzinfo=UTC),
            sender=str(message.get("From", message.get("X-Envelope-From", ""))),
            recipients=str(message.get("To", message.get("X-Envelope-To", ""))),
            subject=str(message.get("Subject", "")),
            text=_body(message, "plain"),
            html=_body(message, "html"),
            attachments=tuple(_attachments(message)),
        )

    def mentions(self, words: str) -> bool:
        """Does every word appear in the people, the subject or the text?"""
        everything = f"{self.sender} {self.recipients} {self.subject} {self.text}".casefold()
        return all(word in everything for word in words.casefold().split())


def _body(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    return str(part.get_content()) if isinstance(part, EmailMessage) else ""


def _attachments(message: EmailMessage) -> Iterator[Attachment]:
    for part in message.walk():
        content_id = str(part.get("Content-ID", "")).strip("<> ")
        if part.is_multipart() or not (part.is_attachment() or content_id):
            continue
        content = part.get_payload(decode=True)
        name = part.get_filename() or content_id or "attachment"
        yield Attachment(name, part.get_content_type(), content if isinstance(content, bytes) else b"", content_id)


class Mailbox:
    """A folder of .eml files, newest first."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def mails(self, *, words: str = "", offset: int = 0, limit: int = 25) -> tuple[list[Mail], bool]:
        """A page of those that mention every word, and whether more follow."""
        found: list[Mail] = []
        for file in sorted(self.folder.glob("*.eml"), reverse=True):
            mail = Mail.read(file)
            if not words or mail.mentions(words):
                found.append(mail)
            if len(found) > offset + limit:
                break
        return found[offset : offset + limit], len(found) > offset + limit

    def find(self, key: str) -> Mail | None:
        file = self.file(key)
        return Mail.read(file) if file else None

    def file(self, key: str) -> Path | None:
        """The .eml file of one mail; None for a key that is not one of ours."""
        file = self.folder / f"{key}.eml"
        return file if KEY.fullmatch(key) and file.is_file() else None

    def empty(self) -> int:
        """Delete every mail; says how many there were."""
        files = list(self.folder.glob("*.eml"))
        for file in files:
            file.unlink(missing_ok=True)
        return len(files)
