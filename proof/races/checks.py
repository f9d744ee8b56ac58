"""Rules that must hold for the rows at all times, and others that must hold after the race."""

from __future__ import annotations

from collections import Counter
from typing import Any

import psycopg

from proof.races.journal import Journal

# Each rule is one statement, so it sees one snapshot. It finds the rows that break the rule.
ALWAYS = {
    "sessions with more people than places": """
        SELECT s.id FROM sessions_app_session s WHERE s.max_participants <
            (SELECT count(*) FROM sessions_app_participant p
             WHERE p.session_id = s.id AND p.left_at IS NULL)""",
    "sessions with a wrong participant_count": """
        SELECT s.id FROM sessions_app_session s WHERE s.participant_count <>
            (SELECT count(*) FROM sessions_app_participant p
             WHERE p.session_id = s.id AND p.left_at IS NULL)""",
    "people who are participants twice": """
        SELECT session_id, user_id FROM sessions_app_participant WHERE left_at IS NULL
        GROUP BY 1, 2 HAVING count(*) > 1""",
    "people with two pending requests, or more than three requests": """
        SELECT session_id, user_id FROM sessions_app_bookingrequest
        GROUP BY 1, 2 HAVING count(*) FILTER (WHERE status = 'pending') > 1 OR count(*) > 3""",
    "approved requests without a participation, or the reverse": """
        SELECT s.id FROM sessions_app_session s WHERE s.booking_mode = 'request' AND
            (SELECT array_agg(user_id ORDER BY user_id) FROM sessions_app_bookingrequest r
             WHERE r.session_id = s.id AND r.status = 'approved') IS DISTINCT FROM
            (SELECT array_agg(user_id ORDER BY user_id) FROM sessions_app_participant p
             WHERE p.session_id = s.id)""",
    "pending requests for cancelled sessions": """
        SELECT r.id FROM sessions_app_bookingrequest r JOIN sessions_app_session s
            ON s.id = r.session_id WHERE r.status = 'pending' AND s.status = 'cancelled'""",
}
PLACES = """
    SELECT session_id, user_id, count(*), count(*) FILTER (WHERE left_at IS NULL)
    FROM sessions_app_participant GROUP BY 1, 2"""
REQUESTS = """
    SELECT session_id, user_id, count(*), count(*) FILTER (WHERE status = 'withdrawn')
    FROM sessions_app_bookingrequest GROUP BY 1, 2"""
NEWS = "SELECT event, count(*) FROM notifications_notification GROUP BY 1"
# Notifications that are sent once for each action: the event's code, and the actions.
NOTIFIED = {
    "joined": ("join",),
    "left": ("leave",),
    "request_made": ("ask",),
    "request_approved": ("approve_request",),
    "request_rejected": ("reject_request",),
}


def wrong_now(connection: psycopg.Connection[Any]) -> list[str]:
    """Return the rules that are broken now."""
    found = {what: connection.execute(query).fetchall() for what, query in ALWAYS.items()}
    return [f"{what}: {rows[:5]}" for what, rows in found.items() if rows]


def wrong_after(connection: psycopg.Connection[Any], journal: Journal) -> list[str]:
    """Return the differences between the rows and the clients' journal, after the race."""
    return [
        *wrong_now(connection),
        *differences(connection, journal, PLACES, entered, "places"),
        *differences(connection, journal, REQUESTS, asked, "requests"),
        *notification_differences(connection, journal),
        *resized(connection, journal),
        *ended(connection, journal),
    ]


def entered(journal: Journal, session: int, person: int) -> tuple[int, int]:
    """Return how often a person got a place, and how many they have now."""
    got = journal.times("join", session, person) + journal.times("approve_request", session, person)
    return got, got - journal.times("leave", session, person)


def asked(journal: Journal, session: int, person: int) -> tuple[int, int]:
    """Return how often a person asked, and how often they withdrew."""
    withdrawn = journal.times("withdraw_request", session, person)
    return journal.times("ask", session, person), withdrawn


def differences(
    connection: psycopg.Connection[Any], journal: Journal, query: str, expectation: Any, what: str
) -> list[str]:
    kept = {(row[0], row[1]): (row[2], row[3]) for row in connection.execute(query)}
    pairs = {(session, person) for _, session, person in journal.done} | set(kept)
    return [
        f"{what} of person {person} in session {session}: acknowledged {expected}, stored {found}"
        for session, person in sorted(pairs)
        if journal.over.get(session) != "delete"
        and (found := kept.get((session, person), (0, 0)))
        != (expected := expectation(journal, session, person))
    ]


def notification_differences(connection: psycopg.Connection[Any], journal: Journal) -> list[str]:
    """Return differences between the numbers of notifications and of actions."""
    sent = Counter(dict(connection.execute(NEWS).fetchall()))
    return [
        f"{event}: {sent[event]} notifications for {done} acts"
        for event, acts in NOTIFIED.items()
        if sent[event] != (done := sum(map(journal.in_all, acts)))
    ]


def resized(connection: psycopg.Connection[Any], journal: Journal) -> list[str]:
    """Return sessions with a number of places that nobody has set."""
    rows = connection.execute("SELECT id, max_participants FROM sessions_app_session").fetchall()
    return [
        f"session {session} has {places} places, a number that was never set"
        for session, places in rows
        if places not in journal.capacities[session]
    ]


def ended(connection: psycopg.Connection[Any], journal: Journal) -> list[str]:
    """Return sessions whose status doesn't match their acknowledged end."""
    statuses = dict(connection.execute("SELECT id, status FROM sessions_app_session").fetchall())
    ends = {"cancel": "cancelled", "delete": None}
    return [
        f"session {session} is {statuses.get(session)} after its {how}"
        for session, how in journal.over.items()
        if statuses.get(session) != ends[how]
    ]
