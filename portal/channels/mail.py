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
from email.headerregistry import HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy
from pathlib import Path

from content.house import House
from content.outbox import Parcel
from portal.delivering import NotDeliverable
from portal.settings import Settings

SECONDS = 20


class _Whole(UnstructuredHeader):
    """An address in a header: on one line, however long it is; folded it would be encoded, and no program reads it."""

    def fold(self, *, policy: EmailPolicy) -> str:
        return f"{self.name}: {self}{policy.linesep}"


_HEADERS = HeaderRegistry()
_HEADERS.map_to_type("list-unsubscribe", _Whole)
_POLICY = SMTP.clone(header_factory=_HEADERS)


class Refused(NotDeliverable):
    """The mail server refuses this mailbox for good."""


@dataclass(frozen=True)
class Mail:
    """A `portal.delivering.Sender`. `sender` is the From address; `tls` is one of `starttls`, `tls`, `none`."""

    host: str
    port: int
    sender: str
    user: str = ""
    password_file: str = ""
    tls: str = "starttls"
    base_url: str = ""
    bounces: str = ""  # the envelope's sender, to whom servers report what they could not deliver

    def send(self, parcel: Parcel) -> None:
        self.transmit(self.compose(parcel))

    def compose(self, parcel: Parcel) -> EmailMessage:
        """The message of a delivery; one with a `path` ends with that address of the site. Raises `NotDeliverable`."""
        message = self.envelope(parcel.key, parcel.receiver, parcel.message["subject"])
        path = parcel.message.get("path")
        address = f"\n{self.base_url.rstrip('/')}{path}\n" if path else ""
        message.set_content(parcel.message["text"] + address)
        return message

    def transmit(self, message: EmailMessage) -> None:
        """Hand it to the server. Raises `Refused` for a mailbox that is refused for good, or what else there is."""
        try:
            with self._server() as server:
                server.send_message(message, from_addr=self.bounces or None)
        except smtplib.SMTPRecipientsRefused as problem:
            code, words = next(iter(problem.recipients.values()))
            raise _judged(code, words, Refused) from None
        except smtplib.SMTPDataError as problem:  # some servers look at the mailbox only now
            raise _judged(problem.smtp_code, problem.smtp_error, Refused) from None
        except smtplib.SMTPResponseException as problem:
            raise _judged(problem.smtp_code, problem.smtp_error) from None

    def envelope(self, key: str, receiver: str, subject: str) -> EmailMessage:
        """A message without words yet. Raises `NotDeliverable` for what is no address or no subject."""
        message = EmailMessage(policy=_POLICY)
        try:
            message["From"], message["To"], message["Subject"] = self.sender, receiver, subject
            message["Message-ID"] = message_id(key, self.sender)
        except (ValueError, IndexError) as problem:  # a line break in an address or a subject
            raise NotDeliverable(f"not a mail address or subject: {problem}") from None
        message["Auto-Submitted"] = "auto-generated"
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


def _judged(code: int, words: bytes | str, final: type[NotDeliverable] = NotDeliverable) -> Exception:
    """A refusal for good (5xx) is final; a passing one (4xx) is tried again."""
    text = words.decode(errors="replace") if isinstance(words, bytes) else words
    return (final if code >= 500 else ConnectionError)(f"{code} {text}")


def sender_for(house: House, settings: Settings) -> Mail | None:
    """None while no server is set: mail then waits in the outbox."""
    return mail_of(settings) if settings.mail_host else None


def mail_of(settings: Settings) -> Mail:
    """Mail as it would be sent, whether a server is set or not."""
    sender = settings.mail_from or f"gongkai@{settings.site.domain}"
    return Mail(settings.mail_host, settings.mail_port, sender, settings.mail_user, settings.mail_password_file,
                settings.mail_tls, settings.base_url, settings.mail_bounces)
