"""The list of friends, the end of a friendship, and blocks (contract F1, F2)."""

from __future__ import annotations

from functools import partial

import pytest

from friendships import services
from friendships.models import Block, Friendship
from friendships.services import are_friends
from notifications.models import Notification
from tests.document.shapes import MOMENT
from tests.support.envelope import refused

pytestmark = pytest.mark.django_db

PATH = "/v1/friends/"
REQUESTS = "/v1/friends/requests/"


@pytest.fixture
def endings():
    """The calls of a function that another app has registered for the end of a friendship."""
    calls = []
    services.ENDINGS.append(lambda *, by, other, now: calls.append((by, other)))
    yield calls
    services.ENDINGS.pop()


def test_friends_are_an_array_of_people_and_dates(api, befriend, ask, person, ada, ben):
    befriend(ada, ben)
    befriend(person("cleo"), ada)
    befriend(ben, person("dora"))
    ask(person(), ada)

    shown = api(ada).get(PATH).json()

    assert [each["user"]["username"] for each in shown] == ["ben", "cleo"]
    assert shown[0]["user"]["email"] == ben.email
    assert MOMENT.fullmatch(shown[0]["since"])
    assert set(shown[0]) == {"user", "since"}


def test_a_link_leads_to_the_next_friends(api, befriend, person, ada):
    friends = [person() for _ in range(3)]
    for each in friends:
        befriend(each, ada)
    client, url, seen = api(ada), f"{PATH}?limit=2", []
    while url:
        answer = client.get(url)
        seen += [each["user"]["id"] for each in answer.json()]
        url = answer.get("Link", "").removeprefix("<http://testserver").partition(">")[0]

    assert seen == [each.pk for each in friends]


@pytest.mark.parametrize("ender", ["ada", "ben"])
def test_either_person_can_end_a_friendship_and_the_other_is_not_notified(
    api, befriend, endings, ada, ben, ender
):
    befriend(ada, ben)
    one, other = (ada, ben) if ender == "ada" else (ben, ada)
    before = Notification.objects.count()

    answer = api(one).delete(f"{PATH}{other.pk}/")

    assert (answer.status_code, answer.content) == (204, b"")
    assert not are_friends(ada, ben)
    assert api(other).get(PATH).json() == []
    assert endings == [(one, other)]
    assert Notification.objects.count() == before


def test_ending_a_friendship_that_does_not_exist_is_a_404(api, ask, person, ada, ben):
    ask(ada, ben)

    refused(api(ada).delete(f"{PATH}{ben.pk}/"), 404, "no_friend")
    refused(api(ada).delete(f"{PATH}{person().pk}/"), 404, "no_friend")
    refused(api(ada).delete(f"{PATH}{10**9}/"), 404, "not_found")


def test_nobody_can_end_a_friendship_with_themselves(api, ada):
    refused(api(ada).delete(f"{PATH}{ada.pk}/"), 400, "oneself")
    assert Friendship.objects.count() == 0


def test_a_block_ends_a_friendship_and_lifting_it_does_not_restore_it(
    api, befriend, endings, ada, ben
):
    befriend(ada, ben)
    path = f"{PATH}{ben.pk}/block/"

    for _ in range(2):
        answer = api(ada).post(path)
        assert (answer.status_code, answer.content) == (204, b"")
    assert not are_friends(ada, ben)
    assert endings[0] == (ada, ben)

    for _ in range(2):
        assert api(ada).delete(path).status_code == 204
    assert Block.objects.count() == 0
    assert not are_friends(ada, ben)


@pytest.mark.parametrize("asker", ["ada", "ben"])
def test_a_block_closes_a_request_in_either_direction(api, ask, ada, ben, asker):
    request = ask(ada, ben) if asker == "ada" else ask(ben, ada)

    api(ada).post(f"{PATH}{ben.pk}/block/")

    assert api(ada).get(REQUESTS).json() == api(ben).get(REQUESTS).json() == []
    refused(api(request.to_user).post(f"{REQUESTS}{request.pk}/accept/"), 404)


def test_a_blocked_person_cannot_ask_and_is_not_told_why(api, block, ada, ben):
    block(ada, ben)

    error = refused(api(ben).post(REQUESTS, {"user_id": ada.pk}), 403, "not_with_them")["error"]

    assert error == "You can't do this with this person."
    assert Notification.objects.count() == 0


def test_the_blocker_has_to_lift_the_block_before_asking(api, block, ada, ben):
    block(ada, ben)
    ask = partial(api(ada).post, REQUESTS, {"user_id": ben.pk})

    refused(ask(), 403, "you_have_blocked")
    api(ada).delete(f"{PATH}{ben.pk}/block/")

    assert ask().status_code == 201


def test_two_people_who_block_each_other_each_lift_their_own_block(api, block, ada, ben):
    block(ada, ben)
    block(ben, ada)

    api(ada).delete(f"{PATH}{ben.pk}/block/")

    refused(api(ada).post(REQUESTS, {"user_id": ben.pk}), 403, "not_with_them")


def test_nobody_can_block_themselves_or_a_missing_person(api, ada):
    refused(api(ada).post(f"{PATH}{ada.pk}/block/"), 400, "oneself")
    for method in ("post", "delete"):
        refused(getattr(api(ada), method)(f"{PATH}{10**9}/block/"), 404)


@pytest.mark.parametrize(
    ("method", "end"), [("get", ""), ("delete", "1/"), ("post", "1/block/"), ("delete", "1/block/")]
)
def test_without_a_token_everything_is_refused(api, method, end):
    refused(getattr(api(), method)(PATH + end), 401)
