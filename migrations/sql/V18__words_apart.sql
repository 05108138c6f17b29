-- The index of words moves out of the way of those who send: it belongs to a table that workers fill. What they have not come to
-- is found by looking at the messages themselves.

DROP INDEX messages_found;

-- The words of up to 32 messages of a chat that follow each other, a *segment*: those with `number / 32 = segment`. Rows of removed
-- messages have no words, and a segment without words may have no row.
CREATE TABLE message_words (
    chat_id uuid NOT NULL,
    segment bigint NOT NULL CHECK (segment >= 0),
    words   tsvector NOT NULL,
    PRIMARY KEY (chat_id, segment)
) PARTITION BY HASH (chat_id);

-- What is written waits in a short list until it is merged: each search reads the whole list.
DO $$
BEGIN
    FOR part IN 0..15 LOOP
        EXECUTE format('CREATE TABLE message_words_%1$s PARTITION OF message_words FOR VALUES WITH (MODULUS 16, REMAINDER %1$s)', part);
        EXECUTE format('ALTER TABLE message_words_%s SET (autovacuum_vacuum_scale_factor = 0.02)', part);
        EXECUTE format('CREATE INDEX message_words_%1$s_found ON message_words_%1$s USING gin (words) WITH (fastupdate = on, gin_pending_list_limit = 256)', part);
        -- A search asks each partition for the blocks of its own chats only.
        EXECUTE format('GRANT SELECT ON message_words_%s TO antiphon_receiver', part);
        EXECUTE format('REVOKE SELECT ON messages_%s FROM antiphon_receiver', part);
    END LOOP;
END
$$;
GRANT SELECT ON message_words TO antiphon_receiver;

-- Up to which message of a chat the words are indexed. The row is also the lock between a worker that indexes and whoever changes
-- a text.
CREATE TABLE word_positions (
    chat_id uuid PRIMARY KEY,
    number  bigint NOT NULL DEFAULT 0 CHECK (number >= 0)
) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02);
GRANT SELECT ON word_positions TO antiphon_receiver;

-- The words of a segment as its messages are now.
CREATE FUNCTION segment_words(chat uuid, segment bigint, last bigint) RETURNS tsvector
LANGUAGE sql STABLE STRICT SET search_path = public, pg_temp AS $$
    SELECT coalesce(array_to_tsvector(array_agg(DISTINCT lexeme)), '')
    FROM messages m, unnest(tsvector_to_array(search_tokens(search_block(m.chat_id, m.number), m.content))) AS lexeme
    WHERE m.chat_id = chat AND m.number BETWEEN segment * 32 AND least(segment * 32 + 31, last) AND m.content IS NOT NULL
$$;

-- Indexes further messages of a chat, at most `most`, unless somebody else is at it. Returns how many. Whoever removes the chat
-- waits for it, so what is erased later holds everything that was ever indexed.
CREATE FUNCTION index_words(chat uuid, most bigint) RETURNS bigint
LANGUAGE plpgsql STRICT SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    done   bigint;
    newest bigint;
BEGIN
    PERFORM FROM chats c WHERE c.id = chat AND c.removed_at IS NULL FOR SHARE;
    IF NOT FOUND THEN
        RETURN 0;
    END IF;
    INSERT INTO word_positions (chat_id) VALUES (chat) ON CONFLICT DO NOTHING;
    SELECT p.number INTO done FROM word_positions p WHERE p.chat_id = chat FOR UPDATE SKIP LOCKED;
    SELECT least(f.message_count, done + most) INTO newest FROM feeds f WHERE f.id = chat;
    IF newest IS NULL OR newest <= done THEN
        RETURN 0;
    END IF;
    INSERT INTO message_words (chat_id, segment, words)
    SELECT chat, indexed.segment, indexed.words
    FROM generate_series((done + 1) / 32, newest / 32) AS wanted (segment)
    CROSS JOIN LATERAL (SELECT wanted.segment, segment_words(chat, wanted.segment, newest) AS words OFFSET 0) indexed
    WHERE indexed.words <> ''
    ON CONFLICT (chat_id, segment) DO UPDATE SET words = excluded.words;
    UPDATE word_positions p SET number = newest WHERE p.chat_id = chat;
    RETURN newest - done;
