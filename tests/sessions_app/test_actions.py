"""Every combination of action, status and role has the result in the grid: in the table of actions
and over the API, including `allowed_actions` (contract S4–S9)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

import pytest
from django.db import models, transaction

from accounts.models import User
from core.errors import REGISTRY, APIError
from core.lifecycle import check, public_names
from sessions_app.jobs import expire_sessions
from sessions_app.models import BookingRequest, Participant, Session
from sessions_app.states import ACTIONS, IN_MODE, Mode, Role, Viewer
from tests.sessions_app.action_grid import ROLES, Cell, cells

CELLS = list(cells())
ROLES_HELD = {
    "creator": {Role.PERSON, Role.CREATOR, Role.MODERATOR},
    "participant": {Role.PERSON, Role.PARTICIPANT},
    "asker": {Role.PERSON, Role.ASKER},
    "stranger": {Role.PERSON},
    "staff": {Role.PERSON, Role.STAFF, Role.MODERATOR},
    "anonymous": set(),
    "clock": {Role.CLOCK},
}
METHODS = {"update": "put", "delete": "delete"}


@dataclass
class Facts:
    """The facts of a session that the rules read, by default with free places."""

    status: str
    booking_mode: str
    date: datetime
    ends_at: datetime
    max_participants: int = 5
    participant_count: int = 1
    has_requests: bool = False
    _meta: Any = Session._meta


def by_action(role: str = "") -> list[Any]:
    """Group the cells by action, mode and role, for one test each."""
    selected = [cell for cell in CELLS if role in {"", cell[2]}]
    groups = groupby(sorted(selected), key=lambda cell: cell[:3])
    return [pytest.param(list(group), id="-".join(key)) for key, group in groups]


def test_the_grid_names_every_action_in_every_status_for_every_role_once():
    named = [cell[:4] for cell in CELLS]
    every = {
        (action, mode.value, role, status.value)
        for action in ACTIONS
        for mode in Mode
        for role in ROLES
        for status in IN_MODE[mode]
    }

    assert len(named) == len(set(named))
    assert set(named) == every


@pytest.mark.parametrize("group", by_action())
def test_the_table_gives_what_the_grid_says(group: list[Cell], now: datetime) -> None:
    for action, mode, role, status, expected in group:
        # The scheduler acts long after the session's end, people act before its date.
        date = now + timedelta(days=-2 if role == "clock" else 2)
        facts = Facts(status, mode, date, date, has_requests=mode == "request")
        viewer = Viewer(frozenset(ROLES_HELD[role]), now)

        assert outcome(lambda: check(ACTIONS[action], facts, viewer)) == expected, status  # noqa: B023


def outcome(act: Callable[[], None]) -> str:
    try:
        act()
    except APIError as refusal:
        return refusal.code
    return "ok"


@pytest.fixture
def cast(person: Callable[..., User], instructor: User) -> dict[str, User]:
    return {
        "creator": instructor,
        "participant": person("paula"),
        "asker": person("ana"),
        "stranger": person("stan"),
        "staff": person("rosa", is_staff=True),
    }


def stage(cast: dict[str, User], mode: str, status: str, now: datetime) -> Session:
    """Create a session in any status, with a person for each role, without the services."""
    session = Session(
        creator=cast["creator"],
        booking_mode=mode,
        status="upcoming" if mode == "instant" else "pending_approval",
        title="Anything",
        description="Anything",
        date=now + timedelta(days=2),
        ends_at=now + timedelta(days=2, hours=1),
        max_participants=5,
        participant_count=1,
    )
    session.save()
    models.QuerySet.update(Session.objects.filter(pk=session.pk), status=status)
    Participant.objects.create(session=session, user=cast["participant"])
    BookingRequest.objects.create(session=session, user=cast["asker"])
    return session


def on_address(role: str) -> list[Any]:
    return [group for group in by_action(role) if ACTIONS[group.values[0][0][0]].public]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "group",
    [group for role in ROLES if role != "clock" for group in on_address(role)],
)
def test_the_api_gives_what_the_grid_says(
    group: list[Cell], cast: dict[str, User], api: Any, now: datetime
) -> None:
    role = group[0][2]
    client = api(cast.get(role))
    for action, mode, _, status, expected in group:
        if role == "asker" and mode == "instant":
            continue  # impossible over the API; the table is tested for it nevertheless
        sid = transaction.savepoint()
        session = stage(cast, mode, status, now)

        answer = call(client, action, session, cast)

        if expected == "ok":
            assert answer.status_code < 300, (status, answer.content)
        else:
            assert answer.json()["code"] == expected, (status, answer.content)
            assert answer.status_code == REGISTRY[expected].status
        transaction.savepoint_rollback(sid)


@pytest.mark.django_db
@pytest.mark.parametrize("mode", Mode.values)
@pytest.mark.parametrize("role", [role for role in ROLES if role not in {"clock", "anonymous"}])
def test_allowed_actions_agree_with_the_grid(
    role: str, mode: str, cast: dict[str, User], api: Any, now: datetime
) -> None:
    if role == "asker" and mode == "instant":
        pytest.skip("Instant sessions have no askers.")
    client = api(cast[role])
    for status in IN_MODE[Mode(mode)]:
        session = stage(cast, mode, status, now)

        offered = client.get(f"/api/sessions/{session.pk}/").json()["allowed_actions"]

        by_grid = {cell[0] for cell in CELLS if cell[1:] == (mode, role, status, "ok")}
        assert set(offered) == by_grid & set(public_names(ACTIONS)), status


def call(client: Any, action: str, session: Session, cast: dict[str, User]) -> Any:
    path = f"/api/sessions/{session.pk}/"
    if action in METHODS:
        return getattr(client, METHODS[action])(path, {"title": "Other"})
    return client.post(f"{path}{action}/", {"user_id": cast["asker"].pk})


@pytest.mark.django_db
def test_on_a_moderated_site_only_staff_approve_and_nobody_can_join_before(
    cast: dict[str, User], api: Any, now: datetime, settings: Any
) -> None:
    settings.SESSION_APPROVAL_POLICY = "staff"
    session = stage(cast, "request", "pending_approval", now)
    path = f"/api/sessions/{session.pk}/"

    assert api(cast["stranger"]).get(path).status_code == 404
    assert api(cast["stranger"]).post(f"{path}join/").status_code == 404
    assert api(cast["staff"]).post(f"{path}join/").json()["code"] == "not_yet_approved"
    assert api(cast["creator"]).get(path).json()["can_join"] is False
    assert api(cast["creator"]).post(f"{path}approve/").json()["code"] == "not_moderator"
    assert "approve" in api(cast["staff"]).get(path).json()["allowed_actions"]

    assert api(cast["staff"]).post(f"{path}approve/").json()["session"]["status"] == "approved"

    assert api(cast["stranger"]).get(path).json()["can_join"] is True
    assert api(cast["stranger"]).post(f"{path}join/").status_code == 201


@pytest.mark.django_db
@pytest.mark.parametrize("end", ["cancel", "expire"])
def test_a_session_that_was_never_approved_stays_hidden_when_it_is_over(
    cast: dict[str, User], api: Any, now: datetime, settings: Any, end: str
) -> None:
    settings.SESSION_APPROVAL_POLICY = "staff"
    session = stage(cast, "request", "pending_approval", now)
    path = f"/api/sessions/{session.pk}/"
    if end == "cancel":
        assert api(cast["staff"]).post(f"{path}cancel/").status_code == 200
    else:
        assert expire_sessions(now + timedelta(days=9)) == 1

    for address in (path, f"{path}participants/", f"{path}booking_requests/"):
        assert api(cast["stranger"]).get(address).status_code == 404
    assert api(cast["stranger"]).get("/api/sessions/").json()["count"] == 0
    assert api(cast["creator"]).get(path).status_code == 200


@pytest.mark.django_db
def test_on_a_moderated_site_allowed_actions_have_no_approval_that_would_be_refused(
    cast: dict[str, User], api: Any, now: datetime, settings: Any
) -> None:
    settings.SESSION_APPROVAL_POLICY = "staff"
    session = stage(cast, "request", "pending_approval", now)
    path, body = f"/api/sessions/{session.pk}/", {"user_id": cast["asker"].pk}
    creator = api(cast["creator"])

    assert "approve_request" not in creator.get(path).json()["allowed_actions"]
    assert creator.post(f"{path}approve_request/", body).json()["code"] == "not_yet_approved"
