-- One completed 1-on-1 session of each person with the next one.
INSERT INTO zoom_oneononesession (
    initiator_id, participant_id, status, version, initiator_ready, participant_ready,
    started_by_id, zoom_meeting_id, zoom_meeting_url, zoom_meeting_password, zoom_host,
    created_at, updated_at, started_at, ended_at
)
SELECT
    id, id + 1, 'completed', 3, true, true, id, '', '', '', '', day, day, day,
    day + interval '40 minutes'
FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS id
CROSS JOIN LATERAL (SELECT %(base)s - bench.pick(id, 80, 300) * interval '1 day' AS day) AS drawn
WHERE id < %(people)s
ORDER BY id
