"""Who is told what by answers that are not the same for all (contract S8, S12, M2, N1, F1–F4, O1).

By hand, as the matrix is: how many things each person finds under a key of an answer, or what is
there. The columns are the people of `world.py` who are signed in.
"""

from __future__ import annotations

from typing import Any

import pytest
from django.test import override_settings

from tests.permissions.world import PEOPLE, PRIVATE, World

pytestmark = pytest.mark.django_db
LOOKERS = [who for who in PEOPLE if who not in {"anonymous", "deactivated"}]
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
    # Whoever blocks somebody isn't found by them, and nobody finds themselves.
    ("/v1/users/?search=creator", "",           "1    1    0    1    1    1    0    1"),
]  # fmt: skip
# On a moderated site, what waits: for its creator and the staff.
MODERATED = [
    ("/api/sessions/", "count",                 "3    3    3    3    3    3    4    4"),
    ("/api/sessions/requested_sessions/", "count", "0 0    0    1    0    0    0    0"),
    ("/api/sessions/?search=waiting", "count",  "0    0    0    0    0    0    1    1"),
]  # fmt: skip


def told(world: World, who: str, path: str, key: str) -> str:
    answer: Any = world.client(who).get(path.format(offer=world.offer.pk)).json()
    thing = answer[key] if key else answer
    return "-" if thing is None else str(len(thing) if isinstance(thing, list) else thing)


def surprises(world: World, contents: list[tuple[str, str, str]]) -> list[str]:
    return [
        f"{path} {key} by {who}: {expected} and not {given}"
        for path, key, line in contents
        for who, expected in zip(LOOKERS, line.split(), strict=True)
        if (given := told(world, who, path, key)) != expected
    ]


def test_everybody_is_told_what_they_may_know(world):
    assert surprises(world, CONTENTS) == []


def test_on_a_moderated_site_what_waits_is_told_to_its_creator_and_the_staff(world, settings):
    settings.SESSION_APPROVAL_POLICY = "staff"

    assert surprises(world, MODERATED) == []


@pytest.mark.parametrize("who", LOOKERS)
def test_people_outside_sessions_tell_their_address_to_friends_only(world, who):
    found = world.client(who).get("/v1/users/?search=creator").json()

    friends = who in {"friend", "participant"}
    assert {each["email"] for each in found} <= {"creator@example.com" if friends else ""}


@pytest.mark.parametrize("who", LOOKERS)
def test_notifications_are_told_to_their_owner_only(world, who):
    told = world.client(who).get("/api/notifications/").json()

    assert {each["user"] for each in told} <= {world.people[who].pk}
    assert told or who in {"stranger", "blocked", "staff", "requester"}


def test_a_meeting_is_told_to_the_two_and_where_it_is_gated_for_a_join_token_only(world):
    one = f"/v1/sessions/{world.talk.pk}/"
    for who in ("creator", "participant"):
        shown = world.client(who).get(one).json()
        with override_settings(ZOOM_GATED=True):
            gated = world.client(who).get(one).json()

        assert shown["zoom_meeting_url"] == world.talk.zoom_meeting_url
        assert gated["zoom_meeting_url"] == gated["zoom_meeting_password"] == ""


def test_messages_are_told_to_the_two(world):
    creator, told = world.people["creator"].pk, {}
    for who in ("participant", "former", "friend"):
        messages = world.client(who).get(f"/v1/friends/{creator}/messages/").json()
        told[who] = [each["text"] for each in messages]

    assert sum(PRIVATE in text for text in told["participant"]) == 2
    assert told["former"] == ["We were friends"]
    assert told["friend"] == []
