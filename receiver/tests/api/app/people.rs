//! People, as `users` would have registered them.

use lab_stack::db::{deactivate_account, insert_account, insert_session};
use shared_schema::{Change, Cursor, EventId, FeedRef, SessionId, UserId};
use uuid::Uuid;

use super::TestApp;

/// Someone who is signed in.
#[derive(Clone, Debug)]
pub struct Person {
    pub id: UserId,
    pub username: String,
    pub session: SessionId,
    pub token: String,
}

impl Person {
    /// The person's own feed.
    pub fn feed(&self) -> FeedRef {
        self.id.into()
    }
}

impl TestApp {
    /// A new account with its feed and a session, and a token for it.
    pub async fn person(&self, username: &str) -> Person {
        let id = UserId::new();
        let mut shown = username.to_owned();
        shown[..1].make_ascii_uppercase();
        insert_account(&self.owner, id.0, username, &shown)
            .await
            .unwrap();
        let session = self.session(id).await;
        Person {
            id,
            username: username.into(),
            session,
            token: self.issuer.access_token(id, username, session, 600),
        }
    }

    /// Ada, Bob and Eve.
    pub async fn trio(&self) -> (Person, Person, Person) {
        (
            self.person("ada").await,
            self.person("bob").await,
            self.person("eve").await,
        )
    }

    async fn session(&self, user: UserId) -> SessionId {
        let session = SessionId::new();
        insert_session(&self.owner, session.0, user.0)
            .await
            .unwrap();
        session
    }

    /// The same person on another device.
    pub async fn another_device(&self, person: &Person) -> Person {
        let session = self.session(person.id).await;
        Person {
            session,
            token: self
                .issuer
                .access_token(person.id, &person.username, session, 600),
            ..person.clone()
        }
    }

    /// A token of the person's session that ends so many seconds from now.
    pub fn token_for(&self, person: &Person, seconds: i64) -> String {
        self.issuer
            .access_token(person.id, &person.username, person.session, seconds)
    }

    /// Ends the person's session, as `users` does.
    pub async fn revoke(&self, person: &Person) {
        self.owner
            .execute(
                "UPDATE sessions SET revoked_at = now() WHERE id = $1",
                &[&person.session.0],
            )
            .await
            .unwrap();
        let change = Change::SessionRevoked {
            session_id: person.session,
        };
        self.append(person.id, vec![(person.feed(), change)]).await;
    }

    /// Changes the name that is shown, as `users` does.
    pub async fn rename_person(&self, person: &Person, name: &str) {
        self.owner
            .execute(
                "UPDATE users SET display_name = $2 WHERE id = $1",
                &[&person.id.0, &name],
            )
            .await
            .unwrap();
        self.append(person.id, vec![(person.feed(), Change::ProfileUpdated)])
            .await;
    }

    /// Ends an account, as `users` does.
    pub async fn deactivate(&self, person: &Person) {
        deactivate_account(&self.owner, person.id.0).await.unwrap();
    }

    /// Where a feed stands in Postgres.
    pub async fn head(&self, feed: impl Into<FeedRef>) -> Cursor {
        let feed = feed.into();
        let row = self
            .owner
            .query_one(
                "SELECT last_seq, head_id FROM feeds WHERE id = $1",
                &[&feed.id()],
            )
            .await
            .unwrap();
        Cursor {
            feed,
            seq: row.get("last_seq"),
            event: row
                .get::<_, Option<Uuid>>("head_id")
                .map_or(EventId::NIL, EventId),
        }
    }
}
