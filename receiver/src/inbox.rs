//! Everything that one user can see, as one stream.
//!
//! The inbox follows the caller's own feed and the feed of every chat they take part in. The own feed says when a chat
//! comes or goes. Feeds are watched before participation is read for the last time, so that whatever changes after
//! that reading stands in a feed that is being followed.

use std::{
    collections::{HashMap, VecDeque},
    pin::Pin,
};

use chassis::{Caller, Error, postgres::Pool};
use futures_util::{
    Stream, StreamExt,
    future::AbortHandle,
    stream::{self, SelectAll},
};
use shared_schema::{Change, ChatId, Cursor, FeedId, Seq, Signal};

use crate::{
    db,
    feeds::{Batch, Hub, Reader, Watch},
    follower::Follower,
    participation::{Participation, watch_chat},
};

/// Read marks that are told again on resuming, at the most.
const MARKS: i64 = 1_000;

type ChatStream = Pin<Box<dyn Stream<Item = Batch> + Send>>;

/// A chat that has not been caught up with yet.
struct Starting {
    follower: Follower,
    /// What others have read meanwhile.
    marks: Vec<Signal>,
    /// The client does not know the chat's position yet, so it is told.
    announce: bool,
}

/// A chat that is followed live.
struct Member {
    joined_seq: Seq,
    stop: AbortHandle,
}

/// One caller's view of all their feeds.
pub struct Inbox {
    hub: Hub,
    pool: Pool,
    caller: Caller,
    own: Follower,
    /// The own feed has been caught up with, and the client was told so.
    own_caught_up: bool,
    starting: VecDeque<Starting>,
    members: HashMap<ChatId, Member>,
    chats: SelectAll<ChatStream>,
}

impl Inbox {
    /// Follows everything the caller can see: the feeds that `after` names from there on, all others from now.
    ///
    /// # Errors
    /// When Postgres is away, or the caller has no feed.
    pub async fn open(
        hub: &Hub,
        pool: &Pool,
        caller: &Caller,
        after: &[Cursor],
    ) -> Result<Self, Error> {
        let after: HashMap<FeedId, Cursor> =
            after.iter().map(|&cursor| (cursor.feed, cursor)).collect();
        let own = FeedId::from(caller.user_id);
        let before = db::participants::of_user(pool, caller.user_id).await?;
        let feeds: Vec<FeedId> = before
            .iter()
            .map(|row| row.facts.chat_id.into())
            .chain([own])
            .collect();
        let mut watches = hub.watch(&feeds).await?;
        let now = db::participants::of_user(pool, caller.user_id).await?;

        let own_watch = watches.remove(&own).ok_or_else(Error::unauthenticated)?;
        let own = Follower::own(Reader::new(hub, own_watch, after.get(&own).copied()));
        let mut marks =
            marks_after(pool, &after, &watches.keys().copied().collect::<Vec<_>>()).await?;
        let mut starting = VecDeque::new();
        let mut came_meanwhile = Vec::new();
        for row in now {
            let chat_id = row.facts.chat_id;
            let Some(watch) = watches.remove(&chat_id.into()) else {
                came_meanwhile.push(chat_id);
                continue;
            };
            let cursor = after.get(&chat_id.into()).copied();
            let participation = Participation {
                chat_id,
                user_id: caller.user_id,
                joined_seq: row.joined_seq,
            };
            let reader = Reader::new(hub, watch, cursor);
            starting.push_back(Starting {
                follower: Follower::chat(reader, participation, pool, caller),
                marks: marks.remove(&chat_id).unwrap_or_default(),
                announce: cursor.is_none(),
            });
        }
        let mut inbox = Self {
            hub: hub.clone(),
            pool: pool.clone(),
            caller: caller.clone(),
            own,
            own_caught_up: false,
            starting,
            members: HashMap::new(),
            chats: SelectAll::new(),
        };
        for chat_id in came_meanwhile {
            inbox.follow_from_now(chat_id).await?;
        }
        Ok(inbox)
    }

    /// First what was missed, chat by chat; then the own feed, whose caught-up batch says that this was all; then live.
    pub fn into_stream(self) -> impl Stream<Item = Result<Batch, Error>> + Send {
        stream::unfold(Some(self), |inbox| async move {
            let mut inbox = inbox?;
            match inbox.next().await {
                Ok(batch) => Some((Ok(batch), Some(inbox))),
                Err(error) => Some((Err(error), None)),
            }
        })
    }

