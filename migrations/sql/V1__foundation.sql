-- The database's shape for accounts, chats and feeds. See README.md for who may do what.
--
-- Conventions: ids are UUIDv7 made in Rust; times are timestamptz from this server's clock; text that has a closed set
-- of values is checked, not an enum, so that adding a value is an expand-only migration.

-- Roles. One per service, and each can do exactly what its service does. Passwords are set by `migrate`, never here.
DO $$
DECLARE
    service text;
BEGIN
    FOREACH service IN ARRAY ARRAY['antiphon_users', 'antiphon_sender', 'antiphon_receiver'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = service) THEN
            BEGIN
                EXECUTE format('CREATE ROLE %I LOGIN', service);
            EXCEPTION WHEN duplicate_object OR unique_violation THEN
                NULL; -- Another database of the same server was migrated at the same moment.
            END;
        END IF;
    END LOOP;
END
$$;

REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO antiphon_users, antiphon_sender, antiphon_receiver;
GRANT SELECT ON refinery_schema_history TO antiphon_users, antiphon_sender, antiphon_receiver;

CREATE EXTENSION IF NOT EXISTS pg_trgm;

-- Feeds: the numbered lists of durable changes, one per chat and one per user. -------------------------------------

-- The only hot row of the system: everything that changes with every message stands here, narrow, with room on its
-- page for heap-only updates. Its row lock is what makes commit order equal seq order.
CREATE TABLE feeds (
    id              uuid PRIMARY KEY,
    last_seq        bigint NOT NULL DEFAULT 0 CHECK (last_seq >= 0),
    head_id         uuid,
    last_at         timestamptz NOT NULL DEFAULT clock_timestamp(),
    message_count   bigint NOT NULL DEFAULT 0 CHECK (message_count >= 0),
    last_message_at timestamptz,
    CHECK ((last_seq = 0) = (head_id IS NULL))
) WITH (fillfactor = 50);

CREATE TABLE feed_events (
    feed_id    uuid NOT NULL,
    seq        bigint NOT NULL CHECK (seq >= 1),
    id         uuid NOT NULL,
    prev_id    uuid,
    kind       text NOT NULL,
    at         timestamptz NOT NULL,
    actor_id   uuid,
    message_id uuid, -- The message the event is about. Its text is never copied into the feed.
    data       jsonb,
    PRIMARY KEY (feed_id, seq),
    CHECK ((seq = 1) = (prev_id IS NULL))
) PARTITION BY HASH (feed_id);

-- The one way to write an event: takes the locks of the given feeds in id order (so that two calls cannot deadlock),
-- numbers one event in each, and answers with what was numbered. A feed that does not exist is skipped: the caller
-- compares the rows. An event of the kind MESSAGE_ADDED counts as a message too, and its id is the message's id.
--
-- The row lock is held until the caller's transaction ends, so commit order equals seq order and a reader never sees a
-- hole that fills later. A rollback takes the numbers back.
CREATE FUNCTION append_events(feed_ids uuid[], ids uuid[], kinds text[], actor uuid, message_ids uuid[], datas jsonb[])
RETURNS TABLE (feed_id uuid, seq bigint, id uuid, prev_id uuid, at timestamptz, message_count bigint)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
BEGIN
    PERFORM FROM feeds f WHERE f.id = ANY (feed_ids) ORDER BY f.id FOR UPDATE;

    RETURN QUERY
    WITH input AS (
        SELECT i.feed_id, i.id, i.kind, i.message_id, i.data, f.head_id AS prev_id
        FROM unnest(feed_ids, ids, kinds, message_ids, datas) AS i (feed_id, id, kind, message_id, data)
        JOIN feeds f ON f.id = i.feed_id
    ), advanced AS (
        UPDATE feeds f
        SET last_seq = f.last_seq + 1,
            head_id = i.id,
            -- Strictly growing, also when the clock steps back.
            last_at = greatest(clock_timestamp(), f.last_at + interval '1 microsecond'),
            message_count = f.message_count + (i.kind = 'MESSAGE_ADDED')::int,
            last_message_at = CASE i.kind WHEN 'MESSAGE_ADDED' THEN clock_timestamp() ELSE f.last_message_at END
        FROM input i
        WHERE f.id = i.feed_id
        RETURNING f.id AS feed_id, f.last_seq AS seq, f.last_at AS at, f.message_count
    ), appended AS (
        INSERT INTO feed_events (feed_id, seq, id, prev_id, kind, at, actor_id, message_id, data)
        SELECT a.feed_id, a.seq, i.id, i.prev_id, i.kind, a.at, actor, i.message_id, i.data
        FROM advanced a
        JOIN input i ON i.feed_id = a.feed_id
    )
    SELECT a.feed_id, a.seq, i.id, i.prev_id, a.at, a.message_count
    FROM advanced a
    JOIN input i ON i.feed_id = a.feed_id;
