"""Queries that are compiled once: any part of a list, and how long a count is believed."""

from __future__ import annotations

import pytest
from django.db.models import TextField

from accounts.models import User
from core.api.listings import PagedList, PagedQueries
from core.db.compiled import CompiledQuery, Param, ParamList, numbered_ids, rounded_length

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def people(person):
    """`people(25)`: their names, in the order of their ids."""

    def make(number):
        return [person().username for _ in range(number)]

    return make


@pytest.fixture
def listed():
    """Those whose names contain what is asked for."""
    rows = User.objects.filter(username__icontains=Param("part", TextField())).order_by("pk")
    return PagedQueries(rows, lambda rows: rows.values_list("username"))


def listing(queries, part):
    return PagedList(queries, lambda row: row[0], part=part)


@pytest.mark.parametrize("number", [0, 1, 7, 25])
def test_every_part_of_a_list_is_the_same_as_that_of_its_queryset(people, listed, number):
    names, found = people(number), listing(listed, "PERSON")

    assert found.count() == number
    for size in (1, 3, 10):
        for start in range(0, number, size):
            stop = min(start + size, number)
            assert found[start:stop] == names[start:stop], (start, stop)


@pytest.mark.parametrize("part", ["%", "_", "\\", "'; --"])
def test_what_is_looked_for_is_taken_literally(people, listed, part):
    people(3)

    assert listing(listed, part).count() == 0


def test_a_small_count_is_always_the_truth_and_a_large_one_is_for_a_moment(
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

    assert listing(listed, "person").count() == 3, "a moment ago"
    assert listing(listed, "again").count() == 1, "another question"
    listed.kept.clear()  # as when the moment is over
    assert listing(listed, "person").count() == 4


@pytest.mark.parametrize("number", [1, 2, 3, 5, 8, 9])
def test_several_ids_are_found_by_few_statements(people, number):
    people(10)
    ids = list(User.objects.order_by("pk").values_list("pk", flat=True))[:number]

    query = CompiledQuery(
        User.objects.filter(pk__in=ParamList(rounded_length(ids))).values_list("pk")
    )

    assert sorted(row[0] for row in query.fetch(numbered_ids(ids))) == ids
