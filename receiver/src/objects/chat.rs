//! Chats, and lists of them.

use async_graphql::{
    ComplexObject, Context, Lookahead, Result, SimpleObject,
    connection::{Connection, Edge},
};
use chassis::{Caller, Error, graphql::AnswerBudget, postgres::Pool};
use shared_schema::{ChatId, ChatSettings, Cursor, Number, UserId};

use super::{
    message::{MAX_TEXT_BYTES, Message},
    numbers::Numbers,
    pagination::{MAX_PAGE_TEXT_BYTES, Page, PageArgs, page_cost},
    participant::{Participant, ParticipantConnection},
    participant_search,
    pinned_message::{self, PinnedMessageConnection},
    receipt::{Receipt, caller_tells, participants_shown},
};
use crate::{
    databases::loaders::participants::{PagePart, ParticipantPage},
    db::{
        self,
        chats::{Newest, NewestShown, VisibleChat},
        participants::{JoiningKey, ParticipantRow},
    },
    participants::access::Access,
    state::RequestContext,
};

/// What the receipts of a chat count for: a chat may have as many.
const RECEIPTS_COST: usize = 50;

/// A chat: a direct, group or public conversation.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub(crate) struct Chat {
    #[graphql(flatten)]
    facts: shared_schema::Chat,
    /// The position in the chat's feed at which these fields were read. A subscription that starts after it misses
    /// nothing.
    feed_cursor: Cursor,
    /// What the caller may see of the chat.
    #[graphql(skip)]
    access: Access,
    /// The newest message, if it was read together with the chat.
    #[graphql(skip)]
    newest: Option<Newest>,
}

impl Chat {
    /// Whether the caller is a participant.
    pub(crate) fn is_of_caller(&self) -> bool {
        self.access == Access::Participant
    }

    /// The chat, if the caller may see it.
    pub(crate) async fn seen_by_caller(
        context: &Context<'_>,
        chat: ChatId,
    ) -> Result<Option<Self>> {
        let caller = Caller::of(context)?;
        Ok(context
            .loaders()?
            .chat(caller.user_id, chat)
            .await?
            .map(Self::from))
    }
}

/// A chat, if this user may see it; for streams, which outlive the request that opened them.
pub(crate) async fn chat_seen_by(
    pool: &Pool,
    user: UserId,
    chat: ChatId,
) -> Result<Option<Chat>, Error> {
    let found = db::chats::visible_to(pool, user, &[chat]).await?;
    Ok(found.into_iter().next().map(Chat::from))
}

impl From<VisibleChat> for Chat {
    fn from(chat: VisibleChat) -> Self {
        Self {
            facts: chat.chat.facts,
            feed_cursor: chat.chat.head,
            access: chat.access,
            newest: chat.newest,
        }
    }
}

#[ComplexObject]
impl Chat {
    /// The newest message. Null if there is none or if the caller may not read it. The caller can read the messages of
    /// the chats they participate in, and of public chats in which they have never been a participant.
    async fn last_message(&self, context: &Context<'_>) -> Result<Option<Message>> {
        if !self.access.reads() {
            return Ok(None);
        }
        let newest = match &self.newest {
            Some(Newest(newest)) => newest.clone(),
            None if !AnswerBudget::admits(context, MAX_TEXT_BYTES) => None,
            None => context.loaders()?.newest_message(self.facts.id).await?,
        };
        Ok(newest.map(Message::from))
    }

