"""A real SMTP server on loopback, which accepts or refuses mails as configured."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from types import TracebackType
from typing import Any, Self

from aiosmtpd.controller import Controller

from tests.support.server import free_port


@dataclass
class MailServer:
    """`with MailServer() as server:` accepts mails on `server.port`.

    Attributes:
        refusals: recipient → the reply that refuses it. Under `MAIL`, the reply to all senders;
            under `DATA`, the reply to all contents.
        per_connection: the number of mails after which it refuses more on the same connection.
        together: it accepts no mail before this number of connections were opened.
        mails: the accepted mails, with the envelope's recipients in `X-Envelope`.
        connections: the number of opened connections.
    """

    refusals: dict[str, str] = field(default_factory=dict)
    per_connection: int = 1000
    together: int = 1
    port: int = field(default_factory=free_port)
    mails: list[EmailMessage] = field(default_factory=list)
    connections: int = 0

    def __enter__(self) -> Self:
        self.gate = asyncio.Event()
        self.controller = Controller(
            self, hostname="127.0.0.1", port=self.port, server_hostname="localhost"
        )
        self.controller.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.controller.stop()

    def text(self, address: str) -> str:
        """Return the plain text of the only mail to this address."""
        [mail] = [each for each in self.mails if each["To"] == address]
        return part(mail, "plain")

    # aiosmtpd calls the following methods in its own thread.

    async def handle_EHLO(  # noqa: N802  # the library's name
        self, server: Any, session: Any, envelope: Any, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name, session.taken = hostname, 0
        self.connections += 1
        if self.connections >= self.together:
            self.gate.set()
        return responses

    async def handle_MAIL(  # noqa: N802
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        if "MAIL" in self.refusals:
            return self.refusals["MAIL"]
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        if session.taken >= self.per_connection:
            return "421 Too many mails on this connection"
        if address in self.refusals:
            return self.refusals[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        await self.gate.wait()
        if "DATA" in self.refusals:
            return self.refusals["DATA"]
        mail = message_from_bytes(envelope.content, policy=default)
        assert isinstance(mail, EmailMessage)
        mail["X-Envelope"] = ", ".join(envelope.rcpt_tos)
        self.mails.append(mail)
        session.taken += 1
        return "250 OK"


def part(mail: EmailMessage, kind: str) -> str:
    """Return the text of a mail's part, `plain` or `html`."""
    body = mail.get_body((kind,))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")
