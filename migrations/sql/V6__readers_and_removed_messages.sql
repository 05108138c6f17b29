-- Who was there when a message was sent, and how many of the unread messages are left to be read.

-- The newest message when the participant joined, or joined again: what was sent up to that number was not sent to them,
-- so their read mark says nothing about it.
ALTER TABLE participants ADD COLUMN joined_number bigint CHECK (joined_number >= 0);

-- The event that added them tells the mark they began with, which is that number.
UPDATE participants p
SET joined_number = coalesce(
    (SELECT (added.value ->> 'last_read_number')::bigint
     FROM feed_events e
     CROSS JOIN LATERAL jsonb_array_elements(e.data -> 'participants') AS added
     WHERE e.feed_id = p.chat_id AND e.seq = p.joined_seq AND e.kind = 'PARTICIPANTS_ADDED'
       AND added.value ->> 'user_id' = p.user_id::text),
    (SELECT m.number FROM messages m
     WHERE m.chat_id = p.chat_id AND m.seq < p.joined_seq
     ORDER BY m.number DESC
     LIMIT 1),
    0);

ALTER TABLE participants ALTER COLUMN joined_number SET NOT NULL;

-- A sender of the release before knows nothing of the column while it is replaced. Everyone begins with the mark at the
-- newest message, so a row that comes without the number, or comes back with the number of an earlier time, takes the mark.
CREATE FUNCTION remember_joined_number() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    NEW.joined_number := NEW.last_read_number;
    RETURN NEW;
END
$$;
REVOKE EXECUTE ON FUNCTION remember_joined_number FROM PUBLIC;

CREATE TRIGGER participant_joins BEFORE INSERT ON participants
    FOR EACH ROW WHEN (NEW.joined_number IS NULL)
    EXECUTE FUNCTION remember_joined_number();
CREATE TRIGGER participant_joins_again BEFORE UPDATE OF joined_seq ON participants
    FOR EACH ROW WHEN (NEW.joined_seq <> OLD.joined_seq AND NEW.joined_number = OLD.joined_number)
    EXECUTE FUNCTION remember_joined_number();

-- A removed message leaves nothing to read. Only removed messages stand in the index, so an edit does not touch it.
CREATE INDEX messages_removed ON messages (chat_id, number) WHERE removed_at IS NOT NULL;

-- Messages above the mark that are still there. Up to 10,000 removed ones are told apart; beyond them the count may be
-- too high, and no count costs more than reading so many entries of the index.
CREATE OR REPLACE VIEW unread_counts AS
    SELECT p.user_id, p.chat_id, f.message_count - p.last_read_number - removed.count AS unread_count
    FROM participants p
    JOIN feeds f ON f.id = p.chat_id
    CROSS JOIN LATERAL (
        SELECT count(*) AS count
        FROM (
            SELECT FROM messages m
            WHERE m.chat_id = p.chat_id AND m.number > p.last_read_number AND m.removed_at IS NOT NULL
            LIMIT 10000
        ) above
    ) removed
    WHERE p.left_seq IS NULL;

GRANT SELECT ON unread_counts TO antiphon_sender;

-- Who has read what: of those who take part now, whoever took part when the message was sent and has a mark that reaches it.
CREATE OR REPLACE VIEW message_reads AS
    SELECT m.chat_id, m.id AS message_id, p.user_id
    FROM messages m
    JOIN participants p ON p.chat_id = m.chat_id AND p.joined_number < m.number AND p.last_read_number >= m.number
        AND p.user_id <> m.sender_id
    WHERE p.left_seq IS NULL;
