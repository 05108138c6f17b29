//! What `sender` would write: each change in one transaction with its events, then the hints.

mod mentions;
mod own;
mod pinned_messages;
mod reactions;
mod receipts;
mod statements;
mod threads;

use shared_schema::{
    Change, ChatId, ChatKind, Event, FeedRef, Instant, Message, MessageId, ParticipantRole, Signal,
    UserId,
};

use self::statements::{add_message, admit, append, count_participants};
use super::{Person, TestApp};

impl TestApp {
    /// Appends these changes, each to its feed, and publishes them.
    pub async fn append(&self, actor: UserId, changes: Vec<(FeedRef, Change)>) -> Vec<Event> {
        // Each kind has one writer, and its role alone may append it.
        let of_account = |change: &Change| {
            matches!(
                change,
                Change::SessionRevoked { .. } | Change::ProfileUpdated
            )
        };
        let writer = match changes.iter().all(|(_, change)| of_account(change)) {
            true => &self.users,
            false => &self.sender,
        };
        let mut client = writer.lock().await;
        let tx = client.transaction().await.unwrap();
        let mut events = vec![];
        for (feed, change) in changes {
            events.push(append(&tx, actor, feed, change).await);
        }
        tx.commit().await.unwrap();
        drop(client);
        self.publisher.publish_events(&events).await;
        events
    }

    /// Makes Postgres' statistics count what was written so far, which it would otherwise report some seconds later.
    pub async fn count_what_was_written(&self) {
        let sender = self.sender.lock().await;
        for client in [&*sender, &self.owner] {
            let sql = "SELECT pg_stat_force_next_flush()";
            client.execute(sql, &[]).await.unwrap();
        }
    }

    /// A new group.
    pub async fn group(&self, owner: &Person, others: &[&Person]) -> ChatId {
        self.chat(ChatKind::Group, "A chat", owner, others).await
    }

    /// A new chat of this kind.
    pub async fn chat(
        &self,
        kind: ChatKind,
        name: &str,
        owner: &Person,
        others: &[&Person],
    ) -> ChatId {
        let chat = ChatId::new();
        let direct = kind == ChatKind::Direct;
        let pair = direct.then(|| format!("{}:{}", owner.id, others[0].id));
        let count = i32::try_from(others.len() + 1).unwrap();
        let mut client = self.sender.lock().await;
        let tx = client.transaction().await.unwrap();
        tx.execute("INSERT INTO feeds (id) VALUES ($1)", &[&chat.0])
            .await
            .unwrap();
        tx.execute(
            "INSERT INTO chats (id, kind, name, direct_pair, participant_count, created_by, request_hash)
             VALUES ($1, $2, $3, $4, $5, $6, '')",
            &[
                &chat.0,
                &kind.as_str(),
                &(!direct).then_some(name),
                &pair,
                &count,
                &owner.id.0,
            ],
        )
        .await
        .unwrap();
        let mut events = vec![append(&tx, owner.id, chat.into(), Change::ChatCreated).await];
        let people: Vec<(UserId, ParticipantRole)> = [(owner.id, ParticipantRole::Owner)]
            .into_iter()
            .chain(others.iter().map(|p| (p.id, ParticipantRole::Member)))
            .collect();
        events.extend(admit(&tx, owner.id, chat, &people).await);
        tx.commit().await.unwrap();
        drop(client);
        self.publisher.publish_events(&events).await;
        chat
    }

    /// Adds people to a chat, also those who have been there before.
    pub async fn add(&self, actor: &Person, chat: ChatId, people: &[&Person]) -> Vec<Event> {
        let people: Vec<_> = people
            .iter()
            .map(|person| (person.id, ParticipantRole::Member))
            .collect();
        let mut client = self.sender.lock().await;
        let tx = client.transaction().await.unwrap();
        let events = admit(&tx, actor.id, chat, &people).await;
        count_participants(&tx, chat).await;
        tx.commit().await.unwrap();
        drop(client);
        self.publisher.publish_events(&events).await;
        events
    }

    /// Removes someone from a chat.
    pub async fn remove(&self, actor: &Person, chat: ChatId, person: &Person) -> Vec<Event> {
        let mut client = self.sender.lock().await;
        let tx = client.transaction().await.unwrap();
        let change = Change::ParticipantRemoved { user_id: person.id };
        let removed = append(&tx, actor.id, chat.into(), change).await;
        tx.execute(
            "UPDATE participants SET left_seq = $3 WHERE chat_id = $1 AND user_id = $2",
            &[&chat.0, &person.id.0, &removed.seq],
        )
        .await
        .unwrap();
        count_participants(&tx, chat).await;
        let change = Change::ChatLeft {
            chat_id: chat,
            left_seq: removed.seq,
        };
        let told = append(&tx, actor.id, person.feed(), change).await;
        tx.commit().await.unwrap();
        drop(client);
        // The own feed's hint first: it must not overtake what the chat's feed still has to say.
        self.publisher
            .publish_events(&[told.clone(), removed.clone()])
            .await;
        vec![removed, told]
    }

