//! The transaction that writes many messages at once: two round trips, however many messages and chats.
//!
//! What is polled together travels together, in the order in which it is polled first, because every statement was
//! prepared before. So the locks are asked for first, and what is read after them is as it is under the locks: each
//! statement sees what was committed before the one in front of it ended.

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
    feeds::{self, LockedFeed, Locks},
    messages::{self, NewMessage, Numbered, StoredMessage},
    participants, profiles,
};

/// What a batch of messages needs to know before anything is decided.
#[derive(Default)]
pub struct Questions {
    pub chats: HashSet<ChatId>,
    pub senders: HashSet<(ChatId, UserId)>,
    pub messages: HashSet<(ChatId, MessageId)>,
}

/// What there is of what was asked for. None of it changes while the transaction lasts, except usernames.
pub struct Facts {
    /// A chat is missing if it does not exist, or if its lock was to be had only by waiting.
    pub feeds: HashMap<ChatId, LockedFeed>,
    pub chats: HashMap<ChatId, StoredChat>,
    pub participants: HashMap<(ChatId, UserId), Participant>,
    pub usernames: HashMap<UserId, String>,
    pub messages: HashMap<(ChatId, MessageId), StoredMessage>,
}

struct Statements {
    lock: Statement,
    chats: Statement,
    participants: Statement,
    usernames: Statement,
    messages: Statement,
    add: Statement,
    marks: Statement,
}

impl Statements {
    async fn prepare(client: &Client, locks: Locks) -> Result<Self, Error> {
        let (lock, chats, participants, usernames, messages, add, marks) = try_join!(
            feeds::prepare_lock_each(client, locks),
            chats::prepare_find_each(client),
            participants::prepare_find_each(client),
            profiles::prepare_usernames(client),
            messages::prepare_find_each(client),
            messages::prepare_add_each(client),
            participants::prepare_move_own_marks(client),
        )?;
        Ok(Self {
            lock,
            chats,
            participants,
            usernames,
            messages,
            add,
            marks,
        })
    }
}

/// A transaction that holds the locks of some chats. Dropped before its end, it takes its connection with it.
pub struct Transaction {
    /// Taken at the end.
    client: Option<Client>,
    statements: Statements,
}

impl Transaction {
    /// Takes the locks and reads under them, in one round trip. No lock is waited for longer than `patience`, or than the
    /// connection allows when that is none.
    pub async fn begin(
        client: Client,
        locks: Locks,
        patience: Option<Duration>,
        questions: &Questions,
    ) -> Result<(Self, Facts), Error> {
        let statements = Statements::prepare(&client, locks).await?;
        let transaction = Self {
            client: Some(client),
            statements,
        };
        match transaction.open(patience, questions).await {
            Ok(facts) => Ok((transaction, facts)),
            Err(error) => {
                transaction.roll_back().await;
                Err(error)
            }
        }
    }

    async fn open(
        &self,
        patience: Option<Duration>,
        questions: &Questions,
    ) -> Result<Facts, Error> {
        let client = self.client()?;
        let start = start(patience);
        let start = async { Ok(client.batch_execute(&start).await?) };
        let asked = &self.statements;
        let chats: Vec<Uuid> = questions.chats.iter().map(|chat| chat.0).collect();
        let (sender_chats, senders) = columns(questions.senders.iter().map(|(c, u)| (c.0, u.0)));
        let (message_chats, messages) = columns(questions.messages.iter().map(|(c, m)| (c.0, m.0)));
        let ((), feeds, chats, participants, usernames, messages) = try_join!(
            start,
            feeds::lock_each(client, &asked.lock, &chats),
            chats::find_each(client, &asked.chats, &chats),
            participants::find_each(client, &asked.participants, &sender_chats, &senders),
            profiles::usernames(client, &asked.usernames, &senders),
            messages::find_each(client, &asked.messages, &message_chats, &messages),
        )?;
        Ok(Facts {
            feeds,
            chats,
            participants,
            usernames,
            messages,
        })
    }

    /// The connection, for what else is to be read under the locks.
    pub fn client(&self) -> Result<&Client, Error> {
        let client = self.client.as_ref();
        client.ok_or_else(|| Error::internal("the transaction is over"))
    }

    /// Writes the messages with their events, and the read marks of their senders.
    pub async fn write(
        &self,
        new: &[NewMessage<'_>],
        marks: &HashMap<(ChatId, UserId), Number>,
    ) -> Result<HashMap<(ChatId, MessageId), Numbered>, Error> {
        let client = self.client()?;
        let (numbered, ()) = try_join!(
            messages::add_each(client, &self.statements.add, new),
            participants::move_own_marks(client, &self.statements.marks, marks),
        )?;
        Ok(numbered)
    }

    /// Writes and commits, in one round trip: a commit after a statement that failed is a rollback.
    pub async fn write_and_commit(
        mut self,
        new: &[NewMessage<'_>],
        marks: &HashMap<(ChatId, UserId), Number>,
    ) -> Result<HashMap<(ChatId, MessageId), Numbered>, Error> {
        let (written, committed) = join(self.write(new, marks), self.end("COMMIT")).await;
        self.client = self.client.take().filter(|_| committed.is_err());
        let written = written?;
        committed.map(|()| written)
    }

    /// Commits what was written.
    pub async fn commit(mut self) -> Result<(), Error> {
        self.end("COMMIT").await?;
        self.client = None;
        Ok(())
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

impl Drop for Transaction {
    fn drop(&mut self) {
        if let Some(client) = self.client.take() {
            // Back in the pool it would hold the locks, and whoever gets it would stand in the middle of this.
            drop(Client::take(client));
        }
    }
}

/// Whether a lock was not to be had in time.
pub fn is_lock_timeout(error: &Error) -> bool {
    let Error::Unavailable { source, .. } = error else {
        return false;
    };
    let code = source
        .downcast_ref::<tokio_postgres::Error>()
        .and_then(tokio_postgres::Error::code);
    code == Some(&SqlState::LOCK_NOT_AVAILABLE)
}

fn start(patience: Option<Duration>) -> String {
    let start = "START TRANSACTION".to_owned();
    match patience {
        Some(patience) => start + &format!("; SET LOCAL lock_timeout = {}", patience.as_millis()),
        None => start,
    }
}

fn columns(pairs: impl Iterator<Item = (Uuid, Uuid)>) -> (Vec<Uuid>, Vec<Uuid>) {
    pairs.unzip()
}
