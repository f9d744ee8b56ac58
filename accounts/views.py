"""`/api/auth/`: opening an account, signing in and out, oneself."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from rest_framework.decorators import action
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import serializers, services, tokens
from accounts.hashers import PASSWORDS_BUSY
from accounts.representations import (
    MessageObject,
    NothingObject,
    ProfileObject,
    RegisteredObject,
    profile_object,
    user_object,
)
from accounts.tokens import TokenPair
from core import csp, throttling
from core.errors import TOKEN_NOT_VALID
from core.throttling import AddressThrottle
from core.views import ActionViewSet, Answer

# A POST that is limited by address.
LIMITED: dict[str, Any] = {
    "methods": ["post"],
    "detail": False,
    "throttle_classes": [AddressThrottle],
}


class SignInViewSet(ActionViewSet):
    """What needs no token. One that is sent all the same isn't looked at: a client whose access
    token has ended must still be able to get the next one."""

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
        """Where this request comes from, and when."""
        return {"network": throttling.address_of(self.request), "now": timezone.now()}

    @action(**LIMITED, throttle_scope="register")
    def register(self, request: Request) -> Response:
        """Open an account.

        The answer has the person and their first tokens. User names and e-mail addresses are
        unique, compared without case; a user name has no `@`.
        """
        if isinstance(request.data, dict):
            services.check_sign_up(request.data.get("role"))  # 403 comes before 400 (contract C10)
        user = services.register(**self.read(), **self.origin())
        return self.answer({"user": user_object(user), **tokens.issue(user)})

    @action(**LIMITED, url_path="token", throttle_scope="sign_in_address")
    def sign_in(self, request: Request) -> Response:
        """Sign in with a username or an e-mail address.

        A wrong password, an unknown name and a deactivated account get the same answer. Limited
        by address; and failures by account and network, and by account over all networks from
        which nobody has signed in to it.
        """
        return self.answer(services.sign_in(**self.read(), **self.origin()))

    @action(methods=["post"], detail=False, url_path="token/refresh")
    def refresh(self, request: Request) -> Response:
        """Get the next access token.

        The refresh token stays good and is answered too. Where the site rotates refresh tokens,
        each works once, a new one comes with the answer, and a used one that comes again signs
        its owner out everywhere.
        """
        return self.answer(tokens.renew(self.read()["refresh"]))

    @action(methods=["post"], detail=False, url_path="token/verify")
    def verify(self, request: Request) -> Response:
        """Is this access or refresh token good now?

        200 with an empty object if it is, 401 if not.
        """
        tokens.verify(self.read()["token"])
        return self.answer({})

    @action(methods=["post"], detail=False, url_path="logout")
    def sign_out(self, request: Request) -> Response:
        """End a refresh token.

        Access tokens made with it last until they end by themselves, minutes later. Where the
        site rotates refresh tokens, a used one signs its owner out everywhere here, too.
        """
        tokens.sign_out(self.read()["refresh"])
        return self.answer()

    @action(**LIMITED, url_path="password/reset", throttle_scope="password_reset")
    def reset(self, request: Request) -> Response:
        """Ask for a mail with a link to set a new password.

        Always 200, whether or not an account has the address. The mail comes within a minute.
        """
        email = self.read()["email"]
        throttling.count("password_reset_account", services.limit_key(email))
        services.request_reset(email, now=timezone.now())
        return self.answer({"message": "If an account has this address, a mail is on its way."})

    @action(**LIMITED, url_path="password/reset/confirm", throttle_scope="password_reset")
    def reset_confirm(self, request: Request) -> Response:
        """Set a new password with the `uid` and `token` of the mail.

        They work once. Every token issued before is ended.
        """
        services.reset_password(**self.read(), **self.origin())
        return self.answer({"message": "The password was changed: sign in with it."})

    @action(methods=["post"], detail=False, url_path="email/confirm")
    def confirm_email(self, request: Request) -> Response:
        """Confirm an e-mail address with the `uid` and `token` of the mail that went there.

        A new address then takes the place of the old one; where mails were turned on, they are
        sent from then on. The link works once, and ends with the next change of the address or the
        password.
        """
        services.confirm_email(**self.read())
        return self.answer({"message": "The e-mail address is confirmed."})


class MailViewSet(ActionViewSet):
    """The link at the foot of each mail. Its token is all the right that is needed."""

    tag = "Accounts"
    authentication_classes = []
    permission_classes = [AllowAny]
    answers = {
        "unsubscribe_page": Answer(str, media_type="text/html"),
        "unsubscribe": Answer(MessageObject),
    }
    reads_bodies = False  # mail programs send a form, browsers another, some clients nothing
    errors = {
        "unsubscribe_page": [services.UNSUBSCRIBE_LINK_INVALID],
        "unsubscribe": [services.UNSUBSCRIBE_LINK_INVALID],
    }

    @action(detail=False, url_path="unsubscribe/<str:token>", url_name="unsubscribe")
    @csp.with_policy(csp.FORM)
    def unsubscribe_page(self, request: Request, token: str) -> HttpResponse:
        """Show a page with a button that turns one's mails off.

        Programs that look at a mail's links before its reader does turn nothing off by that.
        """
        services.subscriber(token)
        return render(request, "accounts/unsubscribe.html", {"title": "No more mails?"})

    @unsubscribe_page.mapping.post
    def unsubscribe(self, request: Request, token: str) -> Response:
        """Turn one's mails off, as a mail program does it (RFC 8058).

        No token but that of the address is needed, and any body will do.
        """
        services.turn_mails_off(token)
        return self.answer({"message": "No more mails about sessions will be sent to you."})


class AccountViewSet(ActionViewSet):
    """Oneself."""

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
        """Show oneself."""
        return self.answer(profile_object(self.person))

    @me.mapping.patch
    def update_me(self, request: Request) -> Response:
        """Change one's names, e-mail address or time zone, or have mails sent or not.

        A new `email` is shown as `pending_email`, and the old one stays, until the link that is
        mailed to the new one is confirmed; unless the site asks for no confirmation. It needs
        one's `password` beside it; wrong ones are limited as at sign-in. The address that one has
        needs none.

        Who turns `email_notifications` on gets a link by mail first, unless their address is
        confirmed: mails are sent once that is followed, and `mails_confirmed` is true then.
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
        """Change one's password.

        Ends every token issued before, also the one used for this; the answer has new ones.
        """
        network = throttling.address_of(request)
        answer = services.change_password(by=self.person, network=network, **self.read())
        return self.answer(answer)
