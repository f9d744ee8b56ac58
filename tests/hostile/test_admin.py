"""Hostile addresses and forms of the admin: never a 5xx. With HOSTILE=all each filter that a table
offers is sent each value; by default two filters are. Other lookups: `test_admin_lookups.py`."""

from __future__ import annotations

import os

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.test import RequestFactory
from django.urls import reverse

pytestmark = pytest.mark.django_db
# Every table passes numbers and texts to the database in the same way: two tables run on both.
on_both = pytest.mark.database

ALL = os.environ.get("HOSTILE") == "all"
EDGES = ["9" * 25, "a%00b"]
MORE = [
    *["", "0", "-1", "9" * 5_000, str(2**63), "%ff", "%ED%A0%80", "null", "[]", "1e400", "1,2"],
    *["0001-01-01", "9999-12-31", "9999-12-31T23:59:59-14:00", "a" * 5_000, "%D9%A3", "'", "True"],
    *["x%0d%0aX-Evil:%201", "1.5.-9." + "9" * 30, "..%252f", "__class__"],
]
VALUES = [*EDGES, *MORE] if ALL else EDGES
OWN = ["q", "p", "o", "all", "e", "_popup", "_to_field", "_facets"]
TABLES = list(admin.site._registry)
ON_BOTH = {"accounts.User", "auth.Group"}
MARKED = [
    pytest.param(each, marks=on_both if ALL or each._meta.label in ON_BOTH else ())
    for each in TABLES
]


def names_of(model):
    """The query parameters that the model's list accepts; by default only some of them."""
    index, table = TABLES.index(model), admin.site._registry[model]
    own = OWN if ALL else [OWN[index % len(OWN)]]
    offered = sorted(table.offered_lookups(RequestFactory().get("/")))
    if not ALL and offered:
        offered = [
            offered[index % len(offered)],
            offered[(index + len(offered) // 2) % len(offered)],
        ]
    return [*own, *offered]


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
@pytest.mark.parametrize("hostile", ["9" * 24, "-1", "a\0b", "9" * 5_000, "x", ""])
def test_an_impossible_permission_id_is_refused(desk, student, hostile):
    answer = desk.post(reverse("admin:auth_group_add"), {"name": "g", "permissions": [hostile]})

    assert answer.status_code == 200
    assert answer.context["adminform"].form.errors
    assert not Group.objects.exists()


@on_both
def test_an_impossible_group_id_is_refused(desk, student):
    page = reverse("admin:accounts_user_change", args=[student.pk])

    answer = desk.post(page, {"groups": ["9" * 24], "user_permissions": ["9" * 24]})

    errors = answer.context["adminform"].form.errors
    assert {"groups", "user_permissions"} <= set(errors)


@on_both
@pytest.mark.parametrize("page", ["x", "0", "00", "-1", "²", "9" * 5_000, "%00"])
def test_a_page_that_does_not_exist_is_not_a_server_error(desk, session, page):
    inline = f"/admin/sessions_app/session/{session().pk}/change/?booking_requests-page={page}"
    choices = "/admin/autocomplete/?app_label=sessions_app&model_name=session&field_name=creator"

    assert desk.get(inline).status_code == 200
    assert desk.get(f"/admin/search/?s=ses&page={page}").status_code == 404
    assert desk.get(f"{choices}&term=&page={page}").status_code == 404


def test_autocomplete_serves_only_a_tables_own_columns(desk):
    desk.raise_request_exception = False
    statuses = {
        desk.get(
            "/admin/autocomplete/",
            {
                "app_label": model._meta.app_label,
                "model_name": model._meta.model_name,
                "field_name": each.name,
                "term": "a",
            },
        ).status_code
        for model in TABLES
        for each in model._meta.get_fields()
    }

    assert statuses == {200, 403}


def test_the_redirect_from_a_row_to_its_page_on_the_site_is_off(desk, student):
    kind = ContentType.objects.get_for_model(student).pk

    answers = [desk.get(f"/admin/r/{kind}/{pk}/") for pk in (student.pk, student.pk + 10**6)]

    assert [each.status_code for each in answers] == [404, 404]
    assert answers[0].content == answers[1].content


# Octal escapes within quotes pass any byte through a server that accepts none in a header.
COOKIES = [
    *["", " ", "a" * 8, "a" * 5_000, "é" * 20, "{}", "\x00" * 20, "%00%00%00%00%00%00%00%00", ".."],
    *[r'"aaaaaaaaaaaa\000"', r'"aaaaaaaa\355\240\200"', "[]:1:x", "a:b:c", ":::", ",,,,,,,,,,"],
]


@pytest.mark.parametrize(
    "name", [pytest.param("sessionid", marks=on_both), "csrftoken", "messages"]
)
def test_a_made_up_cookie_counts_as_none(client, name):
    client.raise_request_exception = False
    for cookie in COOKIES:
        header = {"HTTP_COOKIE": f"{name}={cookie}"}
        assert client.get("/admin/", **header).status_code == 302, cookie
        assert client.get("/admin/login/", **header).status_code == 200, cookie
        sent = client.post("/admin/login/", {"username": "a", "password": "b"}, **header)
        assert sent.status_code == 200, cookie
