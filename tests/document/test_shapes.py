"""The checker of shapes notices what it is there to notice."""

import pytest

from tests.document.shapes import PAGE, USER, problem

PERSON = {"id": 1, "first_name": "A", "last_name": "B", "email": "a@b.c", "role": "student"}


def test_a_person_as_documented_with_a_key_more_is_fine():
    assert problem(USER, PERSON | {"username": "a"}) == ""


@pytest.mark.parametrize(
    "change", [{"id": "1"}, {"id": True}, {"role": "tutor"}, {"email": None}, {"last_name": 1}]
)
def test_a_value_of_another_type_is_noticed(change):
    assert next(iter(change)) in problem(USER, PERSON | change)


def test_a_missing_key_is_noticed_also_within():
    page = {"count": 1, "next": None, "previous": None, "results": [{"id": 1}]}

    assert problem(PAGE, page).startswith("answer.results[0] lacks ['available_spots'")
    assert problem(PAGE, page | {"results": []}) == ""
    assert problem(PAGE, page | {"results": [], "next": 2}).startswith("answer.next is 2")
