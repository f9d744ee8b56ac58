"""One's own account: `GET` and `PATCH /api/auth/me/` (contract C2, C3, C8)."""

import pytest

from accounts.models import User
from tests.accounts.conftest import USER_KEYS, assert_invalid, assert_refused
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db

PATH = "/api/auth/me/"


def test_people_see_their_own_account(api, instructor):
    answer = api(instructor).get(PATH)

    assert answer.status_code == 200
    body = answer.json()
    assert set(body) == USER_KEYS | {
        *("timezone", "email_notifications", "mails_confirmed", "pending_email")
    }
    assert body["date_joined"] == instructor.date_joined.strftime("%Y-%m-%dT%H:%M:%SZ")
    assert body | {"date_joined": ""} == {
        "id": instructor.pk,
        "username": "ines",
        "first_name": "Ines",
        "last_name": "Costa",
        "email": "ines@example.com",
        "role": "instructor",
        "date_joined": "",
        "timezone": "UTC",
        "email_notifications": False,
        "mails_confirmed": True,
        "pending_email": "",
    }


def test_names_address_time_zone_and_the_setting_for_mails_can_be_changed(api, student, settings):
    settings.EMAIL_CONFIRMATION = False
    changes = {
        "first_name": " Sámuel ",
        "last_name": "",
        "email": "Sam.New@example.com",
        "timezone": "Europe/Lisbon",
        "email_notifications": True,
    }

    answer = api(student).patch(PATH, changes | {"password": PASSWORD})

    assert answer.status_code == 200
    changed = changes | {"first_name": "Sámuel"}
    assert answer.json() == api(student).get(PATH).json()
    assert {key: answer.json()[key] for key in changed} == changed


def test_fields_that_are_not_sent_stay_unchanged(api, student):
    api(student).patch(PATH, {"first_name": "Samuel"})
    before = User.objects.values().get()

    assert before["last_name"] == "Reed"
    assert api(student).patch(PATH, {}).status_code == 200
    assert User.objects.values().get() == before


def test_read_only_fields_are_ignored(api, student):
    before = User.objects.values().get()

    answer = api(student).patch(
        PATH,
        {
            "id": 999,
            "role": "instructor",
            "username": "boss",
            "is_staff": True,
            "is_superuser": True,
            "is_active": False,
            "password": "x",
            "token_generation": 9,
            "date_joined": "2001-01-01T00:00:00Z",
        },
    )

    assert answer.status_code == 200
    assert User.objects.values().get() == before


@pytest.mark.database
@pytest.mark.parametrize("email", ["ines@example.com", "INES@Example.com"])
def test_somebody_elses_address_is_refused(api, instructor, student, email):
    body = {"email": email, "first_name": "Eve", "password": PASSWORD}

    assert_invalid(api(student).patch(PATH, body), "email")

    student.refresh_from_db()
    assert (student.email, student.first_name) == ("sam@example.com", "Sam")


def test_ones_own_address_may_change_its_case(api, student):
    answer = api(student).patch(PATH, {"email": "SAM@example.com"})

    assert (answer.status_code, answer.json()["email"]) == (200, "SAM@example.com")


@pytest.mark.parametrize(
    "zone", ["Mars/Phobos", "", "+02:00", "../../etc/passwd", "Europe", "/UTC", "x" * 65, 5, None]
)
def test_an_unknown_time_zone_is_refused(api, student, zone):
    assert_invalid(api(student).patch(PATH, {"timezone": zone}), "timezone")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("email", ""),
        ("email", "sam"),
        ("email", None),
        ("first_name", None),
        ("first_name", "x" * 151),
        ("last_name", ["Reed"]),
        *(("email_notifications", value) for value in ["true", 1, 0, None, "", []]),
    ],
)
def test_an_invalid_value_changes_nothing(api, student, field, value):
    before = User.objects.values().get()

    assert_invalid(api(student).patch(PATH, {"timezone": "UTC", field: value}), field)
    assert User.objects.values().get() == before


@pytest.mark.parametrize("body", ["[]", '"text"', "5", "null", '[{"first_name": "Eve"}]'])
def test_a_body_that_is_not_an_object_is_400(api, student, body):
    answer = api(student).patch(PATH, body, content_type="application/json")

    assert_refused(answer, 400, "validation_error")


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_other_methods_are_405(api, student, method):
    answer = getattr(api(student), method)(PATH)

    assert_refused(answer, 405, "method_not_allowed")
    assert set(answer["Allow"].split(", ")) == {"GET", "PATCH", "HEAD"}
