"""Identify the caller: by bearer token on the API, by username or e-mail when signing in."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest

from accounts import tokens
from accounts.models import User
from core.observability.logs import bind


class BearerAuthentication(tokens.AccessTokenAuthentication):
    """`Authorization: Bearer <access token>`, a valid token of an active user."""

    def get_user(self, validated_token: Any) -> Any:
        user = super().get_user(validated_token)
        bind(user=user.pk)
        return user


class UsernameOrEmailBackend(ModelBackend):
    """Django's backend, but users are found by username or e-mail. For the API and the admin."""

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **kwargs: Any,
    ) -> User | None:
        if not username or password is None:
            return None
        user: User | None = User.objects.signing_in_as(username).first()
        if user is None:
            # Take as long as for an existing user, so that the response time reveals nothing.
            User().set_password(password)
            return None
        if user.check_password(password) and self.user_can_authenticate(user):
            return user
        return None
