//! Pages of the replies in a thread.

use async_graphql::{Context, Result};
use chassis::Error;
use shared_schema::{Message, MessageId, Number, Reason};

use super::pagination::{MAX_PAGE_TEXT_BYTES, Page, PageRange};
use crate::{
    databases::loaders::threads::ReplyPage,
    db::{
        message_parts::MessagePart,
        threads::{ReplyRange, ThreadKey},
    },
    state::RequestContext,
};

/// A page of the replies in a thread that the caller may read.
///
/// # Errors
/// When Postgres does not answer.
pub(crate) async fn page(
    context: &Context<'_>,
    thread: ThreadKey,
    range: PageRange<Number>,
) -> Result<Page<Message>> {
    let wanted = ReplyRange {
        after: range.after.unwrap_or(0),
        before: range.before.unwrap_or(Number::MAX),
        limit: range.limit(),
        text: MAX_PAGE_TEXT_BYTES,
        newest_first: range.backward,
    };
    let part = part(context, thread, wanted).await?;
    Ok(range.trim_truncated(part.items, part.is_truncated))
}

/// The page around a reply; half of it stays empty at an end of the thread.
///
/// # Errors
/// `NOT_FOUND` when there is no such reply in the thread; `BAD_USER_INPUT` when the range says more than how many.
pub(crate) async fn page_around(
    context: &Context<'_>,
    thread: ThreadKey,
    reply: MessageId,
    range: PageRange<Number>,
) -> Result<Page<Message>> {
    if range.backward || range.after.is_some() || range.before.is_some() {
        let other = "last, after or before";
        return Err(Error::bad_input("around", Reason::NotTogetherWith { other }).into());
    }
    let (chat, root) = thread;
    let found = context.loaders()?.message(chat, reply).await?;
    let (number, ordinal) = found
        .filter(|reply| reply.thread_root_id == Some(root))
        .and_then(|reply| Some((reply.number, i64::from(reply.thread_ordinal?))))
        .ok_or_else(|| Error::not_found("message"))?;
    // From the middle on in both directions: where texts are long, the reply itself is there.
    let earlier = (range.size / 2).min(ordinal - 1);
    let before = ReplyRange {
        after: 0,
        before: number,
        limit: earlier,
        text: MAX_PAGE_TEXT_BYTES / 2,
        newest_first: true,
    };
    let after = ReplyRange {
        after: number - 1,
        before: Number::MAX,
        limit: range.limit() - earlier,
        text: MAX_PAGE_TEXT_BYTES / 2,
        newest_first: false,
    };
    let (before, after) =
        futures_util::try_join!(part(context, thread, before), part(context, thread, after))?;
    let mut replies = before.items;
    replies.reverse();
    replies.extend(after.items);
    let mut page = range.trim_truncated(replies, after.is_truncated);
    page.has_previous = before.is_truncated || ordinal - earlier > 1;
    Ok(page)
}

async fn part(context: &Context<'_>, thread: ThreadKey, range: ReplyRange) -> Result<MessagePart> {
    let page = ReplyPage { thread, range };
    Ok(context.loaders()?.reply_page(page).await?)
}
