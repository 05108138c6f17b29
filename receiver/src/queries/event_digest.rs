//! A proof for clients that they have applied exactly the events of a chat.

use async_graphql::{Context, Object, Result, SimpleObject};
use chassis::{Caller, Error};
use shared_schema::{ChatId, ClientCursor, Reason, Seq};

use crate::{
    databases::read_at_least::read_at_least,
    db::{self, feed_events::EventDigestRow},
    participants::{access::Access, participation::access_of},
};

/// Maximum number of events in one digest: the server reads all of them.
const MAX_EVENTS: Seq = 10_000;

/// What a digest counts in the complexity of a document, which therefore asks for a few at most. Reading 10,000 events takes
/// Postgres some milliseconds.
const COMPLEXITY: usize = 1_000;

/// What a range of a chat's feed holds, in a few bytes.
#[derive(SimpleObject)]
pub(crate) struct EventDigest {
    /// The number of events in the range. Less than its length if the feed ends within the range.
    event_count: i64,
    /// The SHA-256 of these events, in hexadecimal. Of each event, in their order, it covers the position in the feed as eight
    /// bytes, most significant first, and the id as 16 bytes.
    sha256: String,
}

impl From<EventDigestRow> for EventDigest {
    fn from(row: EventDigestRow) -> Self {
        Self {
            event_count: row.event_count,
            sha256: row.sha256,
        }
    }
}

/// `Query.eventDigest`.
#[derive(Default)]
pub(crate) struct EventDigestOfChat;

#[Object]
impl EventDigestOfChat {
    /// A digest of a chat's events with these positions, at most 10,000. A client that computes the same from the events that
    /// it has applied knows that it missed none, applied none twice and none in another order. The caller must be a
    /// participant of the chat.
    #[graphql(complexity = "COMPLEXITY + child_complexity")]
    async fn event_digest(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The id of the chat.")] chat_id: ChatId,
        #[graphql(desc = "The position of the first event.")] from_seq: Seq,
        #[graphql(desc = "The position of the last event.")] to_seq: Seq,
        #[graphql(
            desc = "Wait briefly until the answer reflects this position. Fails with `UNAVAILABLE` if that takes too long."
        )]
        at_least: Option<ClientCursor>,
    ) -> Result<EventDigest> {
        let max = from_seq.saturating_add(MAX_EVENTS - 1);
        if !(from_seq..=max).contains(&to_seq) {
            let reason = Reason::OutOfRange { min: from_seq, max };
            return Err(Error::bad_input("toSeq", reason).into());
        }
        let caller = Caller::of(context)?;
        let digest = read_at_least(context, caller, at_least, |database| async move {
            let pool = &database.pool;
            if access_of(pool, caller, chat_id).await? != Some(Access::Participant) {
                return Ok(None);
            }
            db::feed_events::digest(pool, chat_id.into(), from_seq, to_seq)
                .await
                .map(Some)
        });
        let digest = digest.await?.ok_or_else(|| Error::not_found("chat"))?;
        Ok(digest.into())
    }
}
