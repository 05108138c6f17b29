//! `markManyAsDelivered`: moves the caller's delivered marks in many chats forward.

use std::collections::BTreeMap;

use async_graphql::{Context, InputObject, Object, SimpleObject};
use chassis::{Caller, Error};
use deadpool_postgres::Transaction;
use shared_schema::{ChatId, Number, Reason};

use super::mark_as_delivered::{DeliveredMark, MarkAsDeliveredInput};
use crate::{
    db::profiles, messages::number::require_number, participants::receipts::mark_delivered,
    state::RequestContext,
};

/// Maximum marks of one request.
const MAX_MARKS: usize = 100;

/// How far messages are stored on the device, by chat.
#[derive(InputObject)]
pub struct MarkManyAsDeliveredInput {
    /// 1 to 100 chats, each with the number of its last message that the device has stored. Of several marks of one chat,
    /// the highest counts.
    marks: Vec<MarkAsDeliveredInput>,
}

/// The result of marking messages in many chats as delivered.
#[derive(SimpleObject)]
pub struct MarkManyAsDeliveredPayload {
    /// The caller's current delivered marks. Chats in which the caller is not a participant are absent.
    marks: Vec<DeliveredMark>,
}

#[derive(Default)]
pub struct MarkManyAsDelivered;

#[Object]
impl MarkManyAsDelivered {
    /// The same as `markAsDelivered` for many chats at once. A client calls it at most once a second, for whatever it has
    /// stored since. Chats in which the caller is not a participant are ignored.
    async fn mark_many_as_delivered(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "How far messages are stored on the device, by chat.")]
        input: MarkManyAsDeliveredInput,
    ) -> async_graphql::Result<MarkManyAsDeliveredPayload> {
        let caller = Caller::of(context)?.clone();
        let marks = highest(&input.marks)?;
        let state = context.state()?;
        let max = state.max_receipt_participants;
        let rule = async move |tx: &Transaction<'_>| {
            let username = profiles::username(tx, caller.user_id).await?;
            username.ok_or_else(Error::unauthenticated)?;
            mark_delivered(tx, caller.user_id, &marks, max).await
        };
        let receipts = state.transactions.run(rule).await?;
        Ok(MarkManyAsDeliveredPayload {
            marks: receipts.into_iter().map(DeliveredMark::from).collect(),
        })
    }
}

/// The highest mark of each chat.
fn highest(given: &[MarkAsDeliveredInput]) -> Result<BTreeMap<ChatId, Number>, Error> {
    if !(1..=MAX_MARKS).contains(&given.len()) {
        let reason = Reason::OutOfRange {
            min: 1,
            max: i64::try_from(MAX_MARKS).unwrap_or(i64::MAX),
        };
        return Err(Error::bad_input("marks", reason));
    }
    let mut marks = BTreeMap::new();
    for mark in given {
        require_number("upToNumber", mark.up_to_number)?;
        let highest = marks.entry(mark.chat_id).or_insert(mark.up_to_number);
        *highest = mark.up_to_number.max(*highest);
    }
    Ok(marks)
}
