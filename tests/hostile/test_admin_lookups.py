"""Lists in the admin accept only the lookups that they offer: the rows that match any other lookup
would reveal the values of a hidden column. It is a 400, the same for every column, lookup and
value."""

from __future__ import annotations

from functools import cache
from itertools import product

import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.db.models import Field
from django.test import Client, RequestFactory
from django.urls import reverse

from core.admin import StaffAdmin

pytestmark = pytest.mark.django_db

TABLES = admin.site._registry
REQUEST = RequestFactory().get("/admin/")
SECRETS = {
    *("password", "token_generation", "digest", "marker", "start_marker", "stored_name", "content"),
    *("zoom_meeting_url", "zoom_meeting_password", "pending_email", "change_message", "message"),
}
# Each lookup that Django has for any column, some of its transforms, and some odd ones.
LOOKUPS = sorted(
    {name for field in [Field, *Field.__subclasses__()] for name in field.get_lookups()}
    | {"", "date__gte", "year__gt", "exact__exact", "nonsense", "__"}
)


def columns(model):
    """The columns of a table and of each related table, in either direction."""
    for field in model._meta.get_fields(include_hidden=True):
        yield from {field.name, getattr(field, "attname", field.name)}
        if field.is_relation and field.related_model:
            for other in field.related_model._meta.get_fields(include_hidden=True):
                yield f"{field.name}__{other.name}"
    yield from ("pk", "nonsense", "creator__creator__password", "")


@cache
def not_offered(table):
    """The names of lookups that the table doesn't offer."""
    offered = table.offered_lookups(REQUEST)
    pairs = product(columns(table.model), LOOKUPS)
    names = {f"{column}__{lookup}" if lookup else column for column, lookup in pairs}
    return sorted(names - offered - {""})


def page_of(table):
    return reverse(f"admin:{table.opts.app_label}_{table.opts.model_name}_changelist")


def test_every_table_lists_the_lookups_that_it_offers():
    assert [each for each in TABLES.values() if not isinstance(each, StaffAdmin)] == []


@pytest.mark.parametrize("table", TABLES.values(), ids=lambda each: each.opts.label)
def test_only_offered_lookups_are_allowed(table):
    names = not_offered(table)

    assert [each for each in names if table.lookup_allowed(each, "x", REQUEST)] == []
    assert len(names) > 400


@pytest.mark.parametrize("table", TABLES.values(), ids=lambda each: each.opts.label)
def test_no_lookup_of_a_hidden_column_is_offered(table):
    offered = table.offered_lookups(REQUEST)

    assert not SECRETS & {name.partition("__")[0] for name in offered}
    ends = {name.rpartition("__")[2] for name in offered}
    assert not ends & {"startswith", "contains", "regex", "iregex", "icontains", "range", "gt"}


@pytest.mark.parametrize("table", TABLES.values(), ids=lambda each: each.opts.label)
def test_every_lookup_that_is_not_offered_gets_the_same_400(desk, table):
    desk.raise_request_exception = False
    names = not_offered(table)
    some = names[:: len(names) // 5]
    values = ["argon2", "(", "", "%00", "1"]
    queries = [f"{name}={values[number % len(values)]}" for number, name in enumerate(some)]

    answers = [desk.get(page_of(table), QUERY_STRING=query) for query in queries]
    posted = desk.post(f"{page_of(table)}?{queries[1]}", {"action": "export_csv"})

    assert {(each.status_code, each.content) for each in answers} == {(400, answers[0].content)}
    assert posted.status_code == 400


@pytest.mark.database
@pytest.mark.parametrize(
    "query",
    ["first_name__regex=(", "password__startswith=argon2", "first_name__startswith=S",
     "groups__permissions__codename=x", "booking_requests__message__contains=x",
     "e=1&password__startswith=argon2", "join_tokens__digest__startswith=a"],
)  # fmt: skip
def test_people_are_not_found_by_hidden_columns(desk, student, query):
    assert desk.get(f"/admin/accounts/user/?{query}").status_code == 400


def test_a_permission_for_one_table_reveals_nothing_of_another(person, session):
    helper = person(is_staff=True)
    helper.user_permissions.add(
        Permission.objects.get(codename="view_session", content_type__app_label="sessions_app")
    )
    client = Client()
    client.force_login(helper)
    session()

    page = "/admin/sessions_app/session/"
    assert client.get(page).status_code == 200
    assert client.get(f"{page}?creator__password__startswith=argon2").status_code == 400
    assert client.get(f"{page}?creator__email__startswith=a").status_code == 400


def test_offered_lookups_are_accepted(desk, session, instructor):
    session(title="Hooks")
    queries = [
        "status__exact=upcoming",
        f"creator__id__exact={instructor.pk}",
        "date_from=2020-01-01",
        "date__gte=2020-01-01T00:00:00%2B00:00&date__lt=2999-01-01T00:00:00%2B00:00",
    ]
    for query in queries:
        page = desk.get(f"/admin/sessions_app/session/?{query}")
        assert [row.title for row in page.context["cl"].result_list] == ["Hooks"], query
