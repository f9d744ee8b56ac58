"""The address of a meeting: who gets it, and the stand-in room of a development server
(contract O8)."""

from __future__ import annotations

import pytest
from django.test import Client

from friendships.models import Message
from tests.support.envelope import refused
from zoom.models import PendingMeetingEnd, StartAttempt

pytestmark = pytest.mark.django_db


def test_on_a_gated_site_only_a_join_token_reveals_the_address(
    zoom, press, pending, api, ben, settings
):
    settings.ZOOM_GATED = True

    started = press("start")
    press("ready", by=ben)
    token = press("join-token", by=ben).json()["token"]
    entered = api(ben).post("/v1/sessions/join-token/validate/", {"token": token}).json()

    [meeting] = zoom.meetings.values()
    for answer in (started, *(api(ben).get(f"/v1/sessions/{path}") for path in ("", "1/"))):
        assert "zoom.example" not in answer.content.decode()
        assert meeting["password"] not in answer.content.decode()
    assert "http" not in Message.objects.get().text
    assert entered["zoom_meeting_url"].startswith("https://zoom.example/j/")
    assert entered["zoom_meeting_password"] == meeting["password"]
    assert entered["session"]["zoom_meeting_url"] == ""


def test_without_credentials_a_start_in_production_is_a_503(press, settings):
    settings.DEBUG = False

    refused(press("start"), 503, "zoom_not_configured")


def test_without_credentials_a_development_server_has_a_stand_in_room(press, api, settings):
    settings.PUBLIC_URL = "http://localhost:8000"
    shown = press("start").json()
    path = shown["zoom_meeting_url"].removeprefix("http://localhost:8000")

    page = api().get(path)

    assert path.startswith("/v1/stand-in-room/")
    assert page.status_code == 200
    assert "This is a stand-in room" in page.content.decode()
    assert "<script" not in page.content.decode()
    assert shown["zoom_meeting_id"].isdigit()
    assert shown["zoom_meeting_password"]
    refused(api().get("/v1/stand-in-room/another/"), 404)
    assert api().head(path).status_code == 200
    refused(Client(enforce_csrf_checks=True).post(path), 405, "method_not_allowed")
    assert press("end").status_code == 200
    assert StartAttempt.objects.get().settled
    assert PendingMeetingEnd.objects.count() == 0
