"""Signing in with a username or an e-mail address (contract C2)."""

import jwt
import pytest
from django.conf import settings as configured
from django.contrib.auth.hashers import MD5PasswordHasher

from accounts.models import User
from tests.accounts.conftest import assert_invalid, assert_refused
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db

PATH = "/api/auth/token/"
# Those of config.settings, before the tests put a fast one in front.
REAL_HASHERS = [name for name in configured.PASSWORD_HASHERS if "MD5" not in name]


@pytest.mark.database
@pytest.mark.parametrize(
    "name", ["sam", "SAM", "Sam", " sam ", "sam@example.com", "Sam@EXAMPLE.com"]
)
def test_the_username_and_the_address_are_accepted_in_any_case(api, bearer, student, name):
    answer = api().post(PATH, {"username": name, "password": PASSWORD})

    assert answer.status_code == 200
    assert set(answer.json()) == {"access", "refresh"}
    assert bearer(answer.json()["access"]).get("/api/auth/me/").json()["id"] == student.pk


def test_every_refusal_is_the_same(api, person):
    person("sam")
    person("gone", is_active=False)
    attempts = [
        ("sam", "not-" + PASSWORD),
        ("sam", PASSWORD + " "),
        ("sam", PASSWORD.upper()),
        ("sam@example.com", "not-" + PASSWORD),
        ("nobody", PASSWORD),
        ("nobody@example.com", PASSWORD),
        ("gone", PASSWORD),
        ("gone@example.com", PASSWORD),
        ("%", PASSWORD),
        ("ſam", PASSWORD),
    ]

    answers = [api().post(PATH, {"username": a, "password": b}) for a, b in attempts]

    assert {answer.content for answer in answers} == {answers[0].content}
    for answer in answers:
        assert_refused(answer, 401, "wrong_credentials")


def test_somebody_without_a_usable_password_cannot_sign_in(api, student):
    student.set_unusable_password()
    student.save()

    for password in (PASSWORD, student.password, "!"):
        answer = api().post(PATH, {"username": "sam", "password": password})
        assert_refused(answer, 401, "wrong_credentials")


class CountingHasher(MD5PasswordHasher):
    """Counts the hashes that it computes, which are the slow part outside tests."""

    algorithm = "counting"
    computed = 0

    def encode(self, password, salt):
        CountingHasher.computed += 1
        return super().encode(password, salt)


def test_every_refusal_takes_the_same_work_so_that_its_time_reveals_nothing(
    api, person, settings, django_assert_num_queries
):
    settings.PASSWORD_HASHERS = [f"{__name__}.CountingHasher"]
    person("sam")
    person("gone", is_active=False)
    person("keyless")
    User.objects.filter(username="keyless").update(password="!")

    def cost(name, password):
        before = CountingHasher.computed
        with django_assert_num_queries(1):
            answer = api().post(PATH, {"username": name, "password": password})
        assert_refused(answer, 401, "wrong_credentials")
        return CountingHasher.computed - before

    names = ["sam", "gone", "keyless", "nobody", "sam@example.com", "nobody@example.com", "ſam"]
    for wrong in ("wrong", "x" * 128):
        assert [cost(name, wrong) for name in names] == [1] * len(names)
    assert cost("gone", PASSWORD) == 1


def test_an_overlong_password_is_refused_before_any_query_or_hash(
    api, student, settings, django_assert_num_queries
):
    settings.PASSWORD_HASHERS = [f"{__name__}.CountingHasher"]
    before = CountingHasher.computed

    for name in ("sam", "nobody"):
        with django_assert_num_queries(0):
            answer = api().post(PATH, {"username": name, "password": "x" * 100_000})
        assert_invalid(answer, "password")
    assert CountingHasher.computed == before


@pytest.mark.parametrize("field", ["username", "password"])
@pytest.mark.parametrize("value", ["", None])
def test_an_empty_field_is_named(api, field, value):
    body = {"username": "sam", "password": PASSWORD} | {field: value}

    assert_invalid(api().post(PATH, body), field)


def test_the_tokens_contain_no_secret(api, student):
    pair = api().post(PATH, {"username": "sam", "password": PASSWORD}).json()

    for token in pair.values():
        claims = jwt.decode(token, options={"verify_signature": False})
        assert set(claims) == {"token_type", "exp", "jti", "user_id", "stamp"}
        assert student.password not in claims.values()


def test_passwords_are_hashed_with_argon2_outside_tests(api, settings):
    settings.PASSWORD_HASHERS = REAL_HASHERS
    body = {"username": "sam", "email": "sam@example.com", "password": PASSWORD}

    api().post("/api/auth/register/", body)

    assert User.objects.get().password.startswith("argon2$argon2id$")
    assert api().post(PATH, {"username": "sam", "password": PASSWORD}).status_code == 200
    assert api().post(PATH, {"username": "sam", "password": "wrong"}).status_code == 401


def test_an_older_hash_is_renewed_by_signing_in(api, settings, student, is_valid):
    settings.PASSWORD_HASHERS = REAL_HASHERS[::-1]
    student.set_password(PASSWORD)
    student.save()
    settings.PASSWORD_HASHERS = REAL_HASHERS

    pair = api().post(PATH, {"username": "sam", "password": PASSWORD}).json()

    assert User.objects.get().password.startswith("argon2$")
    assert is_valid(pair["access"])
    assert is_valid(pair["refresh"])
