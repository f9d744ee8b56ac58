"""What happens to mails when the mail server refuses one, or is down, or hangs."""

from __future__ import annotations

import socket
import threading
from datetime import timedelta

import pytest

from mail.jobs import send_mails
from mail.models import Mail
from tests.support.server import free_port

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)


def tries():
    return list(Mail.objects.order_by("pk").values_list("attempts", "next_try_at"))


def test_a_refused_recipient_does_not_hold_up_other_mails(server, reader, queue_mail, person, now):
    server.refusals["rosa@example.com"] = "550 No such mailbox"
    other = person("otto", email_notifications=True)
    for user in (reader, other, reader, other):
        queue_mail(user)

    assert send_mails(now) == 2

    assert [mail["To"] for mail in server.mails] == ["otto@example.com"] * 2
    assert server.connections == 1
    assert tries() == [(1, None), (1, None)] * 2
    assert Mail.objects.given_up().count() == 2


@pytest.mark.parametrize(
    ("answer", "next_try"),
    [
        ("550 No such mailbox", None),
        ("554 No", None),
        ("450 Mailbox busy", MINUTE),
        ("451 Try again later", MINUTE),
        ("530 Sign in first", MINUTE),
    ],
)
def test_a_permanent_refusal_is_not_retried_and_a_temporary_one_is(
    server, reader, queue_mail, now, caplog, answer, next_try
):
    server.refusals["rosa@example.com"] = answer
    row = queue_mail(reader)

    assert send_mails(now) == 0

    assert tries() == [(1, next_try and now + next_try)]
    [line] = [each.getMessage() for each in caplog.records if each.name == "core.db.retries"]
    assert line.startswith(f"Gave up mail.Mail {row.pk}") is (next_try is None)
    assert "rosa" not in line


def test_the_content_of_a_mail_can_be_refused_permanently_too(server, reader, queue_mail, now):
    server.refusals["DATA"] = "554 This looks like spam"
    queue_mail(reader)

    assert send_mails(now) == 0
    assert tries() == [(1, None)]


def test_if_the_sender_is_refused_the_mail_waits(server, reader, queue_mail, now):
    server.refusals["MAIL"] = "550 Not from here"
    queue_mail(reader)

    assert send_mails(now) == 0
    assert tries() == [(1, now + MINUTE)]


def test_the_pauses_grow_and_the_mail_is_given_up_after_the_sixth_try(
    server, reader, queue_mail, now
):
    server.refusals["rosa@example.com"] = "451 Try again later"
    row = queue_mail(reader)
    pauses, moment = [], now

    while row.next_try_at:
        moment = row.next_try_at
        send_mails(moment - timedelta(seconds=1))  # not yet
        send_mails(moment)
        row.refresh_from_db()
        pauses.append(row.next_try_at and row.next_try_at - moment)

    minutes = [pause and pause // MINUTE for pause in pauses]
    assert minutes == [1, 5, 30, 120, 480, None]
    assert (row.attempts, row.sent_at) == (6, None)


def test_a_mail_that_failed_is_sent_when_the_server_accepts_it(server, reader, queue_mail, now):
    server.refusals["rosa@example.com"] = "451 Try again later"
    queue_mail(reader)
    send_mails(now)
    server.refusals.clear()

    assert [send_mails(now + MINUTE / 2), send_mails(now + MINUTE)] == [0, 1]

    assert len(server.mails) == 1


class BrokenServer:
    """A server that accepts connections, sends a greeting and then nothing more."""

    def __init__(self, greeting: bytes) -> None:
        self.greeting = greeting
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.open = []
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self) -> None:
        while True:
            try:
                connected, _ = self.listener.accept()
            except OSError:
                return
            self.open.append(connected)
            connected.sendall(self.greeting)

    def close(self) -> None:
        self.listener.close()
        for each in self.open:
            each.close()


@pytest.mark.parametrize(
    "greeting", [b"", b"220 Hello\r\n", b"421 Closed for today\r\n", b"HTTP/1.1 400 What\r\n"]
)
def test_a_server_that_hangs_or_refuses_is_tried_once_and_all_mails_wait(
    settings, server, reader, queue_mail, now, greeting
):
    for _ in range(5):
        queue_mail(reader)
    broken = BrokenServer(greeting)
    settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = broken.port, 0.2

    assert send_mails(now) == 0
    broken.close()

    assert len(broken.open) == 1
    assert tries() == [(1, now + MINUTE)] * 5


def test_if_no_server_listens_all_mails_wait_and_are_sent_later(
    settings, server, reader, queue_mail, now
):
    for _ in range(3):
        queue_mail(reader)
    settings.EMAIL_PORT = free_port()

    assert send_mails(now) == 0
    assert tries() == [(1, now + MINUTE)] * 3

    settings.EMAIL_PORT = server.port
    assert send_mails(now + MINUTE) == 3


def test_a_server_with_few_mails_per_connection_gets_several_connections(
    server, reader, queue_mail, now
):
    server.per_connection = 4
    for _ in range(12):
        queue_mail(reader)

    assert send_mails(now) == len(server.mails) == 12
