"""The views. Each checks the token, queries the database, and returns the answer."""

from datetime import UTC, datetime

import jwt
import orjson
from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.http import HttpResponse

from bench.baselines.floor import shapes, sql

OPTIONS = orjson.OPT_UTC_Z | orjson.OPT_OMIT_MICROSECONDS


def answer(body, status=200):
    content = orjson.dumps(body, option=OPTIONS)
    headers = {"Content-Length": str(len(content))}
    return HttpResponse(content, status=status, content_type="application/json", headers=headers)


def signed_in(view):
    """Pass the view a cursor and the user: (id, is_staff, is_active, names)."""

    def checked(request, *args, **kwargs):
        scheme, _, token = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
        try:
            claims = jwt.decode(token, settings.SECRET_KEY, ["HS256"])
        except jwt.InvalidTokenError:
            return answer({"error": "The token is not valid."}, 401)
        with connection.cursor() as cursor:
            cursor.execute(sql.VIEWER, [int(claims["user_id"])])
            me = cursor.fetchone()
            known = scheme == "Bearer" and claims["token_type"] == "access"
            if not (known and me and me[2]):
                return answer({"error": "The token is not valid."}, 401)
            return view(request, cursor, me, *args, **kwargs)

    return checked


@signed_in
def sessions(request, cursor, me):
    values = {"me": me[0]}
    try:
        where = filters(request.GET, values)
        number = int(request.GET.get("page", 1))
        size = min(int(request.GET.get("page_size", 20)), 100)
    except ValueError:
        return answer({"error": "A filter can't be read."}, 400)
    order = "s.date, s.id" if "date_from" in values else "s.date DESC, s.id DESC"
    return page(request, cursor, me, where, order, values, number, size)


def filters(query, values):
    """Return the condition for the query string, and add its values to those given."""
    conditions = []
    if query.get("status"):
        conditions.append("s.status = ANY(%(status)s)")
        values["status"] = query["status"].split(",")
    if query.get("level"):
        conditions.append("s.level = %(level)s")
        values["level"] = query["level"]
    if query.get("subject"):
        conditions.append("upper(s.subject) LIKE upper(%(subject)s)")
        values["subject"] = f"%{query['subject']}%"
    if query.get("date_from"):
        conditions.append("s.date >= %(date_from)s")
        values["date_from"] = datetime.fromisoformat(query["date_from"]).replace(tzinfo=UTC)
    return f"WHERE {' AND '.join(conditions)}" if conditions else ""


def page(request, cursor, me, where, order, values, number, size):
    cursor.execute(f"{sql.COUNT} {where}", values)
    (count,) = cursor.fetchone()
    values |= {"limit": size, "offset": (number - 1) * size}
    cursor.execute(
        f"{sql.SESSIONS} {where} ORDER BY {order} LIMIT %(limit)s OFFSET %(offset)s", values
    )
    now = datetime.now(UTC)
    results = [shapes.session(row, me[0], me[1], now) for row in cursor.fetchall()]
    return answer(
        {
            "count": count,
            "next": link(request, number + 1) if number * size < count else None,
            "previous": link(request, number - 1) if number > 1 else None,
            "results": results,
        }
    )


def link(request, number):
    query = request.GET.copy()
    query["page"] = number
    if number == 1:
        del query["page"]
    suffix = f"?{query.urlencode()}" if query else ""
    return f"{request.scheme}://{request.get_host()}{request.path}{suffix}"


@signed_in
def session(request, cursor, me, pk):
    found = read_details(cursor, me, sql.ONE, {"pk": pk})
    return answer(found[0]) if found else answer({"error": "Not found."}, 404)


def read_details(cursor, me, where, values):
    values |= {"me": me[0], "staff": me[1]}
    cursor.execute(f"{sql.SESSIONS} {where}", values)
    now = datetime.now(UTC)
    found = [shapes.session(row, me[0], me[1], now) for row in cursor.fetchall()]
    values["sessions"] = [each["id"] for each in found]
    for name, query, shape in (
        ("participants", sql.PARTICIPANTS, shapes.participant),
        ("materials", sql.MATERIALS, shapes.material),
        ("booking_requests", sql.REQUESTS, shapes.request),
    ):
        of_session = {each["id"]: each.setdefault(name, []) for each in found}
        cursor.execute(query, values)
        for row in cursor.fetchall():
            of_session[row[0]].append(shape(row))
    return found


@signed_in
def my_sessions(request, cursor, me):
    cursor.execute(f"{sql.COUNT} {sql.MINE}", {"me": me[0]})
    (count,) = cursor.fetchone()
    details = read_details(cursor, me, f"{sql.MINE} ORDER BY s.date DESC, s.id DESC LIMIT 100", {})
    parts = {"participants", "materials", "booking_requests"}
    return answer(
        {
            "count": count,
            "next": link(request, 2) if count > 100 else None,
            "previous": None,
            "results": [{k: v for k, v in each.items() if k not in parts} for each in details],
            "created": [each for each in details if each["viewer_role"] == "creator"],
            "joined": [each for each in details if each["viewer_role"] != "creator"],
        }
    )


@signed_in
def notifications(request, cursor, me):
    cursor.execute(sql.NOTIFICATIONS, [me[0]])
    return array(request, cursor.fetchall(), shapes.notification)


@signed_in
def messages(request, cursor, me, pk):
    values = {"me": me[0], "other": pk}
    cursor.execute(sql.WERE_FRIENDS, values)
    if cursor.fetchone() is None:
        return answer({"error": "Not your friend."}, 403)
    cursor.execute(sql.MESSAGES, values)
    return array(request, cursor.fetchall(), shapes.message)


def array(request, rows, shape):
    response = answer([shape(row) for row in rows[:100]])
    if len(rows) > 100:
        url = request.build_absolute_uri(f"?before={rows[99][0]}")
        response["Link"] = f'<{url}>; rel="next"'
    return response


@signed_in
def join(request, cursor, me, pk):
    now = datetime.now(UTC).replace(microsecond=0)
    values = {"pk": pk, "me": me[0], "now": now}
    name = f"{me[3]} {me[4]}"
    try:
        with transaction.atomic():
            cursor.execute(sql.JOIN, values)
            (place,) = cursor.fetchone()
            cursor.execute(sql.COUNT_IN, values)
            if (counted := cursor.fetchone()) is None:
                raise IntegrityError
            creator, title = counted
            texts = [f"New participant in {title}", f"{name} joined your session."]
            cursor.execute(sql.NOTIFY, [creator, *texts, pk, now])
    except IntegrityError:
        return answer({"error": "You can't join this session."}, 400)
    (shown,) = read_details(cursor, me, sql.ONE, {"pk": pk})
    mine = next(each for each in shown["participants"] if each["id"] == place)
    return answer(
        {
            "id": place,
            "user": mine["user"],
            "message": "Successfully joined the session",
            "status": "approved",
            "requested_at": now,
            "session": shown,
        },
        201,
    )
