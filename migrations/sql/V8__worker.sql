-- What nobody waits for: jobs, and consumers that follow feeds by position. And the erasing of what removed chats and
-- closed accounts held, which is the first of it.

-- The role of workers. --------------------------------------------------------------------------------------------------

DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'antiphon_worker') THEN
        BEGIN
            CREATE ROLE antiphon_worker LOGIN;
        EXCEPTION WHEN duplicate_object OR unique_violation THEN
            NULL; -- Another database of the same server was migrated at the same moment.
        END;
    END IF;
END
$$;
GRANT USAGE ON SCHEMA public TO antiphon_worker;
GRANT SELECT ON refinery_schema_history TO antiphon_worker;

-- Jobs: work that nobody waits for, kept here until it is done. ---------------------------------------------------------

CREATE TABLE jobs (
    id         uuid PRIMARY KEY,
    kind       text NOT NULL,
    key        text NOT NULL, -- what it is about, or its period: the same job is never there twice
    state      text NOT NULL DEFAULT 'QUEUED' CHECK (state IN ('QUEUED', 'DONE', 'EXPIRED', 'DEAD')),
    run_at     timestamptz NOT NULL DEFAULT clock_timestamp(), -- while it is leased: when the lease ends
    lease      uuid, -- of whoever works on it
    attempts   integer NOT NULL DEFAULT 0, -- leases since it last made progress
    progress   jsonb, -- how far it has come, changed together with what it has done
    last_error text,
    expires_at timestamptz, -- from here on it is not worth doing
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    ended_at   timestamptz,
    UNIQUE (kind, key),
    CHECK ((state = 'QUEUED') = (ended_at IS NULL))
);
CREATE INDEX jobs_due ON jobs (run_at) WHERE state = 'QUEUED';
CREATE INDEX jobs_ended ON jobs (ended_at) WHERE state <> 'QUEUED';
GRANT SELECT, INSERT, UPDATE, DELETE ON jobs TO antiphon_worker;

-- Consumers of feeds. ---------------------------------------------------------------------------------------------------

-- The shard of a feed, from 0 to 15. The last byte of an id is random.
CREATE FUNCTION feed_shard(feed uuid) RETURNS integer
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT get_byte(uuid_send(feed), 15) & 15
$$;

-- Whoever works on a shard holds its row's lock: that is the lease, and it ends with the transaction or the connection.
CREATE TABLE consumer_shards (
    consumer   text NOT NULL,
    shard      integer NOT NULL CHECK (shard BETWEEN 0 AND 15),
    started_at timestamptz NOT NULL, -- what happened before is none of the consumer's business
    watermark  timestamptz NOT NULL, -- events are looked for from a while before it
    PRIMARY KEY (consumer, shard)
);

-- How far a consumer has come in a feed. A feed in which nothing happened that concerns it has no row.
CREATE TABLE consumer_positions (
    consumer text NOT NULL,
    feed_id  uuid NOT NULL,
    seq      bigint NOT NULL,
    event_id uuid NOT NULL,
    PRIMARY KEY (consumer, feed_id)
);
GRANT SELECT, INSERT, UPDATE ON consumer_shards, consumer_positions TO antiphon_worker;

-- Finds what happened lately, whatever the table's size. It knows ranges of pages rather than rows, and an insert changes
-- it only when the first row of a range comes.
CREATE INDEX feed_events_at ON feed_events USING brin (at) WITH (pages_per_range = 16);

-- Vacuum brings new pages into that index, and takes from the disk what was erased. Both must not wait until a fifth of a
-- large table is new or dead.
DO $$
BEGIN
    FOR part IN 0..15 LOOP
        EXECUTE format('ALTER TABLE feed_events_%s SET (autovacuum_vacuum_insert_scale_factor = 0, autovacuum_vacuum_insert_threshold = 10000)', part);
        EXECUTE format('ALTER TABLE feed_events_%s SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 50)', part);
        EXECUTE format('ALTER TABLE messages_%s SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 50)', part);
        EXECUTE format('ALTER TABLE messages_%s SET (toast.autovacuum_vacuum_scale_factor = 0, toast.autovacuum_vacuum_threshold = 50)', part);
    END LOOP;
END
$$;

GRANT SELECT (feed_id, seq, id, kind, at) ON feed_events TO antiphon_worker;
GRANT SELECT (id, last_seq, message_count) ON feeds TO antiphon_worker;
CREATE POLICY worker_reads ON feed_events FOR SELECT TO antiphon_worker USING (true);
CREATE POLICY worker_reads ON feeds FOR SELECT TO antiphon_worker USING (true);

-- Erasing. --------------------------------------------------------------------------------------------------------------

-- A worker can read no text, no profile and no password, and can change none of them except through these functions, which
-- touch removed chats and closed accounts only.

