//! The transaction that writes many messages at once: two round trips, however many messages and chats.
//!
//! All statements are prepared before, so those that are polled together are sent together, in the order in which they are
//! first polled. The locks come first, and the rows are read under them: each statement sees what was committed before the
//! statement in front of it ended.

mod mentions;

use std::{
    collections::{HashMap, HashSet},
    time::Duration,
};

use chassis::Error;
use deadpool_postgres::Client;
use futures_util::{future::join, try_join};
use shared_schema::{ChatId, MessageId, Number, Participant, UserId};
use tokio_postgres::{Statement, error::SqlState};
use uuid::Uuid;

use super::{
    chats::{self, StoredChat},
    feeds::{self, LockMode, LockedFeed},
    messages::{self, AssignedNumbers, NewMessage, StoredMessage},
    participants, profiles,
    thread_follows::{self, FollowKey},
    threads::{self, StoredThread, ThreadKey, ThreadUpdate},
};
use mentions::MentionStatements;
pub use mentions::{MentionLookup, MentionSnapshot, MentionWrites};

/// The rows that a batch of messages needs before anything is decided.
#[derive(Default)]
pub struct BatchLookup {
    pub chats: HashSet<ChatId>,
    pub senders: HashSet<(ChatId, UserId)>,
    pub messages: HashSet<(ChatId, MessageId)>,
    /// Messages whose threads are needed. Without one, nothing is asked about threads.
    pub in_threads: HashSet<(ChatId, MessageId)>,
    /// Without any, nothing is asked about mentions.
    pub mentions: MentionLookup,
}

/// The rows that exist, read under the locks. None of them changes during the transaction, except usernames.
pub struct BatchSnapshot {
    /// A chat is missing if it does not exist, or if another transaction holds its lock and `SKIP LOCKED` was asked for.
    pub feeds: HashMap<ChatId, LockedFeed>,
    pub chats: HashMap<ChatId, StoredChat>,
    pub participants: HashMap<(ChatId, UserId), Participant>,
    pub usernames: HashMap<UserId, String>,
    pub messages: HashMap<(ChatId, MessageId), StoredMessage>,
    pub threads: HashMap<ThreadKey, StoredThread>,
    pub mentions: MentionSnapshot,
}

/// What a batch writes.
#[derive(Default)]
pub struct BatchWrites<'a> {
    /// The messages to insert.
    pub new: Vec<NewMessage<'a>>,
    /// The read marks of the senders after their messages of the timeline.
    pub marks: HashMap<(ChatId, UserId), Number>,
    pub threads: ThreadWrites,
    pub mentions: MentionWrites,
}

/// What a batch with replies in threads writes besides.
#[derive(Debug, Default)]
pub struct ThreadWrites {
    /// The threads after it.
    pub threads: HashMap<ThreadKey, ThreadUpdate>,
    /// Who follows them, with the number of their newest reply, or 0 for the author of a root.
    pub follows: HashMap<FollowKey, Number>,
}

struct Statements {
    lock: Statement,
    chats: Statement,
    participants: Statement,
    usernames: Statement,
    messages: Statement,
    add: Statement,
    marks: Statement,
    /// None for a batch without replies in threads.
    threads: Option<ThreadStatements>,
    /// None for a batch without mentions.
    mentions: Option<MentionStatements>,
}

struct ThreadStatements {
    find: Statement,
    write: Statement,
    follow: Statement,
}

impl Statements {
    async fn prepare(
        client: &Client,
        lock_mode: LockMode,
        lookup: &BatchLookup,
    ) -> Result<Self, Error> {
        let (lock, chats, participants, usernames, messages, add, marks) = try_join!(
            feeds::prepare_lock_each(client, lock_mode),
            chats::prepare_find_each(client),
            participants::prepare_find_each(client),
            profiles::prepare_usernames(client),
            messages::prepare_find_each(client),
            messages::prepare_add_each(client),
            participants::prepare_advance_sender_marks(client),
        )?;
        let threads = match lookup.in_threads.is_empty() {
            true => None,
            false => Some(ThreadStatements::prepare(client).await?),
        };
        let mentions = match lookup.mentions.is_empty() {
            true => None,
            false => Some(MentionStatements::prepare(client).await?),
        };
        Ok(Self {
            lock,
            chats,
            participants,
            usernames,
            messages,
            add,
            marks,
            threads,
            mentions,
        })
    }
}

impl ThreadStatements {
    async fn prepare(client: &Client) -> Result<Self, Error> {
        let (find, write, follow) = try_join!(
            threads::prepare_find_each(client),
            threads::prepare_write_each(client),
            thread_follows::prepare_add_each(client),
        )?;
        Ok(Self {
            find,
            write,
            follow,
        })
    }
}

/// A transaction that holds the locks of some chats. If it is dropped before its end, its connection is closed.
pub struct BatchTransaction {
    /// Taken at the end.
    client: Option<Client>,
    statements: Statements,
}

impl BatchTransaction {
    /// Takes the locks and reads under them, in one round trip. It waits for each lock at most `lock_timeout`, or the
    /// timeout of the connection if that is none.
    pub async fn begin(
        client: Client,
        lock_mode: LockMode,
        lock_timeout: Option<Duration>,
        lookup: &BatchLookup,
    ) -> Result<(Self, BatchSnapshot), Error> {
        let statements = Statements::prepare(&client, lock_mode, lookup).await?;
        let transaction = Self {
            client: Some(client),
            statements,
        };
        match transaction.open(lock_timeout, lookup).await {
            Ok(snapshot) => Ok((transaction, snapshot)),
            Err(error) => {
                transaction.roll_back().await;
                Err(error)
            }
        }
    }

