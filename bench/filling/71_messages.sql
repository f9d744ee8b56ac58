-- Three messages between two friends; every twentieth person has a long conversation with the next.
INSERT INTO friendships_message (sender_id, recipient_id, text, read, created_at)
SELECT
    CASE WHEN mod(m, 2) = 0 THEN from_user_id ELSE to_user_id END,
    CASE WHEN mod(m, 2) = 0 THEN to_user_id ELSE from_user_id END,
    bench.word(from_user_id + m, 70, '{Shall we meet on Thursday?,Yes.,That helped a lot - thank you.,\
I have sent you the exercises.,Can we begin half an hour later?,Which chapter was it again?}'),
    m < talked - 2, %(base)s - (talked - m) * interval '3 hours'
FROM friendships_friendship
CROSS JOIN LATERAL (
    SELECT CASE
        WHEN mod(from_user_id, 20) = 0 AND to_user_id = from_user_id + 1 THEN 150 ELSE 3
    END AS talked
) AS drawn
CROSS JOIN LATERAL generate_series(1, talked) AS m
WHERE status = 'accepted' AND from_user_id BETWEEN %(first)s AND %(last)s
ORDER BY from_user_id, to_user_id, m
