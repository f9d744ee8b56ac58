"""Hostile addresses and forms of the admin: never a 5xx. With HOSTILE=all every column of every
table is filtered by each lookup and value; else its key is, by another one for each table."""

from __future__ import annotations

import os

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group
from django.urls import reverse

pytestmark = pytest.mark.django_db
# Numbers and texts come to the databases in the same way from every table: two are enough for both.
on_both = pytest.mark.database

ALL = os.environ.get("HOSTILE") == "all"
EDGES = ["9" * 25, "a%00b"]
MORE = [
    *["", "0", "-1", "9" * 5_000, str(2**63), "%ff", "%ED%A0%80", "null", "[]", "1e400", "1,2"],
    *["0001-01-01", "9999-12-31", "9999-12-31T23:59:59-14:00", "a" * 5_000, "%D9%A3", "'", "True"],
    *["x%0d%0aX-Evil:%201", "1.5.-9." + "9" * 30, "..%252f", "__class__"],
]
VALUES = [*EDGES, *MORE] if ALL else EDGES
LOOKUPS = ["", "__exact", "__in", "__range", "__isnull", "__gte", "__year", "__day", "_from", "_to"]
OWN = ["q", "p", "o", "all", "_popup", "_to_field", "_changelist_filters"]
TABLES = list(admin.site._registry)
ON_BOTH = {"accounts.User", "auth.Group"}
MARKED = [
    pytest.param(each, marks=on_both if ALL or each._meta.label in ON_BOTH else ())
    for each in TABLES
]


def names_of(model):
    """What the address of its list may name."""
    turn = TABLES.index(model)
    columns = model._meta.concrete_fields if ALL else [model._meta.pk]
    lookups = LOOKUPS if ALL else ["__in", LOOKUPS[turn % len(LOOKUPS)]]
    own = OWN if ALL else [OWN[turn % len(OWN)]]
    situations = [each for each in admin.site._registry[model].list_filter if callable(each)]
    filtered = [f"{each.attname}{lookup}" for each in columns for lookup in lookups]
    return [*own, *filtered, *(each.parameter_name for each in situations)]


@pytest.mark.parametrize("model", MARKED, ids=lambda model: model._meta.label)
def test_no_address_of_a_table_is_a_5xx(desk, model):
    base = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    desk.raise_request_exception = False
    queries = [f"{name}={value}" for name in names_of(model) for value in VALUES]
    rows = [f"{value.replace('%', '%25')}/change/" for value in VALUES if value]

    sent = [(query, desk.get(base, QUERY_STRING=query)) for query in queries]
    sent += [(row, desk.get(base + row)) for row in rows]

    assert [(what[:60], a.status_code) for what, a in sent if a.status_code >= 500] == []


@on_both
def test_a_column_of_json_is_no_filter(desk):
    page = reverse("admin:zoom_auditentry_changelist")

    assert [desk.get(page, {"metadata": each}).status_code for each in ("", "x")] == [400, 400]


@on_both
@pytest.mark.parametrize("hostile", ["9" * 24, "-1", "a\0b", "9" * 5_000, "x", ""])
def test_a_permission_that_no_database_can_have_is_refused(desk, student, hostile):
    answer = desk.post(reverse("admin:auth_group_add"), {"name": "g", "permissions": [hostile]})

    assert answer.status_code == 200
    assert answer.context["adminform"].form.errors
    assert not Group.objects.exists()


@on_both
def test_a_group_that_no_database_can_have_is_refused(desk, student):
    page = reverse("admin:accounts_user_change", args=[student.pk])

    answer = desk.post(page, {"groups": ["9" * 24], "user_permissions": ["9" * 24]})

    errors = answer.context["adminform"].form.errors
    assert {"groups", "user_permissions"} <= set(errors)
