"""Rules that the database must always satisfy, whatever failed or was killed. Each has a query for
the rows that break it, which runs on SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

RunQuery = Callable[[str], list[tuple[Any, ...]]]

# Written by hand, since this checks the definitions in the code.
OPEN = "'upcoming', 'pending_approval', 'approved', 'scheduled'"
ENDED = "'completed', 'cancelled', 'expired'"
OF_INSTANT = f"'upcoming', 'ongoing', {ENDED}"
OF_REQUEST = f"'pending_approval', 'approved', 'scheduled', 'ongoing', {ENDED}"

BROKEN: dict[str, str] = {
    "a session's participant_count is wrong": """
        SELECT s.id, s.participant_count FROM sessions_app_session s
        WHERE s.participant_count <> (SELECT count(*) FROM sessions_app_participant p
                                      WHERE p.session_id = s.id AND p.left_at IS NULL)""",
    "a session is oversold": """
        SELECT id FROM sessions_app_session WHERE participant_count > max_participants""",
    "a session has a status that its booking mode doesn't have": f"""
        SELECT id, status FROM sessions_app_session
        WHERE (booking_mode = 'instant' AND status NOT IN ({OF_INSTANT}))
        OR (booking_mode = 'request' AND status NOT IN ({OF_REQUEST}))""",
    "somebody is a participant twice": """
        SELECT session_id, user_id FROM sessions_app_participant WHERE left_at IS NULL
        GROUP BY session_id, user_id HAVING count(*) > 1""",
    "somebody has two pending requests for a session": """
        SELECT session_id, user_id FROM sessions_app_bookingrequest WHERE status = 'pending'
        GROUP BY session_id, user_id HAVING count(*) > 1""",
    "a creator is a participant of their own session": """
        SELECT p.id FROM sessions_app_participant p
        JOIN sessions_app_session s ON s.id = p.session_id AND s.creator_id = p.user_id""",
    # Each approval creates one participant's row, which stays when they leave.
    "the numbers of approved requests and of participations differ": """
        SELECT s.id FROM sessions_app_session s WHERE s.booking_mode = 'request' AND
        (SELECT count(*) FROM sessions_app_participant p WHERE p.session_id = s.id) <>
        (SELECT count(*) FROM sessions_app_bookingrequest r
         WHERE r.session_id = s.id AND r.status = 'approved')""",
    "a participant has a pending request for the same session": """
        SELECT p.id FROM sessions_app_participant p JOIN sessions_app_bookingrequest r
        ON r.session_id = p.session_id AND r.user_id = p.user_id
        WHERE p.left_at IS NULL AND r.status = 'pending'""",
    "a session that is no longer open has pending requests": f"""
        SELECT s.id FROM sessions_app_session s JOIN sessions_app_bookingrequest r
        ON r.session_id = s.id WHERE r.status = 'pending' AND s.status NOT IN ({OPEN})""",
    "a decided request has no decided_at, or a pending one has it": """
        SELECT id FROM sessions_app_bookingrequest
        WHERE (status = 'pending') <> (decided_at IS NULL)""",
    "an approved session has no approved_at": """
        SELECT id FROM sessions_app_session
        WHERE status IN ('approved', 'scheduled') AND approved_at IS NULL""",
    "a scheduled session never had a participant": """
        SELECT id FROM sessions_app_session s WHERE status = 'scheduled' AND NOT EXISTS
        (SELECT 1 FROM sessions_app_participant p WHERE p.session_id = s.id)""",
    "an ongoing or completed session has no started_at": """
        SELECT id FROM sessions_app_session
        WHERE status IN ('ongoing', 'completed') AND started_at IS NULL""",
    "a creator has not one notification for each person who joined": """
        SELECT s.id FROM sessions_app_session s WHERE s.booking_mode = 'instant' AND
        (SELECT count(*) FROM sessions_app_participant p WHERE p.session_id = s.id) <>
        (SELECT count(*) FROM notifications_notification n
         WHERE n.session_id = s.id AND n.event = 'joined')""",
    "a creator has not one notification for each booking request": """
        SELECT s.id FROM sessions_app_session s WHERE
        (SELECT count(*) FROM sessions_app_bookingrequest r WHERE r.session_id = s.id) <>
        (SELECT count(*) FROM notifications_notification n
         WHERE n.session_id = s.id AND n.event = 'request_made')""",
    "there is not one notification for each approved request": """
        SELECT s.id FROM sessions_app_session s WHERE
        (SELECT count(*) FROM sessions_app_bookingrequest r
         WHERE r.session_id = s.id AND r.status = 'approved') <>
        (SELECT count(*) FROM notifications_notification n
         WHERE n.session_id = s.id AND n.event = 'request_approved')""",
    "there is not one notification for each rejected request": """
        SELECT s.id FROM sessions_app_session s WHERE s.status <> 'cancelled' AND
        (SELECT count(*) FROM sessions_app_bookingrequest r
         WHERE r.session_id = s.id AND r.status = 'rejected') <>
        (SELECT count(*) FROM notifications_notification n WHERE n.session_id = s.id
         AND n.event IN ('request_rejected', 'request_closed'))""",
    "somebody was notified twice of an event that a session has once": """
        SELECT session_id, user_id, event FROM notifications_notification
        WHERE session_id IS NOT NULL AND event IN
        ('started', 'completed', 'cancelled', 'not_approved', 'expired', 'approved')
        GROUP BY session_id, user_id, event HAVING count(*) > 1""",
    "a mail has no notification": """
        SELECT m.id FROM accounts_mail m WHERE m.kind <> 'password_reset' AND NOT EXISTS
        (SELECT 1 FROM notifications_notification n
         WHERE n.user_id = m.user_id AND n.created_at = m.created_at)""",
    "a sent mail is still waiting to be sent": """
        SELECT id FROM accounts_mail WHERE sent_at IS NOT NULL AND next_try_at IS NOT NULL""",
    "two people have two friendships": """
        SELECT a.id, b.id FROM friendships_friendship a JOIN friendships_friendship b
        ON a.id < b.id AND ((a.from_user_id = b.from_user_id AND a.to_user_id = b.to_user_id)
                         OR (a.from_user_id = b.to_user_id AND a.to_user_id = b.from_user_id))""",
    "an accepted friendship has no `since`": """
        SELECT id FROM friendships_friendship WHERE status = 'accepted' AND since IS NULL""",
    "a blocked person is a friend, or has a pending friend request": """
        SELECT f.id FROM friendships_friendship f JOIN friendships_block b
        ON (b.blocker_id = f.from_user_id AND b.blocked_id = f.to_user_id)
        OR (b.blocker_id = f.to_user_id AND b.blocked_id = f.from_user_id)
        WHERE f.status IN ('accepted', 'pending')""",
    "two people who aren't friends have a pending or active 1-on-1 session": """
        SELECT o.id FROM zoom_oneononesession o WHERE o.status IN ('pending', 'active')
        AND NOT EXISTS (SELECT 1 FROM friendships_friendship f WHERE f.status = 'accepted' AND
            ((f.from_user_id = o.initiator_id AND f.to_user_id = o.participant_id)
          OR (f.to_user_id = o.initiator_id AND f.from_user_id = o.participant_id)))""",
    "an active 1-on-1 session has no meeting": """
        SELECT id FROM zoom_oneononesession
        WHERE status = 'active' AND (zoom_meeting_id = '' OR started_by_id IS NULL)""",
    "a pending 1-on-1 session has a meeting": """
        SELECT id FROM zoom_oneononesession WHERE status = 'pending' AND zoom_meeting_id <> ''""",
    "an active 1-on-1 session's start isn't settled": """
        SELECT o.id FROM zoom_oneononesession o JOIN zoom_startattempt a
        ON a.marker = o.start_marker WHERE o.status = 'active' AND NOT a.settled""",
    "a start marker has no start attempt": """
        SELECT o.id FROM zoom_oneononesession o WHERE o.start_marker IS NOT NULL AND NOT EXISTS
        (SELECT 1 FROM zoom_startattempt a WHERE a.marker = o.start_marker)""",
    "an active session's meeting is going to be ended": """
        SELECT o.id FROM zoom_oneononesession o WHERE o.status = 'active' AND EXISTS
        (SELECT 1 FROM zoom_meetingtoend m WHERE m.meeting_id = o.zoom_meeting_id)""",
    "a 1-on-1 session's log doesn't match its status": """
        SELECT o.id FROM zoom_oneononesession o WHERE
        (SELECT count(*) FROM zoom_auditentry e
         WHERE e.session_id = o.id AND e.event_type = 'created') <> 1
        OR (SELECT count(*) FROM zoom_auditentry e
            WHERE e.session_id = o.id AND e.event_type = 'started')
           <> (CASE WHEN o.started_at IS NULL THEN 0 ELSE 1 END)
        OR (SELECT count(*) FROM zoom_auditentry e
            WHERE e.session_id = o.id AND e.event_type IN ('ended', 'cancelled'))
           <> (CASE WHEN o.status IN ('completed', 'cancelled') THEN 1 ELSE 0 END)""",
    "a started 1-on-1 session has not one message in the chat": """
        SELECT o.id FROM zoom_oneononesession o WHERE
        (SELECT count(*) FROM friendships_message m WHERE m.session_id = o.id)
        <> (CASE WHEN o.started_at IS NULL THEN 0 ELSE 1 END)""",
    "the numbers of used join tokens and of logged joins differ": """
        SELECT o.id FROM zoom_oneononesession o WHERE
        (SELECT count(*) FROM zoom_jointoken t WHERE t.session_id = o.id AND t.is_used)
        <> (SELECT count(*) FROM zoom_auditentry e WHERE e.session_id = o.id
            AND e.event_type = 'joined' AND CAST(e.metadata AS text) LIKE '%join_token%')""",
    "a material's file is going to be removed": """
        SELECT m.id FROM materials_material m JOIN materials_strayfile f
        ON f.store = m.store AND f.name = m.stored_name WHERE m.stored_name <> ''""",
    "two materials have the same file": """
        SELECT stored_name FROM materials_material WHERE stored_name <> ''
        GROUP BY stored_name HAVING count(*) > 1""",
}


def invariants(run_query: RunQuery) -> list[str]:
    """Return the broken rules, as sentences with the first rows that break them.

    Args:
        run_query: runs a query in one transaction with a consistent snapshot, and returns its rows.
    """
    found = {sentence: run_query(query) for sentence, query in BROKEN.items()}
    return [f"{sentence}: {rows[:3]}" for sentence, rows in found.items() if rows]
