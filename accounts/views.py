"""`/api/auth/`: registration, signing in and out, and the user's own profile."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
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
from core.api.operations import Answer, operation
from core.api.representations import MessageObject
from core.api.throttling import AddressThrottle
from core.api.views import ActionViewSet
from core.errors import TOKEN_NOT_VALID


class SignInViewSet(ActionViewSet):
    """Operations that need no token. One that is sent anyway is ignored: a client whose access
    token has expired must be able to get a new one."""

    tag = "Accounts"
    authentication_classes = []
    permission_classes = [AllowAny]

    def origin(self) -> dict[str, Any]:
        """Return the network of this request and the time."""
        return {"network": throttling.address_of(self.request), "now": timezone.now()}

    @operation(
        "post",
        "register",
        detail=False,
        input=serializers.RegisterInput,
        answer=Answer(RegisteredObject, 201),
        errors=[services.INSTRUCTOR_SIGNUP_CLOSED, PASSWORDS_BUSY],
        throttle_classes=[AddressThrottle],
        throttle_scope="register",
    )
    def register(self, request: Request) -> Response:
        """Register a new account.

        The answer contains the new user and a pair of tokens. Usernames and e-mail addresses are
        unique, ignoring case. A username can't contain `@`.
        """
        if isinstance(request.data, dict):
            services.check_sign_up(request.data.get("role"))  # 403 comes before 400 (contract C10)
        user = services.register(**self.read(), **self.origin())
        return self.answer({"user": user_object(user), **tokens.issue(user)})

    @operation(
        "post",
        "token",
        detail=False,
        input=serializers.SignInInput,
        answer=Answer(TokenPair),
        errors=[services.WRONG_CREDENTIALS, PASSWORDS_BUSY],
        throttle_classes=[AddressThrottle],
        throttle_scope="sign_in_address",
    )
    def sign_in(self, request: Request) -> Response:
        """Sign in with a username or an e-mail address.

        A wrong password, an unknown name and a deactivated account get the same answer. Requests
        are limited by network address. Failures are limited by account and network, and by account
        over all networks from which the account was not signed in to before.
        """
        return self.answer(services.sign_in(**self.read(), **self.origin()))

    @operation(
        "post",
        "token/refresh",
        detail=False,
        input=serializers.RefreshInput,
        answer=Answer(TokenPair),
        errors=[TOKEN_NOT_VALID],
    )
    def refresh(self, request: Request) -> Response:
        """Get a new access token.

        The refresh token stays valid and is returned unchanged. If the site rotates refresh
        tokens, each one works once and the answer has a new one; using one a second time signs its
        owner out everywhere.
        """
        return self.answer(tokens.renew(self.read()["refresh"]))

    @operation(
        "post",
        "token/verify",
        detail=False,
        input=serializers.TokenInput,
        answer=Answer(NothingObject),
        errors=[TOKEN_NOT_VALID],
    )
    def verify(self, request: Request) -> Response:
        """Check whether an access or refresh token is valid.

        The answer is 200 with an empty object if it is, 401 if not.
        """
        tokens.verify(self.read()["token"])
        return self.answer({})

    @operation(
        "post",
        "logout",
        detail=False,
        input=serializers.RefreshInput,
        answer=Answer(None, 204),
        errors=[TOKEN_NOT_VALID],
    )
    def sign_out(self, request: Request) -> Response:
        """Revoke a refresh token.

        Access tokens that were made with it stay valid until they expire, a few minutes later. If
        the site rotates refresh tokens, sending a used one signs its owner out everywhere.
        """
        tokens.sign_out(self.read()["refresh"])
        return self.answer()

    @operation(
        "post",
        "password/reset",
        detail=False,
        input=serializers.ResetInput,
        answer=Answer(MessageObject),
        throttle_classes=[AddressThrottle],
        throttle_scope="password_reset",
    )
    def reset(self, request: Request) -> Response:
        """Ask for a mail with a link to set a new password.

        The answer is always 200, whether or not an account has this address. The mail arrives
        within a minute.
        """
        email = self.read()["email"]
        throttling.count("password_reset_account", services.limit_key(email))
        services.request_reset(email, now=timezone.now())
        return self.answer({"message": "If an account has this address, a mail is sent to it."})

    @operation(
        "post",
        "password/reset/confirm",
        detail=False,
        input=serializers.ResetConfirmInput,
        answer=Answer(MessageObject),
        errors=[services.RESET_LINK_INVALID, PASSWORDS_BUSY],
        throttle_classes=[AddressThrottle],
        throttle_scope="password_reset",
    )
    def reset_confirm(self, request: Request) -> Response:
        """Set a new password with the `uid` and `token` from the mail.

        They work once. All tokens issued before become invalid.
        """
        services.reset_password(**self.read(), **self.origin())
        return self.answer({"message": "Your password was changed. Sign in with the new one."})

    @operation(
        "post",
        "email/confirm",
        detail=False,
        input=serializers.EmailConfirmInput,
        answer=Answer(MessageObject),
        errors=[services.EMAIL_LINK_INVALID],
    )
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

    @operation("get", "me", detail=False, answer=Answer(ProfileObject))
    def me(self, request: Request) -> Response:
        """Show your own profile."""
        return self.answer(profile_object(self.person))

    @me.mapping.patch
    @operation(
        input=serializers.ProfileInput, answer=Answer(ProfileObject), errors=[PASSWORDS_BUSY]
    )
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

    @operation(
        "post",
        "password/change",
        detail=False,
        input=serializers.PasswordChangeInput,
        answer=Answer(TokenPair),
        errors=[PASSWORDS_BUSY],
        takes_key=False,  # the answer is a secret
    )
    def change_password(self, request: Request) -> Response:
        """Change your password.

        All tokens issued before become invalid, including the one of this request. The answer
        contains a new pair.
        """
        network = throttling.address_of(request)
        answer = services.change_password(by=self.person, network=network, **self.read())
        return self.answer(answer)
