"""Exports a person's data as JSON, row by row, so that memory use stays small.

Each section is one table, with the columns that refer to the person. Rows have all columns except
hidden ones, so new columns are exported automatically. Other people appear only by name.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.admin.models import LogEntry
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Model, Q, QuerySet

from accounts.models import IdempotencyKey, KnownNetwork, RevokedToken, User
from friendships.models import Block, Friendship, Message
from mail.models import Mail
from materials.models import Material
from notifications.models import Notification
from notifications.services import name_of
from operations.privacy import traces
from sessions_app.models import BookingRequest, Participant, Session
from zoom.models import AuditEntry, JoinToken, OneOnOneSession, StartAttempt

# Increased when a key is renamed or removed, but not when one is added.
FORMAT = 1


@dataclass(frozen=True)
class Section:
    """One table.

    Attributes:
        name: its key in the document.
        columns: those that refer to the person; a row is exported if one of them does.
        hidden: columns that are secret even for the person, or meaningless outside the server.
    """

    name: str
    model: type[Model]
    columns: tuple[str, ...]
    hidden: tuple[str, ...] = ()

    def rows(self, user: User) -> QuerySet[Any]:
        mine = Q(*((column, user) for column in self.columns), _connector=Q.OR)
        rows: QuerySet[Any] = self.model._default_manager.filter(mine)
        return self.prepared(rows)

    def prepared(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        return rows.select_related(*self.relations()).order_by("pk")

    def relations(self) -> list[str]:
        return [field.name for field in self.fields() if field.is_relation]

    def fields(self) -> list[Any]:
        return [each for each in self.model._meta.concrete_fields if each.name not in self.hidden]


class Mails(Section):
    """Includes password resets, whose rows have only an e-mail address."""

    def rows(self, user: User) -> QuerySet[Any]:
        return self.prepared(Mail.objects.to_person(user, user.email))


SECTIONS = (
    Section("sessions_created", Session, ("creator",)),
    Section("participations", Participant, ("user",)),
    Section("booking_requests", BookingRequest, ("user",)),
    Section("decisions_on_requests", BookingRequest, ("decided_by",), hidden=("message",)),
    Section("materials", Material, ("uploaded_by",)),
    Section("notifications", Notification, ("user",), hidden=("dedupe_key",)),
    Mails("mails", Mail, ("user",), hidden=("dedupe_key",)),
    Section("friendships", Friendship, ("from_user", "to_user")),
    Section("blocks", Block, ("blocker",)),
    Section("messages", Message, ("sender", "recipient")),
    Section(
        "one_on_one_sessions",
        OneOnOneSession,
        ("initiator", "participant", "started_by"),
        hidden=("start_marker", "start_until", "zoom_host"),
    ),
    Section("starts_of_meetings", StartAttempt, ("by",), hidden=("host",)),
    Section("join_tokens", JoinToken, ("user",), hidden=("digest",)),
    Section("audit_entries", AuditEntry, ("user",)),
    Section("sign_outs", RevokedToken, ("user",), hidden=("jti",)),
    Section("known_networks", KnownNetwork, ("user",), hidden=("digest",)),
    Section("acts_as_staff", LogEntry, ("user",)),
)
# Columns that refer to a person but aren't exported, and why.
LEFT_OUT = {
    (IdempotencyKey, "person"): "Answers repeated within a day; the sections have the same data.",
    (Block, "blocked"): "People don't learn who blocks them, neither here nor from the API.",
    (Notification, "named"): "It belongs to others, and has nothing that the sections don't have.",
}
STAFFS_ACTS = Section("acts_of_staff_on_the_account", LogEntry, (), hidden=("user",))
ACCOUNT = Section("account", User, ("pk",), hidden=("password", "token_generation", "kept_stamp"))


def export(user: User, *, now: datetime) -> Iterator[str]:
    """Yield the JSON document in pieces."""
    yield f'{{\n"format": {FORMAT},\n"exported_at": {encode(now)},\n"account": {account(user)}'
    for section in SECTIONS:
        yield from array(section.name, (row(each, section) for each in iterate(section, user)))
    entries = STAFFS_ACTS.prepared(traces.entries_about(user))
    yield from array(STAFFS_ACTS.name, (row(each, STAFFS_ACTS) for each in entries))
    yield "\n}\n"


def iterate(section: Section, user: User) -> Iterator[Any]:
    return section.rows(user).iterator(chunk_size=500)


def account(user: User) -> str:
    groups = list(user.groups.values_list("name", flat=True))
    permissions = [str(each) for each in user.user_permissions.select_related("content_type")]
    return encode(row(user, ACCOUNT) | {"groups": groups, "permissions": permissions})


def array(name: str, rows: Iterator[dict[str, Any]]) -> Iterator[str]:
    yield f",\n{encode(name)}: ["
    for number, each in enumerate(rows):
        yield ("," if number else "") + "\n" + encode(each)
    yield "]"


def row(instance: Any, section: Section) -> dict[str, Any]:
    return {field.name: value_of(instance, field) for field in section.fields()}


def value_of(instance: Any, field: Any) -> Any:
    """Return a column's value; for a foreign key, the other row's id and name."""
    value = getattr(instance, field.name)
    if not field.is_relation or value is None:
        return value
    called = name_of(value) if isinstance(value, User) else str(value)
    return {"id": value.pk, "name": called}


def encode(value: Any) -> str:
    return json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False)
