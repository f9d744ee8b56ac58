-- A link or a note in every other session.
INSERT INTO materials_material (
    session_id, uploaded_by_id, type, title, url, content, file_name, store, stored_name, uploaded_at
)
SELECT
    id, creator_id, type, 'Reading for ' || lower(subject),
    CASE WHEN type = 'link' THEN 'https://example.com/reading/' || id ELSE '' END,
    CASE WHEN type = 'note' THEN 'Chapter two, and the exercises after it.' ELSE '' END,
    '', '', '', created_at
FROM sessions_app_session
CROSS JOIN LATERAL (
    SELECT CASE WHEN bench.pick(id, 60, 2) = 0 THEN 'link' ELSE 'note' END AS type
) AS drawn
WHERE bench.pick(id, 61, 2) = 0 AND id BETWEEN %(first)s AND %(last)s
ORDER BY id
