-- Each role can do what its service does, and nothing besides.

-- Who may append what. Both services that write events do so through the same functions, which run with the rights of
-- their caller. So the rule stands on the rows: users writes to the feeds of users only, and a kind of event has one
-- writer. The checks of the sender, which is the one in a hurry, compare a word and look nothing up.
ALTER TABLE feeds ENABLE ROW LEVEL SECURITY;
ALTER TABLE feed_events ENABLE ROW LEVEL SECURITY;

CREATE POLICY readable ON feeds FOR SELECT
    TO antiphon_users, antiphon_sender, antiphon_receiver USING (true);
CREATE POLICY sender_creates ON feeds FOR INSERT TO antiphon_sender WITH CHECK (true);
CREATE POLICY sender_advances ON feeds FOR UPDATE TO antiphon_sender USING (true);
CREATE POLICY users_creates ON feeds FOR INSERT
    TO antiphon_users WITH CHECK (EXISTS (SELECT FROM users u WHERE u.id = feeds.id));
CREATE POLICY users_advances ON feeds FOR UPDATE
    TO antiphon_users USING (EXISTS (SELECT FROM users u WHERE u.id = feeds.id));

CREATE POLICY readable ON feed_events FOR SELECT
    TO antiphon_users, antiphon_sender, antiphon_receiver USING (true);
CREATE POLICY sender_appends ON feed_events FOR INSERT
    TO antiphon_sender WITH CHECK (kind <> ALL ('{SESSION_REVOKED,PROFILE_UPDATED}'));
CREATE POLICY users_appends ON feed_events FOR INSERT
    TO antiphon_users WITH CHECK (
        EXISTS (SELECT FROM users u WHERE u.id = feed_events.feed_id)
        AND kind <> ALL ('{CHAT_CREATED,CHAT_UPDATED,CHAT_REMOVED,MESSAGE_ADDED,MESSAGE_UPDATED,MESSAGE_REMOVED,PARTICIPANTS_ADDED,PARTICIPANT_REMOVED,PARTICIPANT_ROLE_CHANGED,CHAT_ADDED,CHAT_LEFT,READ_MARK_MOVED}')
    );

-- No service makes temporary tables, with which it could fill the disk or bloat the catalogue.
DO $$
BEGIN
    EXECUTE format('REVOKE TEMPORARY ON DATABASE %I FROM PUBLIC', current_database());
END
$$;
