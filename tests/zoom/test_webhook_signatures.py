"""Zoom's events: verifying the signatures and parsing the bodies."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from json import JSONDecodeError

import pytest
import time_machine

from zoom import webhooks
from zoom.webhooks import Event

SECRET = "the-webhook-secret"
JOINED = {
    "event": "meeting.participant_joined",
    "event_ts": 1795291209439,
    "payload": {
        "account_id": "the-account",
        "object": {
            "id": "85746065001",
            "uuid": "aDYlohsHRtCd4ii1uC2+hA==",
            "topic": "Ada and Sam",
            "type": 2,
            "participant": {
                "user_id": "16778240",
                "user_name": "Ada",
                "participant_user_id": "",
                "participant_uuid": "55555AAAiAAAAAiAiAiiAii",
                "email": "ada@example.com",
                "join_time": "2026-11-21T20:00:09Z",
            },
        },
    },
}
VALIDATION = {
    "payload": {"plainToken": "qgg8vlvZRS6UYooatFL8Aw"},
    "event_ts": 1654503849680,
    "event": "endpoint.url_validation",
}


def body_of(document):
    return json.dumps(document).encode()


def signed(body, timestamp, secret=SECRET):
    message = b"v0:" + timestamp.encode() + b":" + body
    return "v0=" + hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()


def seconds_ago(seconds):
    return str(int(time.time()) - seconds)


@pytest.fixture(autouse=True)
def frozen_time():
    with time_machine.travel("2026-11-21T20:00:10Z", tick=False):
        yield


# ── Signatures ───────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("age", [0, 1, 3600, 7200, -300])
def test_a_recent_signature_is_valid(age):
    body, timestamp = body_of(JOINED), seconds_ago(age)

    assert webhooks.verify(SECRET, timestamp, body, signed(body, timestamp))


@pytest.mark.parametrize("age", [7201, 86_400, -301])
def test_a_signature_that_is_too_old_or_too_far_ahead_is_invalid(age):
    body, timestamp = body_of(JOINED), seconds_ago(age)

    assert not webhooks.verify(SECRET, timestamp, body, signed(body, timestamp))


def test_a_signature_is_valid_for_one_body_timestamp_and_secret():
    body, timestamp = body_of(JOINED), seconds_ago(0)
    signature = signed(body, timestamp)

    assert not webhooks.verify(SECRET, timestamp, body + b" ", signature)
    assert not webhooks.verify(SECRET, seconds_ago(1), body, signature)
    assert not webhooks.verify("another", timestamp, body, signature)
    assert not webhooks.verify(SECRET, timestamp, body, signature.removeprefix("v0="))


def test_the_signature_is_of_the_raw_bytes():
    body, timestamp = b'{"event" : "\xff\xfe"}', seconds_ago(0)

    assert webhooks.verify(SECRET, timestamp, body, signed(body, timestamp))


def test_without_a_secret_every_signature_is_invalid():
    body, timestamp = body_of(JOINED), seconds_ago(0)

    assert not webhooks.verify("", timestamp, body, signed(body, timestamp, secret=""))


@pytest.mark.parametrize("signature", ["", "v0=", "v0=ü", "v0=\udc80", "v1=" + "0" * 64])
def test_a_malformed_signature_is_invalid(signature):
    assert not webhooks.verify(SECRET, seconds_ago(0), body_of(JOINED), signature)


@pytest.mark.parametrize("timestamp", ["", "now", "-5", "1e9", "٣", "9" * 5000, "17952912O0"])
def test_a_malformed_timestamp_is_invalid(timestamp):
    body = body_of(JOINED)

    assert not webhooks.verify(SECRET, timestamp, body, signed(body, timestamp))


def test_url_validation_is_answered_by_signing_zooms_token():
    answer = webhooks.validation_answer(SECRET, "qgg8vlvZRS6UYooatFL8Aw")

    expected = hmac.new(SECRET.encode(), b"qgg8vlvZRS6UYooatFL8Aw", hashlib.sha256).hexdigest()
    assert answer == {"plainToken": "qgg8vlvZRS6UYooatFL8Aw", "encryptedToken": expected}


# ── Events ───────────────────────────────────────────────────────────────────────────────────


def test_a_participant_event_is_parsed():
    assert webhooks.parse(body_of(JOINED)) == Event(
        name="meeting.participant_joined",
        event_ts=1795291209439,
        meeting_id="85746065001",
        meeting_uuid="aDYlohsHRtCd4ii1uC2+hA==",
        participant="55555AAAiAAAAAiAiAiiAii",
        email="ada@example.com",
    )


def test_a_url_validation_event_is_parsed():
    event = webhooks.parse(body_of(VALIDATION))

    assert event == Event(
        name="endpoint.url_validation",
        event_ts=1654503849680,
        plain_token="qgg8vlvZRS6UYooatFL8Aw",
    )


def test_a_meeting_id_may_be_a_json_number():
    event = webhooks.parse(b'{"event": "meeting.ended", "payload": {"object": {"id": 857}}}')

    assert event == Event(name="meeting.ended", meeting_id="857")


@pytest.mark.parametrize(
    "body",
    [
        b"null",
        b"[]",
        b'"meeting.ended"',
        b"{}",
        b'{"event": 5.5}',
        b'{"event": ["meeting.ended"]}',
        b'{"event": "meeting.ended\\u0000"}',
    ],
)
def test_json_without_an_event_gives_none(body):
    assert webhooks.parse(body) is None


@pytest.mark.parametrize("body", [b"", b"\xff", b"{", b"[" * 100_000])
def test_a_body_that_is_not_json_raises_an_error(body):
    with pytest.raises(JSONDecodeError):
        webhooks.parse(body)


@pytest.mark.parametrize("wrong", [None, True, [], {}, 1.5, "\0", "x" * 201, "ä\nö"])
@pytest.mark.parametrize("name", ["id", "uuid", "participant"])
def test_an_invalid_text_in_an_event_is_ignored(name, wrong):
    body = body_of({"event": "meeting.ended", "payload": {"object": {name: wrong}}})

    assert webhooks.parse(body) == Event(name="meeting.ended")


@pytest.mark.parametrize("wrong", [None, True, -1, 2**63, 1.5, "1795291209439"])
def test_an_invalid_time_in_an_event_is_ignored(wrong):
    body = body_of({"event": "meeting.ended", "event_ts": wrong, "payload": wrong})

    assert webhooks.parse(body) == Event(name="meeting.ended")


# ── Repeated events ──────────────────────────────────────────────────────────────────────────


def test_the_same_event_has_the_same_key_in_any_formatting():
    compact = json.dumps(JOINED, separators=(",", ":")).encode()

    first, again = webhooks.parse(body_of(JOINED)), webhooks.parse(compact)

    assert first.dedupe_key == again.dedupe_key
    assert len(first.dedupe_key) == 64


@pytest.mark.parametrize(
    "other",
    [
        {"name": "meeting.participant_left"},
        {"event_ts": 1795291209440},
        {"meeting_uuid": "another"},
        {"participant": "another"},
    ],
)
def test_a_different_event_has_a_different_key(other):
    event = webhooks.parse(body_of(JOINED))

    assert Event(**(vars(event) | other)).dedupe_key != event.dedupe_key