END
$$;

-- After the text of a message was changed or taken away, in the same transaction: its old words find it no longer.
CREATE FUNCTION reindex_words(chat uuid, message_number bigint) RETURNS void
LANGUAGE plpgsql STRICT SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    done bigint;
BEGIN
    INSERT INTO word_positions (chat_id) VALUES (chat) ON CONFLICT DO NOTHING;
    SELECT p.number INTO done FROM word_positions p WHERE p.chat_id = chat FOR SHARE;
    IF message_number <= done THEN
        DELETE FROM message_words w WHERE w.chat_id = chat AND w.segment = message_number / 32;
        INSERT INTO message_words (chat_id, segment, words)
        SELECT chat, message_number / 32, anew.words
        FROM (SELECT segment_words(chat, message_number / 32, done) AS words OFFSET 0) anew
        WHERE anew.words <> '';
    END IF;
END
$$;

-- Chats that have messages whose words are not indexed: those with events since then, or any. At most so many.
CREATE FUNCTION chats_to_index(since timestamptz, most integer) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT f.id
    FROM (
        SELECT DISTINCT e.feed_id FROM feed_events e WHERE e.at >= since AND e.kind = 'MESSAGE_ADDED' AND since IS NOT NULL
        UNION ALL
        SELECT a.id FROM feeds a WHERE since IS NULL AND a.message_count > 0
    ) candidate (id)
    CROSS JOIN LATERAL (SELECT id, message_count FROM feeds WHERE id = candidate.id OFFSET 0) f
    CROSS JOIN LATERAL (SELECT removed_at FROM chats WHERE id = candidate.id OFFSET 0) c
    LEFT JOIN LATERAL (SELECT number FROM word_positions WHERE chat_id = candidate.id OFFSET 0) p ON true
    WHERE c.removed_at IS NULL AND f.message_count > coalesce(p.number, 0)
    LIMIT most
$$;

REVOKE EXECUTE ON FUNCTION segment_words, index_words, reindex_words, chats_to_index FROM PUBLIC;
GRANT EXECUTE ON FUNCTION index_words, chats_to_index TO antiphon_worker;
GRANT EXECUTE ON FUNCTION reindex_words TO antiphon_sender;

-- Erasing. ---------------------------------------------------------------------------------------------------------------

-- The texts of the messages with these numbers, with the words by which they were found, what others thought of them, the
-- threads under them, whom they mention, and their pins. The rows of the messages stay: they are what makes a retried send the
-- same send, and the numbers dense.
CREATE OR REPLACE FUNCTION erase_messages(chat uuid, first bigint, last bigint) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH messages_to_erase AS (
        SELECT m.id, m.number
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
    ), erased_mentions AS (
        DELETE FROM message_mentions n USING messages_to_erase e WHERE n.chat_id = chat AND n.number = e.number
    ), erased_pins AS (
        DELETE FROM pinned_messages p USING messages_to_erase e WHERE p.chat_id = chat AND p.message_id = e.id
    ), erased_words AS (
        DELETE FROM message_words w WHERE w.chat_id = chat AND w.segment BETWEEN first / 32 AND last / 32
          AND EXISTS (SELECT FROM messages_to_erase)
    ), erased AS (
        UPDATE messages m
        SET content = NULL, mention_count = 0, mentions_all = false, removed_at = clock_timestamp(),
            revision = revision + 1
        FROM messages_to_erase e
        WHERE m.chat_id = chat AND m.id = e.id AND m.content IS NOT NULL
        RETURNING m.number
    )
    SELECT count(*) FROM erased
$$;
