//! Batching: however many objects of a page ask, each kind of thing is read in one statement.
//!
//! One set per database. The loaders keep nothing, so what they answer is never staler than the statement, except for
//! people's profiles, which are shown with every message and kept for [`PROFILE_LIFETIME`].

pub(crate) mod participant_pages;

use std::{collections::HashMap, hash::Hash, sync::Arc, time::Duration};

use async_graphql::dataloader::{DataLoader, Loader};
use chassis::{Error, postgres::Pool};
use futures_util::future::BoxFuture;
use moka::sync::Cache;
use shared_schema::{ChatId, Cursor, MessageId, Number, UserId};
use tokio::{sync::Semaphore, time::timeout};
use tracing::Instrument;

use crate::db::{self, chats::VisibleChat, participants::ParticipantRow};
use participant_pages::{ParticipantPage, ParticipantPages};

/// How long a profile is kept. A page that was made with it may be kept a second longer: a changed name is shown
/// everywhere within three seconds.
const PROFILE_LIFETIME: Duration = Duration::from_secs(2);

/// Profiles kept at the most.
const MAX_PROFILES: u64 = 10_000;

/// Numbers of removed messages told of one chat.
const MAX_REMOVED_NUMBERS: i64 = 1_000;

/// How long a statement may take that others wait behind.
const HEADS_TIMEOUT: Duration = Duration::from_secs(1);

/// The loaders of one database.
pub(crate) struct Loaders {
    profiles: Cache<UserId, Option<shared_schema::User>>,
    users: DataLoader<Users>,
    messages: DataLoader<Messages>,
    newest_messages: DataLoader<NewestMessages>,
    chats: DataLoader<Chats>,
    participants: DataLoader<Participants>,
    unread: DataLoader<Unread>,
    removed_above_mark: DataLoader<RemovedAboveMark>,
    heads: DataLoader<Heads>,
    participant_pages: DataLoader<ParticipantPages>,
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
            chats: DataLoader::new(Chats(pool()), in_this_span),
            participants: DataLoader::new(Participants(pool()), in_this_span),
            unread: DataLoader::new(Unread(pool()), in_this_span),
            removed_above_mark: DataLoader::new(RemovedAboveMark(pool()), in_this_span),
            heads: DataLoader::new(Heads(pool()), one_at_a_time()).delay(Duration::ZERO),
            participant_pages: DataLoader::new(ParticipantPages(pool()), in_this_span),
            profiles,
        }
    }

    /// A person; none when their account is gone.
    ///
    /// # Errors
    /// When Postgres is away; likewise below.
    pub(crate) async fn user(
        &self,
        user: UserId,
    ) -> Result<Option<shared_schema::User>, Arc<Error>> {
        self.users.load_one(user).await
    }

    /// A person whose profile has just changed: what is remembered of them is forgotten first.
    ///
    /// # Errors
    /// When Postgres is away.
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
    /// When Postgres is away.
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
    /// When Postgres is away.
    pub(crate) async fn newest_message(
        &self,
        chat: ChatId,
    ) -> Result<Option<shared_schema::Message>, Arc<Error>> {
        self.newest_messages.load_one(chat).await
    }

    /// A chat, if this user may see it.
    ///
    /// # Errors
    /// When Postgres is away.
    pub(crate) async fn chat(
        &self,
        user: UserId,
        chat: ChatId,
    ) -> Result<Option<VisibleChat>, Arc<Error>> {
        self.chats.load_one((user, chat)).await
    }

    /// Someone in a chat, if they take part.
    ///
    /// # Errors
    /// When Postgres is away.
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
    /// When Postgres is away.
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
    /// When Postgres is away.
    pub(crate) async fn removed_above_mark(
        &self,
        user: UserId,
        chat: ChatId,
    ) -> Result<Vec<Number>, Arc<Error>> {
        let numbers = self.removed_above_mark.load_one((user, chat)).await?;
        Ok(numbers.unwrap_or_default())
    }

    /// The head of a chat, if this user may read its messages.
    ///
    /// # Errors
    /// When Postgres is away.
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
    /// When Postgres is away.
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
}

struct Users {
    pool: Pool,
    profiles: Cache<UserId, Option<shared_schema::User>>,
}

impl Loader<UserId> for Users {
    type Value = shared_schema::User;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[UserId]) -> Result<HashMap<UserId, Self::Value>, Self::Error> {
        let mut found = HashMap::new();
        let mut missing = Vec::new();
        for &key in keys {
            match self.profiles.get(&key) {
                Some(Some(profile)) => drop(found.insert(key, profile)),
                Some(None) => {}
                None => missing.push(key),
            }
        }
        if !missing.is_empty() {
            for profile in db::profiles::by_id(&self.pool, &missing).await? {
                found.insert(profile.id, profile);
            }
            for key in missing {
                self.profiles.insert(key, found.get(&key).cloned());
            }
        }
        Ok(found)
    }
}

struct Messages(Pool);

