"""Snapshots of all rows of the product's tables, and the changes between two of them."""

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
# Columns with random values, which differ when the same request is repeated.
RANDOM = {"password", "digest", "jti", "marker", "start_marker", "stored_name"}
RANDOM |= {"zoom_meeting_id", "zoom_meeting_url", "zoom_meeting_password"}
# Random parts of texts: the address, number and passcode of a stand-in room.
ROOM = re.compile(r"stand-in-room/[\w-]+|\b\d{11}\b|passcode: [\w-]+")

Row = dict[str, Any]
Tables = dict[type[Model], dict[Any, Row]]


def columns(model: type[Model]) -> list[Any]:
    return list(model._meta.concrete_fields)


def snapshot() -> Tables:
    """Return every row, by table and key, with the database's own values. Hundreds of snapshots are
    taken, and converting values to Python types would be most of their cost."""
    return {model: rows(model) for model in MODELS}


def rows(model: type[Model]) -> dict[Any, Row]:
    names = [field.attname for field in columns(model)]
    listed = ", ".join(connection.ops.quote_name(field.column) for field in columns(model))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {listed} FROM {connection.ops.quote_name(model._meta.db_table)}")
        found = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    return {row[model._meta.pk.attname]: row for row in found}


def changes(before: Tables, after: Tables) -> list[tuple[type[Model], Row, Row]]:
    """Return (table, row before, row after) of each changed row; {} for a missing row."""
    return [
        (model, before[model].get(key, {}), after[model].get(key, {}))
        for model in MODELS
        for key in {**before[model], **after[model]}
        if before[model].get(key) != after[model].get(key)
    ]


def differing(before: Row, after: Row) -> set[str]:
    """Return the names of the columns that differ."""
    return {name for name in {**before, **after} if before.get(name) != after.get(name)}


def person_columns(model: type[Model]) -> list[str]:
    """Return the columns that refer to a person."""
    if model is User:
        return ["id"]
    return [
        field.attname
        for field in columns(model)
        if isinstance(field, ForeignKey) and field.related_model is User
    ]


def effects(before: Tables, after: Tables) -> list[Any]:
    """Return the changed rows without random values and the keys of new rows, so that two requests
    with the same effects compare equal."""
    result = []
    for model, old, new in changes(before, after):
        hidden = set(RANDOM) if old else {*RANDOM, model._meta.pk.attname}
        shown = {name: value for name, value in new.items() if name not in hidden}
        for field in columns(model):
            if isinstance(field, ForeignKey) and shown.get(field.attname) is not None:
                known = before.get(field.related_model, {shown[field.attname]: None})
                if shown[field.attname] not in known:
                    shown[field.attname] = "new"
        old_key = old.get(model._meta.pk.attname)
        text = ROOM.sub("room", str(sorted(shown.items())))
        result.append((model.__name__, old_key, text))
    return sorted(result, key=str)
