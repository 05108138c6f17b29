-- Receipts: how far the messages of a chat have come on the way to each participant, as two marks that only grow.

-- Everything up to this number is on a device of theirs. What was read was delivered, so what counts is the larger of the two
-- marks, which is what `receipts` says: a statement that moves the read mark leaves this one alone, and sending stays as cheap
-- as it was.
ALTER TABLE participants
    ADD COLUMN last_delivered_number bigint NOT NULL DEFAULT 0 CHECK (last_delivered_number >= 0),
    ADD COLUMN last_delivered_at     timestamptz; -- for what makes up for lost signals, as last_read_at
CREATE INDEX participants_delivered ON participants (chat_id, last_delivered_at)
    WHERE left_seq IS NULL AND last_delivered_at IS NOT NULL;

-- Whoever does not tell what they have read is not told what others have.
ALTER TABLE users
    ADD COLUMN read_receipts            boolean NOT NULL DEFAULT true,
    ADD COLUMN read_receipts_changed_at timestamptz;
CREATE INDEX users_read_receipts_changed ON users (read_receipts_changed_at) WHERE read_receipts_changed_at IS NOT NULL;

CREATE OR REPLACE VIEW public_profiles AS
    SELECT id, username, display_name, about, created_at, read_receipts
    FROM users
    WHERE deactivated_at IS NULL;

-- Changes of that choice, for receivers that follow those of connected users.
CREATE VIEW read_receipt_changes AS
    SELECT id AS user_id, read_receipts, read_receipts_changed_at AS changed_at
    FROM users
    WHERE read_receipts_changed_at IS NOT NULL;

-- The marks of those who take part now. The one place that knows who tells their read mark: it is null for whoever does not.
-- Nobody waits for closed accounts.
CREATE VIEW receipts AS
    SELECT p.chat_id, p.user_id, p.joined_seq, p.joined_number,
           greatest(p.last_delivered_number, p.last_read_number) AS delivered_number,
           CASE WHEN u.read_receipts THEN p.last_read_number END AS read_number,
           p.last_delivered_at, p.last_read_at
    FROM participants p
    CROSS JOIN LATERAL (SELECT read_receipts FROM users WHERE id = p.user_id AND deactivated_at IS NULL OFFSET 0) u
    WHERE p.left_seq IS NULL;

-- Who has read what, of those who tell it.
CREATE OR REPLACE VIEW message_reads AS
    SELECT m.chat_id, m.id AS message_id, r.user_id
    FROM messages m
    JOIN receipts r ON r.chat_id = m.chat_id AND r.joined_number < m.number AND r.read_number >= m.number
        AND r.user_id <> m.sender_id;

GRANT SELECT ON receipts TO antiphon_sender, antiphon_receiver;
GRANT SELECT ON read_receipt_changes TO antiphon_receiver;
