"""A deactivated account can't be used, and its tokens and links stay invalid (contract C1, C2)."""

import re

import pytest
from django.utils import timezone

from accounts import services
from accounts.models import User
from mail.jobs import send_mails
from tests.accounts.conftest import NEW_PASSWORD, assert_refused
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db


def reactivate(user):
    User.objects.filter(pk=user.pk).update(is_active=True)


def assert_revoked(pair, api, bearer, is_valid):
    assert_refused(bearer(pair["access"]).get("/api/auth/me/"), 401, "token_not_valid")
    for path in ("/api/auth/token/refresh/", "/api/auth/logout/"):
        refused = api().post(path, {"refresh": pair["refresh"]})
        assert_refused(refused, 401, "token_not_valid")
    assert not any(map(is_valid, pair.values()))


def test_deactivation_revokes_access_and_refresh_tokens(api, bearer, student, signed_in, is_valid):
    pair = signed_in(student)

    services.deactivate(student)

    assert_revoked(pair, api, bearer, is_valid)


def test_reactivation_restores_no_token(api, bearer, student, signed_in, is_valid):
    pair = signed_in(student)
    services.deactivate(student)

    reactivate(student)

    assert_revoked(pair, api, bearer, is_valid)
    again = api().post("/api/auth/token/", {"username": "sam", "password": PASSWORD})
    assert again.status_code == 200
    assert is_valid(again.json()["access"])


def test_a_reset_link_from_before_the_deactivation_stays_invalid(api, student, mailoutbox):
    api().post("/api/auth/password/reset/", {"email": student.email})
    send_mails(timezone.now())
    link = dict(re.findall(r"^(uid|token): (\S+)", mailoutbox[0].body, re.MULTILINE))
    services.deactivate(student)
    reactivate(student)

    answer = api().post("/api/auth/password/reset/confirm/", link | {"new_password": NEW_PASSWORD})

    assert_refused(answer, 400, "reset_link_invalid")


def test_others_stay_signed_in(student, instructor, signed_in, is_valid):
    pair = signed_in(instructor)

    services.deactivate(student)

    assert all(map(is_valid, pair.values()))


def test_the_given_user_object_is_updated(student):
    services.deactivate(student)

    assert not student.is_active
    assert student == User.objects.get()
    assert student.token_generation == 1


def test_a_row_deactivated_by_a_plain_update_is_refused_too(bearer, student, signed_in):
    pair = signed_in(student)

    User.objects.filter(pk=student.pk).update(is_active=False)

    assert_refused(bearer(pair["access"]).get("/api/auth/me/"), 401, "token_not_valid")