END
$$;

-- Accounts: written by users only. -----------------------------------------------------------------------------------

CREATE TABLE users (
    id             uuid PRIMARY KEY,
    username       text NOT NULL CHECK (username ~ '^[a-z0-9_-]{3,50}$'),
    email          text NOT NULL,
    password_hash  text NOT NULL, -- argon2id, as a PHC string that names its own parameters
    display_name   text NOT NULL CHECK (char_length(display_name) BETWEEN 1 AND 100),
    about          text NOT NULL DEFAULT '' CHECK (char_length(about) <= 500),
    version        integer NOT NULL DEFAULT 1, -- optimistic lock of the profile
    created_at     timestamptz NOT NULL DEFAULT clock_timestamp(),
    deactivated_at timestamptz
);
CREATE UNIQUE INDEX users_username ON users (username);
CREATE UNIQUE INDEX users_email ON users (lower(email));
CREATE INDEX users_search ON users USING gin (username gin_trgm_ops, display_name gin_trgm_ops) WITH (fastupdate = off)
    WHERE deactivated_at IS NULL;

-- A username that was given up stays with its last holder for a while, so that nobody can pose as them.
CREATE TABLE reserved_usernames (
    username text PRIMARY KEY,
    user_id  uuid NOT NULL REFERENCES users,
    until    timestamptz NOT NULL
);

-- One row per signed-in device: a family of refresh tokens.
CREATE TABLE sessions (
    id           uuid PRIMARY KEY,
    user_id      uuid NOT NULL REFERENCES users,
    user_agent   text NOT NULL DEFAULT '',
    created_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
    last_used_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    expires_at   timestamptz NOT NULL,
    revoked_at   timestamptz
);
CREATE INDEX sessions_of_user ON sessions (user_id, id) WHERE revoked_at IS NULL;

CREATE TABLE refresh_tokens (
    hash        bytea PRIMARY KEY CHECK (octet_length(hash) = 32), -- SHA-256 of 256 random bits
    session_id  uuid NOT NULL REFERENCES sessions,
    issued_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
    consumed_at timestamptz,
    successor   bytea REFERENCES refresh_tokens
);
CREATE INDEX refresh_tokens_of_session ON refresh_tokens (session_id);

-- What other services may see of an account: nothing that is secret.
CREATE VIEW public_profiles AS
    SELECT id, username, display_name, about, created_at
    FROM users
    WHERE deactivated_at IS NULL;

CREATE VIEW live_sessions AS
    SELECT id, user_id
    FROM sessions
    WHERE revoked_at IS NULL;

-- Chats: written by sender only. -------------------------------------------------------------------------------------

CREATE TABLE chats (
    id                uuid PRIMARY KEY,
    kind              text NOT NULL CHECK (kind IN ('DIRECT', 'GROUP', 'PUBLIC')),
    name              text CHECK (char_length(name) BETWEEN 1 AND 100),
    description       text NOT NULL DEFAULT '' CHECK (char_length(description) <= 500),
    direct_pair       text UNIQUE, -- both user ids, smaller first: one direct chat per pair, also under a race
    participant_count integer NOT NULL CHECK (participant_count >= 0),
    created_by        uuid NOT NULL,
    created_at        timestamptz NOT NULL DEFAULT clock_timestamp(),
    request_hash      bytea NOT NULL, -- of the creating request: tells a retry from another request with the same id
    removed_at        timestamptz,
    CHECK ((kind = 'DIRECT') = (direct_pair IS NOT NULL)),
    CHECK ((kind = 'DIRECT') = (name IS NULL))
);
CREATE INDEX chats_public_name ON chats USING gin (name gin_trgm_ops) WHERE kind = 'PUBLIC' AND removed_at IS NULL;
CREATE INDEX chats_public ON chats (id) WHERE kind = 'PUBLIC' AND removed_at IS NULL;

