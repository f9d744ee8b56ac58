"""The queries from which the cases choose users and rows, in an order that is the same every time
(`filling/00_functions.sql` has `bench.pick` and `bench.other`)."""

DETAILS = """
    SELECT id FROM sessions_app_session WHERE participant_count BETWEEN 5 AND 8 ORDER BY id
"""
BUSY = "SELECT user_id FROM notifications_notification GROUP BY 1 HAVING count(*) >= 100 ORDER BY 1"
TALKS = """
    SELECT least(sender_id, recipient_id), greatest(sender_id, recipient_id)
    FROM friendships_message GROUP BY 1, 2 HAVING count(*) >= 100 ORDER BY 1, 2
"""
# Free places, each with a user who isn't in the session; never two of the same session in a row.
FREE = """
    SELECT bench.other(id, creator_id, 40 + k, (SELECT count(*) FROM accounts_user)), id
    FROM sessions_app_session
    CROSS JOIN LATERAL generate_series(1, {places}) AS k
    WHERE {condition} AND date > now() ORDER BY k, bench.pick(id, 90, 1000000), id LIMIT {limit}
"""
TAKEN = """
    SELECT user_id, session_id FROM sessions_app_participant
    JOIN sessions_app_session AS session ON session.id = session_id
    WHERE left_at IS NULL AND status IN ('upcoming', 'scheduled') AND date > now()
    ORDER BY bench.pick(sessions_app_participant.id, 91, 1000000) LIMIT {limit}
"""
# For each session, at most as many requests as it has free places.
PENDING = """
    SELECT creator_id, session_id, user_id FROM (
        SELECT creator_id, session_id, user_id, max_participants - participant_count AS free,
               row_number() OVER (PARTITION BY session_id ORDER BY request.id) AS number
        FROM sessions_app_bookingrequest AS request
        JOIN sessions_app_session AS session ON session.id = session_id
        WHERE request.status = 'pending' AND date > now()
    ) AS numbered
    WHERE number <= free ORDER BY number, bench.pick(session_id, 92, 1000000) LIMIT {limit}
"""
STARTABLE = """
    SELECT creator_id, id FROM sessions_app_session
    WHERE status IN ('upcoming', 'approved', 'scheduled')
    ORDER BY bench.pick(id, 93, 1000000) LIMIT {limit}
"""
FRIENDS = """
    SELECT from_user_id, to_user_id FROM friendships_friendship WHERE status = 'accepted'
    ORDER BY bench.pick(id, 94, 1000000) LIMIT {limit}
"""
