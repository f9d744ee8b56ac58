"""Every combination of action, status and role gives the result in the grid: in the table of
actions, and over the API, where `allowed_actions` must agree (contract O2–O5)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any
from uuid import UUID, uuid4

import pytest

from core.errors import REGISTRY, APIError
from core.lifecycle import check
from tests.zoom.action_grid import ROLES, cells
from tests.zoom.conftest import rewrite
from zoom.models import OneOnOneSession
from zoom.states import ACTIONS, Role, Status, Viewer

CELLS = list(cells())
ROLES_HELD = {
    "initiator": {Role.PERSON, Role.INITIATOR, Role.STARTER},
    "participant": {Role.PERSON, Role.PARTICIPANT},
    "stranger": {Role.PERSON},
    "anonymous": set(),
    "staff": {Role.STAFF},
    "clock": {Role.CLOCK},
    "zoom": {Role.ZOOM},
}


@dataclass
class Facts:
    """The fields of a session that the table of actions reads."""

    status: str
    created_at: datetime
    started_at: datetime | None = None
    initiator_ready: bool = False
    participant_ready: bool = False
    start_marker: UUID | None = None
    start_until: datetime | None = None
    _meta: Any = OneOnOneSession._meta


def grouped(*roles):
    """Return the cells in groups, one test each."""
    wanted = sorted(cell for cell in CELLS if cell[1] in roles)
    groups = groupby(wanted, key=lambda cell: cell[:2])
    return [pytest.param(list(group), id="-".join(key)) for key, group in groups]


def test_the_grid_names_every_action_in_every_status_for_every_role_once():
    named = [cell[:3] for cell in CELLS]

    assert len(named) == len(set(named))
    assert set(named) == {
        (action, role, status.value) for action in ACTIONS for role in ROLES for status in Status
    }


@pytest.mark.parametrize("group", grouped(*ROLES))
def test_the_table_gives_what_the_grid_says(group, now):
    long_ago = now - timedelta(days=8)
    marker = uuid4()
    for action, role, status, expected in group:
        facts = Facts(status, long_ago, started_at=long_ago)
        if action == "activate":
            facts.start_marker, facts.start_until = marker, now + timedelta(seconds=1)
        viewer = Viewer(frozenset(ROLES_HELD[role]), now, marker, two_were_in=True)

        assert outcome(ACTIONS[action], facts, viewer) == expected, status


def outcome(action, facts, viewer):
    try:
        check(action, facts, viewer)
    except APIError as refusal:
        return refusal.code
    return "ok"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "group",
    [
        group
        for group in grouped("initiator", "participant", "stranger", "staff", "anonymous")
        if ACTIONS[group.values[0][0][0]].public
    ],
)
def test_the_api_gives_what_the_grid_says(group, pending, person, api, now):
    action, role = group[0][:2]
    people = {
        "initiator": pending.initiator,
        "participant": pending.participant,
        "stranger": person("stan"),
        "staff": person("rosa", is_staff=True, is_superuser=True),
        "anonymous": None,
    }
    client = api(people[role])
    for _, _, status, expected in group:
        stage(pending, status, now)
        shown = client.get(f"/v1/sessions/{pending.pk}/").json()

        answer = client.post(f"/v1/sessions/{pending.pk}/{action.replace('_', '-')}/")

        offered = action in shown.get("allowed_actions", [])
        if expected == "ok":
            assert answer.status_code == 200, (status, answer.content)
            assert offered, status
        else:
            assert answer.json()["code"] == expected, (status, answer.content)
            assert answer.status_code == REGISTRY[expected].status
            assert not offered, status


def stage(session, status, now):
    """Put the session into a status, bypassing the services."""
    started = status in {"active", "completed"}
    rewrite(
        session,
        status=status,
        initiator_ready=False,
        participant_ready=False,
        started_by=session.initiator if started else None,
        started_at=now if started else None,
    )


# The starter; whether initiator and participant are ready; who may join then.
READINESS = [
    ("initiator", (False, False), set()),
    ("initiator", (True, False), set()),
    ("initiator", (False, True), {"initiator", "participant"}),
    ("initiator", (True, True), {"initiator", "participant"}),
    ("participant", (False, False), set()),
    ("participant", (True, False), {"initiator", "participant"}),
    ("participant", (False, True), set()),
    ("participant", (True, True), {"initiator", "participant"}),
]


@pytest.mark.parametrize(("starter", "ready", "may_join"), READINESS)
def test_the_starter_waits_for_the_other_and_the_other_must_be_ready(starter, ready, may_join, now):
    facts = Facts("active", now, now, *ready)

    for role in ("initiator", "participant"):
        held = {Role.PERSON, Role(role)} | ({Role.STARTER} if role == starter else set())
        can = outcome(ACTIONS["join_token"], facts, Viewer(frozenset(held), now)) == "ok"
        assert can == (role in may_join), role


@pytest.mark.parametrize(
    ("role", "action", "status", "expected"),
    [
        ("clock", "call_off", "pending", "not_overdue"),
        ("clock", "complete", "active", "not_overdue"),
        ("zoom", "complete", "active", "not_both_in"),
        ("staff", "call_off", "pending", "ok"),
        ("staff", "complete", "active", "ok"),
    ],
)
def test_scheduler_and_zoom_have_to_wait_and_staff_do_not(role, action, status, expected, now):
    facts = Facts(status, now, started_at=now)
    viewer = Viewer(frozenset(ROLES_HELD[role]), now + timedelta(hours=23))

    assert outcome(ACTIONS[action], facts, viewer) == expected


def test_a_start_blocks_other_starts_until_it_expires(now):
    facts = Facts("pending", now, start_marker=uuid4(), start_until=now + timedelta(seconds=30))
    member = frozenset({Role.PERSON, Role.PARTICIPANT})

    assert outcome(ACTIONS["start"], facts, Viewer(member, now)) == "start_in_progress"
    assert outcome(ACTIONS["activate"], facts, Viewer(member, now, uuid4())) == "start_lost"
    expired = now + timedelta(seconds=30)
    assert outcome(ACTIONS["start"], facts, Viewer(member, expired)) == "ok"
    assert outcome(ACTIONS["activate"], facts, Viewer(member, expired, facts.start_marker)) == (
        "start_lost"
    )
