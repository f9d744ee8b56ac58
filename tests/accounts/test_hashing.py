"""Password hashes: computed a few at a time, and renewed without signing anybody out."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.conf import settings as configured
from django.contrib.auth.hashers import Argon2PasswordHasher, check_password, make_password
from django.test import Client
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from accounts import hashers, services, tokens
from accounts.hashers import BoundedArgon2Hasher, hashing_threads
from accounts.models import User
from tests.accounts.conftest import NEW_PASSWORD, assert_refused
from tests.conftest import PASSWORD
from tests.support.waiting import until

pytestmark = pytest.mark.django_db

TOKEN = "/api/auth/token/"
ME = "/api/auth/me/"


class OlderHasher(Argon2PasswordHasher):
    """Argon2 with more memory than the current hasher, like Django's own but smaller for tests."""

    memory_cost = 20 * 1024
    parallelism = 8


@pytest.fixture
def shipped(settings):
    """The product's hashers, without the fast one for tests."""
    settings.PASSWORD_HASHERS = [each for each in configured.PASSWORD_HASHERS if "MD5" not in each]


@pytest.fixture
def old_hash(shipped, student):
    """The hash of the student's password, made with older parameters."""
    student.password = OlderHasher().encode(PASSWORD, "a-salt-of-22-characters")
    student.save()
    return student.password


@pytest.fixture
def busy(monkeypatch):
    """All hashing threads are busy, and requests wait only briefly for one."""
    released, began = threading.Event(), threading.Semaphore(0)

    def hold():
        began.release()
        released.wait()

    for _ in range(configured.PASSWORD_HASHES_AT_ONCE):
        hashing_threads().submit(hold)
    for _ in range(configured.PASSWORD_HASHES_AT_ONCE):
        began.acquire()
    monkeypatch.setattr(hashers, "PATIENCE", 0.01)
    yield
    released.set()


def sign_in(api, password=PASSWORD):
    return api().post(TOKEN, {"username": "sam", "password": password})


def sign_in_to_admin():
    return Client().post(reverse("admin:login"), {"username": "sam", "password": PASSWORD})


def test_hashes_have_the_parameters_that_owasp_recommends(shipped):
    assert make_password(PASSWORD).startswith("argon2$argon2id$v=19$m=19456,t=2,p=1$")


# ── Renewal ──────────────────────────────────────────────────────────────────────────────────


def change_email(api, student):
    body = {"email": "new@example.org", "password": PASSWORD}
    return api(student).patch(ME, body)


@pytest.mark.parametrize("where", ["api", "admin", "a new address"])
def test_an_older_hash_is_renewed_everywhere_and_nobody_is_signed_out(
    api, student, old_hash, signed_in, is_valid, where
):
    User.objects.update(is_staff=True, pending_email="waiting@example.org")
    pair, browser = signed_in(student), Client()
    browser.force_login(User.objects.get())

    {
        "api": lambda: sign_in(api),
        "admin": sign_in_to_admin,
        "a new address": lambda: change_email(api, student),
    }[where]()

    row = User.objects.get()
    assert row.password != old_hash
    assert row.password.startswith("argon2$argon2id$v=19$m=19456,t=2,p=1$")
    assert row.pending_email in {"waiting@example.org", "new@example.org"}
    assert is_valid(pair["access"])
    assert is_valid(pair["refresh"])
    assert browser.get(reverse("admin:index")).status_code == 200
    assert sign_in(api).status_code == 200


def test_a_new_password_revokes_tokens_from_before_and_after_a_renewal(
    api, student, old_hash, signed_in, is_valid
):
    before, after = signed_in(student), sign_in(api).json()
    body = {"old_password": PASSWORD, "new_password": NEW_PASSWORD}

    changed = api(User.objects.get()).post("/api/auth/password/change/", body)

    assert [is_valid(pair["refresh"]) for pair in (before, after)] == [False, False]
    assert is_valid(changed.json()["refresh"])


