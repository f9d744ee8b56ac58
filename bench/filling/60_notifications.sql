-- For each participant, a notification of the creator. Older ones are read.
INSERT INTO notifications_notification (
    user_id, type, event, title, message, session_id, read, created_at
)
SELECT
    creator_id, 'session_update', 'joined', 'New participant in ' || title,
    person.first_name || ' ' || person.last_name || ' joined your session.',
    session.id, session.id * 10 <= %(sessions)s * 9, joined_at
FROM sessions_app_session AS session
JOIN sessions_app_participant AS place ON place.session_id = session.id
JOIN accounts_user AS person ON person.id = place.user_id
WHERE session.id BETWEEN %(first)s AND %(last)s
ORDER BY session.id, place.id
