"""All rows of the product's tables, and what has become of them."""

from __future__ import annotations

import re
from typing import Any

from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.db.models import ForeignKey, Model

from accounts.models import User

APPS = ("accounts", "mail", "friendships", "notifications", "materials", "sessions_app", "zoom")
MODELS: list[type[Model]] = [
    LogEntry,
    *[
        model
        for app in APPS
        for model in apps.get_app_config(app).get_models()
        if not model._meta.proxy
    ],
]
# Made at random, so that the same request never writes the same there twice.
RANDOM = {"password", "digest", "jti", "marker", "start_marker", "stored_name"}
RANDOM |= {"zoom_meeting_id", "zoom_meeting_url", "zoom_meeting_password"}
# The same within texts: the address, the number and the passcode of a stand-in room.
ROOM = re.compile(r"stand-in-room/[\w-]+|\b\d{11}\b|passcode: [\w-]+")

Row = dict[str, Any]
Tables = dict[type[Model], dict[Any, Row]]


def columns(model: type[Model]) -> list[Any]:
    return list(model._meta.concrete_fields)


def snapshot() -> Tables:
    """Every row, by table and key, as the database has it: hundreds are taken, and the columns'
    Python types would be most of their cost."""
    return {model: rows(model) for model in MODELS}


def rows(model: type[Model]) -> dict[Any, Row]:
    names = [field.attname for field in columns(model)]
    listed = ", ".join(connection.ops.quote_name(field.column) for field in columns(model))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {listed} FROM {connection.ops.quote_name(model._meta.db_table)}")
        found = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    return {row[model._meta.pk.attname]: row for row in found}


def changes(before: Tables, after: Tables) -> list[tuple[type[Model], Row, Row]]:
    """(table, row before, row after) of each row that isn't the same; an empty one for none."""
    return [
        (model, before[model].get(key, {}), after[model].get(key, {}))
        for model in MODELS
        for key in {**before[model], **after[model]}
        if before[model].get(key) != after[model].get(key)
    ]


def differing(before: Row, after: Row) -> set[str]:
    """The names of the columns that differ."""
    return {name for name in {**before, **after} if before.get(name) != after.get(name)}


def of_people(model: type[Model]) -> list[str]:
    """The columns that name a person."""
    if model is User:
        return ["id"]
    return [
        field.attname
        for field in columns(model)
        if isinstance(field, ForeignKey) and field.related_model is User
    ]


def told(before: Tables, after: Tables) -> list[Any]:
    """What has become of the rows, without what is random and the keys of new rows: the same for
    two requests that have done the same."""
    result = []
    for model, old, new in changes(before, after):
        hidden = set(RANDOM) if old else {*RANDOM, model._meta.pk.attname}
        shown = {name: value for name, value in new.items() if name not in hidden}
        for field in columns(model):
            if isinstance(field, ForeignKey) and shown.get(field.attname) is not None:
                known = before.get(field.related_model, {shown[field.attname]: None})
                if shown[field.attname] not in known:
                    shown[field.attname] = "new"
        kept = old.get(model._meta.pk.attname)
        text = ROOM.sub("room", str(sorted(shown.items())))
        result.append((model.__name__, kept, text))
    return sorted(result, key=str)
