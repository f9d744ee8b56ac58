"""`ROTATE_REFRESH_TOKENS`: each refresh token works once, and reusing one signs its owner out
everywhere (contract C2). Concurrent requests are in test_races.py."""

import pytest
import time_machine
from django.utils import timezone

from accounts.models import RevokedToken
from tests.accounts.conftest import assert_refused

pytestmark = [pytest.mark.django_db, pytest.mark.database]

REFRESH = "/api/auth/token/refresh/"
LOGOUT = "/api/auth/logout/"
ME = "/api/auth/me/"


@pytest.fixture(autouse=True)
def rotation(settings):
    settings.ROTATE_REFRESH_TOKENS = True


@pytest.fixture
def renew(api):
    def post(refresh):
        return api().post(REFRESH, {"refresh": refresh})

    return post


def test_each_token_works_once_and_returns_the_next(renew, bearer, student, signed_in):
    seen = [signed_in(student)["refresh"]]

    for _ in range(3):
        answer = renew(seen[-1])
        assert answer.status_code == 200
        assert set(answer.json()) == {"access", "refresh"}
        assert bearer(answer.json()["access"]).get(ME).status_code == 200
        seen.append(answer.json()["refresh"])

    assert len(set(seen)) == 4


def test_reusing_a_token_signs_its_owner_out_everywhere(
    renew, bearer, student, signed_in, is_valid
):
    stolen, elsewhere = signed_in(student), signed_in(student)
    owners = renew(stolen["refresh"]).json()

    again = renew(stolen["refresh"])

    assert_refused(again, 401, "token_not_valid")
    for pair in (stolen, elsewhere, owners):
        assert_refused(bearer(pair["access"]).get(ME), 401, "token_not_valid")
        assert_refused(renew(pair["refresh"]), 401, "token_not_valid")
        assert not any(map(is_valid, pair.values()))


def test_signing_out_with_a_used_token_signs_its_owner_out_everywhere(
    renew, api, student, signed_in, is_valid
):
    stolen = signed_in(student)
    thiefs = renew(stolen["refresh"]).json()

    answer = api().post(LOGOUT, {"refresh": stolen["refresh"]})

    assert_refused(answer, 401, "token_not_valid")
    assert not any(map(is_valid, thiefs.values()))


def test_only_the_owner_is_signed_out(renew, student, instructor, signed_in, is_valid):
    other = signed_in(instructor)
    spent = signed_in(student)["refresh"]
    renew(spent)

    renew(spent)

    assert all(map(is_valid, other.values()))


def test_signing_in_again_works_after_a_theft(renew, student, signed_in, is_valid):
    spent = signed_in(student)["refresh"]
    renew(spent)
    renew(spent)
    student.refresh_from_db()

    fresh = signed_in(student)
    assert renew(spent).status_code == 401

    assert is_valid(fresh["access"])
    assert renew(fresh["refresh"]).status_code == 200


def test_reusing_a_signed_out_token_does_not_count_as_theft(
    renew, api, student, signed_in, is_valid
):
    gone, elsewhere = signed_in(student)["refresh"], signed_in(student)
    api().post(LOGOUT, {"refresh": gone})

    assert_refused(renew(gone), 401, "token_not_valid")
    assert_refused(api().post(LOGOUT, {"refresh": gone}), 401, "token_not_valid")
    assert all(map(is_valid, elsewhere.values()))


def test_verifying_a_token_does_not_use_it_up(renew, student, signed_in, is_valid):
    refresh = signed_in(student)["refresh"]

    assert is_valid(refresh)
    assert is_valid(refresh)
    assert renew(refresh).status_code == 200
    assert not is_valid(refresh)


def test_an_expired_token_does_not_count_as_theft(renew, settings, student, signed_in, is_valid):
    begin = timezone.now()
    with time_machine.travel(begin, tick=False) as clock:
        old = signed_in(student)["refresh"]
        renew(old)
        clock.shift(settings.SIMPLE_JWT["REFRESH_TOKEN_LIFETIME"])
        clock.shift(1)
        elsewhere = signed_in(student)

        assert_refused(renew(old), 401, "token_not_valid")
        assert all(map(is_valid, elsewhere.values()))


def test_a_used_token_stays_invalid_when_rotation_is_switched_off(
    renew, settings, student, signed_in, is_valid
):
    spent = signed_in(student)["refresh"]
    latest = renew(spent).json()
    settings.ROTATE_REFRESH_TOKENS = False

    assert_refused(renew(spent), 401, "token_not_valid")
    assert all(map(is_valid, latest.values()))


def test_no_complete_token_is_stored(renew, student, signed_in):
    refresh = signed_in(student)["refresh"]
    renew(refresh)

    stored = RevokedToken.objects.values_list("jti", flat=True).get()
    assert len(stored) == 32
    assert refresh not in stored
