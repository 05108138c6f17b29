//! Receipts: how far the messages of a chat have come on the way to a participant.

use std::collections::BTreeMap;

use chassis::Error;
use deadpool_postgres::Transaction;
use feed_log::{Outcome, PendingEvents};
use shared_schema::{ChatId, Number, Signal, UserId};

use crate::db::participants::{self, Receipt};

/// The signals for the others in the chats of these receipts. Nothing is stored of it, and delivery is best effort.
pub fn signals(receipts: &[Receipt]) -> PendingEvents {
    receipts
        .iter()
        .fold(PendingEvents::default(), |pending, receipt| {
            let signal = Signal::ReceiptChanged {
                chat_id: receipt.chat_id,
                user_id: receipt.user_id,
                delivered_number: receipt.delivered_number,
                read_number: receipt.read_number,
            };
            pending.signal(receipt.chat_id, signal)
        })
}

/// Moves the user's delivered marks forward, and answers with those that are in force now in the chats in which they take
/// part. Takes no lock of a chat: the marks belong to their user. Chats of more than `max_participants` keep the marks they
/// have.
pub async fn mark_delivered(
    tx: &Transaction<'_>,
    user: UserId,
    marks: &BTreeMap<ChatId, Number>,
    max_participants: i32,
) -> Result<Outcome<Vec<Receipt>>, Error> {
    let moved = participants::mark_delivered(tx, user, marks, max_participants).await?;
    let chats: Vec<ChatId> = marks.keys().copied().collect();
    let receipts = participants::receipts_of(tx, user, &chats).await?;
    let changed: Vec<Receipt> = receipts
        .iter()
        .filter(|receipt| moved.contains(&receipt.chat_id))
        .copied()
        .collect();
    Ok(Outcome {
        payload: receipts,
        events: signals(&changed),
    })
}
