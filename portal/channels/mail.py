"""Mail: a delivery of the outbox becomes a message for the SMTP server of the settings.

`Message-ID` is made of the idempotency key, so that a message that had to be sent twice is one to the receiver.
"""

from __future__ import annotations

import hashlib
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

from content.outbox import Delivery
from portal.delivering import NotDeliverable
from portal.settings import Settings

SECONDS = 20


@dataclass(frozen=True)
class Mail:
    """A `portal.delivering.Sender`. `sender` is the From address; `tls` one of `starttls`, `tls`, `none`."""

    host: str
    port: int
    sender: str
    user: str = ""
    password_file: str = ""
    tls: str = "starttls"
    base_url: str = ""

    def send(self, delivery: Delivery) -> None:
        """A message with a `path` ends with that address of the site."""
        try:
            message = self._message(delivery)
            with self._server() as server:
                server.send_message(message)
        except smtplib.SMTPRecipientsRefused as problem:
            code, words = next(iter(problem.recipients.values()))
            raise _judged(code, words, delivery.receiver) from None
        except smtplib.SMTPResponseException as problem:
            raise _judged(problem.smtp_code, problem.smtp_error, delivery.receiver) from None

    def _message(self, delivery: Delivery) -> EmailMessage:
        message = EmailMessage(policy=SMTP)
        try:
            message["From"], message["To"] = self.sender, delivery.receiver
            message["Subject"] = delivery.message["subject"]
            message["Message-ID"] = message_id(delivery.key, self.sender)
        except (ValueError, IndexError) as problem:  # a line break in an address or a subject
            raise NotDeliverable(f"not a mail address or subject: {problem}") from None
        message["Auto-Submitted"] = "auto-generated"
        path = delivery.message.get("path")
        address = f"\n{self.base_url.rstrip('/')}{path}\n" if path else ""
        message.set_content(delivery.message["text"] + address)
        return message

    @contextmanager
    def _server(self) -> Iterator[smtplib.SMTP]:
        context = ssl.create_default_context()
        if self.tls == "tls":
            server = smtplib.SMTP_SSL(self.host, self.port, timeout=SECONDS, context=context)
        else:
            server = smtplib.SMTP(self.host, self.port, timeout=SECONDS)
        with server:
            if self.tls == "starttls":
                server.starttls(context=context)
            if self.user:
                server.login(self.user, Path(self.password_file).read_text(encoding="utf-8").strip())
            yield server


def message_id(key: str, sender: str) -> str:
    """The same for the same idempotency key."""
    digest = hashlib.sha256(key.encode()).hexdigest()[:40]
    return f"<{digest}@{sender.rpartition('@')[2].strip('>') or 'localhost'}>"


def _judged(code: int, words: bytes | str, receiver: str) -> Exception:
    """A refusal for good (5xx) is final; a passing one (4xx) is tried again. It is logged: without the receiver."""
    text = (words.decode(errors="replace") if isinstance(words, bytes) else words).replace(receiver, "…")
    return (NotDeliverable if code >= 500 else ConnectionError)(f"{code} {text}")


def sender_for(settings: Settings) -> Mail | None:
    """None while no server is set: mail then waits in the outbox."""
    if not settings.mail_host:
        return None
    sender = settings.mail_from or f"gongkai@{settings.site.domain}"
    return Mail(settings.mail_host, settings.mail_port, sender, settings.mail_user, settings.mail_password_file,
                settings.mail_tls, settings.base_url)
