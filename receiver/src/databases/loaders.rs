//! Batching: however many objects of a page ask, each kind of thing is read in one statement.
//!
//! There is one set of loaders per database. They cache nothing, so their results are never older than the statement,
//! except for profiles of users, which are shown with every message and cached for [`PROFILE_LIFETIME`].

mod chats;
mod grouping;
mod mentions;
mod messages;
mod own;
pub(crate) mod participants;
pub(crate) mod pinned_messages;
pub(crate) mod reactions;
mod receipts;
pub(crate) mod threads;
mod users;

use std::{collections::HashSet, sync::Arc, time::Duration};

use async_graphql::dataloader::DataLoader;
use chassis::{Error, postgres::Pool};
use futures_util::future::BoxFuture;
use moka::sync::Cache;
use shared_schema::{ChatId, ChatSettings, Cursor, Draft, Mention, MessageId, Number, UserId};
use tokio::sync::Semaphore;
use tracing::Instrument;

use crate::db::{
    chats::VisibleChat, drafts::DraftPlace, message_mentions::NumberKey,
    message_parts::MessagePart, participants::ParticipantRow, pinned_messages::PinnedMessageRow,
    reactions::ReactionRow, receipts::ReceiptRow, threads::ThreadRow,
};
use chats::{Chats, Heads, RemovedAboveMark, Unread};
use mentions::{Mentions, MentionsAboveMark};
use messages::{Messages, NewestMessages};
use own::{Drafts, SettingsOfChats};
use participants::{ParticipantPage, ParticipantPages, Participants};
use pinned_messages::{PinnedPage, PinnedPages};
use reactions::{ReactionGroups, ReactionPage, ReactionPages};
use receipts::{ReadReceipts, Receipts};
use threads::{OwnRepliesAboveMark, ReplyPage, ReplyPages, Threads};
use users::Users;

/// How long a profile is kept. A page that was made with it may be kept a second longer: a changed name is shown
/// everywhere within three seconds.
const PROFILE_LIFETIME: Duration = Duration::from_secs(2);

/// Maximum profiles in the cache.
const MAX_PROFILES: u64 = 10_000;

/// The loaders of one database.
pub(crate) struct Loaders {
    profiles: Cache<UserId, Option<shared_schema::User>>,
    users: DataLoader<Users>,
    messages: DataLoader<Messages>,
    newest_messages: DataLoader<NewestMessages>,
    reaction_groups: DataLoader<ReactionGroups>,
    reaction_pages: DataLoader<ReactionPages>,
    threads: DataLoader<Threads>,
    reply_pages: DataLoader<ReplyPages>,
    own_replies_above_mark: DataLoader<OwnRepliesAboveMark>,
    mentions: DataLoader<Mentions>,
    mentions_above_mark: DataLoader<MentionsAboveMark>,
    chats: DataLoader<Chats>,
    participants: DataLoader<Participants>,
    unread: DataLoader<Unread>,
    removed_above_mark: DataLoader<RemovedAboveMark>,
    heads: DataLoader<Heads>,
    chat_settings: DataLoader<SettingsOfChats>,
    drafts: DataLoader<Drafts>,
    participant_pages: DataLoader<ParticipantPages>,
    receipts: DataLoader<Receipts>,
    read_receipts: DataLoader<ReadReceipts>,
    pinned_pages: DataLoader<PinnedPages>,
}

impl Loaders {
    /// Loaders that read from `pool`.
    #[must_use]
    pub(crate) fn new(pool: &Pool) -> Self {
        let profiles = Cache::builder()
            .max_capacity(MAX_PROFILES)
            .time_to_live(PROFILE_LIFETIME)
            .build();
        let pool = || pool.clone();
        Self {
            users: DataLoader::new(
                Users {
                    pool: pool(),
                    profiles: profiles.clone(),
                },
                in_this_span,
            ),
            messages: DataLoader::new(Messages(pool()), in_this_span),
            newest_messages: DataLoader::new(NewestMessages(pool()), in_this_span),
            reaction_groups: DataLoader::new(ReactionGroups(pool()), in_this_span),
            reaction_pages: DataLoader::new(ReactionPages(pool()), in_this_span),
            threads: DataLoader::new(Threads(pool()), in_this_span),
            reply_pages: DataLoader::new(ReplyPages(pool()), in_this_span),
            own_replies_above_mark: DataLoader::new(OwnRepliesAboveMark(pool()), in_this_span),
            mentions: DataLoader::new(Mentions(pool()), in_this_span),
            mentions_above_mark: DataLoader::new(MentionsAboveMark(pool()), in_this_span),
            chats: DataLoader::new(Chats(pool()), in_this_span),
            participants: DataLoader::new(Participants(pool()), in_this_span),
            unread: DataLoader::new(Unread(pool()), in_this_span),
            removed_above_mark: DataLoader::new(RemovedAboveMark(pool()), in_this_span),
            heads: DataLoader::new(Heads(pool()), one_at_a_time()).delay(Duration::ZERO),
            chat_settings: DataLoader::new(SettingsOfChats(pool()), in_this_span),
            drafts: DataLoader::new(Drafts(pool()), in_this_span),
            participant_pages: DataLoader::new(ParticipantPages(pool()), in_this_span),
            receipts: DataLoader::new(Receipts(pool()), in_this_span),
            read_receipts: DataLoader::new(ReadReceipts(pool()), in_this_span),
            pinned_pages: DataLoader::new(PinnedPages(pool()), in_this_span),
            profiles,
        }
    }

