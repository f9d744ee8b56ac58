-- Every twentieth person has more than a hundred notifications, as after some months.
INSERT INTO notifications_notification (
    user_id, type, event, title, message, session_id, read, created_at
)
SELECT
    person, 'reminder', 'reminder', 'Reminder: ' || title,
    title || ' begins on ' || to_char(date, 'DD Month YYYY') || '.', session.id, k < 100,
    %(base)s - (120 - k) * interval '6 hours'
FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS person
CROSS JOIN generate_series(1, 120) AS k
JOIN sessions_app_session AS session ON session.id = 1 + bench.pick(person, k, %(sessions)s)
WHERE mod(person, 20) = 0
ORDER BY person, k
