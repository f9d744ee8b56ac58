"""Finding people (contract F4)."""

from __future__ import annotations

import pytest

from tests.support.envelope import refused

pytestmark = [pytest.mark.django_db, pytest.mark.database]

PATH = "/v1/users/"


@pytest.fixture
def find(api, ada):
    """`find("ben")`: the usernames that Ada finds."""

    def get(search, **query):
        answer = api(ada).get(PATH, {"search": search, **query})
        return [each["username"] for each in answer.json()]

    return get


def test_every_word_is_searched_in_names_and_username_regardless_of_case(find, person):
    person("liz", first_name="Élise", last_name="Moreau")
    person("elias", first_name="Elias")

    assert find("éLI") == ["liz"]
    assert find("MOREAU élise") == ["liz"]
    assert find("LIAS") == ["elias"]
    assert find("li") == ["liz", "elias"]
    assert find("moreau elias") == []
    assert find("%%") == find("__") == []


def test_oneself_and_deactivated_and_blocking_people_are_not_found(find, person, block, ada):
    person("adam", is_active=False)
    block(person("adele"), ada)
    blocked = person("adolf")
    block(ada, blocked)

    assert find("ad") == ["adolf"]


def test_only_the_addresses_of_friends_are_shown(api, person, befriend, ask, ada, ben):
    befriend(ada, ben)
    ask(ada, person("benita"))

    shown = api(ada).get(PATH, {"search": "ben"}).json()

    assert {each["username"]: each["email"] for each in shown} == {"ben": ben.email, "benita": ""}
    assert set(shown[0]) == {
        *("id", "username", "first_name", "last_name", "email", "role", "date_joined")
    }


def test_a_link_leads_to_the_next_people(api, person, ada):
    people = [person(f"finder{n}") for n in range(3)]

    answer = api(ada).get(PATH, {"search": "finder", "limit": 2})

    assert [each["id"] for each in answer.json()] == [each.pk for each in people[:2]]
    assert f"after={people[1].pk}" in answer["Link"]
    assert "search=finder" in answer["Link"]


@pytest.mark.parametrize("query", [{}, {"search": ""}, {"search": "a"}, {"search": " a "}])
def test_fewer_than_two_characters_are_refused(api, ada, query):
    body = refused(api(ada).get(PATH, query), 400, "validation_error")

    assert body["fields"] == {"search": ["Search for at least two characters."]}


@pytest.mark.parametrize("search", ["b " * 11, "b" * 201])
def test_an_overlong_search_is_refused(api, ada, search):
    assert "search" in refused(api(ada).get(PATH, {"search": search}), 400)["fields"]


def test_without_a_token_a_search_is_refused(api):
    refused(api().get(PATH, {"search": "ben"}), 401)
