-- The first three fifths are past, and the others begin in 30 to 120 days, so that a database can be
-- used for a month before any session expires. Seven in ten have the booking mode `instant`.
INSERT INTO sessions_app_session (
    id, version, created_at, updated_at, booking_mode, status, title, description, subject,
    level, date, duration, ends_at, max_participants, participant_count, approved_at,
    started_at, cancel_reason, creator_id, reminder_round
)
SELECT
    id, 1, created_at, created_at, mode, status,
    subject || ': ' || bench.word(id, 30, '{first steps,workshop,exam practice,open questions,\
the hard parts,projects,old papers,a second look}') || ' ' || id,
    'Bring what you have tried so far, and your questions on ' || lower(subject) || '. We begin with'
    || ' a short example, work on two exercises in pairs, and keep the last minutes for what is'
    || ' still unclear. No preparation needed beyond the basics.',
    CASE WHEN mode = 'instant' AND bench.pick(id, 31, 10) = 0 THEN '' ELSE subject END,
    bench.word(id, 32, '{beginner,beginner,intermediate,advanced}'),
    date, duration, coalesce(started_at, date) + duration * interval '1 minute', places,
    CASE
        WHEN status IN ('pending_approval', 'approved') THEN 0
        WHEN status = 'scheduled' THEN least(places, 1 + bench.pick(id, 33, 13))
        ELSE least(places, bench.pick(id, 33, 15))
    END,
    CASE WHEN mode = 'request' AND status <> 'pending_approval' THEN created_at END,
    started_at, '',
    CASE
        WHEN mode = 'instant' THEN 5 * (1 + bench.pick(id, 34, %(people)s / 5))
        ELSE 1 + bench.pick(id, 34, %(people)s)
    END, 0
FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS id
CROSS JOIN LATERAL (
    SELECT
        CASE WHEN bench.pick(id, 10, 10) < 7 THEN 'instant' ELSE 'request' END AS mode,
        id * 5 <= %(sessions)s * 3 AS past,
        bench.pick(id, 11, 100) AS fate,
        bench.word(id, 12, '{Mathematics,Linear algebra,Calculus,Physics,Organic chemistry,Biology,\
History,Spanish,Essay writing,Python,Data structures,Statistics,Economics,Music theory}') AS subject,
        15 * (2 + bench.pick(id, 13, 7)) AS duration
) AS drawn
CROSS JOIN LATERAL (
    SELECT
        CASE
            WHEN past AND fate < 2 THEN 'ongoing'
            WHEN past AND fate < 80 THEN 'completed'
            WHEN fate >= 95 OR (past AND fate < 90) THEN 'cancelled'
            WHEN past THEN 'expired'
            WHEN mode = 'instant' THEN 'upcoming'
            WHEN fate < 30 THEN 'pending_approval'
            WHEN fate < 40 THEN 'approved'
            ELSE 'scheduled'
        END AS status,
        2 + bench.pick(id, 14, CASE WHEN mode = 'instant' THEN 19 ELSE 29 END) AS places,
        -- Future sessions were created within the last month, past ones before.
        %(base)s - interval '1 month' + CASE
            WHEN past THEN (id * 5.0 / (%(sessions)s * 3) - 1) * interval '2 years'
            ELSE bench.pick(id, 15, 2500000) * interval '1 second'
        END AS created
) AS settled
CROSS JOIN LATERAL (
    SELECT
        date_trunc('second', created) AS created_at,
        CASE
            WHEN past THEN date_trunc('hour', created) + (24 + bench.pick(id, 16, 600)) * interval '1 hour'
            ELSE date_trunc('hour', %(base)s) + (30 * 24 + bench.pick(id, 16, 90 * 24)) * interval '1 hour'
        END AS date
) AS dated
CROSS JOIN LATERAL (
    SELECT CASE WHEN status IN ('ongoing', 'completed') THEN date END AS started_at
) AS begun