    async fn next(&mut self) -> Result<Batch, Error> {
        while let Some(mut chat) = self.starting.pop_front() {
            if let Some(batch) = chat.follower.catch_up().await? {
                chat.announce = false;
                self.starting.push_front(chat);
                return Ok(batch);
            }
            let greeting = (chat.announce || !chat.marks.is_empty())
                .then(|| chat.follower.announcement(std::mem::take(&mut chat.marks)));
            self.follow(chat.follower);
            if let Some(greeting) = greeting {
                return Ok(greeting);
            }
        }
        if !self.own_caught_up {
            if let Some(batch) = self.own.catch_up().await? {
                self.membership(&batch).await?;
                return Ok(batch);
            }
            self.own_caught_up = true;
            return Ok(self.own.announcement(Vec::new()));
        }
        tokio::select! {
            biased;
            batch = self.own.next() => {
                let batch = batch.ok_or_else(Error::unauthenticated)?;
                self.membership(&batch).await?;
                Ok(batch)
            }
            Some(batch) = self.chats.next() => Ok(batch),
        }
    }

    fn follow(&mut self, follower: Follower) {
        let Some(participation) = follower.participation() else {
            return;
        };
        let batches = stream::unfold(follower, |mut follower| async move {
            follower.next().await.map(|batch| (batch, follower))
        });
        let (batches, stop) = stream::abortable(batches);
        self.chats.push(Box::pin(batches));
        let member = Member {
            joined_seq: participation.joined_seq,
            stop,
        };
        if let Some(before) = self.members.insert(participation.chat_id, member) {
            before.stop.abort();
        }
    }

    /// Begins to follow chats that came and stops following chats that went.
    async fn membership(&mut self, batch: &Batch) -> Result<(), Error> {
        if batch.reset.is_some() {
            // What came and went in between is unknown: the client fetches its list, and so does the inbox.
            return self.follow_missing().await;
        }
        for event in &batch.events {
            match event.change {
                Change::ChatAdded {
                    chat_id,
                    joined_seq,
                    joined_event,
                } => {
                    let known = self
                        .members
                        .get(&chat_id)
                        .is_some_and(|m| m.joined_seq >= joined_seq);
                    if !known {
                        let joined = Cursor {
                            feed: chat_id.into(),
                            seq: joined_seq,
                            event: joined_event,
                        };
                        self.follow_since_joining(joined).await?;
                    }
                }
                Change::ChatLeft { chat_id, left_seq } => {
                    if self
                        .members
                        .get(&chat_id)
                        .is_some_and(|member| member.joined_seq < left_seq)
                        && let Some(member) = self.members.remove(&chat_id)
                    {
                        member.stop.abort();
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }

    async fn follow_missing(&mut self) -> Result<(), Error> {
        for row in db::participants::of_user(&self.pool, self.caller.user_id).await? {
            if !self.members.contains_key(&row.facts.chat_id) {
                self.follow_from_now(row.facts.chat_id).await?;
            }
        }
        Ok(())
    }

    async fn follow_from_now(&mut self, chat_id: ChatId) -> Result<(), Error> {
        match watch_chat(&self.pool, &self.hub, &self.caller, chat_id, None).await {
            Ok((watch, participation)) => self.follow_watched(watch, participation, None),
            // They have left again; the own feed says so too.
            Err(Error::NotFound { .. }) => {}
            Err(error) => return Err(error),
        }
        Ok(())
    }

    async fn follow_since_joining(&mut self, joined: Cursor) -> Result<(), Error> {
        // A removal that has happened already has a later seq, and the follower will come to it and end.
        if let Some(watch) = self.hub.watch_one(joined.feed).await? {
            let participation = Participation {
                chat_id: joined.feed.chat(),
                user_id: self.caller.user_id,
                joined_seq: joined.seq,
            };
            self.follow_watched(watch, participation, Some(joined));
        }
        Ok(())
    }

    fn follow_watched(
        &mut self,
        watch: Watch,
        participation: Participation,
        after: Option<Cursor>,
    ) {
        let reader = Reader::new(&self.hub, watch, after);
        self.follow(Follower::chat(
            reader,
            participation,
            &self.pool,
            &self.caller,
        ));
    }
}

/// What others have read since the client's cursors, by chat. Only of chats that are `followed`.
async fn marks_after(
    pool: &Pool,
    after: &HashMap<FeedId, Cursor>,
    followed: &[FeedId],
) -> Result<HashMap<ChatId, Vec<Signal>>, Error> {
    let cursors: Vec<Cursor> = followed
        .iter()
        .filter_map(|feed| after.get(feed))
        .copied()
        .collect();
    let mut marks: HashMap<ChatId, Vec<Signal>> = HashMap::new();
    if !cursors.is_empty() {
        for mark in db::participants::read_after(pool, &cursors, MARKS).await? {
            marks.entry(mark.chat_id).or_default().push(mark.into());
        }
    }
    Ok(marks)
}
