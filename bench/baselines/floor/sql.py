"""The queries. Columns are in the order in which `shapes` reads them."""

PERSON = "{0}.id, {0}.username, {0}.first_name, {0}.last_name, {0}.email, {0}.role, {0}.date_joined"

VIEWER = "SELECT id, is_staff, is_active, first_name, last_name FROM accounts_user WHERE id = %s"

# Of a session, its creator, and four facts about the viewer.
COLUMNS = f"""
           s.id, s.title, s.description, s.subject, s.level, s.date, s.duration,
           s.max_participants, s.booking_mode, s.status, s.created_at, s.updated_at,
           s.participant_count, {PERSON.format("u")},
           EXISTS (SELECT 1 FROM sessions_app_participant p
                   WHERE p.session_id = s.id AND p.user_id = %(me)s AND p.left_at IS NULL),
           EXISTS (SELECT 1 FROM sessions_app_bookingrequest r
                   WHERE r.session_id = s.id AND r.user_id = %(me)s AND r.status = 'pending'),
           EXISTS (SELECT 1 FROM sessions_app_bookingrequest r
                   WHERE r.session_id = s.id AND r.user_id = %(me)s AND r.attempt = 3),
           EXISTS (SELECT 1 FROM sessions_app_bookingrequest r
                   WHERE r.session_id = s.id AND r.status = 'pending')
"""
SOURCE = "FROM sessions_app_session s JOIN accounts_user u ON u.id = s.creator_id"
SESSIONS = f"SELECT {COLUMNS} {SOURCE}"
COUNT = "SELECT count(*) FROM sessions_app_session s"
ONE = "WHERE s.id = %(pk)s"
MINE = """
    WHERE s.creator_id = %(me)s OR EXISTS (
        SELECT 1 FROM sessions_app_participant p
        WHERE p.session_id = s.id AND p.user_id = %(me)s AND p.left_at IS NULL)
"""

PARTICIPANTS = f"""
    SELECT p.session_id, p.id, p.joined_at, {PERSON.format("u")}
    FROM sessions_app_participant p JOIN accounts_user u ON u.id = p.user_id
    WHERE p.session_id = ANY(%(sessions)s) AND p.left_at IS NULL ORDER BY p.id
"""
MATERIALS = f"""
    SELECT m.session_id, m.id, m.title, m.type, m.url, m.file_name, m.content, m.uploaded_at,
           {PERSON.format("u")}
    FROM materials_material m JOIN accounts_user u ON u.id = m.uploaded_by_id
    JOIN sessions_app_session s ON s.id = m.session_id
    WHERE m.session_id = ANY(%(sessions)s) AND (%(staff)s OR s.creator_id = %(me)s OR EXISTS (
        SELECT 1 FROM sessions_app_participant p
        WHERE p.session_id = m.session_id AND p.user_id = %(me)s AND p.left_at IS NULL))
    ORDER BY m.id
"""
REQUESTS = f"""
    SELECT r.session_id, r.id, r.message, r.status, r.requested_at, {PERSON.format("u")}
    FROM sessions_app_bookingrequest r JOIN accounts_user u ON u.id = r.user_id
    JOIN sessions_app_session s ON s.id = r.session_id
    WHERE r.session_id = ANY(%(sessions)s) AND r.status <> 'withdrawn'
      AND (%(staff)s OR s.creator_id = %(me)s OR r.user_id = %(me)s)
    ORDER BY r.status <> 'pending', r.id DESC
"""

NOTIFICATIONS = """
    SELECT id, user_id, title, message, type, session_id, read, created_at
    FROM notifications_notification WHERE user_id = %s ORDER BY id DESC LIMIT 101
"""
WERE_FRIENDS = """
    SELECT 1 FROM friendships_friendship
    WHERE least(from_user_id, to_user_id) = least(%(me)s, %(other)s)
      AND greatest(from_user_id, to_user_id) = greatest(%(me)s, %(other)s) AND since IS NOT NULL
"""
MESSAGES = """
    SELECT id, sender_id, recipient_id, text, session_id, read, created_at
    FROM friendships_message
    WHERE least(sender_id, recipient_id) = least(%(me)s, %(other)s)
      AND greatest(sender_id, recipient_id) = greatest(%(me)s, %(other)s)
    ORDER BY id DESC LIMIT 101
"""

JOIN = """
    INSERT INTO sessions_app_participant (session_id, user_id, joined_at)
    VALUES (%(pk)s, %(me)s, %(now)s) RETURNING id
"""
COUNT_IN = """
    UPDATE sessions_app_session
    SET participant_count = participant_count + 1, version = version + 1
    WHERE id = %(pk)s AND status = 'upcoming' AND date > %(now)s
      AND creator_id <> %(me)s AND participant_count < max_participants
    RETURNING creator_id, title
"""
NOTIFY = """
    INSERT INTO notifications_notification
        (user_id, type, event, title, message, session_id, read, created_at)
    VALUES (%s, 'session_update', 'joined', %s, %s, %s, false, %s)
"""
