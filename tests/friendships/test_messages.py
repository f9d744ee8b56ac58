"""Messages between friends (contract F3)."""

from __future__ import annotations

import pytest

from friendships import services
from friendships.models import Message
from notifications.models import Notification
from tests.support.envelope import refused

pytestmark = pytest.mark.django_db


def path_to(person, end=""):
    return f"/v1/friends/{person.pk}/messages/{end}"


def test_a_friend_can_read_a_message_and_is_not_notified(api, befriend, ada, ben):
    befriend(ada, ben)
    before = Notification.objects.count()

    answer = api(ada).post(path_to(ben), {"text": "  One\n\n  two  "})

    written = answer.json()
    assert answer.status_code == 201
    assert written == {
        "id": Message.objects.get().pk,
        "sender": ada.pk,
        "recipient": ben.pk,
        "text": "One\n\n  two",
        "session": None,
        "read": False,
        "created_at": written["created_at"],
    }
    assert api(ben).get(path_to(ada)).json() == [written]
    assert Notification.objects.count() == before


def test_the_chat_is_newest_first_and_between_the_two_only(api, befriend, write, person, ada, ben):
    cleo = person("cleo")
    befriend(ada, ben)
    befriend(ada, cleo)
    ids = [write(*pair).pk for pair in [(ada, ben), (ben, ada), (ada, ben)]]
    write(ada, cleo)
    write(cleo, ada)

    def shown(**query):
        return [each["id"] for each in api(ada).get(path_to(ben), query).json()]

    assert shown() == ids[::-1]
    assert shown(before=ids[2], limit=1) == [ids[1]]
    answer = api(ada).get(path_to(ben), {"limit": 2})
    assert answer["Link"].endswith(f'?before={ids[1]}&limit=2>; rel="next"')


@pytest.mark.parametrize("text", ["x", "ä" * 4000])
def test_one_to_four_thousand_characters_are_accepted(api, befriend, ada, ben, text):
    befriend(ada, ben)

    assert api(ada).post(path_to(ben), {"text": text}).json()["text"] == text


@pytest.mark.parametrize("body", [{}, {"text": " \n "}, {"text": "x" * 4001}, {"text": None}])
def test_empty_and_overlong_texts_are_refused(api, befriend, ada, ben, body):
    befriend(ada, ben)

    assert "text" in refused(api(ada).post(path_to(ben), body), 400)["fields"]


def test_reading_marks_only_what_the_other_person_wrote(api, befriend, write, person, ada, ben):
    cleo = person("cleo")
    befriend(ada, ben)
    befriend(ada, cleo)
    unread = {write(ada, ben).pk, write(cleo, ada).pk}
    write(ben, ada)
    write(ben, ada)

    assert api(ada).post(path_to(ben, "read/")).json() == {"updated": 2}
    assert api(ada).post(path_to(ben, "read/")).json() == {"updated": 0}

    assert set(Message.objects.filter(read=False).values_list("pk", flat=True)) == unread


@pytest.mark.parametrize("ending", [services.unfriend, services.block])
def test_a_former_friend_can_still_read_but_not_write(api, befriend, write, now, ada, ben, ending):
    befriend(ada, ben)
    write(ada, ben)
    ending(by=ada, other=ben, now=now)

    for one, other in [(ada, ben), (ben, ada)]:
        assert len(api(one).get(path_to(other)).json()) == 1
        assert api(one).post(path_to(other, "read/")).status_code == 200
        refused(api(one).post(path_to(other), {"text": "Hello?"}), 403, "not_friends")


def test_somebody_who_was_never_a_friend_can_neither_read_nor_write(api, ask, ada, ben):
    ask(ada, ben)

    refused(api(ada).get(path_to(ben)), 403, "not_friends")
    refused(api(ada).post(path_to(ben, "read/")), 403, "not_friends")
    refused(api(ada).post(path_to(ben), {}), 403, "not_friends")  # before the field (C10)
    refused(api(ada).get(path_to(ada)), 403, "not_friends")
    refused(api().get(path_to(ben)), 401)


def test_a_missing_or_deactivated_person_is_not_found(api, befriend, write, ada, ben):
    befriend(ada, ben)
    write(ben, ada)
    ben.is_active = False
    ben.save(update_fields=["is_active"])

    refused(api(ada).get("/v1/friends/1000000000/messages/"), 404)
    refused(api(ada).post(path_to(ben), {"text": "Hello?"}), 404)
    assert len(api(ada).get(path_to(ben)).json()) == 1
