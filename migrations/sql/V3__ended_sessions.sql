-- Sessions that ended long ago, and refresh tokens that were used long ago, can be deleted.

GRANT DELETE ON sessions TO antiphon_users;

-- Deleting a token asks whether another one names it as its successor.
CREATE INDEX refresh_tokens_successor ON refresh_tokens (successor);
CREATE INDEX sessions_revoked ON sessions (user_id) WHERE revoked_at IS NOT NULL;
