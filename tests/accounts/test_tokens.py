"""Bearer tokens: which are accepted, which are refused, and what revokes them (contract C1, C2)."""

from datetime import timedelta

import jwt
import pytest
import time_machine
from django.utils import timezone
from rest_framework_simplejwt.tokens import AccessToken, RefreshToken

from accounts.jobs import forget_expired_tokens
from accounts.models import RevokedToken
from tests.accounts.conftest import NEW_PASSWORD, assert_invalid, assert_refused
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db

REFRESH = "/api/auth/token/refresh/"
VERIFY = "/api/auth/token/verify/"
LOGOUT = "/api/auth/logout/"
ME = "/api/auth/me/"
CHANGE = "/api/auth/password/change/"


def signed(claims, key="another-key-of-somebody-else-entirely", algorithm="HS256"):
    return jwt.encode(claims, key, algorithm=algorithm)


def claims_of(token):
    return jwt.decode(token, options={"verify_signature": False})


@pytest.mark.parametrize(("method", "path"), [("get", ME), ("patch", ME), ("post", CHANGE)])
def test_without_a_token_ones_own_account_is_401(api, method, path):
    answer = getattr(api(), method)(path, {"timezone": 5})

    assert_refused(answer, 401, "not_authenticated")


@pytest.mark.parametrize("header", ["Basic c2FtOnB3", "Token abc", "", "x" * 5000])
def test_other_authentication_schemes_are_refused(api, header):
    client = api()
    client.credentials(HTTP_AUTHORIZATION=header)

    assert_refused(client.get(ME), 401, "not_authenticated")


@pytest.mark.parametrize(
    "token",
    ["", "abc", "a.b.c", "a b", "..", "é.é.é", "null", "eyJhbGciOiJIUzI1NiJ9.e30.", "x" * 9000],
)
def test_a_malformed_token_is_401(bearer, token):
    assert_refused(bearer(token).get(ME), 401, "token_not_valid")


def test_a_token_signed_with_another_key_or_not_at_all_is_401(bearer, student, signed_in):
    claims = claims_of(signed_in(student)["access"])

    for forged in (signed(claims), signed(claims, "", "none")):
        assert_refused(bearer(forged).get(ME), 401, "token_not_valid")


def test_a_changed_claim_invalidates_the_signature(bearer, student, instructor, signed_in):
    header, _, signature = signed_in(student)["access"].split(".")
    _, payload, _ = signed(claims_of(signed_in(instructor)["access"])).split(".")

    answer = bearer(f"{header}.{payload}.{signature}").get(ME)

    assert_refused(answer, 401, "token_not_valid")


def test_a_refresh_token_is_not_an_access_token(bearer, student, signed_in):
    assert_refused(bearer(signed_in(student)["refresh"]).get(ME), 401, "token_not_valid")


def test_an_access_token_is_not_a_refresh_token(api, student, signed_in):
    access = signed_in(student)["access"]

    for path in (REFRESH, LOGOUT):
        assert_refused(api().post(path, {"refresh": access}), 401, "token_not_valid")


def test_tokens_expire(api, bearer, settings, student, signed_in):
    begin = timezone.now()
    with time_machine.travel(begin, tick=False) as clock:
        pair = signed_in(student)
        clock.shift(settings.SIMPLE_JWT["ACCESS_TOKEN_LIFETIME"] - timedelta(seconds=2))
        assert bearer(pair["access"]).get(ME).status_code == 200
        clock.shift(timedelta(seconds=3))
        assert_refused(bearer(pair["access"]).get(ME), 401, "token_not_valid")

        clock.move_to(begin + settings.SIMPLE_JWT["REFRESH_TOKEN_LIFETIME"] - timedelta(minutes=1))
        assert api().post(REFRESH, {"refresh": pair["refresh"]}).status_code == 200
        clock.shift(timedelta(minutes=2))
        for path in (REFRESH, LOGOUT):
            refused = api().post(path, {"refresh": pair["refresh"]})
            assert_refused(refused, 401, "token_not_valid")


def test_a_token_from_a_machine_with_a_fast_clock_is_accepted_by_the_others(
    api, bearer, student, signed_in
):
    with time_machine.travel(timezone.now() + timedelta(minutes=10)):
        pair = signed_in(student)

    assert bearer(pair["access"]).get(ME).status_code == 200
    renewed = api().post(REFRESH, {"refresh": pair["refresh"]})
    assert renewed.status_code == 200
    assert bearer(renewed.json()["access"]).get(ME).status_code == 200