    /// Removes a chat of these people.
    pub async fn dissolve(&self, actor: &Person, chat: ChatId, people: &[&Person]) {
        let mut client = self.sender.lock().await;
        let tx = client.transaction().await.unwrap();
        let removed = append(&tx, actor.id, chat.into(), Change::ChatRemoved).await;
        tx.execute(
            "UPDATE chats SET removed_at = now(), participant_count = 0 WHERE id = $1",
            &[&chat.0],
        )
        .await
        .unwrap();
        tx.execute(
            "UPDATE participants SET left_seq = $2 WHERE chat_id = $1 AND left_seq IS NULL",
            &[&chat.0, &removed.seq],
        )
        .await
        .unwrap();
        let mut events = vec![];
        for person in people {
            let change = Change::ChatLeft {
                chat_id: chat,
                left_seq: removed.seq,
            };
            events.push(append(&tx, actor.id, person.feed(), change).await);
        }
        tx.commit().await.unwrap();
        drop(client);
        events.push(removed);
        self.publisher.publish_events(&events).await;
    }

    /// Renames a chat.
    pub async fn rename(&self, actor: &Person, chat: ChatId, name: &str) -> Event {
        self.owner
            .execute(
                "UPDATE chats SET name = $2 WHERE id = $1",
                &[&chat.0, &name],
            )
            .await
            .unwrap();
        let change = vec![(chat.into(), Change::ChatUpdated)];
        self.append(actor.id, change).await.remove(0)
    }

    /// Gives someone a role.
    pub async fn promote(&self, actor: &Person, chat: ChatId, person: &Person) -> Event {
        let role = ParticipantRole::Admin;
        self.owner
            .execute(
                "UPDATE participants SET role = $3 WHERE chat_id = $1 AND user_id = $2",
                &[&chat.0, &person.id.0, &role.as_str()],
            )
            .await
            .unwrap();
        let user_id = person.id;
        let change = Change::ParticipantRoleChanged { user_id, role };
        self.append(actor.id, vec![(chat.into(), change)])
            .await
            .remove(0)
    }

    /// Sends a message.
    pub async fn say(&self, person: &Person, chat: ChatId, content: &str) -> Message {
        self.reply(person, chat, content, None).await
    }

    /// Sends so many messages, "1", "2" and so on, and publishes nothing.
    pub async fn say_many(&self, person: &Person, chat: ChatId, count: usize) -> Vec<Message> {
        let mut client = self.sender.lock().await;
        let mut messages = vec![];
        let tx = client.transaction().await.unwrap();
        for number in 1..=count {
            let (message, _) = add_message(&tx, person, chat, &number.to_string(), None).await;
            messages.push(message);
        }
        tx.commit().await.unwrap();
        messages
    }

    /// Sends a message that answers another one.
    pub async fn reply(
        &self,
        person: &Person,
        chat: ChatId,
        content: &str,
        to: Option<MessageId>,
    ) -> Message {
        let mut client = self.sender.lock().await;
        let tx = client.transaction().await.unwrap();
        let (message, event) = add_message(&tx, person, chat, content, to).await;
        tx.commit().await.unwrap();
        drop(client);
        self.publisher.publish_events(&[event]).await;
        message
    }

    /// Edits a message.
    pub async fn edit(&self, person: &Person, message: &Message, content: &str) -> Event {
        let sql = "INSERT INTO message_revisions (chat_id, message_id, revision, content, written_at)
                   SELECT chat_id, id, revision, content, coalesce(edited_at, created_at) FROM messages
                   WHERE chat_id = $1 AND id = $2 AND content IS NOT NULL
                   ON CONFLICT DO NOTHING";
        self.owner
            .execute(sql, &[&message.chat_id.0, &message.id.0])
            .await
            .unwrap();
        let edited = Message {
            content: Some(content.into()),
            revision: message.revision + 1,
            edited_at: Some(message.created_at),
            ..message.clone()
        };
        self.store(person, &edited).await;
        let change = Change::MessageUpdated(edited);
        self.append(person.id, vec![(message.chat_id.into(), change)])
            .await
            .remove(0)
    }

    /// Removes a message's content.
    pub async fn unsay(&self, person: &Person, message: &Message) -> Event {
        let gone = Message {
            content: None,
            revision: message.revision + 1,
            removed_at: Some(message.created_at),
            ..message.clone()
        };
        self.store(person, &gone).await;
        let change = Change::MessageRemoved(gone);
        self.append(person.id, vec![(message.chat_id.into(), change)])
            .await
            .remove(0)
    }

    async fn store(&self, _: &Person, message: &Message) {
        self.owner
            .execute(
                "UPDATE messages SET content = $3, revision = $4, edited_at = $5, removed_at = $6
                 WHERE chat_id = $1 AND id = $2",
                &[
                    &message.chat_id.0,
                    &message.id.0,
                    &message.content,
                    &message.revision,
                    &message.edited_at.map(|at| at.0),
                    &message.removed_at.map(|at| at.0),
                ],
            )
            .await
            .unwrap();
        self.owner
            .execute(
                "SELECT reindex_words($1, $2)",
                &[&message.chat_id.0, &message.number],
            )
            .await
            .unwrap();
    }

    /// Indexes the words of all messages, as workers do a little later.
    pub async fn index_words(&self) {
        let sql = "SELECT sum(index_words(chat, 10000)) FROM chats_to_index(NULL, 1000) AS chat";
        self.owner.query_one(sql, &[]).await.unwrap();
    }

    /// Says that someone is typing.
    pub async fn types(&self, person: &Person, chat: ChatId) {
        let signal = Signal::Typing {
            chat_id: chat,
            user_id: person.id,
            until: Instant(jiff::Timestamp::now() + jiff::SignedDuration::from_secs(6)),
        };
        self.publisher.publish_signal(chat, signal).await;
    }
}
