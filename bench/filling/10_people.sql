-- Every fifth person is an instructor. Nobody has a password.
INSERT INTO accounts_user (
    id, password, is_superuser, is_staff, is_active, first_name, last_name, username, email,
    role, timezone, token_generation, email_notifications, date_joined
)
SELECT
    id, '!' || md5(id::text), false, false, true,
    bench.word(id, 1, '{Ada,Ben,Chloe,David,Emre,Fatima,Grace,Hugo,Ines,Jonas,Kira,Liam}'),
    bench.word(id, 2, '{Smith,Costa,Okafor,Novak,Tanaka,Rossi,Weber,Silva,Dubois,Kim,Reed}'),
    'person' || id, 'person' || id || '@example.com',
    CASE WHEN mod(id, 5) = 0 THEN 'instructor' ELSE 'student' END,
    bench.word(id, 3, '{UTC,Europe/Berlin,America/New_York,Asia/Kolkata}'), 0, false,
    %(base)s - interval '3 years' + id * interval '1 second'
FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS id