    async fn open(
        &self,
        lock_timeout: Option<Duration>,
        lookup: &BatchLookup,
    ) -> Result<BatchSnapshot, Error> {
        let client = self.client()?;
        let start = start(lock_timeout);
        let start = async { Ok(client.batch_execute(&start).await?) };
        let asked = &self.statements;
        let chats: Vec<Uuid> = lookup.chats.iter().map(|chat| chat.0).collect();
        let (sender_chats, senders) = columns(lookup.senders.iter().map(|(c, u)| (c.0, u.0)));
        let (message_chats, messages) = columns(lookup.messages.iter().map(|(c, m)| (c.0, m.0)));
        let ((), feeds, chats, participants, usernames, messages, threads, mentions) = try_join!(
            start,
            feeds::lock_each(client, &asked.lock, &chats),
            chats::find_each(client, &asked.chats, &chats),
            participants::find_each(client, &asked.participants, &sender_chats, &senders),
            profiles::usernames(client, &asked.usernames, &senders),
            messages::find_each(client, &asked.messages, &message_chats, &messages),
            self.find_threads(client, lookup),
            self.find_mentions(client, lookup),
        )?;
        Ok(BatchSnapshot {
            feeds,
            chats,
            participants,
            usernames,
            messages,
            threads,
            mentions,
        })
    }

    async fn find_threads(
        &self,
        client: &Client,
        lookup: &BatchLookup,
    ) -> Result<HashMap<ThreadKey, StoredThread>, Error> {
        let Some(statements) = &self.statements.threads else {
            return Ok(HashMap::new());
        };
        let (chats, messages) = columns(lookup.in_threads.iter().map(|(c, m)| (c.0, m.0)));
        threads::find_each(client, &statements.find, &chats, &messages).await
    }

    async fn find_mentions(
        &self,
        client: &Client,
        lookup: &BatchLookup,
    ) -> Result<MentionSnapshot, Error> {
        match &self.statements.mentions {
            Some(statements) => statements.find(client, &lookup.mentions).await,
            None => Ok(MentionSnapshot::default()),
        }
    }

    /// The connection, for what else is to be read under the locks.
    pub fn client(&self) -> Result<&Client, Error> {
        let client = self.client.as_ref();
        client.ok_or_else(|| Error::internal("the transaction has already ended"))
    }

    /// Writes the messages with their events, the read marks of their senders, the threads and the mentions.
    async fn write(
        &self,
        writes: &BatchWrites<'_>,
    ) -> Result<HashMap<(ChatId, MessageId), AssignedNumbers>, Error> {
        let client = self.client()?;
        let (assigned, (), (), ()) = try_join!(
            messages::add_each(client, &self.statements.add, &writes.new),
            participants::advance_sender_marks(client, &self.statements.marks, &writes.marks),
            self.write_threads(client, &writes.threads),
            self.write_mentions(client, &writes.mentions),
        )?;
        Ok(assigned)
    }

    async fn write_threads(&self, client: &Client, writes: &ThreadWrites) -> Result<(), Error> {
        let Some(statements) = &self.statements.threads else {
            return Ok(());
        };
        // All messages may be retries.
        if writes.threads.is_empty() {
            return Ok(());
        }
        try_join!(
            threads::write_each(client, &statements.write, &writes.threads),
            thread_follows::add_each(client, &statements.follow, &writes.follows),
        )?;
        Ok(())
    }

    async fn write_mentions(&self, client: &Client, writes: &MentionWrites) -> Result<(), Error> {
        match &self.statements.mentions {
            Some(statements) => statements.write(client, writes).await,
            None => Ok(()),
        }
    }

    /// Writes and commits, in one round trip: a commit after a statement that failed is a rollback.
    pub async fn write_and_commit(
        mut self,
        writes: &BatchWrites<'_>,
    ) -> Result<HashMap<(ChatId, MessageId), AssignedNumbers>, Error> {
        let (written, committed) = join(self.write(writes), self.end("COMMIT")).await;
        self.client = self.client.take().filter(|_| committed.is_err());
        let written = written?;
        committed.map(|()| written)
    }

    /// Gives the locks back. Nothing was written.
    pub async fn roll_back(mut self) {
        match self.end("ROLLBACK").await {
            Ok(()) => self.client = None,
            // The drop closes the connection, and with it the transaction.
            Err(error) => tracing::debug!(%error, "cannot roll back"),
        }
    }

    async fn end(&self, how: &str) -> Result<(), Error> {
        Ok(self.client()?.batch_execute(how).await?)
    }
}

impl Drop for BatchTransaction {
    fn drop(&mut self) {
        if let Some(client) = self.client.take() {
            // In the pool it would keep the locks, and its next user would be inside this transaction.
            drop(Client::take(client));
        }
    }
}

/// Whether a lock was not acquired in time.
pub fn is_lock_timeout(error: &Error) -> bool {
    let Error::Unavailable { source, .. } = error else {
        return false;
    };
    let code = source
        .downcast_ref::<tokio_postgres::Error>()
        .and_then(tokio_postgres::Error::code);
    code == Some(&SqlState::LOCK_NOT_AVAILABLE)
}

fn start(lock_timeout: Option<Duration>) -> String {
    let start = "START TRANSACTION".to_owned();
    match lock_timeout {
        Some(lock_timeout) => {
            start + &format!("; SET LOCAL lock_timeout = {}", lock_timeout.as_millis())
        }
        None => start,
    }
}

fn columns(pairs: impl Iterator<Item = (Uuid, Uuid)>) -> (Vec<Uuid>, Vec<Uuid>) {
    pairs.unzip()
}