    /// The participants in the order in which they joined. Empty if the caller has left the chat. Of a public chat in
    /// which the caller has never been a participant, only the first 100 are returned, with `lastReadNumber` equal to
    /// `joinedNumber`.
    #[allow(clippy::too_many_arguments)] // They are the field's arguments; GraphQL has no other place for them.
    #[graphql(
        complexity = "participant_search::cost(first.or(last), query.is_some(), child_complexity)"
    )]
    async fn participants(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The number of items to return from the start of the list, at most 100.")]
        first: Option<i32>,
        #[graphql(desc = "Return only items after this cursor.")] after: Option<String>,
        #[graphql(desc = "The number of items to return from the end of the list, at most 100.")]
        last: Option<i32>,
        #[graphql(desc = "Return only items before this cursor.")] before: Option<String>,
        #[graphql(
            desc = "Return only participants whose username, or a word of whose display name, begins with this text of at most 100 characters. The comparison ignores case, character width and the encoding of accents. Visitors of a public chat find nobody."
        )]
        query: Option<String>,
    ) -> Result<ParticipantConnection> {
        let range = PageArgs {
            first,
            after,
            last,
            before,
        }
        .range::<JoiningKey>()?;
        let query = query.as_deref().map(str::trim);
        if let Some(query) = query.filter(|query| !query.is_empty()) {
            return match self.access {
                Access::Participant => {
                    participant_search::participants_named(context, self.facts.id, query, range)
                        .await
                }
                Access::Visitor | Access::Former => Ok(Connection::new(false, false)),
            };
        }
        let mut connection = Connection::new(false, false);
        let is_visitor = self.access == Access::Visitor;
        // Visitors see the start of the list and cannot go on from there.
        let is_bounded = range.after.is_some() || range.before.is_some() || range.backward;
        if self.access.reads() && !(is_visitor && is_bounded) {
            let part = if range.backward {
                PagePart::Last(range.before, range.limit())
            } else {
                PagePart::First(range.after, range.limit())
            };
            let page = ParticipantPage {
                chat: self.facts.id,
                part,
            };
            let page = range.trim(context.loaders()?.participant_page(page).await?);
            connection.has_previous_page = page.has_previous;
            connection.has_next_page = page.has_next && !is_visitor;
            let keys: Vec<_> = page.items.iter().map(|row| row.key().to_string()).collect();
            let shown = if is_visitor {
                page.items.into_iter().map(shown_to_visitors).collect()
            } else {
                participants_shown(context, page.items).await?
            };
            let edges = keys.into_iter().zip(shown);
            connection
                .edges
                .extend(edges.map(|(key, participant)| Edge::new(key, participant)));
        }
        Ok(connection)
    }

    /// The participation of one user. Null if that user or the caller is not a participant of the chat.
    async fn participant(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The id of the user.")] user_id: UserId,
    ) -> Result<Option<Participant>> {
        if self.access != Access::Participant {
            return Ok(None);
        }
        let row = context
            .loaders()?
            .participant(self.facts.id, user_id)
            .await?;
        Ok(participants_shown(context, row).await?.pop())
    }

    /// How far messages have come on the way to the other participants, in the order in which these joined. A message is
    /// delivered when all others with `joinedNumber` below its number have it, and read when they have read it. Empty if the
    /// chat has more participants than `maxReceiptParticipants`, or if the caller is not a participant.
    #[graphql(complexity = "RECEIPTS_COST * child_complexity")]
    async fn receipts(&self, context: &Context<'_>) -> Result<Vec<Receipt>> {
        let max = context.state()?.max_receipt_participants;
        if self.access != Access::Participant || self.facts.participant_count > max {
            return Ok(vec![]);
        }
        let user = Caller::of(context)?.user_id;
        let loaders = context.loaders()?;
        let is_telling = caller_tells(context, loaders).await?;
        let rows = loaders.receipts(self.facts.id).await?;
        let others = rows.iter().filter(|row| row.user_id != user);
        Ok(others.map(|row| Receipt::shown(row, is_telling)).collect())
    }

    /// Messages are shown as delivered and read in chats of at most so many participants; in larger ones, do not mark messages
    /// as delivered. The same for all chats.
    async fn max_receipt_participants(&self, context: &Context<'_>) -> Result<i32> {
        Ok(context.state()?.max_receipt_participants)
    }

    /// What the caller has set for the chat, for themselves. Null if the caller is not a participant.
    async fn settings(&self, context: &Context<'_>) -> Result<Option<ChatSettings>> {
        if self.access != Access::Participant {
            return Ok(None);
        }
        let user = Caller::of(context)?.user_id;
        let settings = context.loaders()?.chat_settings(user, self.facts.id);
        Ok(Some(settings.await?))
    }

    /// The numbers of removed messages after the caller's read mark, in ascending order, at most 1,000. Leave them out
    /// when you count unread messages. Empty if the caller is not a participant.
    #[graphql(complexity = 5)]
    async fn removed_numbers(&self, context: &Context<'_>) -> Result<Numbers> {
        if self.access != Access::Participant {
            return Ok(Numbers::default());
        }
        let user = Caller::of(context)?.user_id;
        let loaders = context.loaders()?;
        let numbers = loaders.removed_above_mark(user, self.facts.id).await?;
        Ok(Numbers::within_budget(context, numbers))
    }

    /// The numbers of the messages after the caller's read mark that mention the caller, by name or by `@all`, in ascending order,
    /// at most 100. Messages that were removed and the caller's own do not count, nor does an `@all` from before they joined. Empty
    /// if the caller is not a participant.
    #[graphql(complexity = 5)]
    async fn mention_numbers(&self, context: &Context<'_>) -> Result<Numbers> {
        if self.access != Access::Participant {
            return Ok(Numbers::default());
        }
        let user = Caller::of(context)?.user_id;
        let loaders = context.loaders()?;
        let numbers = loaders.mentions_above_mark(user, self.facts.id).await?;
        Ok(Numbers::within_budget(context, numbers))
    }

    /// The numbers of the caller's own replies in threads after the caller's read mark that have not been removed, in ascending
    /// order, at most 1,000. Leave them out when you count unread messages, too: a reply does not move the read mark of the
    /// chat. Empty if the caller is not a participant.
    #[graphql(complexity = 5)]
    async fn own_reply_numbers(&self, context: &Context<'_>) -> Result<Numbers> {
        if self.access != Access::Participant {
            return Ok(Numbers::default());
        }
        let user = Caller::of(context)?.user_id;
        let loaders = context.loaders()?;
        let numbers = loaders.own_replies_above_mark(user, self.facts.id).await?;
        Ok(Numbers::within_budget(context, numbers))
    }

    /// The pinned messages, newest pin first: at most 50. Empty if the caller may not read the messages of the chat. A page holds
    /// at most about 128 KiB of text, so it may have fewer messages than requested.
    #[graphql(complexity = "page_cost(first, child_complexity)")]
    async fn pinned_messages(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The number of messages to return, at most 100. 50 if absent.")]
        first: Option<i32>,
        #[graphql(desc = "Return only items after this cursor.")] after: Option<String>,
    ) -> Result<PinnedMessageConnection> {
        let args = PageArgs {
            first,
            after,
            ..PageArgs::default()
        };
        if !self.access.reads() {
            return Ok(Connection::new(false, false));
        }
        pinned_message::page(context, self.facts.id, &args).await
    }
}

