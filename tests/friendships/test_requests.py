"""Friend requests, and the answers to them (contract F1)."""

from __future__ import annotations

import pytest

from friendships.models import Friendship
from friendships.services import are_friends
from notifications.models import Notification
from tests.document.shapes import MOMENT, problem
from tests.support.envelope import refused

pytestmark = pytest.mark.django_db

PATH = "/v1/friends/requests/"
USER = {"id": int, "username": str, "first_name": str, "last_name": str, "email": str}
REQUEST = {
    "id": int,
    "from_user": USER,
    "to_user": USER,
    "status": {"pending", "accepted"},
    "created_at": MOMENT,
}


@pytest.fixture
def post(api):
    """`post(ada, ben)`: Ada asks Ben over the API."""

    def send(one, other):
        return api(one).post(PATH, {"user_id": other if isinstance(other, int) else other.pk})

    return send


def notifications_of(user):
    return list(
        Notification.objects.of(user)
        .order_by("id")
        .values_list("title", "message", "type", "session")
    )


def test_asking_creates_a_pending_request_and_notifies_the_recipient(post, ada, ben):
    answer = post(ada, ben)

    shown = answer.json()
    assert (answer.status_code, problem(REQUEST, shown)) == (201, "")
    assert (shown["from_user"]["id"], shown["to_user"]["id"]) == (ada.pk, ben.pk)
    assert shown["status"] == "pending"
    assert notifications_of(ben) == [
        ("New friend request", "Ada Byron wants to be your friend.", "general", None)
    ]
    assert notifications_of(ada) == []


def test_a_request_shows_only_ones_own_address_until_it_is_accepted(api, post, ada, ben):
    request = post(ada, ben).json()
    seen = api(ben).get(PATH).json()[0]
    accepted = api(ben).post(f"{PATH}{request['id']}/accept/").json()

    assert (request["from_user"]["email"], request["to_user"]["email"]) == (ada.email, "")
    assert (seen["from_user"]["email"], seen["to_user"]["email"]) == ("", ben.email)
    assert accepted["from_user"]["email"] == ada.email


def test_accepting_creates_a_friendship_and_notifies_the_asker(api, ask, ada, ben):
    request = ask(ada, ben)

    answer = api(ben).post(f"{PATH}{request.pk}/accept/")

    assert (answer.status_code, answer.json()["status"]) == (200, "accepted")
    assert are_friends(ada, ben.pk)
    assert notifications_of(ada) == [
        (
            "Friend request accepted",
            "Ben Okri has accepted your friend request.",
            "general",
            None,
        )
    ]


def test_asking_somebody_who_has_asked_accepts_their_request(post, ada, ben):
    first = post(ada, ben).json()

    answer = post(ben, ada)

    assert (answer.status_code, answer.json()["status"]) == (201, "accepted")
    assert answer.json()["id"] == first["id"]
    assert answer.json()["from_user"]["id"] == ada.pk
    assert Friendship.objects.count() == 1


def test_declining_notifies_nobody_and_allows_another_request(api, post, ask, ada, ben):
    request = ask(ada, ben)

    answer = api(ben).post(f"{PATH}{request.pk}/decline/")

    assert (answer.status_code, answer.json()["status"]) == (200, "declined")
    assert notifications_of(ada) == []
    assert post(ada, ben).json()["status"] == "pending"


def test_a_withdrawn_request_is_gone(api, ask, ada, ben):
    path = f"{PATH}{ask(ada, ben).pk}/"

    assert api(ada).delete(path).status_code == 204

    assert api(ben).get(PATH).json() == []
    refused(api(ben).post(f"{path}accept/"), 404)
    refused(api(ada).delete(path), 404)


def test_asking_oneself_a_friend_or_somebody_twice_is_refused(post, befriend, person, ada, ben):
    befriend(ada, ben)
    asked = person()
    post(ada, asked)

    refused(post(ada, ada), 400, "oneself")
    refused(post(ada, ben), 400, "already_friends")
    refused(post(ben, ada), 400, "already_friends")
    refused(post(ada, asked), 400, "already_asked_friend")


def test_a_fourth_request_in_a_row_is_refused(api, post, ada, ben):
    for _ in range(3):
        request = post(ada, ben).json()
        assert api(ben).post(f"{PATH}{request['id']}/decline/").status_code == 200

    refused(post(ada, ben), 400, "asked_enough_friend")


def test_a_request_of_the_other_person_resets_the_count(api, post, ada, ben):
    for _ in range(3):
        api(ada).delete(f"{PATH}{post(ada, ben).json()['id']}/")
    request = post(ben, ada)

    assert request.status_code == 201
    assert request.json()["from_user"]["id"] == ben.pk
    assert post(ada, ben).json()["status"] == "accepted"
    api(ada).delete(f"/v1/friends/{ben.pk}/")
    assert post(ada, ben).json()["status"] == "pending"


def test_a_missing_or_deactivated_person_is_not_found(post, person, ada):
    refused(post(ada, 10**9), 404)
    refused(post(ada, person(is_active=False)), 404)


@pytest.mark.parametrize("body", [{}, {"user_id": "1"}, {"user_id": 0}, {"user_id": None}])
def test_a_body_without_a_valid_user_id_is_refused(api, ada, body):
    assert "user_id" in refused(api(ada).post(PATH, body), 400)["fields"]


@pytest.mark.parametrize("action", ["accept", "decline"])
def test_only_the_recipient_can_answer(api, ask, person, ada, ben, action):
    path = f"{PATH}{ask(ada, ben).pk}/{action}/"

    refused(api().post(path), 401)
    refused(api(ada).post(path), 403, "not_asked")
    refused(api(person()).post(path), 404)


def test_only_the_asker_can_withdraw_the_request(api, ask, person, ada, ben):
    path = f"{PATH}{ask(ada, ben).pk}/"

    refused(api().delete(path), 401)
    refused(api(ben).delete(path), 403, "not_asker")
    refused(api(person()).delete(path), 404)


def test_the_error_for_a_decided_request_names_both_states(api, befriend, ada, ben):
    path = f"{PATH}{befriend(ada, ben).pk}/"

    for client, method, end, became in [
        (api(ben), "post", "accept/", "accepted"),
        (api(ben), "post", "decline/", "declined"),
        (api(ada), "delete", "", "closed"),
    ]:
        error = refused(getattr(client, method)(path + end), 400, "wrong_state")["error"]
        assert error == f"A friend request that is accepted can't become {became}."


def test_pending_requests_are_listed_by_direction_newest_first(api, ask, befriend, person, ada):
    outgoing = [ask(ada, person()).pk for _ in range(2)]
    incoming = ask(person(), ada).pk
    befriend(ada, person())
    client = api(ada)

    def ids(**query):
        return [each["id"] for each in client.get(PATH, query).json()]

    assert ids() == [incoming, *reversed(outgoing)]
    assert ids(direction="incoming") == [incoming]
    assert ids(direction="outgoing") == outgoing[::-1]
    assert ids(direction="") == ids()
    assert ids(direction="outgoing", limit=1, before=outgoing[1]) == [outgoing[0]]
    refused(client.get(PATH, {"direction": "sideways"}), 400, "validation_error")
    refused(api().get(PATH), 401)
