"""The address for Zoom's events: signatures, bodies and limits (contract O8, C4)."""

from __future__ import annotations

import hashlib
import hmac
import json

import pytest

from tests.support.envelope import refused
from tests.zoom.conftest import SECRET
from zoom.models import WebhookEvent

pytestmark = pytest.mark.django_db
NO_EVENT = "This isn't a Zoom event: it has no name in `event`."
NO_TOKEN = "The payload has no plainToken to sign."


def test_zooms_url_validation_is_answered(send_event):
    body = {"event": "endpoint.url_validation", "payload": {"plainToken": "qgg8vlvZRS6UYooatFL8Aw"}}

    answer = send_event.raw(json.dumps(body).encode())

    assert answer.status_code == 200
    assert answer.json() == {
        "plainToken": "qgg8vlvZRS6UYooatFL8Aw",
        "encryptedToken": hmac.new(
            SECRET.encode(), b"qgg8vlvZRS6UYooatFL8Aw", hashlib.sha256
        ).hexdigest(),
    }


@pytest.mark.parametrize("signature", ["", "v0=", "v0=" + "0" * 64, "é", "v1=abc"])
def test_an_event_without_a_valid_signature_is_refused(send_event, at_zoom, signature):
    answer = send_event("meeting.participant_joined", signature=signature)

    refused(answer, 401, "zoom_signature_invalid")
    assert WebhookEvent.objects.count() == 0


@pytest.mark.parametrize("age", [3 * 3600, -3600])
def test_an_event_that_is_too_old_or_too_far_ahead_is_refused(send_event, at_zoom, age):
    refused(send_event("meeting.ended", age=age), 401, "zoom_signature_invalid")


def test_without_a_secret_every_event_is_refused(send_event, settings):
    settings.ZOOM_WEBHOOK_SECRET = ""

    refused(send_event("meeting.ended"), 503, "zoom_not_configured")


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[" * 9000])
def test_a_signed_body_that_is_not_json_is_a_400(send_event, body):
    refused(send_event.raw(body), 400, "malformed_body")


@pytest.mark.parametrize(
    ("body", "field", "sentence"),
    [
        *((body, "event", NO_EVENT) for body in (b"[]", b"null", b'"text"', b"{}")),
        (b'{"event": "endpoint.url_validation"}', "plainToken", NO_TOKEN),
    ],
)
def test_a_signed_body_without_an_event_is_a_validation_error(send_event, body, field, sentence):
    answer = refused(send_event.raw(body), 400, "validation_error")

    assert answer["fields"] == {field: [sentence]}


def test_signed_events_are_never_throttled_and_unsigned_ones_are(send_event, settings):
    settings.THROTTLE_RATES = settings.THROTTLE_RATES | {"anonymous": "2/day"}

    wrong = [send_event("meeting.started", signature="v0=").status_code for _ in range(3)]
    good = [send_event("meeting.started").status_code for _ in range(3)]

    assert wrong == [401, 401, 429]
    assert good == [200, 200, 200]


def test_a_body_that_is_too_large_is_refused(send_event):
    refused(send_event.raw(b" " * (1024 * 1024 + 1)), 413, "body_too_large")
