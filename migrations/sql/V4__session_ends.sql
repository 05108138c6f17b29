-- Sessions that ended are refused by every service while tokens of theirs could still be good, and a used refresh token
-- can be exchanged again only by whoever used it.

-- What each instance polls: the newest ends first, from the index alone.
CREATE INDEX sessions_revoked_at ON sessions (revoked_at) INCLUDE (id) WHERE revoked_at IS NOT NULL;

-- All that the other services may see of a session that has ended.
CREATE VIEW ended_sessions AS
    SELECT id, revoked_at
    FROM sessions
    WHERE revoked_at IS NOT NULL;
GRANT SELECT ON ended_sessions TO antiphon_users, antiphon_sender, antiphon_receiver;

-- A session also ends by its age.
CREATE OR REPLACE VIEW live_sessions AS
    SELECT id, user_id
    FROM sessions
    WHERE revoked_at IS NULL AND expires_at > now();

-- How many times a session was refreshed, and the newest of these times whose access token was seen in use.
ALTER TABLE sessions
    ADD COLUMN refreshes      integer NOT NULL DEFAULT 0,
    ADD COLUMN refreshes_seen integer NOT NULL DEFAULT 0;

-- Of a used token: the id of the request that used it, and what its successor is made of besides the token itself.
ALTER TABLE refresh_tokens
    ADD COLUMN request_id     text CHECK (char_length(request_id) BETWEEN 1 AND 64),
    ADD COLUMN successor_salt bytea CHECK (octet_length(successor_salt) = 32);
