"""The queries that differ from the floor's."""

from bench.baselines.floor.sql import COLUMNS, PERSON, SOURCE

TIME = """to_char({0}, 'YYYY-MM-DD"T"HH24:MI:SS"Z"')"""
# A person as JSON. {0} is the table.
PERSON_OBJECT = f"""
    json_build_object('id', {{0}}.id, 'username', {{0}}.username, 'first_name', {{0}}.first_name,
        'last_name', {{0}}.last_name, 'email', {{0}}.email, 'role', {{0}}.role,
        'date_joined', {TIME.format("{0}.date_joined")})
"""
PARTICIPANTS = f"""
    SELECT coalesce(json_agg(json_build_object(
        'id', p.id, 'user', {PERSON_OBJECT.format("v")},
        'role', CASE WHEN v.role = 'instructor' THEN 'tutor' ELSE 'student' END,
        'status', 'approved', 'joined_at', {TIME.format("p.joined_at")}
    ) ORDER BY p.id), '[]')::text
    FROM sessions_app_participant p JOIN accounts_user v ON v.id = p.user_id
    WHERE p.session_id = s.id AND p.left_at IS NULL
"""
MATERIALS = f"""
    SELECT coalesce(json_agg(json_build_object(
        'id', m.id, 'title', m.title, 'type', m.type, 'url', m.url, 'file', '',
        'file_name', m.file_name, 'content', m.content,
        'uploaded_by', {PERSON_OBJECT.format("v")}, 'uploaded_at', {TIME.format("m.uploaded_at")}
    ) ORDER BY m.id), '[]')::text
    FROM materials_material m JOIN accounts_user v ON v.id = m.uploaded_by_id
    WHERE m.session_id = s.id AND (s.creator_id = %(me)s OR EXISTS (
        SELECT 1 FROM sessions_app_participant p
        WHERE p.session_id = s.id AND p.user_id = %(me)s AND p.left_at IS NULL))
"""
REQUESTS = f"""
    SELECT coalesce(json_agg(json_build_object(
        'id', r.id, 'user', {PERSON_OBJECT.format("v")}, 'message', r.message,
        'status', r.status, 'requested_at', {TIME.format("r.requested_at")}
    ) ORDER BY r.status <> 'pending', r.id DESC), '[]')::text
    FROM sessions_app_bookingrequest r JOIN accounts_user v ON v.id = r.user_id
    WHERE r.session_id = s.id AND r.status <> 'withdrawn'
      AND (s.creator_id = %(me)s OR r.user_id = %(me)s)
"""
# Sessions with their lists as JSON.
DETAILS = f"SELECT {COLUMNS}, ({PARTICIPANTS}), ({MATERIALS}), ({REQUESTS}) {SOURCE}"

# No row if the session doesn't take this person.
JOIN = f"""
    WITH counted AS (
        UPDATE sessions_app_session
        SET participant_count = participant_count + 1, version = version + 1
        WHERE id = %(pk)s AND status = 'upcoming' AND date > %(now)s
          AND creator_id <> %(me)s AND participant_count < max_participants
        RETURNING id, creator_id, title
    ), place AS (
        INSERT INTO sessions_app_participant (session_id, user_id, joined_at)
        SELECT id, %(me)s, %(now)s FROM counted RETURNING id
    ), news AS (
        INSERT INTO notifications_notification
            (user_id, type, event, title, message, session_id, read, created_at)
        SELECT creator_id, 'session_update', 'joined', 'New participant in ' || title,
            u.first_name || ' ' || u.last_name || ' joined your session.', counted.id, false,
            %(now)s
        FROM counted JOIN accounts_user u ON u.id = %(me)s
    )
    SELECT place.id, {PERSON.format("u")}
    FROM place JOIN accounts_user u ON u.id = %(me)s
"""
