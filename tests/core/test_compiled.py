"""Compiled queries: slices of a list, and how long a count is cached."""

from __future__ import annotations

import pytest
from django.db.models import TextField

from accounts.models import User
from core.api.listings import PagedList, PagedQueries
from core.db.compiled import CompiledQuery, Param, ParamList, numbered_ids, rounded_length

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def people(person):
    """`people(25)`: create people; return their usernames in the order of their ids."""

    def make(number):
        return [person().username for _ in range(number)]

    return make


@pytest.fixture
def listed():
    """The people whose usernames contain the parameter `part`."""
    rows = User.objects.filter(username__icontains=Param("part", TextField())).order_by("pk")
    return PagedQueries(rows, lambda rows: rows.values_list("username"))


def listing(queries, part):
    return PagedList(queries, lambda row: row[0], part=part)


@pytest.mark.parametrize("number", [0, 1, 7, 25])
def test_every_slice_of_a_list_is_the_same_as_that_of_its_queryset(people, listed, number):
    names, found = people(number), listing(listed, "PERSON")

    assert found.count() == number
    for size in (1, 3, 10):
        for start in range(0, number, size):
            stop = min(start + size, number)
            assert found[start:stop] == names[start:stop], (start, stop)


@pytest.mark.parametrize("part", ["%", "_", "\\", "'; --"])
def test_the_search_text_is_taken_literally(people, listed, part):
    people(3)

    assert listing(listed, part).count() == 0


def test_a_small_count_is_always_exact_and_a_large_one_is_cached_briefly(
    people, listed, monkeypatch
):
    people(2)
    assert listing(listed, "person").count() == 2
    people_before, more = 2, 1
    User.objects.create_user("person-more", "more@example.com", "x")
    assert listing(listed, "person").count() == people_before + more

    monkeypatch.setattr(PagedQueries, "MANY", 3)
    assert listing(listed, "person").count() == 3
    User.objects.create_user("person-again", "again@example.com", "x")

    assert listing(listed, "person").count() == 3, "the cached count"
    assert listing(listed, "again").count() == 1, "another parameter"
    listed.kept.clear()  # as if the cached count had expired
    assert listing(listed, "person").count() == 4


@pytest.mark.parametrize("number", [1, 2, 3, 5, 8, 9])
def test_several_ids_are_found_with_a_rounded_number_of_parameters(people, number):
    people(10)
    ids = list(User.objects.order_by("pk").values_list("pk", flat=True))[:number]

    query = CompiledQuery(
        User.objects.filter(pk__in=ParamList(rounded_length(ids))).values_list("pk")
    )

    assert sorted(row[0] for row in query.fetch(numbered_ids(ids))) == ids
