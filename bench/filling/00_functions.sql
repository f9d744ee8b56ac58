-- Pseudo-random choices, the same on every machine. Each purpose has its own `salt`.
CREATE SCHEMA bench;

CREATE FUNCTION bench.pick(id bigint, salt bigint, choices bigint) RETURNS bigint
IMMUTABLE PARALLEL SAFE LANGUAGE sql AS
'SELECT mod(hashint8extended(id, salt) & 9223372036854775807, choices)';

CREATE FUNCTION bench.word(id bigint, salt bigint, words text[]) RETURNS text
IMMUTABLE PARALLEL SAFE LANGUAGE sql AS
'SELECT words[1 + bench.pick(id, salt, cardinality(words))]';

-- The k-th other person of a session: never its creator, and different for each small k.
CREATE FUNCTION bench.other(session bigint, creator bigint, k bigint, people bigint) RETURNS bigint
IMMUTABLE PARALLEL SAFE LANGUAGE sql AS
'SELECT 1 + mod(creator + mod(bench.pick(session, 20, people - 1) + k * 7919, people - 1), people)';
