"""What each person gets in answers that depend on the viewer (contract S8, S12, M2, N1, F1–F4, O1).

Written by hand, like the matrix: the number of items under a key of the answer, or its value. The
columns are the people of `world.py` who are signed in.
"""

from __future__ import annotations

from typing import Any

import pytest
from django.test import override_settings

from tests.permissions.world import PEOPLE, PRIVATE, World

pytestmark = pytest.mark.django_db
VIEWERS = [who for who in PEOPLE if who not in {"anonymous", "deactivated"}]
OFFER = "/api/sessions/{offer}/"
# address, key                                   stra frie bloc requ part form crea staf
CONTENTS: list[tuple[str, str, str]] = [
    (OFFER, "participants",                     "1    1    1    1    1    1    1    1"),
    (OFFER, "materials",                        "0    0    0    0    2    0    2    2"),
    (OFFER, "booking_requests",                 "0    0    0    1    1    1    3    3"),
    (OFFER, "viewer_role",                      "-    -    -    requested participant - creator -"),
    (f"{OFFER}booking_requests/", "count",      "0    0    0    1    1    1    3    3"),
    (f"{OFFER}participants/", "",               "1    1    1    1    1    1    1    1"),
    ("/api/sessions/", "count",                 "4    4    4    4    4    4    4    4"),
    ("/api/sessions/my_sessions/", "count",     "0    0    0    0    3    0    4    0"),
    ("/api/sessions/my_sessions/", "created",   "0    0    0    0    0    0    4    0"),
    ("/api/sessions/my_sessions/", "joined",    "0    0    0    0    3    0    0    0"),
    ("/api/sessions/created_sessions/", "count", "0   0    0    0    0    0    4    0"),
    ("/api/sessions/joined_sessions/", "count", "0    0    0    0    3    0    0    0"),
    ("/api/sessions/requested_sessions/", "count", "0 0    0    2    0    0    0    0"),
    ("/v1/friends/", "",                        "0    1    0    0    1    0    2    0"),
    ("/v1/friends/requests/", "",               "0    0    0    1    0    0    1    0"),
    ("/v1/friends/requests/?direction=incoming", "", "0 0  0    0    0    0    1    0"),
    ("/v1/sessions/", "",                       "0    0    0    0    2    0    2    0"),
    # Nobody finds those who have blocked them, and nobody finds themselves.
    ("/v1/users/?search=creator", "",           "1    1    0    1    1    1    0    1"),
]  # fmt: skip
# On a moderated site, only its creator and the staff see a waiting session.
MODERATED = [
    ("/api/sessions/", "count",                 "3    3    3    3    3    3    4    4"),
    ("/api/sessions/requested_sessions/", "count", "0 0    0    1    0    0    0    0"),
    ("/api/sessions/?search=waiting", "count",  "0    0    0    0    0    0    1    1"),
]  # fmt: skip


def content(world: World, who: str, path: str, key: str) -> str:
    answer: Any = world.client(who).get(path.format(offer=world.offer.pk)).json()
    value = answer[key] if key else answer
    return "-" if value is None else str(len(value) if isinstance(value, list) else value)


def mismatches(world: World, contents: list[tuple[str, str, str]]) -> list[str]:
    return [
        f"{path} {key} by {who}: expected {expected}, got {given}"
        for path, key, line in contents
        for who, expected in zip(VIEWERS, line.split(), strict=True)
        if (given := content(world, who, path, key)) != expected
    ]


def test_everybody_gets_exactly_what_they_may_see(world):
    assert mismatches(world, CONTENTS) == []


def test_waiting_sessions_are_shown_only_to_their_creator_and_the_staff(world, settings):
    settings.SESSION_APPROVAL_POLICY = "staff"

    assert mismatches(world, MODERATED) == []


@pytest.mark.parametrize("who", VIEWERS)
def test_the_search_for_people_shows_email_addresses_to_friends_only(world, who):
    found = world.client(who).get("/v1/users/?search=creator").json()

    friends = who in {"friend", "participant"}
    assert {each["email"] for each in found} <= {"creator@example.com" if friends else ""}


@pytest.mark.parametrize("who", VIEWERS)
def test_notifications_are_shown_to_their_owner_only(world, who):
    shown = world.client(who).get("/api/notifications/").json()

    assert {each["user"] for each in shown} <= {world.people[who].pk}
    assert shown or who in {"stranger", "blocked", "staff", "requester"}


def test_a_meeting_is_shown_to_both_people_unless_it_is_gated(world):
    one = f"/v1/sessions/{world.talk.pk}/"
    for who in ("creator", "participant"):
        shown = world.client(who).get(one).json()
        with override_settings(ZOOM_GATED=True):
            gated = world.client(who).get(one).json()

        assert shown["zoom_meeting_url"] == world.talk.zoom_meeting_url
        assert gated["zoom_meeting_url"] == gated["zoom_meeting_password"] == ""


def test_messages_are_shown_to_both_people_only(world):
    creator, texts = world.people["creator"].pk, {}
    for who in ("participant", "former", "friend"):
        messages = world.client(who).get(f"/v1/friends/{creator}/messages/").json()
        texts[who] = [each["text"] for each in messages]

    assert sum(PRIVATE in text for text in texts["participant"]) == 2
    assert texts["former"] == ["We were friends"]
    assert texts["friend"] == []
