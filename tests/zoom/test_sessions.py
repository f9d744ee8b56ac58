"""Making, listing and showing 1-on-1 sessions, and who is kept out (contract O1, O3, C6–C10)."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.errors import REGISTRY
from friendships import services as friendships
from tests.core.envelope import refused
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
def test_with_whom_must_be_said(api, ada, body, field):
    answer = refused(api(ada).post(CREATE, body), 400, "validation_error")

    assert field in answer["fields"]


def test_it_is_made_with_friends_only(api, friends, person, now):
    ada, ben = friends
    stranger, asked, gone = person(), person(), person(is_active=False)
    friendships.ask(by=ada, to=asked, now=now)
    create = api(ada).post

    refused(create(CREATE, {"participant_id": 10**6}), 404, "no_such_person")
    refused(create(CREATE, {"participant_id": gone.pk}), 404, "no_such_person")
    refused(create(CREATE, {"participant_id": ada.pk}), 400, "oneself")
    refused(create(CREATE, {"participant_id": stranger.pk}), 403, "not_friends")
    refused(create(CREATE, {"participant_id": asked.pk}), 403, "not_friends")
    assert create(CREATE, {"participant_id": ben.pk}).status_code == 201
    assert OneOnOneSession.objects.count() == AuditEntry.objects.count() == 1


@pytest.mark.parametrize("blocker", ["ada", "ben"])
def test_a_block_keeps_both_from_making_one_and_tells_neither_why(api, friends, now, blocker):
    ada, ben = friends
    by, other = (ada, ben) if blocker == "ada" else (ben, ada)
    friendships.block(by=by, other=other, now=now)

    for one, another in ((ada, ben), (ben, ada)):
        answer = api(one).post(CREATE, {"participant_id": another.pk})
        assert "block" not in refused(answer, 403, "not_friends")["error"]


def test_either_of_the_two_may_make_one_and_several(api, friends):
    ada, ben = friends

    for one, other in ((ada, ben), (ben, ada), (ada, ben)):
        assert api(one).post(CREATE, {"participant_id": other.pk}).status_code == 201

    assert len(api(ada).get(LIST).json()) == 3


ACTIONS = ["start", "ready", "join-token", "leave", "end", "cancel"]


def test_a_session_is_its_two_peoples_business(api, pending, person):
    staff = person(is_staff=True, is_superuser=True)
    for client in (api(person()), api(staff)):
        for path in ("", "audit-logs/"):
            refused(client.get(f"{LIST}{pending.pk}/{path}"), 403, "not_your_session")
        for action in ACTIONS:
            # Before anything is said of the body (C10).
            answer = client.post(
                f"{LIST}{pending.pk}/{action}/", b"{", content_type="application/json"
            )
            refused(answer, 403, "not_your_session")
        assert client.get(LIST).json() == []


def test_what_isnt_there_is_a_404_and_who_isnt_signed_in_a_401(api, ada, pending):
    for action in ACTIONS:
        refused(api(ada).post(f"{LIST}{pending.pk + 1}/{action}/"), 404, "not_found")
        refused(api().post(f"{LIST}{pending.pk}/{action}/"), 401)
    for path in ("", f"{pending.pk}/", f"{pending.pk}/audit-logs/"):
        refused(api().get(f"{LIST}{path}"), 401)
    refused(api().post(CREATE), 401)
    refused(api().post(f"{LIST}join-token/validate/"), 401)


def test_sessions_are_made_at_their_own_address_only(api, ada):
    refused(api(ada).post(LIST, {"participant_id": 1}), 405)


def test_the_list_is_ones_own_newest_first_in_pieces(api, friends, person, now):
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


def test_who_looks_sees_the_same_session_with_their_own_buttons(api, active, ada, ben, now):
    services.mark_ready(active, by=ben, now=now)
    path = f"{LIST}{active.pk}/"

    shown = {name: api(user).get(path).json() for name, user in (("ada", ada), ("ben", ben))}

    assert shown["ada"] == shown["ben"]
    assert shown["ada"]["allowed_actions"] == ["ready", "join_token", "leave", "end", "cancel"]
    assert shown["ada"]["initiator"]["email"] == "ada@example.com"


def addresses(people):
    return {each["username"]: each["email"] for each in people}


def test_the_other_ones_address_is_for_friends(api, active, ada, ben, now):
    friendships.unfriend(by=ben, other=ada, now=now)
    own = {"ada": "ada@example.com", "ben": ""}

    for shown in (api(ada).get(f"{LIST}{active.pk}/").json(), *api(ada).get(LIST).json()):
        people = [shown["initiator"], shown["participant"], shown["started_by"]]
        assert addresses(people) == own
    assert api(ben).get(f"{LIST}{active.pk}/").json()["started_by"]["email"] == ""
    log = api(ada).get(f"{LIST}{active.pk}/audit-logs/").json()
    assert addresses(each["user"] for each in log) == own


def test_the_log_gives_a_friends_address_and_not_the_staffs(api, active, ada, person, now):
    services.stop(active, by=person("rosa", is_staff=True), now=now)

    log = api(active.participant).get(f"{LIST}{active.pk}/audit-logs/").json()

    assert addresses(each["user"] for each in log) == {"ada": "ada@example.com", "rosa": ""}


def test_ready_is_said_once_and_logged_once(api, pending, ada, ben):
    path = f"{LIST}{pending.pk}/ready/"

    answers = [api(ben).post(path) for _ in range(2)] + [api(ada).post(path)]

    assert [each.status_code for each in answers] == [200] * 3
    assert answers[0].json()["initiator_ready"] is False
    assert answers[1].json() == answers[0].json()
    assert answers[2].json()["initiator_ready"] is True
    assert pending.audit_entries.filter(event_type="ready").count() == 2


def test_a_cancelled_session_was_never_started(api, pending, ben):
    answer = api(ben).post(f"{LIST}{pending.pk}/cancel/").json()

    assert (answer["status"], answer["started_at"]) == ("cancelled", None)
    assert answer["ended_at"]
    assert pending.audit_entries.last().event_type == "cancelled"


@pytest.mark.parametrize("number", [1, 3])
@pytest.mark.parametrize(
    ("path", "queries"),
    [
        ("", 2),  # the person, the sessions with their people
        ("{session}/", 2),
        ("{session}/audit-logs/", 3),  # and the entries with theirs
    ],
)
def test_a_read_takes_as_many_queries_for_three_items_as_for_one(
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


def test_the_longest_name_fits_into_a_title(api, person, now):
    name = "x" * 150
    long, other = person(first_name=name, last_name=name), person()
    befriend(long, other, now)

    assert api(long).post(CREATE, {"participant_id": other.pk}).status_code == 201


def test_every_refusal_of_the_table_has_its_promised_status():
    promised = {"start_in_progress": 400, "already_started": 400, "not_your_session": 403}
    promised |= {"other_not_ready": 403, "not_marked_ready": 403, "not_active": 400}

    assert {code: REGISTRY[code].status for code in promised} == promised