ALTER TABLE chats ADD COLUMN erased_at timestamptz;
ALTER TABLE users ADD COLUMN erased_at timestamptz;
CREATE INDEX chats_to_erase ON chats (id) WHERE removed_at IS NOT NULL AND erased_at IS NULL;
CREATE INDEX users_to_erase ON users (id) WHERE deactivated_at IS NOT NULL AND erased_at IS NULL;
GRANT SELECT (id, removed_at, erased_at) ON chats TO antiphon_worker;
GRANT SELECT (id, deactivated_at, erased_at) ON users TO antiphon_worker;

-- The texts of the messages with these numbers. The rows stay: they are what makes a retried send the same send, and the
-- numbers dense.
CREATE FUNCTION erase_messages(chat uuid, first bigint, last bigint) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH erased AS (
        UPDATE messages
        SET content = NULL, removed_at = clock_timestamp(), revision = revision + 1
        WHERE chat_id = chat AND number BETWEEN first AND last AND content IS NOT NULL
          AND EXISTS (SELECT FROM chats c WHERE c.id = chat AND c.removed_at IS NOT NULL)
        RETURNING number
    )
    SELECT count(*) FROM erased
$$;

-- The data of the events with these seqs, in the feed of a removed chat or of a closed account. The events stay, as
-- positions. The end of a session stays readable: receivers that were away close sockets by it, and it holds an id only.
CREATE FUNCTION erase_events(feed uuid, first bigint, last bigint) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH erased AS (
        UPDATE feed_events
        SET data = NULL
        WHERE feed_id = feed AND seq BETWEEN first AND last AND data IS NOT NULL AND kind <> 'SESSION_REVOKED'
          AND (EXISTS (SELECT FROM chats c WHERE c.id = feed AND c.removed_at IS NOT NULL)
               OR EXISTS (SELECT FROM users u WHERE u.id = feed AND u.deactivated_at IS NOT NULL))
        RETURNING seq
    )
    SELECT count(*) FROM erased
$$;

-- What a removed chat was called, after everything else.
CREATE FUNCTION erase_chat(chat uuid) RETURNS boolean
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH erased AS (
        UPDATE chats
        SET name = CASE WHEN kind <> 'DIRECT' THEN '-' END, name_folded = NULL, description = '',
            erased_at = clock_timestamp()
        WHERE id = chat AND removed_at IS NOT NULL AND erased_at IS NULL
        RETURNING id
    )
    SELECT count(*) = 1 FROM erased
$$;

-- Stands for an address that is kept from others and from us.
CREATE FUNCTION address_digest(folded text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT 'sha256:' || encode(sha256(convert_to(folded, 'UTF8')), 'hex')
$$;

-- A closed account keeps its id and its username, which stand on its messages, and a digest of its address: both stay
-- taken. The hash in the place of its password's costs as much to compare and belongs to no password that anyone can find.
CREATE FUNCTION erase_account(account uuid) RETURNS boolean
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH erased AS (
        UPDATE users
        SET password_hash = '$argon2id$v=19$m=19456,t=2,p=1$' || repeat('A', 22) || '$' || repeat('A', 43),
            email = 'erased:' || id, email_folded = address_digest(email_folded),
            display_name = username, name_folded = NULL, about = '', needs_folding = false,
            erased_at = clock_timestamp()
        WHERE id = account AND deactivated_at IS NOT NULL AND erased_at IS NULL
        RETURNING id
    )
    SELECT count(*) = 1 FROM erased
$$;

-- An address whose digest is kept is taken. Asked after the row was inserted: an account that is being erased at the same
-- moment holds the index until its digest can be seen.
CREATE FUNCTION refuse_taken_address() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM public.users u WHERE u.email_folded = public.address_digest(NEW.email_folded)) THEN
        RAISE unique_violation USING MESSAGE = 'the address is taken', CONSTRAINT = 'users_email_folded';
    END IF;
    RETURN NULL;
END
$$;
REVOKE EXECUTE ON FUNCTION refuse_taken_address FROM PUBLIC;
CREATE TRIGGER users_address AFTER INSERT ON users
    FOR EACH ROW WHEN (NEW.email_folded IS NOT NULL) EXECUTE FUNCTION refuse_taken_address();

REVOKE EXECUTE ON FUNCTION erase_messages, erase_events, erase_chat, erase_account FROM PUBLIC;
GRANT EXECUTE ON FUNCTION erase_messages, erase_events, erase_chat, erase_account TO antiphon_worker;

-- Forgetting what has expired. ------------------------------------------------------------------------------------------

CREATE INDEX sessions_expired ON sessions (expires_at) WHERE revoked_at IS NULL;
CREATE INDEX refresh_tokens_spent ON refresh_tokens (consumed_at) WHERE consumed_at IS NOT NULL;
CREATE INDEX reserved_usernames_until ON reserved_usernames (until);

GRANT SELECT (id, user_id, user_agent, expires_at, revoked_at), UPDATE (user_agent), DELETE ON sessions TO antiphon_worker;
GRANT SELECT (hash, session_id, consumed_at, successor), UPDATE (successor), DELETE ON refresh_tokens TO antiphon_worker;
GRANT SELECT (username, until), DELETE ON reserved_usernames TO antiphon_worker;
