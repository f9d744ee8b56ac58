"""Creating, listing and showing 1-on-1 sessions, and access to them (contract O1, O3, C6–C10)."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.errors import REGISTRY
from friendships import services as friendships
from tests.support.envelope import refused
from tests.zoom.conftest import befriend
from zoom import services
from zoom.models import AuditEntry, OneOnOneSession

pytestmark = pytest.mark.django_db

LIST = "/v1/sessions/"
CREATE = "/v1/sessions/create/"


@pytest.mark.parametrize(
    ("body", "field"),
    [({}, "participant_id"), ({"participant_id": "2"}, "participant_id"), ([], "non_field_errors")],
)
def test_the_participant_is_required(api, ada, body, field):
    answer = refused(api(ada).post(CREATE, body), 400, "validation_error")

    assert field in answer["fields"]


def test_a_session_can_be_created_with_friends_only(api, friends, person, now):
    ada, ben = friends
    stranger, pending, inactive = person(), person(), person(is_active=False)
    friendships.ask(by=ada, to=pending, now=now)
    create = api(ada).post

    refused(create(CREATE, {"participant_id": 10**6}), 404, "no_such_person")
    refused(create(CREATE, {"participant_id": inactive.pk}), 404, "no_such_person")
    refused(create(CREATE, {"participant_id": ada.pk}), 400, "oneself")
    refused(create(CREATE, {"participant_id": stranger.pk}), 403, "not_friends")
    refused(create(CREATE, {"participant_id": pending.pk}), 403, "not_friends")
    assert create(CREATE, {"participant_id": ben.pk}).status_code == 201
    assert OneOnOneSession.objects.count() == AuditEntry.objects.count() == 1


@pytest.mark.parametrize("blocker", ["ada", "ben"])
def test_a_block_keeps_both_from_creating_sessions_and_is_not_revealed(api, friends, now, blocker):
    ada, ben = friends
    by, other = (ada, ben) if blocker == "ada" else (ben, ada)
    friendships.block(by=by, other=other, now=now)

    for one, another in ((ada, ben), (ben, ada)):
        answer = api(one).post(CREATE, {"participant_id": another.pk})
        assert "block" not in refused(answer, 403, "not_friends")["error"]


def test_both_friends_can_create_several_sessions(api, friends):
    ada, ben = friends

    for one, other in ((ada, ben), (ben, ada), (ada, ben)):
        assert api(one).post(CREATE, {"participant_id": other.pk}).status_code == 201

    assert len(api(ada).get(LIST).json()) == 3


ACTIONS = ["start", "ready", "join-token", "leave", "end", "cancel"]


def test_only_the_two_people_of_a_session_have_access(api, pending, person):
    staff = person(is_staff=True, is_superuser=True)
    for client in (api(person()), api(staff)):
        for path in ("", "audit-logs/"):
            refused(client.get(f"{LIST}{pending.pk}/{path}"), 403, "not_your_session")
        for action in ACTIONS:
            # Access is checked before the body (C10).
            answer = client.post(
                f"{LIST}{pending.pk}/{action}/", b"{", content_type="application/json"
            )
            refused(answer, 403, "not_your_session")
        assert client.get(LIST).json() == []


def test_an_unknown_session_is_a_404_and_a_request_without_a_token_a_401(api, ada, pending):
    for action in ACTIONS:
        refused(api(ada).post(f"{LIST}{pending.pk + 1}/{action}/"), 404, "not_found")
        refused(api().post(f"{LIST}{pending.pk}/{action}/"), 401)
    for path in ("", f"{pending.pk}/", f"{pending.pk}/audit-logs/"):
        refused(api().get(f"{LIST}{path}"), 401)
    refused(api().post(CREATE), 401)
    refused(api().post(f"{LIST}join-token/validate/"), 401)


def test_posting_to_the_list_is_a_405(api, ada):
    refused(api(ada).post(LIST, {"participant_id": 1}), 405)


def test_the_list_has_ones_own_sessions_newest_first_in_pages(api, friends, person, now):
    ada, ben = friends
    other = person()
    befriend(ben, other, now)
    numbers = [services.create(by=ada, participant_id=ben.pk, now=now).pk for _ in range(3)]
    services.create(by=ben, participant_id=other.pk, now=now)

    answer = api(ada).get(f"{LIST}?limit=2")

    assert [each["id"] for each in answer.json()] == [numbers[2], numbers[1]]
    following = answer["Link"].split(">")[0].removeprefix("<")
    assert [each["id"] for each in api(ada).get(following).json()] == [numbers[0]]


def test_the_list_is_filtered_by_status(api, ada, active, pending):
    assert len(api(ada).get(f"{LIST}?status=active").json()) == 1
    assert api(ada).get(f"{LIST}?status=pending").json() == []
    assert len(api(ada).get(f"{LIST}?status=").json()) == 1
    refused(api(ada).get(f"{LIST}?status=begun"), 400, "validation_error")


def test_both_people_see_the_same_session(api, active, ada, ben, now):
    services.mark_ready(active, by=ben, now=now)
    path = f"{LIST}{active.pk}/"

    shown = {name: api(user).get(path).json() for name, user in (("ada", ada), ("ben", ben))}

    assert shown["ada"] == shown["ben"]
    assert shown["ada"]["allowed_actions"] == ["ready", "join_token", "leave", "end", "cancel"]
    assert shown["ada"]["initiator"]["email"] == "ada@example.com"


def addresses(people):
    return {each["username"]: each["email"] for each in people}


def test_the_other_persons_email_is_shown_to_friends_only(api, active, ada, ben, now):
    friendships.unfriend(by=ben, other=ada, now=now)
    own = {"ada": "ada@example.com", "ben": ""}

    for shown in (api(ada).get(f"{LIST}{active.pk}/").json(), *api(ada).get(LIST).json()):
        people = [shown["initiator"], shown["participant"], shown["started_by"]]
        assert addresses(people) == own
    assert api(ben).get(f"{LIST}{active.pk}/").json()["started_by"]["email"] == ""
    log = api(ada).get(f"{LIST}{active.pk}/audit-logs/").json()
    assert addresses(each["user"] for each in log) == own


def test_the_log_shows_a_friends_email_and_not_a_staff_members(api, active, ada, person, now):
    services.stop(active, by=person("rosa", is_staff=True), now=now)

    log = api(active.participant).get(f"{LIST}{active.pk}/audit-logs/").json()

    assert addresses(each["user"] for each in log) == {"ada": "ada@example.com", "rosa": ""}


def test_marking_oneself_ready_again_changes_nothing(api, pending, ada, ben):
    path = f"{LIST}{pending.pk}/ready/"

    answers = [api(ben).post(path) for _ in range(2)] + [api(ada).post(path)]

    assert [each.status_code for each in answers] == [200] * 3
    assert answers[0].json()["initiator_ready"] is False
    assert answers[1].json() == answers[0].json()
    assert answers[2].json()["initiator_ready"] is True
    assert pending.audit_entries.filter(event_type="ready").count() == 2


def test_cancelling_a_pending_session_sets_no_start(api, pending, ben):
    answer = api(ben).post(f"{LIST}{pending.pk}/cancel/").json()

    assert (answer["status"], answer["started_at"]) == ("cancelled", None)
    assert answer["ended_at"]
    assert pending.audit_entries.last().event_type == "cancelled"


@pytest.mark.parametrize("number", [1, 3])
@pytest.mark.parametrize(
    ("path", "queries"),
    [
        ("", 2),  # the caller; the sessions with their people
        ("{session}/", 2),
        ("{session}/audit-logs/", 3),  # and the entries with their users
    ],
)
def test_the_number_of_queries_does_not_grow_with_the_items(
    api, friends, now, number, path, queries
):
    ada, ben = friends
    for _ in range(number):
        session = services.create(by=ada, participant_id=ben.pk, now=now)
        services.start(session, by=ben, now=now)
    client = api(ada)

    with CaptureQueriesContext(connection) as captured:
        answer = client.get(LIST + path.format(session=session.pk))

    assert answer.status_code == 200
    assert len(captured) == queries


def test_the_longest_name_fits_into_a_notification(api, person, now):
    name = "x" * 150
    long, other = person(first_name=name, last_name=name), person()
    befriend(long, other, now)

    assert api(long).post(CREATE, {"participant_id": other.pk}).status_code == 201


def test_refusals_have_the_statuses_in_the_contract():
    promised = {"start_in_progress": 400, "already_started": 400, "not_your_session": 403}
    promised |= {"other_not_ready": 403, "not_marked_ready": 403, "not_active": 400}

    assert {code: REGISTRY[code].status for code in promised} == promised
