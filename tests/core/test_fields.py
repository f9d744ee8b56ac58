"""Fields accept the JSON type that the description names, and no other (contract C7, C10)."""

from __future__ import annotations

import pytest

from core.api import fields


class Everything(fields.Input):
    text = fields.TextField(max_length=5, required=False)
    email = fields.EmailField(max_length=254, required=False)
    secret = fields.PasswordField(required=False)
    zone = fields.TimezoneField(required=False)
    moment = fields.MomentField(required=False)
    number = fields.WholeNumberField(minimum=2, maximum=20, required=False)
    row = fields.IdField(required=False)
    option = fields.OptionField(choices=[("a", "A"), ("b", "B")], required=False)


def read(**body):
    serializer = Everything(data=body)
    serializer.is_valid(raise_exception=False)
    return serializer


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("text", "abc", "abc"),
        ("text", "  abc \n", "abc"),
        ("text", " " * 99 + "abcde", "abcde"),
        ("text", "éß🎲中\u200f", "éß🎲中\u200f"),
        ("email", "Ada@Example.com", "Ada@Example.com"),
        ("secret", "  a b  ", "  a b  "),
        ("zone", "Asia/Kolkata", "Asia/Kolkata"),
        ("number", 2, 2),
        ("number", 20, 20),
        ("number", 7.0, 7),
        ("row", 1, 1),
        ("row", 2**63 - 1, 2**63 - 1),
        ("option", "a", "a"),
    ],
)
def test_a_valid_value_is_accepted(name, value, expected):
    serializer = read(**{name: value})

    assert serializer.errors == {}
    assert serializer.validated_data == {name: expected}
    assert type(serializer.validated_data[name]) is type(expected)


ODD = [None, True, False, [], {}, ["abc"], {"a": 1}]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *[(name, value) for name in Everything().fields for value in ODD],
        *[("text", value) for value in ["", "   ", "abcdef", "a\0b", "\ud800", 7, 0.5]],
        *[("email", value) for value in ["ada", "ada@", "ä@example.com", "a@b.c\0", 7]],
        *[("secret", value) for value in ["", "x" * 129, "a\0b", "\udfff", 7]],
        *[("zone", value) for value in ["", "Mars", "europe/berlin", "../UTC", "UTC\0", 7]],
        *[("moment", value) for value in ["", "2030-01-20", "now", "2030-01-20T10:00\0", 7]],
        *[("number", value) for value in [1, 21, -3, 2.5, 1e300, float("inf"), float("nan")]],
        *[("number", value) for value in ["7", "", "٧", 2**64, -(2**64)]],
        *[("row", value) for value in [0, -1, 2**63, 1.5, "1", ""]],
        *[("option", value) for value in ["", "c", "A", "a ", 1]],
    ],
    ids=lambda value: ascii(value)[:20],
)
def test_any_other_value_is_an_error_of_that_field(name, value):
    errors = read(**{name: value}).errors

    assert set(errors) == {name}
    assert all(str(sentence)[0].isupper() for sentence in errors[name])
    assert all(str(sentence).endswith(".") for sentence in errors[name])


@pytest.mark.parametrize("body", [[], "text", 7, True, [{}]])
def test_a_body_that_is_not_an_object_is_one_error(body):
    serializer = Everything(data=body)

    assert not serializer.is_valid()
    assert serializer.errors == {"non_field_errors": ["The body must be a JSON object."]}


def test_unknown_keys_are_ignored():
    serializer = read(text="abc", id=7, creator={"id": 1}, __proto__=[])
    assert serializer.is_valid()
    assert serializer.validated_data == {"text": "abc"}