    /// A person; none when their account is gone.
    ///
    /// # Errors
    /// When Postgres does not answer; likewise below.
    pub(crate) async fn user(
        &self,
        user: UserId,
    ) -> Result<Option<shared_schema::User>, Arc<Error>> {
        self.users.load_one(user).await
    }

    /// A user whose profile has just changed: the cached profile is dropped first.
    ///
    /// # Errors
    /// When Postgres does not answer.
    pub(crate) async fn changed_user(
        &self,
        user: UserId,
    ) -> Result<Option<shared_schema::User>, Arc<Error>> {
        self.profiles.invalidate(&user);
        self.user(user).await
    }

    /// A message of a chat that the caller may read.
    ///
    /// # Errors
    /// When Postgres does not answer.
    pub(crate) async fn message(
        &self,
        chat: ChatId,
        message: MessageId,
    ) -> Result<Option<shared_schema::Message>, Arc<Error>> {
        self.messages.load_one((chat, message)).await
    }

    /// The newest message of a chat that the caller may read.
    ///
    /// # Errors
    /// When Postgres does not answer.
    pub(crate) async fn newest_message(
        &self,
        chat: ChatId,
    ) -> Result<Option<shared_schema::Message>, Arc<Error>> {
        self.newest_messages.load_one(chat).await
    }

    /// The reaction groups of a message that the caller may read, in the order in which they are shown.
    ///
    /// # Errors
    /// When Postgres does not answer.
    pub(crate) async fn reaction_groups(
        &self,
        chat: ChatId,
        message: MessageId,
    ) -> Result<Vec<shared_schema::ReactionGroup>, Arc<Error>> {
        let groups = self.reaction_groups.load_one((chat, message)).await?;
        Ok(groups.unwrap_or_default())
    }

    /// Reactions to a message that the caller may read.
    ///
    /// # Errors
    /// When Postgres does not answer.
    pub(crate) async fn reaction_page(
        &self,
        page: ReactionPage,
    ) -> Result<Vec<ReactionRow>, Arc<Error>> {
        Ok(self
            .reaction_pages
            .load_one(page)
            .await?
            .unwrap_or_default())
    }

    /// The thread under a message that the caller may read; none without replies.
    ///
    /// # Errors
    /// When Postgres does not answer.
    pub(crate) async fn thread(
        &self,
        chat: ChatId,
        root: MessageId,
    ) -> Result<Option<ThreadRow>, Arc<Error>> {
        self.threads.load_one((chat, root)).await
    }

    /// Replies in a thread that the caller may read.
    ///
    /// # Errors
    /// When Postgres does not answer.
    pub(crate) async fn reply_page(&self, page: ReplyPage) -> Result<MessagePart, Arc<Error>> {
        Ok(self.reply_pages.load_one(page).await?.unwrap_or_default())
    }

    /// Pinned messages of a chat that the caller may read.
    ///
    /// # Errors
    /// When Postgres does not answer.
    pub(crate) async fn pinned_page(
        &self,
        page: PinnedPage,
    ) -> Result<MessagePart<PinnedMessageRow>, Arc<Error>> {
        Ok(self.pinned_pages.load_one(page).await?.unwrap_or_default())
    }

    /// The numbers of this user's own replies above their mark in a chat that have not been removed.
    ///
    /// # Errors
    /// When Postgres does not answer.
    pub(crate) async fn own_replies_above_mark(
        &self,
        user: UserId,
        chat: ChatId,
    ) -> Result<Vec<Number>, Arc<Error>> {
        let numbers = self.own_replies_above_mark.load_one((user, chat)).await?;
        Ok(numbers.unwrap_or_default())
    }

    /// The places of a message that the caller may read which mention somebody by name, in no order.
    ///
    /// # Errors
    /// When Postgres does not answer.
    pub(crate) async fn mentions(&self, message: NumberKey) -> Result<Vec<Mention>, Arc<Error>> {
        Ok(self.mentions.load_one(message).await?.unwrap_or_default())
    }

