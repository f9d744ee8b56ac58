"""Races between acts of different kinds (contract S7, M2, N2). Each function runs one race on a
site and returns whether the promise was kept."""

from __future__ import annotations

import pytest

from tests.sessions_app.race_site import Call, Site, count_is_right, statuses
from tests.support.databases import execute, rows

# So many that the planner uses different indexes for the two statements that write them.
NOTIFICATIONS = 1500
INSERT_NOTIFICATIONS = """
    INSERT INTO notifications_notification
        (user_id, type, event, title, message, session_id, read, created_at)
    SELECT creator_id, 'session_update', 'joined', 'A title', 'A text', id, false, now()
    FROM sessions_app_session, generate_series(1, {number}) WHERE id = {session}"""


def number(site: Site, query: str) -> int:
    value = rows(site.url, query)[0][0]
    assert isinstance(value, int)
    return value


def present(site: Site, session: int) -> int:
    return number(
        site,
        f"SELECT count(*) FROM sessions_app_participant WHERE session_id = {session}"
        " AND left_at IS NULL",
    )


def with_people(site: Site, people: int, places: int = 20) -> int:
    """Return the id of a session with this number of participants."""
    session = site.publish(places=places)
    for token in site.people[:people]:
        assert site.post(session, "join", token).ok
    return session


def calls(action: str, session: int, tokens: list[str]) -> list[Call]:
    return [("POST", f"/api/sessions/{session}/{action}/", token, {}) for token in tokens]


def resized_while_joined(site: Site) -> bool:
    """Reduce and increase the places while people join. Whether there were never too few."""
    session = with_people(site, 2, places=8)
    sizes: list[Call] = [
        ("PUT", f"/api/sessions/{session}/", site.creator, {"max_participants": places})
        for places in (3, 4, 3, 4)
    ]
    answers = site.all_at_once(calls("join", session, site.people[2:14]) + sizes)
    shown = site.show(session)
    return (
        set(answers) <= {200, 201, 400}
        and shown["participant_count"] == present(site, session) <= shown["max_participants"]
    )


def deleted_while_joined_and_left(site: Site) -> bool:
    """Whether it was deleted once, with its participants, and everybody got a proper answer."""
    session = with_people(site, 4)
    deletions: list[Call] = [("DELETE", f"/api/sessions/{session}/", site.creator, None)] * 4
    answers = site.all_at_once(
        calls("join", session, site.people[4:12])
        + deletions
        + calls("leave", session, site.people[:4])
    )
    return (
        answers[204] == 1
        and set(answers) <= {200, 201, 204, 400, 404}
        and present(site, session) == 0
    )


def left_by_one_person_eight_times(site: Site) -> bool:
    session = with_people(site, 5)
    answers = statuses(site.race(session, [("leave", site.people[0])] * 8))
    return answers == {200: 1, 400: 7} and count_is_right(site, session)


def joined_by_one_person_twelve_times(site: Site) -> bool:
    session = site.publish(places=5)
    return statuses(site.race(session, [("join", site.people[0])] * 12)) == {201: 1, 400: 11}


def started_while_joined_and_left(site: Site) -> bool:
    """Whether the participants were notified of the start, and nobody else."""
    session = with_people(site, 6)
    answers = site.all_at_once(
        calls("join", session, site.people[6:12])
        + calls("start", session, [site.creator])
        + calls("leave", session, site.people[:6])
    )
    only_participants = f"""
        SELECT array_agg(user_id ORDER BY user_id) IS NOT DISTINCT FROM (
            SELECT array_agg(user_id ORDER BY user_id) FROM sessions_app_participant
            WHERE session_id = {session} AND left_at IS NULL)
        FROM notifications_notification WHERE session_id = {session} AND event = 'started'"""
    return set(answers) <= {200, 201, 400} and bool(rows(site.url, only_participants)[0][0])


def cancelled_while_materials_are_added(site: Site) -> bool:
    """Whether nobody is notified of a material after the cancellation."""
    session = with_people(site, 3)
    path, note = f"/api/sessions/{session}/", {"title": "N", "type": "note", "content": "Read."}
    notes: list[Call] = [("POST", f"{path}materials/", token, note) for token in site.people[:3]]
    own: list[Call] = [("POST", f"{path}materials/", site.creator, note)] * 3
    answers = site.all_at_once(notes + calls("cancel", session, [site.creator]) + own)
    later = f"""
        SELECT count(*) FROM notifications_notification n WHERE session_id = {session}
        AND event = 'new_material' AND id > (SELECT min(id) FROM notifications_notification c
            WHERE c.session_id = {session} AND c.event = 'cancelled')"""
    return set(answers) <= {200, 201, 400} and number(site, later) == 0


def deleted_while_notifications_are_marked_as_read(site: Site) -> bool:
    """Whether there was no deadlock, although both write the same rows."""
    session = site.publish(places=5)
    execute(site.url, INSERT_NOTIFICATIONS.format(session=session, number=NOTIFICATIONS))
    reading: Call = ("POST", "/api/notifications/mark_all_as_read/", site.creator, {})
    deleting: Call = ("DELETE", f"/api/sessions/{session}/", site.creator, None)
    answers = site.all_at_once([reading, deleting, reading])
    execute(site.url, "TRUNCATE notifications_notification")
    return answers == {200: 2, 204: 1}


COMPETING = pytest.mark.parametrize(
    "holds",
    [
        resized_while_joined,
        deleted_while_joined_and_left,
        left_by_one_person_eight_times,
        joined_by_one_person_twelve_times,
        started_while_joined_and_left,
        cancelled_while_materials_are_added,
        deleted_while_notifications_are_marked_as_read,
    ],
)
