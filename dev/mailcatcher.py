"""A mail server that keeps what it is sent and delivers nothing: `python -m dev.mailcatcher`.

Each mail becomes one .eml file in DATA_DIR/mail, with its envelope in X-Envelope headers; /dev/mail shows them.
"""

import asyncio
import contextlib
import os
import secrets
import signal
from datetime import UTC, datetime
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

LARGEST_MAIL = 25 * 1024 * 1024  # what most providers take


class Catcher:
    """aiosmtpd's handler: takes mail for anybody and writes it down."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        content = envelope.original_content or b""
        recipients = ", ".join(envelope.rcpt_tos)
        head = f"X-Envelope-From: {envelope.mail_from}\r\nX-Envelope-To: {recipients}\r\n".encode()
        name = f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}-{secrets.token_hex(4)}"
        unfinished = self.folder / f"{name}.part"
        unfinished.write_bytes(head + content)
        unfinished.rename(self.folder / f"{name}.eml")  # a reader never sees half a mail
        print(f"mail for {recipients} is kept as {name}.eml", flush=True)
        return "250 Kept"


def catch_mail(folder: Path, port: int) -> Controller:
    """Start catching on the loopback, in a thread of its own; `.stop()` ends it."""
    controller = Controller(Catcher(folder), hostname="127.0.0.1", port=port, data_size_limit=LARGEST_MAIL)
    controller.start()
    return controller


async def main() -> None:
    folder = Path(os.environ.get("DATA_DIR", ".taquilla")) / "mail"
    port = int(os.environ.get("MAILCATCHER_PORT", "1025"))
    over = asyncio.Event()
    for ending in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(ending, over.set)
    controller = await asyncio.to_thread(catch_mail, folder, port)
    print(f"catching mail on 127.0.0.1:{port} into {folder}", flush=True)
    await over.wait()
    await asyncio.to_thread(controller.stop)


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(main())