-- A participant who left keeps the row, with left_seq set; coming back clears it. Only `markAsRead` sets last_read_at:
-- sending moves the sender's own mark in place, and that update must stay heap-only.
CREATE TABLE participants (
    chat_id          uuid NOT NULL,
    user_id          uuid NOT NULL,
    role             text NOT NULL CHECK (role IN ('OWNER', 'ADMIN', 'MEMBER')),
    last_read_number bigint NOT NULL DEFAULT 0 CHECK (last_read_number >= 0),
    last_read_at     timestamptz,
    joined_seq       bigint NOT NULL,
    joined_at        timestamptz NOT NULL,
    left_seq         bigint,
    PRIMARY KEY (chat_id, user_id)
) WITH (fillfactor = 80);
CREATE INDEX participants_of_user ON participants (user_id, chat_id) WHERE left_seq IS NULL;
CREATE INDEX participants_of_chat ON participants (chat_id, joined_seq, user_id) WHERE left_seq IS NULL;
CREATE INDEX participants_read ON participants (chat_id, last_read_at) WHERE left_seq IS NULL AND last_read_at IS NOT NULL;

CREATE TABLE messages (
    chat_id         uuid NOT NULL,
    id              uuid NOT NULL, -- made by the client: the idempotency key
    number          bigint NOT NULL CHECK (number >= 1),
    seq             bigint NOT NULL CHECK (seq >= 1),
    revision        integer NOT NULL DEFAULT 1,
    sender_id       uuid NOT NULL,
    sender_username text NOT NULL, -- as it was at the time
    content         text,
    reply_to_id     uuid,
    request_hash    bytea NOT NULL,
    created_at      timestamptz NOT NULL,
    edited_at       timestamptz,
    removed_at      timestamptz,
    PRIMARY KEY (chat_id, id),
    UNIQUE (chat_id, number),
    CHECK ((removed_at IS NULL) = (content IS NOT NULL))
) PARTITION BY HASH (chat_id);

DO $$
BEGIN
    FOR part IN 0..15 LOOP
        EXECUTE format('CREATE TABLE messages_%1$s PARTITION OF messages FOR VALUES WITH (MODULUS 16, REMAINDER %1$s)', part);
        EXECUTE format('CREATE TABLE feed_events_%1$s PARTITION OF feed_events FOR VALUES WITH (MODULUS 16, REMAINDER %1$s)', part);
    END LOOP;
END
$$;

-- The source documents' counters, as what they are here: differences of two numbers.
CREATE VIEW unread_counts AS
    SELECT p.user_id, p.chat_id, f.message_count - p.last_read_number AS unread_count
    FROM participants p
    JOIN feeds f ON f.id = p.chat_id
    WHERE p.left_seq IS NULL;

CREATE VIEW message_reads AS
    SELECT m.chat_id, m.id AS message_id, p.user_id
    FROM messages m
    JOIN participants p ON p.chat_id = m.chat_id AND p.last_read_number >= m.number AND p.user_id <> m.sender_id
    WHERE p.left_seq IS NULL;

-- Who may do what. ---------------------------------------------------------------------------------------------------

GRANT SELECT ON public_profiles, live_sessions TO antiphon_users, antiphon_sender, antiphon_receiver;

GRANT SELECT, INSERT, UPDATE ON users, sessions TO antiphon_users;
GRANT SELECT, INSERT, UPDATE, DELETE ON reserved_usernames, refresh_tokens TO antiphon_users;

GRANT SELECT, INSERT, UPDATE ON chats, participants, messages TO antiphon_sender;

-- UPDATE is also what `SELECT … FOR UPDATE` needs. Events are never changed by anyone.
GRANT SELECT, INSERT, UPDATE ON feeds TO antiphon_users, antiphon_sender;
GRANT SELECT, INSERT ON feed_events TO antiphon_users, antiphon_sender;
REVOKE EXECUTE ON FUNCTION append_events FROM PUBLIC;
GRANT EXECUTE ON FUNCTION append_events TO antiphon_users, antiphon_sender;

GRANT SELECT ON feeds, feed_events, chats, participants, messages, unread_counts, message_reads TO antiphon_receiver;
ALTER ROLE antiphon_receiver SET default_transaction_read_only = on;
