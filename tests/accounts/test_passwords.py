"""Changing a password, and resetting it by mail (contract C2)."""

import re
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.utils import timezone
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from accounts import services
from accounts.models import User
from core.errors import APIError
from tests.accounts.conftest import NEW_PASSWORD, assert_invalid, assert_refused, mails_for
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db

CHANGE = "/api/auth/password/change/"
CONFIRM = "/api/auth/password/reset/confirm/"
WEAK = ["aB3-xyz", "password123", "8203751946", "sam@example.com", "", "x9-" * 43]


@pytest.fixture
def mailed(api, student):
    """The `uid` and `token` that were mailed to the student."""
    [message] = mails_for(api, student.email)
    link = re.search(r"https?://\S+", message.body).group()
    return {key: values[0] for key, values in parse_qs(urlsplit(link).query).items()}


def can_sign_in(api, password):
    body = {"username": "sam", "password": password}
    return api().post("/api/auth/token/", body).status_code == 200


# ── Changing a password ──────────────────────────────────────────────────────────────────────


def test_a_change_returns_new_tokens_and_revokes_all_others(
    api, bearer, student, signed_in, is_valid
):
    here, elsewhere = signed_in(student), signed_in(student)

    answer = bearer(here["access"]).post(
        CHANGE, {"old_password": PASSWORD, "new_password": NEW_PASSWORD}
    )

    assert answer.status_code == 200
    assert set(answer.json()) == {"access", "refresh"}
    assert bearer(answer.json()["access"]).get("/api/auth/me/").json()["username"] == "sam"
    assert is_valid(answer.json()["refresh"])
    assert not any(map(is_valid, [*here.values(), *elsewhere.values()]))
    assert can_sign_in(api, NEW_PASSWORD)
    assert not can_sign_in(api, PASSWORD)


@pytest.mark.parametrize("old", ["wrong-one", PASSWORD.upper(), f" {PASSWORD}", NEW_PASSWORD])
def test_with_a_wrong_old_password_nothing_changes(bearer, student, signed_in, is_valid, old):
    pair = signed_in(student)

    answer = bearer(pair["access"]).post(
        CHANGE, {"old_password": old, "new_password": NEW_PASSWORD}
    )

    assert_invalid(answer, "old_password")
    assert User.objects.get().check_password(PASSWORD)
    assert is_valid(pair["access"])
    assert is_valid(pair["refresh"])


@pytest.mark.parametrize("weak", WEAK)
def test_a_weak_new_password_changes_nothing(bearer, student, signed_in, is_valid, weak):
    pair = signed_in(student)

    answer = bearer(pair["access"]).post(CHANGE, {"old_password": PASSWORD, "new_password": weak})

    assert_invalid(answer, "new_password")
    assert User.objects.get().check_password(PASSWORD)
    assert is_valid(pair["refresh"])


def test_a_password_changed_elsewhere_meanwhile_is_not_overwritten(student):
    here, elsewhere = User.objects.get(), User.objects.get()
    services.change_password(by=elsewhere, old_password=PASSWORD, new_password=NEW_PASSWORD)

    with pytest.raises(APIError) as refusal:
        services.change_password(by=here, old_password=PASSWORD, new_password="late-one-4711")

    assert refusal.value.status == 400
    assert User.objects.get().check_password(NEW_PASSWORD)


# ── Resetting it by mail ─────────────────────────────────────────────────────────────────────


def test_the_mailed_link_sets_the_password_and_revokes_every_token(
    api, mailed, student, signed_in, is_valid
):
    before = signed_in(student)

    answer = api().post(CONFIRM, mailed | {"new_password": NEW_PASSWORD})

    assert answer.status_code == 200
    assert set(answer.json()) == {"message"}
    assert can_sign_in(api, NEW_PASSWORD)
    assert not can_sign_in(api, PASSWORD)
    assert not any(map(is_valid, before.values()))


def test_a_link_works_once(api, mailed):
    api().post(CONFIRM, mailed | {"new_password": NEW_PASSWORD})

    again = api().post(CONFIRM, mailed | {"new_password": "a-third-password-58"})

    assert_refused(again, 400, "reset_link_invalid")
    assert can_sign_in(api, NEW_PASSWORD)


def test_using_one_link_invalidates_the_others(api, mailed, student):
    [message] = mails_for(api, student.email)
    api().post(CONFIRM, mailed | {"new_password": NEW_PASSWORD})
    link = re.search(r"uid: (\S+)\s+token: (\S+)", message.body)
    later = {"uid": link[1], "token": link[2], "new_password": "a-third-password-58"}

    assert_refused(api().post(CONFIRM, later), 400, "reset_link_invalid")


@pytest.mark.parametrize("weak", WEAK)
def test_a_weak_password_does_not_use_up_the_link(api, mailed, weak):
    assert_invalid(api().post(CONFIRM, mailed | {"new_password": weak}), "new_password")

    assert can_sign_in(api, PASSWORD)
    assert api().post(CONFIRM, mailed | {"new_password": NEW_PASSWORD}).status_code == 200


def test_a_link_expires(api, settings, student):
    begin = timezone.now()
    with time_machine.travel(begin, tick=False) as clock:
        [message] = mails_for(api, student.email)
        uid, token = re.search(r"uid: (\S+)\s+token: (\S+)", message.body).groups()
        clock.shift(timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT + 1))

        answer = api().post(CONFIRM, {"uid": uid, "token": token, "new_password": NEW_PASSWORD})

    assert_refused(answer, 400, "reset_link_invalid")


def encoded(value):
    return urlsafe_base64_encode(force_bytes(value))


@pytest.mark.database
@pytest.mark.parametrize(
    "uid",
    [
        *("x", "é", "====", "!!!!", "A"),
        *map(encoded, ["sam", "-1", "0", "1e3", 2**63, 10**40, b"\xff\xfe"]),
    ],
)
def test_a_wrong_uid_is_refused(api, mailed, uid):
    answer = api().post(CONFIRM, mailed | {"uid": uid, "new_password": NEW_PASSWORD})

    assert_refused(answer, 400, "reset_link_invalid")
    assert can_sign_in(api, PASSWORD)


@pytest.mark.parametrize("token", ["x", "-", "a-b", "é-é", "0" * 14 + "-" + "a" * 32])
def test_a_wrong_token_is_refused(api, mailed, token):
    answer = api().post(CONFIRM, mailed | {"token": token, "new_password": NEW_PASSWORD})

    assert_refused(answer, 400, "reset_link_invalid")
    assert can_sign_in(api, PASSWORD)


def test_a_link_cannot_set_somebody_elses_password(api, mailed, instructor):
    other = mailed | {"uid": encoded(instructor.pk), "new_password": NEW_PASSWORD}

    assert_refused(api().post(CONFIRM, other), 400, "reset_link_invalid")
    assert User.objects.get(username="ines").check_password(PASSWORD)


def test_a_link_does_not_work_for_a_deactivated_account(api, mailed, student):
    services.deactivate(student)

    answer = api().post(CONFIRM, mailed | {"new_password": NEW_PASSWORD})

    assert_refused(answer, 400, "reset_link_invalid")
