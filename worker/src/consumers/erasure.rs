//! Sees chats that are removed and accounts that are closed.

use chassis::Error;
use deadpool_postgres::Transaction;
use shared_schema::{Change, SessionId};
use uuid::Uuid;

use crate::{
    db::{feed_events::FeedEvent, jobs},
    jobs::kind::JobKind,
};

/// The end of an account is an event for each of its sessions.
pub(super) fn kinds() -> Vec<String> {
    let session_id = SessionId(Uuid::nil());
    [Change::ChatRemoved, Change::SessionRevoked { session_id }]
        .iter()
        .map(|change| change.kind().to_owned())
        .collect()
}

pub(super) async fn handle(tx: &Transaction<'_>, event: &FeedEvent) -> Result<(), Error> {
    if event.kind == Change::ChatRemoved.kind() {
        jobs::enqueue(tx, JobKind::EraseChat.as_str(), &event.feed_id.to_string()).await
    } else {
        jobs::enqueue_if_closed(tx, JobKind::EraseAccount.as_str(), event.feed_id).await
    }
}
