"""Zoom's own door: who is let in, with what, and how often (contract O8, C4)."""

from __future__ import annotations

import hashlib
import hmac
import json

import pytest

from tests.core.envelope import refused
from tests.zoom.conftest import SECRET
from zoom.models import WebhookEvent

pytestmark = pytest.mark.django_db
NO_EVENT = "This isn't a Zoom event: it has no name in `event`."
NO_TOKEN = "The payload has no plainToken to sign."


def test_its_check_of_the_address_is_answered(zoom_says):
    body = {"event": "endpoint.url_validation", "payload": {"plainToken": "qgg8vlvZRS6UYooatFL8Aw"}}

    answer = zoom_says.raw(json.dumps(body).encode())

    assert answer.status_code == 200
    assert answer.json() == {
        "plainToken": "qgg8vlvZRS6UYooatFL8Aw",
        "encryptedToken": hmac.new(
            SECRET.encode(), b"qgg8vlvZRS6UYooatFL8Aw", hashlib.sha256
        ).hexdigest(),
    }


@pytest.mark.parametrize("signature", ["", "v0=", "v0=" + "0" * 64, "é", "v1=abc"])
def test_what_zoom_has_not_signed_is_refused(zoom_says, at_zoom, signature):
    answer = zoom_says("meeting.participant_joined", signature=signature)

    refused(answer, 401, "zoom_signature_invalid")
    assert WebhookEvent.objects.count() == 0


@pytest.mark.parametrize("age", [3 * 3600, -3600])
def test_what_was_signed_at_another_time_is_refused(zoom_says, at_zoom, age):
    refused(zoom_says("meeting.ended", age=age), 401, "zoom_signature_invalid")


def test_without_a_secret_nobody_is_believed(zoom_says, settings):
    settings.ZOOM_WEBHOOK_SECRET = ""

    refused(zoom_says("meeting.ended"), 503, "zoom_not_configured")


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[" * 9000])
def test_a_signed_body_that_is_not_json_is_a_400(zoom_says, body):
    refused(zoom_says.raw(body), 400, "malformed_body")


@pytest.mark.parametrize(
    ("body", "field", "sentence"),
    [
        *((body, "event", NO_EVENT) for body in (b"[]", b"null", b'"text"', b"{}")),
        (b'{"event": "endpoint.url_validation"}', "plainToken", NO_TOKEN),
    ],
)
def test_a_signed_body_that_is_no_event_is_another_400(zoom_says, body, field, sentence):
    answer = refused(zoom_says.raw(body), 400, "validation_error")

    assert answer["fields"] == {field: [sentence]}


def test_zoom_is_never_told_to_slow_down_and_who_signs_wrongly_is(zoom_says, settings):
    settings.THROTTLE_RATES = settings.THROTTLE_RATES | {"anonymous": "2/day"}

    wrong = [zoom_says("meeting.started", signature="v0=").status_code for _ in range(3)]
    good = [zoom_says("meeting.started").status_code for _ in range(3)]

    assert wrong == [401, 401, 429]
    assert good == [200, 200, 200]


def test_a_body_without_end_is_refused_before_it_is_read(zoom_says):
    refused(zoom_says.raw(b" " * (1024 * 1024 + 1)), 413, "body_too_large")
