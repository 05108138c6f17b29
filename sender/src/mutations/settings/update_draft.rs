//! `updateDraft`: stores what the caller has begun to write.

use async_graphql::{Context, InputObject, Object, SimpleObject};
use chassis::{Caller, Error};
use deadpool_postgres::Transaction;
use feed_log::{Outcome, PendingEvents, append};
use shared_schema::{Change, ChatId, Cursor, Draft, MessageId, Reason, UserId};

use crate::{
    db::{
        drafts::{self, DraftKey},
        feeds,
    },
    messages::content::MAX_CHARACTERS,
    participants::access::ChatAccess,
    state::RequestContext,
    threads::ThreadAccess,
};

/// Maximum drafts of a user.
const MAX_DRAFTS: u32 = 100;

/// Where the caller writes, and the whole text.
#[derive(InputObject)]
pub struct UpdateDraftInput {
    /// The id of the chat. The caller must be a participant.
    chat_id: ChatId,
    /// The id of the message in whose thread the caller writes. The id of a reply stands for the thread that the reply is in.
    /// Absent or null: the caller writes in the chat itself.
    thread_root_id: Option<MessageId>,
    /// The text as it stands in the field, at most 5,000 characters after trimming. Absent, null, or without anything visible:
    /// it was sent or discarded, and there is no draft.
    content: Option<String>,
}

/// The result of storing a draft.
#[derive(SimpleObject)]
pub struct UpdateDraftPayload {
    /// The draft. Null if there is none.
    draft: Option<Draft>,
    /// A position in the caller's own feed: right after the change, or right after the newest event if nothing changed.
    cursor: Cursor,
}

#[derive(Default)]
pub struct UpdateDraft;

#[Object]
impl UpdateDraft {
    /// Stores what the caller has begun to write, for all of their devices; nobody else can read it. The text that is stored
    /// last stays. Sending a message does not change the draft. Fails with `CONFLICT` if the caller has 100 drafts already.
    async fn update_draft(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Where the caller writes, and the whole text.")] input: UpdateDraftInput,
    ) -> async_graphql::Result<UpdateDraftPayload> {
        let caller = Caller::of(context)?.clone();
        let content = parse(input.content.as_deref())?;
        let (chat_id, root_id) = (input.chat_id, input.thread_root_id);
        let transactions = &context.state()?.transactions;
        let rule = async move |tx: &Transaction<'_>| {
            let key = place(tx, &caller, chat_id, root_id).await?;
            update(tx, key, content.as_deref()).await
        };
        Ok(transactions.run(rule).await?)
    }
}

/// The text to store, with the space around it, since its author goes on there; none if there is nothing to see.
fn parse(content: Option<&str>) -> Result<Option<String>, Error> {
    let Some(content) = content.filter(|content| text::shows_something(content)) else {
        return Ok(None);
    };
    if content.trim().chars().count() > MAX_CHARACTERS as usize {
        let max = MAX_CHARACTERS;
        return Err(Error::bad_input("content", Reason::TooLong { max }));
    }
    Ok(Some(content.to_owned()))
}

async fn place(
    tx: &Transaction<'_>,
    caller: &Caller,
    chat_id: ChatId,
    root_id: Option<MessageId>,
) -> Result<DraftKey, Error> {
    let root_id = match root_id {
        Some(root) => {
            let thread = ThreadAccess::of(tx, caller, chat_id, root).await?;
            let (_, root_id, _) = thread.key();
            Some(root_id)
        }
        None => {
            let access = ChatAccess::of(tx, caller, chat_id).await?;
            access.require_participant()?;
            None
        }
    };
    Ok(DraftKey {
        user_id: caller.user_id,
        chat_id,
        root_id,
    })
}

/// The row serves as the lock, and then the caller's own feed, always in this order.
async fn update(
    tx: &Transaction<'_>,
    key: DraftKey,
    content: Option<&str>,
) -> Result<Outcome<UpdateDraftPayload>, Error> {
    let user_id = key.user_id;
    let (draft, has_changed) = match content {
        Some(content) => match drafts::set(tx, key, content).await? {
            Some(draft) => (Some(draft), true),
            None => (drafts::find(tx, key).await?, false),
        },
        None => (None, drafts::remove(tx, key).await?),
    };
    if !has_changed {
        return unchanged(tx, user_id, draft).await;
    }
    let change = Change::DraftChanged {
        chat_id: key.chat_id,
        thread_root_id: key.root_id,
    };
    let event = append(tx, user_id, user_id, change).await?;
    // Under the lock of the user's own feed, so that two requests cannot pass the bound together.
    let max = MAX_DRAFTS;
    if draft.is_some() && drafts::exceed(tx, user_id, max).await? {
        return Err(Error::conflict_on("chatId", Reason::TooManyDrafts { max }));
    }
    Ok(Outcome {
        payload: UpdateDraftPayload {
            draft,
            cursor: event.cursor(),
        },
        events: PendingEvents::default().event(event),
    })
}

async fn unchanged(
    tx: &Transaction<'_>,
    user_id: UserId,
    draft: Option<Draft>,
) -> Result<Outcome<UpdateDraftPayload>, Error> {
    let own_feed = feeds::find(tx, user_id.into()).await?;
    let own_feed = own_feed.ok_or_else(Error::unauthenticated)?;
    Ok(Outcome::unchanged(UpdateDraftPayload {
        draft,
        cursor: own_feed.cursor(),
    }))
}
