"""`/v1/zoom/webhook/`: Zoom's own door. Its signature is what signs it in."""

from __future__ import annotations

import orjson
from django.conf import settings
from django.utils import timezone
from rest_framework.decorators import action
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from core import throttling
from core.errors import MALFORMED_BODY, VALIDATION_ERROR, APIError, declare, invalid
from core.views import ActionViewSet, Answer
from zoom import client, services, webhooks
from zoom.representations import ReceivedObject

NOT_SIGNED = declare("zoom_signature_invalid", 401, "Zoom has not signed this, or not lately.")
URL_VALIDATION = "endpoint.url_validation"


class WebhookViewSet(ActionViewSet):
    tag = "Zoom"
    authentication_classes = []
    permission_classes = [AllowAny]
    throttle_classes = []  # Zoom sends what it was refused by a 429 never again
    answers = {"webhook": Answer(ReceivedObject)}
    errors = {"webhook": [NOT_SIGNED, MALFORMED_BODY, VALIDATION_ERROR, client.ZOOM_NOT_CONFIGURED]}

    def check_body(self) -> None:
        """Not before the signature, which is of the raw body."""

    @action(methods=["post"], detail=False)
    def webhook(self, request: Request) -> Response:
        """Take an event of Zoom's.

        Signed by Zoom with the webhook's secret. People's coming and going is logged, and a
        meeting's end completes its session once two have been in. People are told apart by their
        e-mail address, their registration or their account at Zoom; all guests, who have none of
        these, count as one person. What isn't known is passed over.
        """
        secret = settings.ZOOM_WEBHOOK_SECRET
        event = read_event(request, secret)
        if event.name == URL_VALIDATION:
            if not event.plain_token:
                raise invalid("plainToken", "There is no plainToken in the payload to be signed.")
            return self.answer(webhooks.validation_answer(secret, event.plain_token))
        services.take(event, now=timezone.now())
        return self.answer({})


def read_event(request: Request, secret: str) -> webhooks.Event:
    """The event in the body, once it is clear that Zoom has sent it.

    Raises:
        APIError: 503 without a secret to check it by, 401 if it isn't signed, 400 if it can't be
            read, 413 if it is too large.
        Throttled: if too much came from this address that wasn't signed.
    """
    if not secret:
        raise APIError(client.ZOOM_NOT_CONFIGURED)
    body = request.body  # raw, since that is what is signed
    timestamp = request.headers.get("x-zm-request-timestamp", "")
    signature = request.headers.get("x-zm-signature", "")
    if not webhooks.verify(secret, timestamp, body, signature):
        throttling.count_stranger(request)
        raise APIError(NOT_SIGNED)
    try:
        event = webhooks.parse(body)
    except orjson.JSONDecodeError as error:
        raise APIError(MALFORMED_BODY, reason=error) from None
    if event is None:
        raise invalid("event", "This is no event of Zoom's: it has no name in `event`.")
    return event