/// Visitors learn nothing about what participants have read.
fn shown_to_visitors(row: ParticipantRow) -> Participant {
    let mut facts = row.facts;
    facts.last_read_number = facts.joined_number;
    facts.into()
}

/// The additional fields of a connection of chats.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct ChatListPosition {
    /// The position in the caller's own feed at which the list was read. A subscription that starts after it misses no
    /// new chat.
    feed_cursor: Cursor,
}

/// The additional fields of a chat's edge, which are about the caller.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub(crate) struct OwnParticipation {
    /// Whether the caller is a participant. Always true in the result of `chats`.
    takes_part: bool,
    /// The caller's participation in the chat. Null if the caller is not a participant.
    participant: Option<Participant>,
    #[graphql(skip)]
    chat_id: ChatId,
    #[graphql(skip)]
    unread: Option<Number>,
}

impl OwnParticipation {
    fn of(chat: &VisibleChat) -> Self {
        let own = chat.own.as_ref().map(|own| own.facts.clone());
        let above_mark = own.as_ref().map_or(0, |own| {
            chat.chat.facts.message_count - own.last_read_number
        });
        Self {
            takes_part: own.is_some(),
            chat_id: chat.chat.facts.id,
            // Without a message above the mark there is nothing to count.
            unread: (above_mark <= 0).then_some(0),
            participant: own.map(Participant::from),
        }
    }
}

#[ComplexObject]
impl OwnParticipation {
    /// The number of unread messages: those after the caller's read mark that have not been removed and are not the caller's
    /// own replies in threads. 0 if the caller is not a participant.
    async fn unread_count(&self, context: &Context<'_>) -> Result<Number> {
        if let Some(unread) = self.unread {
            return Ok(unread);
        }
        let user = Caller::of(context)?.user_id;
        let unread = context.loaders()?.unread(user, self.chat_id).await?;
        Ok(unread.unwrap_or_default())
    }
}

/// A list of chats.
pub(crate) type ChatConnection = Connection<String, Chat, ChatListPosition, OwnParticipation>;

/// The connection for this page of chats.
#[must_use]
pub(crate) fn chat_connection(
    feed_cursor: Cursor,
    page: Page<VisibleChat>,
    key: impl Fn(&shared_schema::Chat) -> String,
) -> ChatConnection {
    let mut connection = Connection::with_additional_fields(
        page.has_previous,
        page.has_next,
        ChatListPosition { feed_cursor },
    );
    connection.edges.extend(page.items.into_iter().map(|chat| {
        let (key, own) = (key(&chat.chat.facts), OwnParticipation::of(&chat));
        Edge::with_additional_fields(key, Chat::from(chat), own)
    }));
    connection
}

/// What this field, a list of chats, shows of their newest messages; none if nothing.
pub(crate) fn newest_shown(context: &Context<'_>) -> Option<NewestShown> {
    let wanted = context.look_ahead();
    let newest = [wanted.field("edges").field("node"), wanted.field("nodes")]
        .map(|chat| chat.field("lastMessage"));
    newest.iter().any(Lookahead::exists).then(|| NewestShown {
        max_text: MAX_PAGE_TEXT_BYTES,
        with_answered: newest
            .iter()
            .any(|message| message.field("replyTo").exists()),
    })
}
