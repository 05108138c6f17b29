//! `updateChatSettings`: changes what the caller has set for a chat.

use async_graphql::{Context, InputObject, MaybeUndefined, Object, SimpleObject};
use chassis::{Caller, Error};
use deadpool_postgres::Transaction;
use feed_log::{Outcome, PendingEvents, append};
use shared_schema::{
    Change, ChatId, ChatSettings, Cursor, Instant, NotificationLevel, Number, Reason,
};

use crate::{
    db::{
        chat_settings::{self, Intent},
        feeds,
    },
    participants::access::ChatAccess,
    state::RequestContext,
};

/// Maximum chats that a user may pin.
const MAX_PINNED_CHATS: u32 = 20;

/// The chat, and what shall change. Fields that are absent stay unchanged.
#[derive(InputObject)]
pub struct UpdateChatSettingsInput {
    /// The id of the chat. The caller must be a participant.
    chat_id: ChatId,
    /// Whether the chat is pinned: pinned chats stand first in the caller's list. A chat that is pinned already keeps its place.
    is_pinned: Option<bool>,
    /// Until when the chat is muted: messages that do not mention the caller do not notify them. A time in the year 9999 is for
    /// good. Null, like a time that has passed: it is not muted.
    muted_until: MaybeUndefined<Instant>,
    /// Archives the chat as long as it has no message with a higher number, and longer while it is muted: the number of the
    /// newest message that the caller has been shown, 0 if there was none. A number beyond the newest message counts as the
    /// newest message. Null: the chat is not archived.
    archived_up_to: MaybeUndefined<Number>,
    /// Marks the chat as unread from the message with this number on, at least 1, for the caller alone: their read mark stays,
    /// and others see what they have read. A number beyond the newest message counts as the newest message. Null: it is not
    /// marked.
    unread_from: MaybeUndefined<Number>,
    /// Which messages notify the caller while the chat is not muted.
    notification_level: Option<NotificationLevel>,
}

/// The result of changing the settings of a chat.
#[derive(SimpleObject)]
pub struct UpdateChatSettingsPayload {
    /// What the caller has set for the chat now.
    settings: ChatSettings,
    /// A position in the caller's own feed: right after the change, or right after the newest event if nothing changed.
    cursor: Cursor,
}

#[derive(Default)]
pub struct UpdateChatSettings;

#[Object]
impl UpdateChatSettings {
    /// Changes what the caller has set for a chat, for themselves and on all of their devices. Fails with `CONFLICT` if the
    /// caller has pinned 20 chats already.
    async fn update_chat_settings(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The chat, and what shall change.")] input: UpdateChatSettingsInput,
    ) -> async_graphql::Result<UpdateChatSettingsPayload> {
        let caller = Caller::of(context)?.clone();
        require_at_least("archivedUpTo", &input.archived_up_to, 0)?;
        require_at_least("unreadFrom", &input.unread_from, 1)?;
        let transactions = &context.state()?.transactions;
        let rule = async move |tx: &Transaction<'_>| update(tx, &caller, &input).await;
        Ok(transactions.run(rule).await?)
    }
}

fn require_at_least(
    field: &'static str,
    number: &MaybeUndefined<Number>,
    min: Number,
) -> Result<(), Error> {
    match number {
        MaybeUndefined::Value(number) if *number < min => {
            let max = i64::from(i32::MAX);
            Err(Error::bad_input(field, Reason::OutOfRange { min, max }))
        }
        _ => Ok(()),
    }
}

/// Does not lock the chat: the settings belong to the caller. Their row serves as the lock, and then their own feed, always
/// in this order.
async fn update(
    tx: &Transaction<'_>,
    caller: &Caller,
    input: &UpdateChatSettingsInput,
) -> Result<Outcome<UpdateChatSettingsPayload>, Error> {
    let (chat_id, user_id) = (input.chat_id, caller.user_id);
    ChatAccess::of(tx, caller, chat_id)
        .await?
        .require_participant()?;
    let intent = Intent {
        is_pinned: input.is_pinned,
        muted_until: input.muted_until.as_opt_ref().map(Option::<&_>::cloned),
        archived_up_to: input.archived_up_to.as_opt_ref().map(Option::<&_>::copied),
        unread_from: input.unread_from.as_opt_ref().map(Option::<&_>::copied),
        notification_level: input.notification_level,
    };
    let (before, after) = chat_settings::write(tx, user_id, chat_id, &intent).await?;
    if before == after {
        let own_feed = feeds::find(tx, user_id.into()).await?;
        let own_feed = own_feed.ok_or_else(Error::unauthenticated)?;
        return Ok(Outcome::unchanged(UpdateChatSettingsPayload {
            settings: after,
            cursor: own_feed.cursor(),
        }));
    }
    let change = Change::ChatSettingsChanged {
        settings: after.clone(),
    };
    let event = append(tx, user_id, user_id, change).await?;
    // Under the lock of the user's own feed, so that two requests cannot pass the bound together.
    let max = MAX_PINNED_CHATS;
    let is_new = before.pinned_at.is_none() && after.pinned_at.is_some();
    if is_new && chat_settings::exceeds_pinned(tx, user_id, max).await? {
        return Err(Error::conflict_on(
            "isPinned",
            Reason::TooManyPinnedChats { max },
        ));
    }
    Ok(Outcome {
        payload: UpdateChatSettingsPayload {
            settings: after,
            cursor: event.cursor(),
        },
        events: PendingEvents::default().event(event),
    })
}
