-- Threads: views of a chat's own number line. A reply in a thread is a message as any other, with the same feed and the same
-- numbers, that also says which message it belongs to and which reply it is there.

-- Both or neither. The ordinals of a thread are dense, from 1, and given under the lock of the chat's feed.
ALTER TABLE messages
    ADD COLUMN thread_root_id uuid,
    ADD COLUMN thread_ordinal integer CHECK (thread_ordinal >= 1),
    ADD CONSTRAINT messages_thread CHECK ((thread_root_id IS NULL) = (thread_ordinal IS NULL));

-- Only replies stand in these: a message of the timeline costs nothing. The pages of a thread; a user's own replies above
-- their mark, which are not new to them; and replies that were removed, which leave nothing to read.
CREATE INDEX messages_of_thread ON messages (chat_id, thread_root_id, number) WHERE thread_root_id IS NOT NULL;
CREATE INDEX messages_own_replies ON messages (chat_id, sender_id, number)
    WHERE thread_root_id IS NOT NULL AND removed_at IS NULL;
CREATE INDEX messages_removed_of_thread ON messages (chat_id, thread_root_id, number)
    WHERE thread_root_id IS NOT NULL AND removed_at IS NOT NULL;

-- What a message shows of the thread under it. Written by sender only, with each reply. A message without replies has no row.
CREATE TABLE threads (
    chat_id       uuid NOT NULL,
    root_id       uuid NOT NULL,
    reply_count   integer NOT NULL CHECK (reply_count >= 1), -- ever, removed ones included: the ordinal of the newest
    last_number   bigint NOT NULL CHECK (last_number >= 1), -- of the newest reply
    last_reply_at timestamptz NOT NULL,
    last_user_ids uuid[] NOT NULL CHECK (cardinality(last_user_ids) BETWEEN 1 AND 5), -- who replied last, newest first
    PRIMARY KEY (chat_id, root_id)
) PARTITION BY HASH (chat_id);

DO $$
BEGIN
    FOR part IN 0..15 LOOP
        EXECUTE format('CREATE TABLE threads_%1$s PARTITION OF threads FOR VALUES WITH (MODULUS 16, REMAINDER %1$s) WITH (fillfactor = 80)', part);
        EXECUTE format('ALTER TABLE threads_%s SET (autovacuum_vacuum_scale_factor = 0.02)', part);
    END LOOP;
END
$$;

-- Who follows a thread, and how far they have read in it: the author of the root, whoever replied, and whoever asked to. Who
-- does not follow any longer keeps the row with the mark. Not partitioned: a user's threads of all chats are read at once.
CREATE TABLE thread_follows (
    chat_id          uuid NOT NULL,
    root_id          uuid NOT NULL,
    user_id          uuid NOT NULL,
    following        boolean NOT NULL,
    last_read_number bigint NOT NULL DEFAULT 0 CHECK (last_read_number >= 0),
    PRIMARY KEY (chat_id, root_id, user_id)
) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02);
CREATE INDEX thread_follows_of_user ON thread_follows (user_id, chat_id, root_id) WHERE following;

GRANT SELECT, INSERT, UPDATE ON threads, thread_follows TO antiphon_sender;
GRANT SELECT ON threads, thread_follows TO antiphon_receiver;

-- A chat may do without.
ALTER TABLE chats ADD COLUMN threads_allowed boolean NOT NULL DEFAULT true;

-- Counting. --------------------------------------------------------------------------------------------------------------

