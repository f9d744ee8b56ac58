"""Pages and arrays (contract C6): their size is limited, their links work, and invalid parameters
are refused."""

from __future__ import annotations

import re

import pytest

from sessions_app.models import Session
from tests.support.envelope import refused

pytestmark = pytest.mark.django_db

LIST = "/api/sessions/"


@pytest.fixture
def many(session):
    """More than a hundred sessions, titled by number."""
    first = session(title="0")
    values = {
        field.attname: getattr(first, field.attname)
        for field in Session._meta.concrete_fields
        if not field.primary_key
    }
    Session.objects.bulk_create(Session(**values | {"title": str(each)}) for each in range(1, 105))


@pytest.fixture
def get(api, student):
    client = api(student)
    return lambda address: client.get(address)


@pytest.mark.parametrize(
    ("query", "items"),
    [
        ("", 20),
        ("page_size=", 20),
        ("page=", 20),
        ("page_size=7", 7),
        ("page_size=007", 7),
        ("page_size=100", 100),
        ("page_size=101", 100),
        ("page_size=" + "9" * 5000, 100),
        ("page=6", 5),
        ("page=2&page_size=100", 5),
    ],
    ids=lambda value: str(value)[:20],
)
def test_a_page_has_the_requested_size_and_a_hundred_items_at_most(many, get, query, items):
    body = get(f"{LIST}?{query}").json()

    assert set(body) == {"count", "next", "previous", "results"}
    assert (body["count"], len(body["results"])) == (105, items)


INVALID = ["abc", "-1", "%2B1", "1.0", "1e3", "1_0", "٣", "%C2%B2", "%00", "0x10", "null", "[]"]


@pytest.mark.parametrize("value", ["0", "00", "%201", *INVALID])
def test_an_invalid_page_size_is_a_400(get, value):
    fields = refused(get(f"{LIST}?page_size={value}"), 400, "validation_error")["fields"]
    assert fields == {"page_size": ["Page size must be a whole number of 1 or more."]}


@pytest.mark.parametrize("value", ["0", "2", "last", "9" * 30, "9" * 5000, *INVALID])
def test_a_page_that_does_not_exist_is_a_404(get, value):
    refused(get(f"{LIST}?page={value}"), 404, "page_not_found")


def test_the_first_page_of_an_empty_list_is_empty(get):
    empty = {"count": 0, "next": None, "previous": None, "results": []}
    assert get(LIST).json() == empty
    assert get("/api/sessions/joined_sessions/?page=1").json() == empty


def test_links_are_absolute_keep_the_filters_and_lead_through_all_pages(many, get):
    address = f"{LIST}?ordering=title&page_size=30&search=react%26%22h%C3%B6%3E&title=%C3%A9"
    assert get(address).json()["count"] == 0
    address, seen, pages = f"{LIST}?ordering=title&level=beginner&page_size=30&x=%C3%B6%26", [], []
    while address:
        body = get(address).json()
        seen += [each["id"] for each in body["results"]]
        pages.append(body)
        address = body["next"]

    assert len(seen) == len(set(seen)) == 105
    assert [len(each["results"]) for each in pages] == [30, 30, 30, 15]
    assert pages[0]["previous"] is None
    for link in [pages[0]["next"], pages[2]["previous"]]:
        assert link.startswith(f"http://testserver{LIST}?")
        for part in ["ordering=title", "level=beginner", "page_size=30", "page=2", "x=%C3%B6%26"]:
            assert part in link
    assert get(pages[2]["previous"]).json() == pages[1]


@pytest.fixture
def participants_path(session, join, person):
    """The path of a list of five participants, in the order in which they joined."""
    published, people = session(), [person() for _ in range(5)]
    for each in people:
        join(published, each)
    return f"{LIST}{published.pk}/participants/"


def names(answer):
    return [each["user"]["username"] for each in answer.json()]


def next_link(answer):
    found = re.fullmatch('<([^>]*)>; rel="next"', answer.get("Link", ""))
    return found[1] if found else None


@pytest.mark.parametrize("query", ["", "limit=", "limit=5", "limit=100", "limit=" + "9" * 5000])
def test_a_complete_array_has_no_link(participants_path, get, query):
    answer = get(f"{participants_path}?{query}")

    assert len(answer.json()) == 5
    assert "Link" not in answer


def test_the_link_header_leads_through_the_whole_array(participants_path, get):
    address, seen, sizes = f"{participants_path}?limit=2&x=%C3%B6%3E", [], []
    while address:
        answer = get(address)
        seen += names(answer)
        sizes.append(len(answer.json()))
        address = next_link(answer)
        if address:
            assert address.startswith(f"http://testserver{participants_path}?")
            assert "limit=2" in address
            assert "x=%C3%B6%3E" in address

    assert sizes == [2, 2, 1]
    assert seen == names(get(participants_path))


def test_after_continues_after_an_item_that_need_not_exist(participants_path, get):
    ids = [each["id"] for each in get(participants_path).json()]

    assert [each["id"] for each in get(f"{participants_path}?after={ids[2]}").json()] == ids[3:]
    assert get(f"{participants_path}?after={2**63 - 1}").json() == []
    assert get(f"{participants_path}?after=").json() == get(participants_path).json()


@pytest.mark.parametrize("name", ["limit", "after"])
@pytest.mark.parametrize("value", ["0", *INVALID])
def test_an_invalid_limit_or_start_is_a_400(participants_path, get, name, value):
    assert (
        name
        in refused(get(f"{participants_path}?{name}={value}"), 400, "validation_error")["fields"]
    )


@pytest.mark.parametrize("value", [str(2**63), "9" * 5000], ids=["63 bits", "5000 digits"])
def test_a_start_beyond_the_largest_id_is_a_400(participants_path, get, value):
    assert (
        "after"
        in refused(get(f"{participants_path}?after={value}"), 400, "validation_error")["fields"]
    )


@pytest.mark.parametrize("name", ["limit", "after"])
def test_a_repeated_parameter_of_an_array_is_a_400(participants_path, get, name):
    fields = refused(get(f"{participants_path}?{name}=1&{name}=1"), 400, "validation_error")[
        "fields"
    ]
    assert fields == {name: [f"Send {name} once."]}


@pytest.mark.parametrize("name", ["page", "page_size"])
def test_a_repeated_parameter_of_a_page_is_a_400(get, name):
    assert name in refused(get(f"{LIST}?{name}=1&{name}="), 400, "validation_error")["fields"]


def test_my_sessions_have_a_hundred_per_page_by_default(many, api, instructor):
    body = api(instructor).get("/api/sessions/my_sessions/").json()
    assert (len(body["results"]), len(body["created"]), body["count"]) == (100, 100, 105)
    assert "page=2" in body["next"]
    body = api(instructor).get("/api/sessions/my_sessions/?page_size=3&page=35").json()
    assert (len(body["results"]), body["next"]) == (3, None)
