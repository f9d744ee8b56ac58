-- In `request` sessions: an approved request for each participant, a rejected one in every second
-- session and, where the session is open, up to three pending ones.
INSERT INTO sessions_app_bookingrequest (
    session_id, user_id, message, status, attempt, requested_at, decided_by_id, decided_at
)
SELECT
    session.id, bench.other(session.id, creator_id, k, %(people)s),
    'I would like to work on ' || lower(subject) || '.', asked.status, 1,
    created_at + (k + 1) * interval '5 minutes',
    CASE WHEN asked.status <> 'pending' THEN creator_id END,
    CASE WHEN asked.status <> 'pending' THEN created_at + interval '3 hours' END
FROM sessions_app_session AS session
CROSS JOIN LATERAL (
    SELECT k, 'approved' AS status FROM generate_series(0, participant_count - 1) AS k
    UNION ALL
    SELECT 30, 'rejected' WHERE bench.pick(session.id, 50, 2) = 0
    UNION ALL
    SELECT 30 + k, 'pending' FROM generate_series(1, bench.pick(session.id, 51, 4)) AS k
    WHERE session.status IN ('pending_approval', 'approved', 'scheduled')
) AS asked
WHERE booking_mode = 'request' AND session.id BETWEEN %(first)s AND %(last)s
ORDER BY session.id, k
