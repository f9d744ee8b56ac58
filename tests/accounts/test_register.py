"""Registration (contract C2, C3, C10)."""

import re

import pytest
from django.core.management import CommandError, call_command

from accounts.models import User
from tests.accounts.conftest import USER_KEYS, assert_invalid, assert_refused
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db

PATH = "/api/auth/register/"


def form(**changes):
    return {"username": "ada", "email": "ada@example.com", "password": PASSWORD} | changes


def test_registration_returns_the_user_and_a_pair_of_tokens(api, bearer, is_valid):
    answer = api().post(PATH, form(first_name="Ada", last_name="Lovelace"))

    assert answer.status_code == 201
    body = answer.json()
    assert set(body) == {"user", "access", "refresh"}
    assert set(body["user"]) == USER_KEYS
    assert isinstance(body["user"]["id"], int)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", body["user"]["date_joined"])
    assert body["user"] | {"id": 0, "date_joined": ""} == {
        "id": 0,
        "username": "ada",
        "first_name": "Ada",
        "last_name": "Lovelace",
        "email": "ada@example.com",
        "role": "student",
        "date_joined": "",
    }
    assert bearer(body["access"]).get("/api/auth/me/").json()["id"] == body["user"]["id"]
    assert is_valid(body["refresh"])


def test_a_new_person_signs_in_with_the_password_they_chose(api):
    api().post(PATH, form(password="  spaces around it 7  "))

    answer = api().post(
        "/api/auth/token/", {"username": "ada", "password": "  spaces around it 7  "}
    )

    assert answer.status_code == 200


def test_the_password_is_stored_as_a_hash_only(api):
    api().post(PATH, form())

    stored = User.objects.get().password
    assert PASSWORD not in stored
    assert User.objects.get().check_password(PASSWORD)


@pytest.mark.parametrize("role", ["student", "instructor"])
def test_the_role_is_the_requested_one(api, role):
    answer = api().post(PATH, form(role=role))

    assert (answer.status_code, answer.json()["user"]["role"]) == (201, role)


@pytest.mark.parametrize("role", ["tutor", "admin", "Student", "", None, 1, True, [], {}])
def test_an_unknown_role_is_refused(api, role):
    assert_invalid(api().post(PATH, form(role=role)), "role")
    assert not User.objects.exists()


def test_a_closed_instructor_sign_up_is_403_for_instructors_only(api, settings):
    settings.INSTRUCTOR_SIGNUP_OPEN = False

    assert_refused(api().post(PATH, form(role="instructor")), 403, "instructor_signup_closed")
    assert not User.objects.exists()
    assert api().post(PATH, form()).status_code == 201


@pytest.mark.parametrize("changes", [{"email": "x"}, {"username": None}, {"password": "12345"}])
def test_a_closed_sign_up_is_reported_before_invalid_fields(api, settings, changes):
    settings.INSTRUCTOR_SIGNUP_OPEN = False

    answer = api().post(PATH, form(role="instructor", **changes))

    assert_refused(answer, 403, "instructor_signup_closed")


def test_nobody_can_make_themselves_staff(api):
    more = {"is_staff": True, "is_superuser": True, "is_active": False, "id": 7777}
    api().post(PATH, form(**more, token_generation=5, groups=[1], timezone="Asia/Tokyo"))

    user = User.objects.get()
    assert (user.is_staff, user.is_superuser, user.is_active) == (False, False, True)
    assert (user.pk != 7777, user.token_generation) == (True, 0)


@pytest.mark.parametrize("field", ["username", "email", "password"])
def test_a_missing_required_field_is_named(api, field):
    body = form()
    del body[field]

    assert_invalid(api().post(PATH, body), field)


@pytest.mark.parametrize(
    "username",
    ["a@b", "a@example.com", "with space", "tab\tbed", "émile", "a/b", "ſam", "<b>", "x" * 151],
)
def test_an_invalid_username_is_refused(api, username):
    assert_invalid(api().post(PATH, form(username=username)), "username")


@pytest.mark.parametrize("username", ["x" * 150, "A.b_c+d-9", "7"])
def test_letters_digits_and_some_punctuation_make_a_valid_username(api, username):
    assert api().post(PATH, form(username=username)).json()["user"]["username"] == username


@pytest.mark.parametrize("email", ["plain", "a@", "@b.com", "a b@c.de", "é@c.de", "a@münchen.de"])
def test_an_invalid_email_address_is_refused(api, email):
    assert_invalid(api().post(PATH, form(email=email)), "email")


@pytest.mark.parametrize(
    "password",
    [
        pytest.param("aB3-xyz", id="short"),
        pytest.param("password123", id="common"),
        pytest.param("8203751946", id="digits only"),
        pytest.param("ada.lovelace", id="like the username"),
        pytest.param("countess@example", id="like the address"),
        pytest.param("augustadaking", id="like the first name"),
        pytest.param("x9-" * 43, id="129 characters"),
        pytest.param("", id="empty"),
    ],
)
def test_a_weak_password_is_refused(api, password):
    person = {"username": "ada.lovelace", "email": "countess@example.com"}

    answer = api().post(PATH, form(**person, first_name="Augustadaking", password=password))

    assert_invalid(answer, "password")
    assert not User.objects.exists()


@pytest.mark.database
@pytest.mark.parametrize("username", ["sam", "SAM", "sAm"])
def test_usernames_are_unique_regardless_of_case(api, student, username):
    answer = api().post(PATH, form(username=username))

    assert_invalid(answer, "username")
    assert User.objects.count() == 1


@pytest.mark.database
@pytest.mark.parametrize("email", ["sam@example.com", "Sam@Example.COM"])
def test_email_addresses_are_unique_regardless_of_case(api, student, email):
    answer = api().post(PATH, form(email=email))

    assert_invalid(answer, "email")
    assert User.objects.count() == 1


def test_a_taken_username_and_a_taken_address_are_reported_together(api, student):
    answer = api().post(PATH, form(username="SAM", email="SAM@example.com"))

    assert answer.status_code == 400
    assert answer.json()["fields"] == {
        "username": ["This username is taken."],
        "email": ["This e-mail address is taken."],
    }


def test_createsuperuser_reports_a_taken_name_too(student):
    names = {"username": "SAM", "email": "new@example.com"}

    with pytest.raises(CommandError, match="already taken"):
        call_command("createsuperuser", interactive=False, **names)


def test_the_name_of_a_deactivated_person_stays_taken(api, person):
    person("gone", is_active=False)

    assert_invalid(api().post(PATH, form(username="Gone")), "username")