def test_deactivation_revokes_them_too(api, student, old_hash, signed_in, is_valid):
    before, after = signed_in(student), sign_in(api).json()

    services.deactivate(User.objects.get())
    User.objects.update(is_active=True)

    assert [is_valid(pair["refresh"]) for pair in (before, after)] == [False, False]


def test_a_wrong_password_renews_nothing(api, old_hash):
    assert_refused(sign_in(api, "wrong"), 401, "wrong_credentials")

    assert User.objects.get().password == old_hash


def test_a_renewal_does_not_restore_a_password_that_was_changed_meanwhile(old_hash):
    stale = User.objects.get()
    services.change_password(
        by=User.objects.get(), old_password=PASSWORD, new_password=NEW_PASSWORD
    )

    assert stale.check_password(PASSWORD)

    assert User.objects.get().check_password(NEW_PASSWORD)


def test_a_change_succeeds_despite_a_renewal_meanwhile(student, old_hash, now):
    """The row's hash differs from the one that was read; the password is the same."""
    stale = User.objects.get()
    assert User.objects.get().check_password(PASSWORD)

    services.update_profile(by=stale, now=now, first_name="Samuel")

    assert User.objects.get().first_name == "Samuel"


# ── A few at a time ──────────────────────────────────────────────────────────────────────────


def test_every_password_form_says_when_hashing_is_too_busy(api, shipped, student, desk, busy):
    new = {"username": "new", "email": "new@example.com", "password": NEW_PASSWORD}
    typed = {"role": "student", "usable_password": "true"} | {
        f"password{number}": NEW_PASSWORD for number in (1, 2)
    }
    link = {
        "uid": urlsafe_base64_encode(force_bytes(student.pk)),
        "token": tokens.reset_links.make_token(student),
    }

    answers = [
        sign_in(api),
        api().post(TOKEN, {"username": "nobody", "password": PASSWORD}),
        api().post("/api/auth/register/", new),
        api().post("/api/auth/password/reset/confirm/", link | {"new_password": NEW_PASSWORD}),
        api(student).post(
            "/api/auth/password/change/", {"old_password": PASSWORD, "new_password": NEW_PASSWORD}
        ),
        api(student).patch(ME, {"email": "new@example.org", "password": PASSWORD}),
        desk.post(reverse("admin:accounts_user_add"), new | typed),
        desk.post(reverse("admin:auth_user_password_change", args=[student.pk]), typed),
    ]

    for answer in answers:
        assert_refused(answer, 503, "passwords_busy")
        assert int(answer["Retry-After"]) > 0
    sentence = "Too many passwords are being checked right now"
    assert sentence in sign_in_to_admin().content.decode()
    form = {f"new_password{number}": NEW_PASSWORD for number in (1, 2)}
    own = desk.post(reverse("admin:password_change"), form | {"old_password": PASSWORD})
    assert sentence in own.content.decode()


def test_the_setting_limits_how_many_hashes_are_computed_at_once(shipped):
    seen = set()
    with ThreadPoolExecutor(8) as pool:
        hashes = [pool.submit(make_password, PASSWORD) for _ in range(8)]
        while not all(each.done() for each in hashes):
            names = {thread.name for thread in threading.enumerate()}
            seen |= {name for name in names if name.startswith("hashing")}

    assert len(seen) == configured.PASSWORD_HASHES_AT_ONCE
    assert all(check_password(PASSWORD, each.result()) for each in hashes)


def test_larger_hashes_are_computed_one_at_a_time(old_hash):
    current = make_password(PASSWORD)
    with ThreadPoolExecutor(1) as pool:
        with BoundedArgon2Hasher.larger:
            waits = pool.submit(check_password, PASSWORD, old_hash)
            until(lambda: hashing_threads()._work_queue.empty())
            assert check_password(PASSWORD, current)
            assert not waits.done()
        assert waits.result()
