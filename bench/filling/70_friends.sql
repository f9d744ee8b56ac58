-- Each person is a friend of the next four by id; the request to the fifth is pending.
INSERT INTO friendships_friendship (
    from_user_id, to_user_id, status, version, asks, created_at, updated_at, since
)
SELECT
    id, id + k, CASE WHEN k < 5 THEN 'accepted' ELSE 'pending' END, 1,
    CASE WHEN k < 5 THEN 0 ELSE 1 END, asked_at, asked_at, CASE WHEN k < 5 THEN asked_at END
FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS id
CROSS JOIN generate_series(1, 5) AS k
CROSS JOIN LATERAL (SELECT %(base)s - (400 - k) * interval '1 day' AS asked_at) AS asked
WHERE id + k <= %(people)s
ORDER BY id, k
