-- What a user has set for a chat, for themselves and on all of their devices. Nobody else is told.

-- Written by sender only, with each change. Without a row, nothing is set. Whoever leaves a chat keeps the row: it counts
-- again when they return.
CREATE TABLE chat_settings (
    user_id            uuid NOT NULL,
    chat_id            uuid NOT NULL,
    pinned_at          timestamptz, -- since when the chat stands first in their list; null if it does not
    muted_until        timestamptz, -- until when it does not notify them; null if it does
    archived_up_to     bigint CHECK (archived_up_to >= 0), -- archived until a message has a higher number; null if it is not
    unread_from        bigint CHECK (unread_from >= 1), -- marked as unread from this message on, whatever was read; null if not
    notification_level text CHECK (notification_level IN ('ALL', 'MENTIONS', 'NONE')), -- null if they have not chosen
    PRIMARY KEY (user_id, chat_id)
) WITH (fillfactor = 90, autovacuum_vacuum_scale_factor = 0.02);

-- What a user has begun to write and has not sent: in a chat, or in one of its threads. The last text wins.
CREATE TABLE drafts (
    user_id    uuid NOT NULL,
    chat_id    uuid NOT NULL,
    root_id    uuid NOT NULL, -- the message in whose thread it is written; the id of the chat if it is in none
    content    text NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (user_id, chat_id, root_id)
) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02);

-- For erasing what belongs to a chat.
CREATE INDEX chat_settings_of_chat ON chat_settings (chat_id);
CREATE INDEX drafts_of_chat ON drafts (chat_id);

GRANT SELECT, INSERT, UPDATE ON chat_settings TO antiphon_sender;
GRANT SELECT, INSERT, UPDATE, DELETE ON drafts TO antiphon_sender;
GRANT SELECT ON chat_settings, drafts TO antiphon_receiver;

-- Events. ----------------------------------------------------------------------------------------------------------------

ALTER POLICY users_appends ON feed_events WITH CHECK (
    EXISTS (SELECT FROM users u WHERE u.id = feed_events.feed_id)
    AND kind <> ALL ('{CHAT_CREATED,CHAT_UPDATED,CHAT_REMOVED,MESSAGE_ADDED,MESSAGE_UPDATED,MESSAGE_REMOVED,MESSAGE_PINNED,MESSAGE_UNPINNED,REACTION_CHANGED,PARTICIPANTS_ADDED,PARTICIPANT_REMOVED,PARTICIPANT_ROLE_CHANGED,CHAT_ADDED,CHAT_LEFT,READ_MARK_MOVED,THREAD_FOLLOW_CHANGED,CHAT_SETTINGS_CHANGED,DRAFT_CHANGED}')
);

-- Erasing. ---------------------------------------------------------------------------------------------------------------

-- With a removed chat goes what its participants had set for it and had begun to write in it.
CREATE OR REPLACE FUNCTION erase_chat(chat uuid) RETURNS boolean
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH erased AS (
        UPDATE chats
        SET name = CASE WHEN kind <> 'DIRECT' THEN '-' END, name_folded = NULL, description = '',
            erased_at = clock_timestamp()
        WHERE id = chat AND removed_at IS NOT NULL AND erased_at IS NULL
        RETURNING id
    ), erased_settings AS (
        DELETE FROM chat_settings s USING erased e WHERE s.chat_id = e.id
    ), erased_drafts AS (
        DELETE FROM drafts d USING erased e WHERE d.chat_id = e.id
    )
    SELECT count(*) = 1 FROM erased
$$;

-- With a closed account goes what it had set for its chats and had begun to write in them.
CREATE OR REPLACE FUNCTION erase_account(account uuid) RETURNS boolean
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH erased AS (
        UPDATE users
        SET password_hash = '$argon2id$v=19$m=19456,t=2,p=1$' || repeat('A', 22) || '$' || repeat('A', 43),
            email = 'erased:' || id, email_folded = address_digest(email_folded),
            display_name = username, name_folded = NULL, about = '', needs_folding = false,
            erased_at = clock_timestamp()
        WHERE id = account AND deactivated_at IS NOT NULL AND erased_at IS NULL
        RETURNING id
    ), erased_settings AS (
        DELETE FROM chat_settings s USING erased e WHERE s.user_id = e.id
    ), erased_drafts AS (
        DELETE FROM drafts d USING erased e WHERE d.user_id = e.id
    )
    SELECT count(*) = 1 FROM erased
$$;
