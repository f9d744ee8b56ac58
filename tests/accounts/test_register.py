"""Opening an account (contract C2, C3, C10)."""

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


def test_an_account_is_answered_with_its_first_tokens(api, bearer, is_good):
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
    assert is_good(body["refresh"])


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
def test_the_role_is_the_one_asked_for(api, role):
    answer = api().post(PATH, form(role=role))

    assert (answer.status_code, answer.json()["user"]["role"]) == (201, role)


@pytest.mark.parametrize("role", ["tutor", "admin", "Student", "", None, 1, True, [], {}])
def test_another_role_is_refused(api, role):
    assert_invalid(api().post(PATH, form(role=role)), "role")
    assert not User.objects.exists()


def test_a_closed_instructor_sign_up_is_403_for_instructors_alone(api, settings):
    settings.INSTRUCTOR_SIGNUP_OPEN = False

    assert_refused(api().post(PATH, form(role="instructor")), 403, "instructor_signup_closed")
    assert not User.objects.exists()
    assert api().post(PATH, form()).status_code == 201


@pytest.mark.parametrize("changes", [{"email": "x"}, {"username": None}, {"password": "12345"}])
def test_a_closed_sign_up_is_said_before_what_is_wrong_with_a_field(api, settings, changes):
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
def test_what_is_required_is_asked_for(api, field):
    body = form()
    del body[field]

    assert_invalid(api().post(PATH, body), field)


@pytest.mark.parametrize(
    "username",
    ["a@b", "a@example.com", "with space", "tab\tbed", "émile", "a/b", "ſam", "<b>", "x" * 151],
)
def test_a_username_has_no_at_sign_and_nothing_exotic(api, username):
    assert_invalid(api().post(PATH, form(username=username)), "username")


@pytest.mark.parametrize("username", ["x" * 150, "A.b_c+d-9", "7"])
def test_letters_digits_and_a_few_signs_make_a_username(api, username):
    assert api().post(PATH, form(username=username)).json()["user"]["username"] == username


@pytest.mark.parametrize("email", ["plain", "a@", "@b.com", "a b@c.de", "é@c.de", "a@münchen.de"])
def test_an_address_that_is_none_is_refused(api, email):
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
def test_a_username_is_taken_in_any_case(api, student, username):
    answer = api().post(PATH, form(username=username))

    assert_invalid(answer, "username")
    assert User.objects.count() == 1


@pytest.mark.database
@pytest.mark.parametrize("email", ["sam@example.com", "Sam@Example.COM"])
def test_an_address_is_taken_in_any_case(api, student, email):
    answer = api().post(PATH, form(email=email))

    assert_invalid(answer, "email")
    assert User.objects.count() == 1


def test_both_are_said_at_once_when_both_are_taken(api, student):
    answer = api().post(PATH, form(username="SAM", email="SAM@example.com"))

    assert answer.status_code == 400
    assert answer.json()["fields"] == {
        "username": ["This username is taken."],
        "email": ["This e-mail address is taken."],
    }


def test_the_command_for_superusers_says_too_that_a_name_is_taken(student):
    names = {"username": "SAM", "email": "new@example.com"}

    with pytest.raises(CommandError, match="already taken"):
        call_command("createsuperuser", interactive=False, **names)


def test_the_name_of_somebody_deactivated_stays_taken(api, person):
    person("gone", is_active=False)

    assert_invalid(api().post(PATH, form(username="Gone")), "username")
