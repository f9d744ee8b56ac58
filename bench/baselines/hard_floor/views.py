"""The views. Each checks the token's signature, runs one or two statements, and answers."""

import base64
import hashlib
import hmac
import time
from datetime import UTC, datetime

import orjson
import psycopg
from django.conf import settings

from bench.baselines.floor import shapes
from bench.baselines.floor.sql import (
    COUNT,
    MESSAGES,
    MINE,
    NOTIFICATIONS,
    ONE,
    SESSIONS,
    WERE_FRIENDS,
)
from bench.baselines.floor.views import answer, array, filters, link
from bench.baselines.hard_floor.database import execute
from bench.baselines.hard_floor.sql import DETAILS, JOIN

KEY = settings.SECRET_KEY.encode()
# Seconds for which a count is kept.
COUNT_SECONDS = 1
# A token doesn't say who is a member of the staff.
STAFF = False


def signed_in(view):
    """Pass the view the id of the person whom the token names."""

    def checked(request, *args, **kwargs):
        token = request.META.get("HTTP_AUTHORIZATION", "").removeprefix("Bearer ").encode()
        content, _, signature = token.rpartition(b".")
        expected = base64.urlsafe_b64encode(hmac.digest(KEY, content, hashlib.sha256))
        if not hmac.compare_digest(expected.rstrip(b"="), signature):
            return answer({"error": "The token is not valid."}, 401)
        claims = orjson.loads(base64.urlsafe_b64decode(content.partition(b".")[2] + b"=="))
        return view(request, int(claims["user_id"]), *args, **kwargs)

    return checked


counts = {}


def count(where, values):
    """Return the number of sessions, as it was within the last second."""
    key = (where, str(values))
    kept, until = counts.get(key, (0, 0.0))
    if time.monotonic() < until:
        return kept
    ((found,),) = execute(f"{COUNT} {where}", values)
    counts[key] = found, time.monotonic() + COUNT_SECONDS
    return found


@signed_in
def sessions(request, me):
    values = {"me": me}
    try:
        where = filters(request.GET, values)
        number = int(request.GET.get("page", 1))
        size = min(int(request.GET.get("page_size", 20)), 100)
    except ValueError:
        return answer({"error": "A filter can't be read."}, 400)
    order = "s.date, s.id" if "date_from" in values else "s.date DESC, s.id DESC"
    found = count(where, {key: value for key, value in values.items() if key != "me"})
    rows = execute(
        f"{SESSIONS} {where} ORDER BY {order} LIMIT %(limit)s OFFSET %(offset)s",
        values | {"limit": size, "offset": (number - 1) * size},
    )
    now = datetime.now(UTC)
    return answer(
        {
            "count": found,
            "next": link(request, number + 1) if number * size < found else None,
            "previous": link(request, number - 1) if number > 1 else None,
            "results": [shapes.session(row, me, STAFF, now) for row in rows],
        }
    )


@signed_in
def session(request, me, pk):
    found = read_details(me, ONE, {"pk": pk})
    return answer(found[0]) if found else answer({"error": "Not found."}, 404)


def read_details(me, where, values):
    rows = execute(f"{DETAILS} {where}", values | {"me": me})
    now = datetime.now(UTC)
    return [
        {
            **shapes.session(row[:-3], me, STAFF, now),
            "participants": orjson.Fragment(row[-3]),
            "materials": orjson.Fragment(row[-2]),
            "booking_requests": orjson.Fragment(row[-1]),
        }
        for row in rows
    ]


@signed_in
def my_sessions(request, me):
    found = count(MINE, {"me": me})
    details = read_details(me, f"{MINE} ORDER BY s.date DESC, s.id DESC LIMIT 100", {})
    parts = {"participants", "materials", "booking_requests"}
    return answer(
        {
            "count": found,
            "next": link(request, 2) if found > 100 else None,
            "previous": None,
            "results": [{k: v for k, v in each.items() if k not in parts} for each in details],
            "created": [each for each in details if each["viewer_role"] == "creator"],
            "joined": [each for each in details if each["viewer_role"] != "creator"],
        }
    )


@signed_in
def notifications(request, me):
    return array(request, execute(NOTIFICATIONS, [me]), shapes.notification)


@signed_in
def messages(request, me, pk):
    values = {"me": me, "other": pk}
    if not execute(WERE_FRIENDS, values):
        return answer({"error": "Not your friend."}, 403)
    return array(request, execute(MESSAGES, values), shapes.message)


@signed_in
def join(request, me, pk):
    now = datetime.now(UTC).replace(microsecond=0)
    try:
        places = execute(JOIN, {"pk": pk, "me": me, "now": now})
    except psycopg.errors.UniqueViolation:
        places = []
    if not places:
        return answer({"error": "You can't join this session."}, 400)
    (place,) = places
    (shown,) = read_details(me, ONE, {"pk": pk})
    return answer(
        {
            "id": place[0],
            "user": shapes.person(place[1:]),
            "message": "Successfully joined the session",
            "status": "approved",
            "requested_at": now,
            "session": shown,
        },
        201,
    )
