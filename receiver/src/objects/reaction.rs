//! Reactions to a message: the groups that everyone sees, and the users behind them.

use async_graphql::{
    ComplexObject, Context, Result, SimpleObject,
    connection::{Connection, Edge, EmptyFields},
};
use shared_schema::{ChatId, Instant, MessageId, Seq, User, UserId};

use super::pagination::{PageArgs, PageRange, page_cost};
use crate::{
    databases::loaders::reactions::ReactionPage,
    db::reactions::{GroupKey, ReactionRange, ReactionRow},
    state::RequestContext,
};

/// A message counts for a few groups and may have twenty: what is read for each of them counts for so many.
const REACTIONS_WEIGHT: usize = 4;

/// A list of reactions with one emoji.
pub(crate) type ReactionConnection = Connection<String, Reaction, EmptyFields, EmptyFields>;

/// A reaction group: all reactions with one emoji on one message. All of its fields are the same for everyone who may read
/// the message.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub(crate) struct ReactionGroup {
    #[graphql(flatten)]
    facts: shared_schema::ReactionGroup,
    #[graphql(skip)]
    chat_id: ChatId,
    #[graphql(skip)]
    message_id: MessageId,
}

impl ReactionGroup {
    /// A group of a message that the caller may read.
    #[must_use]
    pub(crate) fn of(
        chat_id: ChatId,
        message_id: MessageId,
        facts: shared_schema::ReactionGroup,
    ) -> Self {
        Self {
            facts,
            chat_id,
            message_id,
        }
    }
}

#[ComplexObject]
impl ReactionGroup {
    /// The reactions of this group, latest first. Without paging arguments, the latest 50.
    #[graphql(complexity = "REACTIONS_WEIGHT * page_cost(first.or(last), child_complexity)")]
    async fn reactions(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The number of items to return from the start of the list, at most 100.")]
        first: Option<i32>,
        #[graphql(desc = "Return only items after this cursor.")] after: Option<String>,
        #[graphql(desc = "The number of items to return from the end of the list, at most 100.")]
        last: Option<i32>,
        #[graphql(desc = "Return only items before this cursor.")] before: Option<String>,
    ) -> Result<ReactionConnection> {
        let range: PageRange<Seq> = PageArgs {
            first,
            after,
            last,
            before,
        }
        .range()?;
        // The list goes down: what comes after a cursor has a lower seq.
        let page = ReactionPage {
            group: GroupKey {
                chat_id: self.chat_id,
                message_id: self.message_id,
                emoji: self.facts.emoji.clone(),
            },
            range: ReactionRange {
                after: range.before.unwrap_or(0),
                before: range.after.unwrap_or(Seq::MAX),
                limit: range.limit(),
                earliest_first: range.backward,
            },
        };
        let page = range.trim(context.loaders()?.reaction_page(page).await?);
        let mut connection = Connection::new(page.has_previous, page.has_next);
        connection.edges.extend(
            page.items
                .into_iter()
                .map(|row| Edge::new(row.seq.to_string(), Reaction::from(row))),
        );
        Ok(connection)
    }
}

/// A reaction of one user.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub(crate) struct Reaction {
    /// The id of the user who reacted.
    user_id: UserId,
    /// The emoji as the user chose it, with its skin tone.
    variant: String,
    /// When the user reacted.
    created_at: Instant,
}

impl From<ReactionRow> for Reaction {
    fn from(row: ReactionRow) -> Self {
        Self {
            user_id: row.user_id,
            variant: row.variant,
            created_at: row.created_at,
        }
    }
}

#[ComplexObject]
impl Reaction {
    /// The user's current public profile. Null if the account no longer exists.
    #[graphql(cache_control(max_age = 1))] // A person is no part of the chat's history.
    async fn user(&self, context: &Context<'_>) -> Result<Option<User>> {
        Ok(context.loaders()?.user(self.user_id).await?)
    }
}
