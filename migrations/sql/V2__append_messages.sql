-- Messages in batches: one call numbers any number of them, in any number of chats.

-- The way to write events of the kind MESSAGE_ADDED, as `append_events` is for all others: takes the locks of the chats'
-- feeds in id order (so that two calls cannot deadlock), numbers the messages of each chat in the order in which they are
-- given, and answers with what was numbered. A chat without a feed is skipped: the caller compares the rows. An event has
-- the id of its message.
--
-- A feed's row is written once, however many of its messages there are. Their times are a microsecond apart.
CREATE FUNCTION append_messages(chat_ids uuid[], ids uuid[], sender_ids uuid[])
RETURNS TABLE (chat_id uuid, id uuid, seq bigint, number bigint, at timestamptz)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
BEGIN
    PERFORM FROM feeds f WHERE f.id = ANY (chat_ids) ORDER BY f.id FOR UPDATE;

    RETURN QUERY
    WITH input AS (
        SELECT i.chat_id, i.id, i.sender_id, row_number() OVER chat AS nth, lag(i.id) OVER chat AS before_id
        FROM unnest(chat_ids, ids, sender_ids) WITH ORDINALITY AS i (chat_id, id, sender_id, place)
        WINDOW chat AS (PARTITION BY i.chat_id ORDER BY i.place)
    ), growth AS (
        SELECT DISTINCT ON (i.chat_id) i.chat_id, i.id AS newest_id, i.nth AS added, f.head_id, clock_timestamp() AS now
        FROM input i
        JOIN feeds f ON f.id = i.chat_id
        ORDER BY i.chat_id, i.nth DESC
    ), advanced AS (
        UPDATE feeds f
        SET last_seq = f.last_seq + g.added,
            head_id = g.newest_id,
            -- Strictly growing, also when the clock steps back.
            last_at = greatest(g.now, f.last_at + interval '1 microsecond') + (g.added - 1) * interval '1 microsecond',
            message_count = f.message_count + g.added,
            last_message_at = g.now
        FROM growth g
        WHERE f.id = g.chat_id
        RETURNING f.id AS chat_id, g.head_id, f.last_seq - g.added AS seq, f.message_count - g.added AS number,
                  f.last_at - g.added * interval '1 microsecond' AS at
    ), numbered AS (
        SELECT i.chat_id, i.id, i.sender_id, coalesce(i.before_id, a.head_id) AS prev_id,
               a.seq + i.nth AS seq, a.number + i.nth AS number, a.at + i.nth * interval '1 microsecond' AS at
        FROM input i
        JOIN advanced a ON a.chat_id = i.chat_id
    ), appended AS (
        INSERT INTO feed_events (feed_id, seq, id, prev_id, kind, at, actor_id, message_id)
        SELECT n.chat_id, n.seq, n.id, n.prev_id, 'MESSAGE_ADDED', n.at, n.sender_id, n.id
        FROM numbered n
    )
    SELECT n.chat_id, n.id, n.seq, n.number, n.at
    FROM numbered n;
END
$$;

REVOKE EXECUTE ON FUNCTION append_messages FROM PUBLIC;
GRANT EXECUTE ON FUNCTION append_messages TO antiphon_sender;
