"""The site under test, which runs in this process from its WSGI application on, with fakes of
external services, and helpers that create people and rows."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import time_machine
from django.conf import settings
from django.db import Error, connections
from django.utils import timezone
from werkzeug.test import Client, EnvironBuilder

from accounts import tokens
from accounts.models import User
from config.wsgi import application
from friendships import services as friendships
from operations.scheduler import SCHEDULE, run_job
from sessions_app import services
from sessions_app.models import Session
from tests.support.fake_zoom import FakeZoom
from tests.support.mail_server import MailServer

SECRET = "webhook-secret-token"
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"
numbers = count(1)


@dataclass(frozen=True)
class Reply:
    """An answer, or the result of a job: 200, or 503 when the database failed."""

    status: int
    code: str = ""
    retry_after: str = ""
    document: Any = None
    text: str = ""

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300

    @property
    def unavailable(self) -> bool:
        """Whether it is a correct 503: with the envelope and a time for the next try."""
        return self.status == 503 and bool(self.code and self.retry_after)


class Mails(MailServer):
    """A mail server that can call a function before or after it accepts a mail."""

    before: Callable[[], None] | None = None
    after: Callable[[], None] | None = None

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        if self.before:
            self.before()
        reply = await super().handle_DATA(server, session, envelope)
        if self.after:
            self.after()
        return reply


@dataclass
class Outside:
    """The external services of the site: Zoom, a mail server, a folder of files."""

    zoom: FakeZoom
    mails: Mails
    media: Path
    stopped: list[int] = field(default_factory=list)


@contextmanager
def outside() -> Iterator[Outside]:
    with ExitStack() as stack:
        zoom = stack.enter_context(FakeZoom())
        mails = stack.enter_context(Mails())
        media = Path(stack.enter_context(TemporaryDirectory()))
        zoom.configure(settings)
        settings.ZOOM_WEBHOOK_SECRET = SECRET
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", mails.port
        settings.MEDIA_ROOT = media
        yield Outside(zoom, mails, media)


# The error of the site's clock. All other clocks are right, such as Zoom's and that of the issuer
# of tokens.
wrong_by = timedelta()


@contextmanager
def clock_wrong_by(difference: timedelta) -> Iterator[None]:
    global wrong_by  # the site has one clock
    wrong_by = difference
    try:
        yield
    finally:
        wrong_by = timedelta()


def call(method: str, path: str, by: User | None = None, body: Any = None, **options: Any) -> Reply:
    """Pass a request to the application as the server does, and return the whole answer."""
    headers = options.pop("headers", {})
    if by is not None:
        headers["Authorization"] = f"Bearer {tokens.issue(by)['access']}"
    sent = {"json": body} if body is not None else {}
    builder = EnvironBuilder(path=path, method=method, headers=headers, **sent, **options)
    try:
        with time_machine.travel(timezone.now() + wrong_by) if wrong_by else nullcontext():
            answer = Client(application).open(builder, buffered=True)
        return read(answer)
    finally:
        builder.close()


def read(answer: Any) -> Reply:
    text = answer.get_data(as_text=True)
    document: Any = None
    with suppress(ValueError):
        document = json.loads(text)
    code = document.get("code", "") if isinstance(document, dict) else ""
    return Reply(
        answer.status_code, code, answer.headers.get("Retry-After", ""), document, text[:300]
    )


def run(name: str, later: timedelta = timedelta()) -> Reply:
    """Run a job of the scheduler, as if it were later."""
    [job] = [each for each in SCHEDULE if each.name == name]
    try:
        run_job(job, timezone.now() + wrong_by + later)
    except Error as failure:
        return Reply(503, "the job is run again", "15", text=str(failure))
    finally:
        connections.close_all()
    return Reply(200)


# ── People, sessions, friendships ────────────────────────────────────────────────────────────


def person(**fields: Any) -> User:
    name = new_name()
    return User.objects.create(username=name, email=f"{name}@example.com", password="!", **fields)


def new_name() -> str:
    """Return a name that is unused, also by earlier processes on the same database."""
    return f"person{os.getpid()}x{next(numbers)}"


def person_with_mails() -> User:
    return person(email_notifications=True)


def now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


def publish(mode: str = "instant", **fields: Any) -> Session:
    values = {
        "by": person(role="instructor"),
        "now": now(),
        "booking_mode": mode,
        "title": "Algebra",
        "description": "From the beginning",
        "subject": "Maths",
        "date": now() + timedelta(days=3),
        "max_participants": 3,
    }
    return services.create(**values | fields)


def seen(session: Session, by: User) -> Session:
    return Session.objects.seen_by(by).get(pk=session.pk)


def joined(session: Session, *people: User) -> Session:
    """Let people join the session, or ask to join, depending on its booking mode."""
    for each in people:
        services.join(seen(session, each), by=each, now=now())
    return session


def approved(session: Session, *people: User) -> Session:
    joined(session, *people)
    for each in people:
        by = session.creator
        services.approve_request(seen(session, by), user_id=each.pk, by=by, now=now())
    return session


def friends() -> tuple[User, User]:
    one, other = person(), person()
    friendships.accept(friendships.ask(by=one, to=other, now=now()), by=other, now=now())
    return one, other


def die(pid: int) -> None:
    """Kill a process as the system does when it runs out of memory."""
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
