"""Finding people (contract F4)."""

from __future__ import annotations

import pytest

from tests.core.envelope import refused

pytestmark = [pytest.mark.django_db, pytest.mark.database]

PATH = "/v1/users/"


@pytest.fixture
def find(api, ada):
    """`find("ben")`: the user names that Ada finds."""

    def look(search, **query):
        answer = api(ada).get(PATH, {"search": search, **query})
        return [each["username"] for each in answer.json()]

    return look


def test_every_word_is_looked_for_in_names_and_user_name_without_case(find, person):
    person("liz", first_name="Élise", last_name="Moreau")
    person("elias", first_name="Elias")

    assert find("éLI") == ["liz"]
    assert find("MOREAU élise") == ["liz"]
    assert find("LIAS") == ["elias"]
    assert find("li") == ["liz", "elias"]
    assert find("moreau elias") == []
    assert find("%%") == find("__") == []


def test_neither_oneself_nor_the_deactivated_nor_who_has_blocked_one(find, person, block, ada):
    person("adam", is_active=False)
    block(person("adele"), ada)
    blocked = person("adolf")
    block(ada, blocked)

    assert find("ad") == ["adolf"]


def test_the_address_is_shown_of_friends_only(api, person, befriend, ask, ada, ben):
    befriend(ada, ben)
    ask(ada, person("benita"))

    shown = api(ada).get(PATH, {"search": "ben"}).json()

    assert {each["username"]: each["email"] for each in shown} == {"ben": ben.email, "benita": ""}
    assert set(shown[0]) == {
        *("id", "username", "first_name", "last_name", "email", "role", "date_joined")
    }


def test_the_next_ones_are_linked(api, person, ada):
    people = [person(f"finder{n}") for n in range(3)]

    answer = api(ada).get(PATH, {"search": "finder", "limit": 2})

    assert [each["id"] for each in answer.json()] == [each.pk for each in people[:2]]
    assert f"after={people[1].pk}" in answer["Link"]
    assert "search=finder" in answer["Link"]


@pytest.mark.parametrize("query", [{}, {"search": ""}, {"search": "a"}, {"search": " a "}])
def test_fewer_than_two_characters_find_nobody(api, ada, query):
    body = refused(api(ada).get(PATH, query), 400, "validation_error")

    assert body["fields"] == {"search": ["Search for at least two characters."]}


@pytest.mark.parametrize("search", ["b " * 11, "b" * 201])
def test_a_search_for_too_much_is_refused(api, ada, search):
    assert "search" in refused(api(ada).get(PATH, {"search": search}), 400)["fields"]


def test_a_stranger_finds_nobody(api):
    refused(api().get(PATH, {"search": "ben"}), 401)
