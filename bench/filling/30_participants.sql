-- As many as `participant_count` says. Every fifth session also has a person who has left.
INSERT INTO sessions_app_participant (session_id, user_id, joined_at, left_at)
SELECT
    session.id, bench.other(session.id, creator_id, k, %(people)s),
    created_at + (k + 1) * interval '7 minutes',
    CASE WHEN k = participant_count THEN created_at + interval '1 day' END
FROM sessions_app_session AS session
CROSS JOIN LATERAL generate_series(
    0, participant_count - CASE WHEN bench.pick(session.id, 40, 5) = 0 THEN 0 ELSE 1 END
) AS k
WHERE session.id BETWEEN %(first)s AND %(last)s
ORDER BY session.id, k
