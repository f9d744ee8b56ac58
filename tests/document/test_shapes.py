"""The shape checker detects differences."""

import pytest

from tests.document.shapes import PAGE, USER, problem

PERSON = {"id": 1, "first_name": "A", "last_name": "B", "email": "a@b.c", "role": "student"}


def test_an_additional_key_is_allowed():
    assert problem(USER, PERSON | {"username": "a"}) == ""


@pytest.mark.parametrize(
    "change", [{"id": "1"}, {"id": True}, {"role": "tutor"}, {"email": None}, {"last_name": 1}]
)
def test_a_value_of_another_type_is_detected(change):
    assert next(iter(change)) in problem(USER, PERSON | change)


def test_a_missing_key_is_detected_in_nested_objects_too():
    page = {"count": 1, "next": None, "previous": None, "results": [{"id": 1}]}

    assert problem(PAGE, page).startswith("answer.results[0] lacks ['available_spots'")
    assert problem(PAGE, page | {"results": []}) == ""
    assert problem(PAGE, page | {"results": [], "next": 2}).startswith("answer.next is 2")
