-- What an edited message said before, and a user's own messages in the chats that they have left.

-- The earlier texts of a message: at most 50, the newest. Written by sender only, by the edit. A message that was never edited
-- has no row, so a message that is sent costs nothing here. `revision` is the one that `messages` had while the text stood
-- there: they are dense, up to the one before the message's own. Whom an earlier text mentions is not kept.
CREATE TABLE message_revisions (
    chat_id    uuid NOT NULL,
    message_id uuid NOT NULL,
    revision   integer NOT NULL CHECK (revision >= 1),
    content    text NOT NULL,
    written_at timestamptz NOT NULL, -- when the text was sent, or edited to be this
    PRIMARY KEY (chat_id, message_id, revision)
) WITH (autovacuum_vacuum_scale_factor = 0.02);

GRANT SELECT, INSERT, DELETE ON message_revisions TO antiphon_sender;
GRANT SELECT ON message_revisions TO antiphon_receiver;

-- Whoever takes a text away takes the earlier ones with it, in the same transaction: a removal, also by a sender that knows
-- nothing of them, and the erasing of a chat. It fires after updates only, and only for what has been edited, so neither an
-- insert nor an edit pays for it.
CREATE FUNCTION forget_revisions() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM public.message_revisions v WHERE v.chat_id = OLD.chat_id AND v.message_id = OLD.id;
    RETURN NULL;
END
$$;
REVOKE EXECUTE ON FUNCTION forget_revisions FROM PUBLIC;
CREATE TRIGGER messages_forget_revisions AFTER UPDATE OF content ON messages
    FOR EACH ROW WHEN (NEW.content IS NULL AND OLD.edited_at IS NOT NULL)
    EXECUTE FUNCTION forget_revisions();

-- The chats that a user has left, in which their own messages are still theirs.
CREATE INDEX participants_left ON participants (user_id, chat_id) WHERE left_seq IS NOT NULL;