impl Loader<(ChatId, MessageId)> for Messages {
    type Value = shared_schema::Message;
    type Error = Arc<Error>;

    async fn load(
        &self,
        keys: &[(ChatId, MessageId)],
    ) -> Result<HashMap<(ChatId, MessageId), Self::Value>, Self::Error> {
        Ok(keyed(
            db::messages::by_id(&self.0, keys).await?,
            |message| (message.chat_id, message.id),
        ))
    }
}

struct NewestMessages(Pool);

impl Loader<ChatId> for NewestMessages {
    type Value = shared_schema::Message;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[ChatId]) -> Result<HashMap<ChatId, Self::Value>, Self::Error> {
        Ok(keyed(
            db::messages::newest_of(&self.0, keys).await?,
            |message| message.chat_id,
        ))
    }
}

struct Chats(Pool);

impl Loader<(UserId, ChatId)> for Chats {
    type Value = VisibleChat;
    type Error = Arc<Error>;

    async fn load(
        &self,
        keys: &[(UserId, ChatId)],
    ) -> Result<HashMap<(UserId, ChatId), Self::Value>, Self::Error> {
        let mut found = HashMap::new();
        for (user, chats) in grouped(keys) {
            for chat in db::chats::visible_to(&self.0, user, &chats).await? {
                found.insert((user, chat.chat.facts.id), chat);
            }
        }
        Ok(found)
    }
}

struct Participants(Pool);

impl Loader<(ChatId, UserId)> for Participants {
    type Value = ParticipantRow;
    type Error = Arc<Error>;

    async fn load(
        &self,
        keys: &[(ChatId, UserId)],
    ) -> Result<HashMap<(ChatId, UserId), Self::Value>, Self::Error> {
        let rows = db::participants::by_id(&self.0, keys).await?;
        Ok(keyed(rows, |row| (row.facts.chat_id, row.facts.user_id)))
    }
}

struct Unread(Pool);

impl Loader<(UserId, ChatId)> for Unread {
    type Value = Number;
    type Error = Arc<Error>;

    async fn load(
        &self,
        keys: &[(UserId, ChatId)],
    ) -> Result<HashMap<(UserId, ChatId), Self::Value>, Self::Error> {
        let mut found = HashMap::new();
        for (user, chats) in grouped(keys) {
            let limit = i64::try_from(chats.len()).unwrap_or(i64::MAX);
            for row in db::chats::unread(&self.0, user, Some(&chats), limit).await? {
                found.insert((user, row.chat_id), row.unread_count.max(0));
            }
        }
        Ok(found)
    }
}

struct RemovedAboveMark(Pool);

impl Loader<(UserId, ChatId)> for RemovedAboveMark {
    type Value = Vec<Number>;
    type Error = Arc<Error>;

    async fn load(
        &self,
        keys: &[(UserId, ChatId)],
    ) -> Result<HashMap<(UserId, ChatId), Self::Value>, Self::Error> {
        let mut found = HashMap::new();
        for (user, chats) in grouped(keys) {
            let numbers =
                db::chats::removed_above_mark(&self.0, user, &chats, MAX_REMOVED_NUMBERS).await?;
            found.extend(
                numbers
                    .into_iter()
                    .map(|(chat, numbers)| ((user, chat), numbers)),
            );
        }
        Ok(found)
    }
}

struct Heads(Pool);

impl Loader<(ChatId, UserId)> for Heads {
    type Value = Cursor;
    type Error = Arc<Error>;

    async fn load(
        &self,
        keys: &[(ChatId, UserId)],
    ) -> Result<HashMap<(ChatId, UserId), Self::Value>, Self::Error> {
        match timeout(HEADS_TIMEOUT, db::participants::accesses(&self.0, keys)).await {
            Ok(found) => Ok(found?
                .into_iter()
                .filter(|(_, (access, _))| access.reads())
                .map(|(key, (_, head))| (key, head))
                .collect()),
            Err(_) => Err(Arc::new(Error::unavailable(
                "heads of chats: no answer in time",
            ))),
        }
    }
}

/// Runs a loader's task with the request of whoever asked first in its log lines.
fn in_this_span(task: BoxFuture<'static, ()>) {
    tokio::spawn(task.in_current_span());
}

/// Runs a loader's tasks one after the other. Whoever asks while a statement runs goes along with the next one, and whoever
/// asks alone does not wait for company.
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

fn keyed<K: Eq + Hash, V>(values: Vec<V>, key: impl Fn(&V) -> K) -> HashMap<K, V> {
    values
        .into_iter()
        .map(|value| (key(&value), value))
        .collect()
}

fn grouped<K: Copy + Eq + Hash, V: Copy>(pairs: &[(K, V)]) -> HashMap<K, Vec<V>> {
    let mut groups: HashMap<K, Vec<V>> = HashMap::new();
    for &(key, value) in pairs {
        groups.entry(key).or_default().push(value);
    }
    groups
}