    /// The numbers of the messages above this user's mark in a chat that mention them.
    ///
    /// # Errors
    /// When Postgres does not answer.
    pub(crate) async fn mentions_above_mark(
        &self,
        user: UserId,
        chat: ChatId,
    ) -> Result<Vec<Number>, Arc<Error>> {
        let numbers = self.mentions_above_mark.load_one((user, chat)).await?;
        Ok(numbers.unwrap_or_default())
    }

    /// A chat, if this user may see it.
    ///
    /// # Errors
    /// When Postgres does not answer.
    pub(crate) async fn chat(
        &self,
        user: UserId,
        chat: ChatId,
    ) -> Result<Option<VisibleChat>, Arc<Error>> {
        self.chats.load_one((user, chat)).await
    }

    /// One participant of a chat; none if the user is not one.
    ///
    /// # Errors
    /// When Postgres does not answer.
    pub(crate) async fn participant(
        &self,
        chat: ChatId,
        user: UserId,
    ) -> Result<Option<ParticipantRow>, Arc<Error>> {
        self.participants.load_one((chat, user)).await
    }

    /// How many messages of a chat this user has not read; none if they do not take part.
    ///
    /// # Errors
    /// When Postgres does not answer.
    pub(crate) async fn unread(
        &self,
        user: UserId,
        chat: ChatId,
    ) -> Result<Option<Number>, Arc<Error>> {
        self.unread.load_one((user, chat)).await
    }

    /// The numbers of removed messages above this user's mark in a chat.
    ///
    /// # Errors
    /// When Postgres does not answer.
    pub(crate) async fn removed_above_mark(
        &self,
        user: UserId,
        chat: ChatId,
    ) -> Result<Vec<Number>, Arc<Error>> {
        let numbers = self.removed_above_mark.load_one((user, chat)).await?;
        Ok(numbers.unwrap_or_default())
    }

    /// What this user has set for a chat.
    ///
    /// # Errors
    /// When Postgres does not answer.
    pub(crate) async fn chat_settings(
        &self,
        user: UserId,
        chat: ChatId,
    ) -> Result<ChatSettings, Arc<Error>> {
        let settings = self.chat_settings.load_one((user, chat)).await?;
        Ok(settings.unwrap_or_else(|| ChatSettings::none(chat)))
    }

    /// What this user has begun to write there; none if nothing, or if they do not take part in the chat.
    ///
    /// # Errors
    /// When Postgres does not answer.
    pub(crate) async fn draft(
        &self,
        user: UserId,
        place: DraftPlace,
    ) -> Result<Option<Draft>, Arc<Error>> {
        self.drafts.load_one((user, place)).await
    }

    /// The head of a chat, if this user may read its messages.
    ///
    /// # Errors
    /// When Postgres does not answer.
    pub(crate) async fn head(
        &self,
        chat: ChatId,
        user: UserId,
    ) -> Result<Option<Cursor>, Arc<Error>> {
        self.heads.load_one((chat, user)).await
    }

    /// Participants of a chat that the caller may see.
    ///
    /// # Errors
    /// When Postgres does not answer.
    pub(crate) async fn participant_page(
        &self,
        page: ParticipantPage,
    ) -> Result<Vec<ParticipantRow>, Arc<Error>> {
        Ok(self
            .participant_pages
            .load_one(page)
            .await?
            .unwrap_or_default())
    }

    /// The receipts of a chat with few participants that the caller may see, as each of them tells it.
    ///
    /// # Errors
    /// When Postgres does not answer.
    pub(crate) async fn receipts(&self, chat: ChatId) -> Result<Vec<ReceiptRow>, Arc<Error>> {
        Ok(self.receipts.load_one(chat).await?.unwrap_or_default())
    }

    /// Which of these users tell others what they have read.
    ///
    /// # Errors
    /// When Postgres does not answer.
    pub(crate) async fn telling(
        &self,
        users: impl IntoIterator<Item = UserId>,
    ) -> Result<HashSet<UserId>, Arc<Error>> {
        let choices = self.read_receipts.load_many(users).await?;
        Ok(choices
            .into_iter()
            .filter_map(|(user, is_on)| is_on.then_some(user))
            .collect())
    }
}

/// Runs a loader's task in the span of the request that asked first, for its log lines.
fn in_this_span(task: BoxFuture<'static, ()>) {
    tokio::spawn(task.in_current_span());
}

/// Runs a loader's tasks one after the other. Requests that arrive while a statement runs share the next one, and a
/// single request does not wait for others.
fn one_at_a_time() -> impl Fn(BoxFuture<'static, ()>) + Send + Sync + 'static {
    let turn = Arc::new(Semaphore::new(1));
    move |task| {
        let turn = Arc::clone(&turn);
        in_this_span(Box::pin(async move {
            let _turn = turn.acquire().await;
            task.await;
        }));
    }
}
