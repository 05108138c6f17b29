//! What a batch with mentions reads and writes besides. A batch whose texts mention nobody runs none of these statements.

use std::{
    collections::{HashMap, HashSet},
    time::Duration,
};

use chassis::Error;
use deadpool_postgres::Client;
use futures_util::try_join;
use shared_schema::{ChatId, UserId};
use tokio_postgres::Statement;
use uuid::Uuid;

use crate::db::{
    chats,
    message_mentions::{self, NewMentions},
    participants,
};

/// Which rows a batch needs for its mentions.
#[derive(Default)]
pub struct MentionLookup {
    /// Names, each in the chat in which it is to be a participant's.
    pub names: HashSet<(ChatId, String)>,
    /// Chats all of whose participants may be mentioned.
    pub all: HashSet<ChatId>,
}

/// The rows that exist, read under the locks.
#[derive(Default)]
pub struct MentionSnapshot {
    /// The participants among the names.
    pub people: HashMap<(ChatId, String), UserId>,
    /// Where all were mentioned a moment ago, and for how long they cannot be mentioned again.
    pub waits: HashMap<ChatId, Duration>,
}

/// What a batch writes about mentions.
#[derive(Default)]
pub struct MentionWrites {
    pub new: Vec<NewMentions>,
    /// The chats all of whose participants are mentioned.
    pub all: HashSet<ChatId>,
}

pub struct MentionStatements {
    people: Statement,
    waits: Statement,
    add: Statement,
    set: Statement,
}

impl MentionLookup {
    pub fn is_empty(&self) -> bool {
        self.names.is_empty() && self.all.is_empty()
    }
}

impl MentionStatements {
    pub async fn prepare(client: &Client) -> Result<Self, Error> {
        let (people, waits, add, set) = try_join!(
            participants::prepare_find_by_username(client),
            chats::prepare_find_all_mentioned(client),
            message_mentions::prepare_add_each(client),
            chats::prepare_set_all_mentioned(client),
        )?;
        Ok(Self {
            people,
            waits,
            add,
            set,
        })
    }

    pub async fn find(
        &self,
        client: &Client,
        lookup: &MentionLookup,
    ) -> Result<MentionSnapshot, Error> {
        let names: Vec<(ChatId, &str)> = lookup
            .names
            .iter()
            .map(|(chat, name)| (*chat, name.as_str()))
            .collect();
        let all = ids(&lookup.all);
        let (people, waits) = try_join!(
            participants::find_by_username(client, &self.people, &names),
            chats::find_all_mentioned(client, &self.waits, &all),
        )?;
        Ok(MentionSnapshot { people, waits })
    }

    pub async fn write(&self, client: &Client, writes: &MentionWrites) -> Result<(), Error> {
        let all = ids(&writes.all);
        let add = async {
            match writes.new.is_empty() {
                true => Ok(()),
                false => message_mentions::add_each(client, &self.add, &writes.new).await,
            }
        };
        let set = async {
            match all.is_empty() {
                true => Ok(()),
                false => chats::set_all_mentioned(client, &self.set, &all).await,
            }
        };
        try_join!(add, set)?;
        Ok(())
    }
}

fn ids(chats: &HashSet<ChatId>) -> Vec<Uuid> {
    chats.iter().map(|chat| chat.0).collect()
}
