"""`/api/auth/`: registration, signing in and out, and the user's own profile."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from rest_framework.decorators import action
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import serializers, services, tokens
from accounts.hashers import PASSWORDS_BUSY
from accounts.representations import (
    NothingObject,
    ProfileObject,
    RegisteredObject,
    profile_object,
    user_object,
)
from accounts.tokens import TokenPair
from core.api import throttling
from core.api.representations import MessageObject
from core.api.throttling import AddressThrottle
from core.api.views import ActionViewSet, Answer
from core.errors import TOKEN_NOT_VALID

# A POST that is limited by network address.
LIMITED: dict[str, Any] = {
    "methods": ["post"],
    "detail": False,
    "throttle_classes": [AddressThrottle],
}


class SignInViewSet(ActionViewSet):
    """Operations that need no token. One that is sent anyway is ignored: a client whose access
    token has expired must be able to get a new one."""

    tag = "Accounts"
    authentication_classes = []
    permission_classes = [AllowAny]
    inputs = {
        "register": serializers.RegisterInput,
        "sign_in": serializers.SignInInput,
        "refresh": serializers.RefreshInput,
        "verify": serializers.TokenInput,
        "sign_out": serializers.RefreshInput,
        "reset": serializers.ResetInput,
        "reset_confirm": serializers.ResetConfirmInput,
        "confirm_email": serializers.EmailConfirmInput,
    }
    answers = {
        "register": Answer(RegisteredObject, 201),
        "sign_in": Answer(TokenPair),
        "refresh": Answer(TokenPair),
        "verify": Answer(NothingObject),
        "sign_out": Answer(None, 204),
        "reset": Answer(MessageObject),
        "reset_confirm": Answer(MessageObject),
        "confirm_email": Answer(MessageObject),
    }
    errors = {
        "register": [services.INSTRUCTOR_SIGNUP_CLOSED, PASSWORDS_BUSY],
        "sign_in": [services.WRONG_CREDENTIALS, PASSWORDS_BUSY],
        "refresh": [TOKEN_NOT_VALID],
        "verify": [TOKEN_NOT_VALID],
        "sign_out": [TOKEN_NOT_VALID],
        "reset_confirm": [services.RESET_LINK_INVALID, PASSWORDS_BUSY],
        "confirm_email": [services.EMAIL_LINK_INVALID],
    }

    def origin(self) -> dict[str, Any]:
        """Return the network of this request and the time."""
        return {"network": throttling.address_of(self.request), "now": timezone.now()}

    @action(**LIMITED, throttle_scope="register")
    def register(self, request: Request) -> Response:
        """Register a new account.

        The answer contains the new user and a pair of tokens. Usernames and e-mail addresses are
        unique, ignoring case. A username can't contain `@`.
        """
        if isinstance(request.data, dict):
            services.check_sign_up(request.data.get("role"))  # 403 comes before 400 (contract C10)
        user = services.register(**self.read(), **self.origin())
        return self.answer({"user": user_object(user), **tokens.issue(user)})

    @action(**LIMITED, url_path="token", throttle_scope="sign_in_address")
    def sign_in(self, request: Request) -> Response:
        """Sign in with a username or an e-mail address.

        A wrong password, an unknown name and a deactivated account get the same answer. Requests
        are limited by network address. Failures are limited by account and network, and by account
        over all networks from which the account was not signed in to before.
        """
        return self.answer(services.sign_in(**self.read(), **self.origin()))

    @action(methods=["post"], detail=False, url_path="token/refresh")
    def refresh(self, request: Request) -> Response:
        """Get a new access token.

        The refresh token stays valid and is returned unchanged. If the site rotates refresh
        tokens, each one works once and the answer has a new one; using one a second time signs its
        owner out everywhere.
        """
        return self.answer(tokens.renew(self.read()["refresh"]))

    @action(methods=["post"], detail=False, url_path="token/verify")
    def verify(self, request: Request) -> Response:
        """Check whether an access or refresh token is valid.

        The answer is 200 with an empty object if it is, 401 if not.
        """
        tokens.verify(self.read()["token"])
        return self.answer({})

    @action(methods=["post"], detail=False, url_path="logout")
    def sign_out(self, request: Request) -> Response:
        """Revoke a refresh token.

        Access tokens that were made with it stay valid until they expire, a few minutes later. If
        the site rotates refresh tokens, sending a used one signs its owner out everywhere.
        """
        tokens.sign_out(self.read()["refresh"])
        return self.answer()

    @action(**LIMITED, url_path="password/reset", throttle_scope="password_reset")
    def reset(self, request: Request) -> Response:
        """Ask for a mail with a link to set a new password.

        The answer is always 200, whether or not an account has this address. The mail arrives
        within a minute.
        """
        email = self.read()["email"]
        throttling.count("password_reset_account", services.limit_key(email))
        services.request_reset(email, now=timezone.now())
        return self.answer({"message": "If an account has this address, a mail is sent to it."})

    @action(**LIMITED, url_path="password/reset/confirm", throttle_scope="password_reset")
    def reset_confirm(self, request: Request) -> Response:
        """Set a new password with the `uid` and `token` from the mail.

        They work once. All tokens issued before become invalid.
        """
        services.reset_password(**self.read(), **self.origin())
        return self.answer({"message": "Your password was changed. Sign in with the new one."})

    @action(methods=["post"], detail=False, url_path="email/confirm")
    def confirm_email(self, request: Request) -> Response:
        """Confirm an e-mail address with the `uid` and `token` from the mail sent to it.

        A new address then replaces the old one; if mails were turned on, they are sent from then
        on. The link works once, and stops working when the address or the password changes.
        """
        services.confirm_email(**self.read())
        return self.answer({"message": "The e-mail address is confirmed."})


class AccountViewSet(ActionViewSet):
    """The user's own account."""

    tag = "Accounts"
    keyless = {"change_password"}
    inputs = {
        "update_me": serializers.ProfileInput,
        "change_password": serializers.PasswordChangeInput,
    }
    answers = {
        "me": Answer(ProfileObject),
        "update_me": Answer(ProfileObject),
        "change_password": Answer(TokenPair),
    }
    errors = {"update_me": [PASSWORDS_BUSY], "change_password": [PASSWORDS_BUSY]}

    @action(detail=False)
    def me(self, request: Request) -> Response:
        """Show your own profile."""
        return self.answer(profile_object(self.person))

    @me.mapping.patch
    def update_me(self, request: Request) -> Response:
        """Change your names, e-mail address or time zone, or turn mails on or off.

        A new `email` is kept in `pending_email` until you open the link that is mailed to it; the
        old address stays in use until then. Sites can turn this confirmation off. A new address
        needs your `password`; wrong passwords are limited as at sign-in.

        If you turn on `email_notifications` and your address isn't confirmed, a link is mailed to
        it. Mails are sent after you open it, and `mails_confirmed` is then true.
        """
        user = services.update_profile(
            by=self.person,
            now=timezone.now(),
            network=throttling.address_of(request),
            **self.read(),
        )
        return self.answer(profile_object(user))

    @action(methods=["post"], detail=False, url_path="password/change")
    def change_password(self, request: Request) -> Response:
        """Change your password.

        All tokens issued before become invalid, including the one of this request. The answer
        contains a new pair.
        """
        network = throttling.address_of(request)
        answer = services.change_password(by=self.person, network=network, **self.read())
        return self.answer(answer)
