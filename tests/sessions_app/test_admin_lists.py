"""The list of sessions in the admin: filters, searches, limits, and the same number of queries for
one row and for three."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.admin import paginator
from mail.models import Mail
from materials.models import Material
from sessions_app.models import Session

pytestmark = pytest.mark.django_db

LIST = "/admin/sessions_app/session/"
# Queries of every page: the login session, the person, and the number of waiting sessions.
EVERY_PAGE = 3


def titles(desk, query, path=LIST):
    page = desk.get(f"{path}?{query}")
    assert page.status_code == 200, page.headers
    return [row.title for row in page.context["cl"].result_list]


@pytest.mark.parametrize("items", [1, 3])
@pytest.mark.parametrize(
    ("path", "number"),
    [
        (LIST, 3),  # the count, the rows with their creators, the list of years
        (f"{LIST}?q=react", 4),  # and the people with this name
        (f"{LIST}?status__exact=upcoming&date__year=2026", 2),  # no list of years
        ("/admin/sessions_app/bookingrequest/", 2),
        ("/admin/sessions_app/waitingsession/", 2),
        ("/admin/accounts/user/", 2),
        ("/admin/mail/mail/", 3),
        ("/admin/admin/logentry/", 2),
        ("/admin/materials/material/", 3),
        ("/admin/notifications/notification/", 3),
    ],
)
def test_a_list_takes_the_same_queries_for_one_row_and_for_three(
    desk, api, staff, person, session, settings, items, path, number
):
    settings.SESSION_APPROVAL_POLICY = "staff"
    for n in range(items):
        row = session(title=f"React {n}", booking_mode="request", subject="JS", level="beginner")
        session(title=f"Hooks {n}", by=person(role="instructor"))
        if "waiting" not in path:
            api(staff).post(f"/api/sessions/{row.pk}/approve/")
        asker = person()
        api(asker).post(f"/api/sessions/{row.pk}/join/", {"message": "Please"})
        Mail.objects.create(kind=Mail.Kind.NOTIFICATION, user=asker, subject="React")
        fields = {"type": "note", "content": "x", "uploaded_by": asker}
        Material.objects.create(session=row, title="Note", **fields)
    desk.get(LIST)  # from now on, Django has the content types cached

    with CaptureQueriesContext(connection) as captured:
        assert desk.get(path).status_code == 200

    statements = [query["sql"] for query in captured.captured_queries]
    assert len(statements) == EVERY_PAGE + number, "\n".join(statements)


def test_sessions_are_found_by_words_ids_and_creators(desk, session, person):
    ada = person("ada.byron", role="instructor")
    row = session(title="Analytical engines", by=ada)
    session(title="Rigid bodies")

    for text in ("engines analytical", str(row.pk), "ada.by", "ADA.BYRON@example.com"):
        assert titles(desk, f"q={text}") == ["Analytical engines"], text
    for text in ("engines bodies", "byron", "ada@", "%00", "9" * 30):
        assert titles(desk, f"q={text}") in ([], ["Rigid bodies", "Analytical engines"]), text


def test_the_filter_by_creator_suggests_people(desk, session, person):
    ada = person("ada", role="instructor", last_name="Byron")
    session(title="Engines", by=ada)
    session()
    field = {"app_label": "sessions_app", "model_name": "session", "field_name": "creator"}

    suggested = desk.get("/admin/autocomplete/", field | {"term": "byr"}).json()["results"]

    assert suggested == [{"id": str(ada.pk), "text": "ada"}]
    assert titles(desk, f"creator__id__exact={ada.pk}") == ["Engines"]


@pytest.mark.database
def test_nobody_is_suggested_for_an_impossible_name(desk, session):
    session()
    field = "app_label=sessions_app&model_name=session&field_name=creator"

    answer = desk.get(f"/admin/autocomplete/?{field}&term=%00")

    assert answer.json()["results"] == []


def test_the_filter_by_situation_finds_sessions(desk, session, person, join, now, offered):
    offered()
    session(title="Soon", date=now + timedelta(hours=5))
    full = session(title="Full", max_participants=2)
    for _ in range(2):
        join(full, person())

    assert titles(desk, "situation=waits") == ["S0"]
    assert titles(desk, "situation=soon") == ["Soon"]
    assert titles(desk, "situation=full") == ["Full"]
    assert titles(desk, "situation=stuck") == []


def test_a_range_of_dates_includes_its_whole_last_day(desk, session, now):
    day = (now + timedelta(days=3)).date()
    session(title="Late", date=now + timedelta(days=3))

    assert titles(desk, f"date_from={day}&date_to={day}") == ["Late"]
    assert titles(desk, f"date_to={day - timedelta(days=1)}") == []
    assert titles(desk, f"date_from={day + timedelta(days=1)}") == []


@pytest.mark.parametrize(
    "query",
    ["date_from=yesterday", "date_to=2026-13-45", "situation=lost", "creator__id__exact=x",
     "date__year=9999", "date__year=2026&date__day=31", "date__year=0", "p=999999", "p=x", "o=77",
     "status__exact=nothing", "q=%00", "status__exact=%00", "creator__id__exact=" + "9" * 20,
     "date__gte=9999-12-31T23:59:59-12:00", "date__year=9999&date__month=12&date__day=31"],
)  # fmt: skip
@pytest.mark.database
def test_an_invalid_filter_is_no_server_error(desk, session, query):
    session()

    page = desk.get(f"{LIST}?{query}", follow=True)

    assert page.status_code == 200


def test_the_list_links_to_years_months_and_days(desk, session, now):
    day = now + timedelta(days=3)
    session(date=day)
    years = desk.get(LIST).content.decode()
    months = desk.get(f"{LIST}?date__year={day.year}").content.decode()
    steps = f"date__month={day.month}&amp;date__year={day.year}"
    days = desk.get(f"{LIST}?date__year={day.year}&date__month={day.month}").content.decode()

    assert f"?date__year={day.year}" in years
    assert f"?{steps}" in months
    assert f"?date__day={day.day}&amp;{steps}" in days
    assert titles(desk, f"date__year={day.year}&date__month={day.month}&date__day={day.day}")


def test_a_long_list_is_only_counted_up_to_a_limit(desk, session, monkeypatch):
    monkeypatch.setattr(paginator, "MAX_COUNTED", 2)
    for _ in range(3):
        session()

    with CaptureQueriesContext(connection) as captured:
        page = desk.get(LIST).content.decode()

    assert "over 2" in page
    counted = [query["sql"] for query in captured.captured_queries if "COUNT(" in query["sql"]]
    assert len(counted) == 1
    assert "LIMIT 3" in counted[0]


def test_an_action_on_too_many_rows_is_refused_with_a_sentence(desk, session, monkeypatch):
    monkeypatch.setattr("core.admin.acts.MAX_AT_ONCE", 1)
    rows = [session(), session()]
    data = {"action": "cancel_selected", "_selected_action": [rows[0].pk], "reason": ""}

    for more in ({"select_across": "1"}, {"_selected_action": [row.pk for row in rows]}):
        page = desk.post(LIST, data | more, follow=True).content.decode()
        assert "Select at most 1 rows: use the filters" in page

    assert set(Session.objects.values_list("status", flat=True)) == {"upcoming"}


@pytest.mark.parametrize("selected", ["x", "-1", "9" * 25, "1 OR 1"])
def test_only_rows_of_the_list_can_be_selected(desk, session, selected):
    session()
    data = {"action": "cancel_selected", "_selected_action": [selected], "reason": ""}

    assert "Select rows from this list." in desk.post(LIST, data, follow=True).content.decode()


def test_staff_with_view_permission_are_offered_no_act_and_can_perform_none(
    client, person, session
):
    viewer = person("lou", is_staff=True)
    viewer.user_permissions.add(
        Permission.objects.get(codename="view_session", content_type__app_label="sessions_app")
    )
    client.force_login(viewer)
    row = session()

    page = client.get(LIST)
    assert [name for name, _ in page.context["action_form"].fields["action"].choices] == [
        "",
        "export_csv",
    ]
    for action in ("approve_selected", "cancel_selected", "close_selected"):
        client.post(LIST, {"action": action, "_selected_action": [row.pk], "reason": "x"})

    assert Session.objects.get().status == "upcoming"
