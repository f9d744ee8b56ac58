"""The acts on accounts and notifications."""

from __future__ import annotations

from django.contrib.auth.hashers import make_password

from accounts import tokens
from accounts.models import RevokedToken, User
from mail.models import Mail
from notifications.models import Notification
from tests.faults.acts import Case, act, has, made
from tests.faults.site import call, friends, new_name, now, person
from zoom import services

PASSWORD = "a-good-password-26"


@act("validation_error")
def register() -> Case:
    name = new_name()
    body = {"username": name, "email": f"{name}@example.com", "password": PASSWORD}
    return Case(
        lambda: call("POST", "/api/auth/register/", body=body),
        lambda: has(User.objects.filter(username=name)),
    )


@act()
def sign_in() -> Case:
    body = {"username": with_password().username, "password": PASSWORD}
    return Case(lambda: call("POST", "/api/auth/token/", body=body), lambda: True)


def with_password() -> User:
    by = person()
    by.password = make_password(PASSWORD)
    by.save()
    return by


@act("token_not_valid", "validation_error")
def change_password() -> Case:
    by = with_password()
    body = {"old_password": PASSWORD, "new_password": "another-good-one-27"}
    return Case(
        lambda: call("POST", "/api/auth/password/change/", by, body),
        lambda: User.objects.get(pk=by.pk).check_password("another-good-one-27"),
    )


@act()
def ask_for_reset() -> Case:
    by = person()
    return Case(
        lambda: call("POST", "/api/auth/password/reset/", body={"email": by.email}),
        lambda: made(Mail.objects.filter(address=by.email)),
    )


@act("token_not_valid")
def sign_out() -> Case:
    by = person()
    refresh = tokens.issue(by)["refresh"]
    return Case(
        lambda: call("POST", "/api/auth/logout/", body={"refresh": refresh}),
        lambda: has(RevokedToken.objects.filter(user=by)),
    )


@act()
def change_profile() -> Case:
    by = person()
    return Case(
        lambda: call("PATCH", "/api/auth/me/", by, {"first_name": "Ada"}),
        lambda: User.objects.get(pk=by.pk).first_name == "Ada",
    )


@act()
def mark_all_as_read() -> Case:
    _, by = friends_with_a_notification()
    return Case(
        lambda: call("POST", "/api/notifications/mark_all_as_read/", by),
        lambda: has(Notification.objects.filter(user=by, read=False), 0),
    )


def friends_with_a_notification() -> tuple[User, User]:
    one, other = friends()
    services.create(by=one, participant_id=other.pk, now=now())
    return one, other