@pytest.mark.parametrize("kind", [AccessToken, RefreshToken])
def test_a_correctly_signed_token_with_missing_or_wrong_claims_is_401(api, bearer, student, kind):
    bare, mismatched, nameless = kind(), kind(), kind()
    bare["user_id"] = str(student.pk)
    mismatched["user_id"], mismatched["stamp"] = str(student.pk + 1), student.token_stamp
    nameless["stamp"] = student.token_stamp

    for token in (bare, mismatched, nameless):
        assert_refused(bearer(str(token)).get(ME), 401, "token_not_valid")
        assert_refused(api().post(REFRESH, {"refresh": str(token)}), 401, "token_not_valid")
        assert_refused(api().post(VERIFY, {"token": str(token)}), 401, "token_not_valid")


def test_a_refresh_token_is_returned_unchanged_and_stays_valid(api, bearer, student, signed_in):
    refresh = signed_in(student)["refresh"]

    answers = [api().post(REFRESH, {"refresh": refresh}) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200] * 3
    assert [answer.json()["refresh"] for answer in answers] == [refresh] * 3
    accesses = {answer.json()["access"] for answer in answers}
    assert len(accesses) == 3
    for access in accesses:
        assert bearer(access).get(ME).status_code == 200


def test_verify_accepts_both_kinds_and_returns_an_empty_object(api, student, signed_in):
    for token in signed_in(student).values():
        answer = api().post(VERIFY, {"token": token})
        assert (answer.status_code, answer.json()) == (200, {})

    assert_refused(api().post(VERIFY, {"token": "a.b.c"}), 401, "token_not_valid")


def test_after_a_logout_the_refresh_token_is_invalid(api, student, signed_in, is_valid):
    gone, other = signed_in(student)["refresh"], signed_in(student)["refresh"]

    answer = api().post(LOGOUT, {"refresh": gone})

    assert (answer.status_code, answer.content) == (204, b"")
    assert_refused(api().post(REFRESH, {"refresh": gone}), 401, "token_not_valid")
    assert_refused(api().post(LOGOUT, {"refresh": gone}), 401, "token_not_valid")
    assert not is_valid(gone)
    assert is_valid(other)


def test_a_password_change_revokes_every_token(api, bearer, student, signed_in, is_valid):
    pairs = [signed_in(student), signed_in(student)]

    bearer(pairs[0]["access"]).post(
        CHANGE, {"old_password": PASSWORD, "new_password": NEW_PASSWORD}
    )

    for pair in pairs:
        assert_refused(bearer(pair["access"]).get(ME), 401, "token_not_valid")
        refused = api().post(REFRESH, {"refresh": pair["refresh"]})
        assert_refused(refused, 401, "token_not_valid")
        assert not is_valid(pair["access"])
        assert not is_valid(pair["refresh"])


@pytest.mark.parametrize("header", ["Bearer a.b.c", "Bearer", "Basic x", "Bearer é"])
def test_where_no_token_is_needed_an_invalid_one_is_ignored(api, student, signed_in, header):
    pair = signed_in(student)
    client = api()
    client.credentials(HTTP_AUTHORIZATION=header)
    new = {"username": "new", "email": "new@example.com", "password": PASSWORD}

    statuses = [
        client.post("/api/auth/register/", new).status_code,
        client.post("/api/auth/token/", {"username": "sam", "password": PASSWORD}).status_code,
        client.post(REFRESH, {"refresh": pair["refresh"]}).status_code,
        client.post(VERIFY, {"token": pair["access"]}).status_code,
        client.post("/api/auth/password/reset/", {"email": "sam@example.com"}).status_code,
        client.post(LOGOUT, {"refresh": pair["refresh"]}).status_code,
    ]
    confirm = {"uid": "MQ", "token": "x", "new_password": NEW_PASSWORD}
    reset = client.post("/api/auth/password/reset/confirm/", confirm)

    assert statuses == [201, 200, 200, 200, 200, 204]
    assert_refused(reset, 400, "reset_link_invalid")


@pytest.mark.parametrize(
    ("path", "field"), [(REFRESH, "refresh"), (LOGOUT, "refresh"), (VERIFY, "token")]
)
@pytest.mark.parametrize("value", [None, "", 7, True, [], {}, "x" * 4097])
def test_a_malformed_token_field_is_a_validation_error(api, path, field, value):
    assert_invalid(api().post(path, {field: value}), field)


def test_revoked_tokens_are_deleted_once_they_have_expired(api, student, signed_in):
    refresh = signed_in(student)["refresh"]
    api().post(LOGOUT, {"refresh": refresh})
    expiry = RevokedToken.objects.get().expires_at

    assert expiry.timestamp() == claims_of(refresh)["exp"]
    assert forget_expired_tokens(expiry) == 0
    assert forget_expired_tokens(expiry + timedelta(seconds=1)) == 1
    assert forget_expired_tokens(expiry + timedelta(seconds=1)) == 0
