-- Reactions: one row for each emoji of a user on a message, and one for each emoji of a message.

-- Written by sender only, under the lock of the chat's feed. `emoji` is the emoji without a skin tone, so that a user has one
-- of a kind on a message; `variant` is what they chose. `seq` is the position of the event that added it.
CREATE TABLE reactions (
    chat_id    uuid NOT NULL,
    message_id uuid NOT NULL,
    emoji      text NOT NULL CHECK (octet_length(emoji) BETWEEN 1 AND 64),
    user_id    uuid NOT NULL,
    variant    text NOT NULL CHECK (octet_length(variant) BETWEEN 1 AND 64),
    seq        bigint NOT NULL CHECK (seq >= 1),
    created_at timestamptz NOT NULL,
    PRIMARY KEY (chat_id, message_id, emoji, user_id)
) PARTITION BY HASH (chat_id);
CREATE INDEX reactions_newest ON reactions (chat_id, message_id, emoji, seq);
CREATE INDEX reactions_of_user ON reactions (chat_id, user_id, message_id);

-- What a message shows: read for each message of a page, so that no page counts reactions. A group without reactions has no
-- row.
CREATE TABLE reaction_groups (
    chat_id       uuid NOT NULL,
    message_id    uuid NOT NULL,
    emoji         text NOT NULL,
    count         integer NOT NULL CHECK (count >= 1),
    position      integer NOT NULL CHECK (position >= 1), -- of the emoji among those of the message
    last_user_ids uuid[] NOT NULL CHECK (cardinality(last_user_ids) BETWEEN 1 AND 5), -- newest first
    PRIMARY KEY (chat_id, message_id, emoji)
) PARTITION BY HASH (chat_id);

DO $$
BEGIN
    FOR part IN 0..15 LOOP
        EXECUTE format('CREATE TABLE reactions_%1$s PARTITION OF reactions FOR VALUES WITH (MODULUS 16, REMAINDER %1$s)', part);
        EXECUTE format('CREATE TABLE reaction_groups_%1$s PARTITION OF reaction_groups FOR VALUES WITH (MODULUS 16, REMAINDER %1$s) WITH (fillfactor = 80)', part);
    END LOOP;
END
$$;

GRANT SELECT, INSERT, UPDATE, DELETE ON reactions, reaction_groups TO antiphon_sender;
GRANT SELECT ON reactions, reaction_groups TO antiphon_receiver;

-- A chat may do without.
ALTER TABLE chats ADD COLUMN reactions_allowed boolean NOT NULL DEFAULT true;

-- Several events of one feed. --------------------------------------------------------------------------------------------

-- As `append_events`, but for any number of events of one feed, in this order and of any actors. None of the kind
-- MESSAGE_ADDED, which `append_messages` numbers. The feed's row is written once; the times are a microsecond apart.
CREATE FUNCTION append_to_feed(feed uuid, ids uuid[], kinds text[], actor_ids uuid[], datas jsonb[])
RETURNS TABLE (id uuid, seq bigint, prev_id uuid, at timestamptz)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    added  bigint := cardinality(ids);
    before feeds;
    now    timestamptz;
BEGIN
    SELECT * INTO before FROM feeds f WHERE f.id = feed FOR UPDATE;
    IF NOT FOUND OR added = 0 THEN
        RETURN;
    END IF;
    -- Strictly growing, also when the clock steps back.
    now := greatest(clock_timestamp(), before.last_at + interval '1 microsecond');
    UPDATE feeds f
    SET last_seq = before.last_seq + added,
        head_id = ids[added],
        last_at = now + (added - 1) * interval '1 microsecond'
    WHERE f.id = feed;

    RETURN QUERY
    INSERT INTO feed_events (feed_id, seq, id, prev_id, kind, at, actor_id, data)
    SELECT feed, before.last_seq + i.place, i.id, coalesce(lag(i.id) OVER (ORDER BY i.place), before.head_id), i.kind,
           now + (i.place - 1) * interval '1 microsecond', i.actor_id, i.data
    FROM unnest(ids, kinds, actor_ids, datas) WITH ORDINALITY AS i (id, kind, actor_id, data, place)
    RETURNING id, seq, prev_id, at;
END
$$;
REVOKE EXECUTE ON FUNCTION append_to_feed FROM PUBLIC;
GRANT EXECUTE ON FUNCTION append_to_feed TO antiphon_sender;

ALTER POLICY users_appends ON feed_events WITH CHECK (
    EXISTS (SELECT FROM users u WHERE u.id = feed_events.feed_id)
    AND kind <> ALL ('{CHAT_CREATED,CHAT_UPDATED,CHAT_REMOVED,MESSAGE_ADDED,MESSAGE_UPDATED,MESSAGE_REMOVED,REACTION_CHANGED,PARTICIPANTS_ADDED,PARTICIPANT_REMOVED,PARTICIPANT_ROLE_CHANGED,CHAT_ADDED,CHAT_LEFT,READ_MARK_MOVED}')
);

-- Erasing. ---------------------------------------------------------------------------------------------------------------

-- The texts of the messages with these numbers, and what others thought of them. The rows of the messages stay: they are
-- what makes a retried send the same send, and the numbers dense.
CREATE OR REPLACE FUNCTION erase_messages(chat uuid, first bigint, last bigint) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH messages_to_erase AS (
        SELECT m.id
        FROM messages m
        WHERE m.chat_id = chat AND m.number BETWEEN first AND last
          AND EXISTS (SELECT FROM chats c WHERE c.id = chat AND c.removed_at IS NOT NULL)
    ), erased_reactions AS (
        DELETE FROM reactions r USING messages_to_erase e WHERE r.chat_id = chat AND r.message_id = e.id
    ), erased_groups AS (
        DELETE FROM reaction_groups g USING messages_to_erase e WHERE g.chat_id = chat AND g.message_id = e.id
    ), erased AS (
        UPDATE messages m
        SET content = NULL, removed_at = clock_timestamp(), revision = revision + 1
        FROM messages_to_erase e
        WHERE m.chat_id = chat AND m.id = e.id AND m.content IS NOT NULL
        RETURNING m.number
    )
    SELECT count(*) FROM erased
$$;

-- Reactions come and go: what they leave behind is cleaned up before it is a fifth of the table.
DO $$
BEGIN
    FOR part IN 0..15 LOOP
        EXECUTE format('ALTER TABLE reactions_%s SET (autovacuum_vacuum_scale_factor = 0.02)', part);
        EXECUTE format('ALTER TABLE reaction_groups_%s SET (autovacuum_vacuum_scale_factor = 0.02)', part);
    END LOOP;
END
$$;