-- Messages above the mark that are still there and somebody else's. A message that is sent to the timeline moves its
-- sender's mark; a reply in a thread does not, so own replies may stand above the mark. Up to 10,000 removed messages and own
-- replies are told apart; beyond them the count may be too high, and no count costs more than reading so many entries.
CREATE OR REPLACE VIEW unread_counts AS
    SELECT p.user_id, p.chat_id, f.message_count - p.last_read_number - known.count AS unread_count
    FROM participants p
    JOIN feeds f ON f.id = p.chat_id
    CROSS JOIN LATERAL (
        SELECT count(*) AS count
        FROM (
            SELECT m.number FROM messages m
            WHERE m.chat_id = p.chat_id AND m.number > p.last_read_number AND m.removed_at IS NOT NULL
            UNION ALL
            SELECT m.number FROM messages m
            WHERE m.chat_id = p.chat_id AND m.sender_id = p.user_id AND m.number > p.last_read_number
              AND m.thread_root_id IS NOT NULL AND m.removed_at IS NULL
            LIMIT 10000
        ) above
    ) known
    WHERE p.left_seq IS NULL;

-- Replies that a follower has not read: those after the newest one that is read, without those that were removed. What is
-- read is whatever the mark of the thread or that of the chat reaches, and what was sent before they joined: who has read
-- the chat has read its threads. Own replies are below the mark of the thread, which each of them moves.
CREATE VIEW thread_unread_counts AS
    SELECT f.user_id, f.chat_id, f.root_id, f.following, f.last_read_number,
           t.reply_count - read.ordinal - removed.count AS unread_count
    FROM thread_follows f
    JOIN participants p ON p.chat_id = f.chat_id AND p.user_id = f.user_id AND p.left_seq IS NULL
    JOIN threads t ON t.chat_id = f.chat_id AND t.root_id = f.root_id
    CROSS JOIN LATERAL (
        SELECT greatest(f.last_read_number, p.last_read_number, p.joined_number) AS number
    ) mark
    CROSS JOIN LATERAL (
        SELECT coalesce((
            SELECT m.thread_ordinal FROM messages m
            WHERE m.chat_id = f.chat_id AND m.thread_root_id = f.root_id AND m.number <= mark.number
            ORDER BY m.number DESC
            LIMIT 1
        ), 0) AS ordinal
    ) read
    CROSS JOIN LATERAL (
        SELECT count(*) AS count
        FROM (
            SELECT FROM messages m
            WHERE m.chat_id = f.chat_id AND m.thread_root_id = f.root_id AND m.number > mark.number
              AND m.removed_at IS NOT NULL
            LIMIT 10000
        ) above
    ) removed;

GRANT SELECT ON thread_unread_counts TO antiphon_receiver;

-- Events. ----------------------------------------------------------------------------------------------------------------

ALTER POLICY users_appends ON feed_events WITH CHECK (
    EXISTS (SELECT FROM users u WHERE u.id = feed_events.feed_id)
    AND kind <> ALL ('{CHAT_CREATED,CHAT_UPDATED,CHAT_REMOVED,MESSAGE_ADDED,MESSAGE_UPDATED,MESSAGE_REMOVED,REACTION_CHANGED,PARTICIPANTS_ADDED,PARTICIPANT_REMOVED,PARTICIPANT_ROLE_CHANGED,CHAT_ADDED,CHAT_LEFT,READ_MARK_MOVED,THREAD_FOLLOW_CHANGED}')
);

-- Erasing. ---------------------------------------------------------------------------------------------------------------

-- The texts of the messages with these numbers, what others thought of them, and the threads under them. The rows of the
-- messages stay: they are what makes a retried send the same send, and the numbers dense.
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
    ), erased_threads AS (
        DELETE FROM threads t USING messages_to_erase e WHERE t.chat_id = chat AND t.root_id = e.id
    ), erased_follows AS (
        DELETE FROM thread_follows f USING messages_to_erase e WHERE f.chat_id = chat AND f.root_id = e.id
    ), erased AS (
        UPDATE messages m
        SET content = NULL, removed_at = clock_timestamp(), revision = revision + 1
        FROM messages_to_erase e
        WHERE m.chat_id = chat AND m.id = e.id AND m.content IS NOT NULL
        RETURNING m.number
    )
    SELECT count(*) FROM erased
$$;
