"""Who is asking: a bearer token on the API, a name or an e-mail address when signing in."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest

from accounts import tokens
from accounts.models import User
from core.logs import bind


class BearerAuthentication(tokens.AccessTokenAuthentication):
    """`Authorization: Bearer <access token>`, of a person who is active and still wants it."""

    def get_user(self, validated_token: Any) -> Any:
        user = super().get_user(validated_token)
        bind(user=user.pk)
        return user


class UsernameOrEmailBackend(ModelBackend):
    """Django's own, but for how a person is found. Used by the API and the admin."""

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
            # As slow as for somebody who exists, so that the time taken tells nothing.
            User().set_password(password)
            return None
        if user.check_password(password) and self.user_can_authenticate(user):
            return user
        return None
