"""The admin's first page: its figures, its period, and who sees what."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.operations.dashboard.conftest import DAY, PAGE, rewrite, shown

pytestmark = pytest.mark.django_db


def test_the_page_shows_the_figures_beside_those_of_the_period_before(
    desk, session, asked, student, now
):
    for ago, places in ((0, 6), (1, 4), (8, 8)):
        rewrite(session(max_participants=places), date=now - ago * DAY, participant_count=2)
    asked(student)

    found = shown(desk, {"days": "7"})

    assert found["Sessions"]["Taking place"] == ("2", "+100%, 1 before")
    assert found["Sessions"]["Places taken"] == ("40%", "4 of 10, 25% before")
    assert found["Bookings"]["Requested"] == ("1", "0 before")
    assert found["New people"]["Instructors"] == ("1", "0 before")


def test_each_figure_leads_to_the_list_of_the_rows_that_it_counts(desk, session, person, met, now):
    for status in ("upcoming", "completed", "expired"):
        rewrite(session(), date=now, status=status)
    rewrite(session(), date=now - 40 * DAY, created_at=now - 40 * DAY)
    ada = person("ada", role="instructor")
    met(status="completed", started_by=ada, started_at=now, ended_at=now)

    sections = desk.get(PAGE).context["sections"]

    linked = [tile for section in sections for tile in section["tiles"] if tile["link"]]
    assert len(linked) >= 9
    for tile in linked:
        listed = desk.get(tile["link"]).context["cl"]
        assert str(listed.result_count) == tile["value"], tile["label"]


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"days": "8"}, "Choose 7, 30, 90, 365 days"),
        ({"days": "-7"}, "Choose 7"),
        ({"from": "2026-01-01"}, "both a first and a last day"),
        ({"from": "2026-02-30", "to": "2026-03-01"}, "both a first and a last day"),
        ({"from": "2026-01-01\0", "to": "٢٠٢٦-٠١-٠١"}, "both a first and a last day"),
        ({"from": "2026-02-02", "to": "2026-02-01"}, "can&#x27;t be after the last"),
        ({"from": "2020-01-01", "to": "2026-02-01"}, "at most 731 days"),
        ({"from": "0001-01-01", "to": "0001-01-02"}, "from 2000-01-01 to 2099-12-31"),
        ({"from": "9999-12-31", "to": "9999-12-31"}, "from 2000-01-01 to 2099-12-31"),
    ],
)
def test_a_period_that_can_not_be_read_is_said_and_the_usual_one_is_shown(desk, query, sentence):
    answer = desk.get(PAGE, query)

    assert answer.status_code == 200
    assert sentence in re.search(r'role="alert"[^>]*>([^<]*)', answer.content.decode())[1]
    assert answer.context["period"].length == 30


def test_the_page_takes_as_many_queries_for_many_rows_as_for_few(
    desk, session, asked, person, met, now
):
    desk.get(PAGE)  # Django remembers content types from here on
    counts = []
    for _ in range(2):
        for _ in range(3):
            asked(person())
            met(status="completed", started_by=person(), started_at=now, ended_at=now)
        with CaptureQueriesContext(connection) as captured:
            desk.get(PAGE)
        counts.append(len(captured))

    # The Django session and the person; nine for the figures, one for Zoom's day, one for
    # what waits.
    assert counts == [13, 13]


def test_who_may_not_look_at_a_table_is_told_nothing_of_it(client, person, session, now):
    helper = person("helper", is_staff=True)
    client.force_login(helper)
    rewrite(session(), date=now)
    nothing = client.get(PAGE)

    allowed = Permission.objects.get(
        codename="view_session", content_type__app_label="sessions_app"
    )
    helper.user_permissions.add(allowed)
    with CaptureQueriesContext(connection) as captured:
        page = client.get(PAGE)

    assert (nothing.context["sections"], nothing.context["waiting"]) == ([], [])
    assert "You have no permission" in nothing.content.decode()
    assert "Taking place" not in nothing.content.decode()
    assert [section["title"] for section in page.context["sections"]] == ["Sessions"]
    assert {row["label"].split()[0] for row in page.context["waiting"]} == {"Sessions"}
    asked_of = " ".join(query["sql"] for query in captured)
    assert "sessions_app_session" in asked_of
    assert "accounts_mail" not in asked_of
    assert "sessions_app_bookingrequest" not in asked_of


def test_others_do_not_see_the_page(client, student):
    client.force_login(student)

    assert client.get(PAGE).status_code == 302
