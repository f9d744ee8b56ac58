"""Zoom's events: which signatures are believed, and what a body is read as."""

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
def clock_stands():
    with time_machine.travel("2026-11-21T20:00:10Z", tick=False):
        yield


# ── Signatures ───────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("age", [0, 1, 3600, 7200, -300])
def test_what_zoom_signed_lately_is_believed(age):
    body, timestamp = body_of(JOINED), seconds_ago(age)

    assert webhooks.verify(SECRET, timestamp, body, signed(body, timestamp))


@pytest.mark.parametrize("age", [7201, 86_400, -301])
def test_what_was_signed_at_another_time_is_not(age):
    body, timestamp = body_of(JOINED), seconds_ago(age)

    assert not webhooks.verify(SECRET, timestamp, body, signed(body, timestamp))


def test_a_signature_holds_for_one_body_one_time_and_one_secret():
    body, timestamp = body_of(JOINED), seconds_ago(0)
    signature = signed(body, timestamp)

    assert not webhooks.verify(SECRET, timestamp, body + b" ", signature)
    assert not webhooks.verify(SECRET, seconds_ago(1), body, signature)
    assert not webhooks.verify("another", timestamp, body, signature)
    assert not webhooks.verify(SECRET, timestamp, body, signature.removeprefix("v0="))


def test_the_raw_bytes_are_what_is_signed():
    body, timestamp = b'{"event" : "\xff\xfe"}', seconds_ago(0)

    assert webhooks.verify(SECRET, timestamp, body, signed(body, timestamp))


def test_without_a_secret_nothing_is_believed():
    body, timestamp = body_of(JOINED), seconds_ago(0)

    assert not webhooks.verify("", timestamp, body, signed(body, timestamp, secret=""))


@pytest.mark.parametrize("signature", ["", "v0=", "v0=ü", "v0=\udc80", "v1=" + "0" * 64])
def test_what_is_no_signature_is_not_believed(signature):
    assert not webhooks.verify(SECRET, seconds_ago(0), body_of(JOINED), signature)


@pytest.mark.parametrize("timestamp", ["", "now", "-5", "1e9", "٣", "9" * 5000, "17952912O0"])
def test_what_is_no_timestamp_is_not_believed(timestamp):
    body = body_of(JOINED)

    assert not webhooks.verify(SECRET, timestamp, body, signed(body, timestamp))


def test_the_address_is_validated_by_signing_zooms_token():
    answer = webhooks.validation_answer(SECRET, "qgg8vlvZRS6UYooatFL8Aw")

    expected = hmac.new(SECRET.encode(), b"qgg8vlvZRS6UYooatFL8Aw", hashlib.sha256).hexdigest()
    assert answer == {"plainToken": "qgg8vlvZRS6UYooatFL8Aw", "encryptedToken": expected}


# ── Events ───────────────────────────────────────────────────────────────────────────────────


def test_an_event_of_a_participant_is_read():
    assert webhooks.parse(body_of(JOINED)) == Event(
        name="meeting.participant_joined",
        event_ts=1795291209439,
        meeting_id="85746065001",
        meeting_uuid="aDYlohsHRtCd4ii1uC2+hA==",
        participant="55555AAAiAAAAAiAiAiiAii",
        email="ada@example.com",
    )


def test_a_validation_is_read():
    event = webhooks.parse(body_of(VALIDATION))

    assert event == Event(
        name="endpoint.url_validation",
        event_ts=1654503849680,
        plain_token="qgg8vlvZRS6UYooatFL8Aw",
    )


def test_a_meetings_number_may_be_a_number():
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
def test_what_is_no_event_is_none(body):
    assert webhooks.parse(body) is None


@pytest.mark.parametrize("body", [b"", b"\xff", b"{", b"[" * 100_000])
def test_what_is_not_json_is_said_to_be_none(body):
    with pytest.raises(JSONDecodeError):
        webhooks.parse(body)


@pytest.mark.parametrize("wrong", [None, True, [], {}, 1.5, "\0", "x" * 201, "ä\nö"])
@pytest.mark.parametrize("name", ["id", "uuid", "participant"])
def test_what_can_not_be_read_within_an_event_is_left_out(name, wrong):
    body = body_of({"event": "meeting.ended", "payload": {"object": {name: wrong}}})

    assert webhooks.parse(body) == Event(name="meeting.ended")


@pytest.mark.parametrize("wrong", [None, True, -1, 2**63, 1.5, "1795291209439"])
def test_a_time_that_can_not_be_read_is_none(wrong):
    body = body_of({"event": "meeting.ended", "event_ts": wrong, "payload": wrong})

    assert webhooks.parse(body) == Event(name="meeting.ended")


# ── The same event again ─────────────────────────────────────────────────────────────────────


def test_the_same_event_has_the_same_key_however_it_is_written():
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
def test_another_event_has_another_key(other):
    event = webhooks.parse(body_of(JOINED))

    assert Event(**(vars(event) | other)).dedupe_key != event.dedupe_key
