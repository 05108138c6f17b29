//! Everything that one user can see, as one stream.
//!
//! The inbox follows the caller's own feed and the feeds of all of their chats. The own feed reports which chats the
//! caller joins and leaves. It is watched before participations are read for the first time, and the chats' feeds are
//! watched before participations are read for the last time. So every change after a read is an event of a feed that is
//! being followed.
//!
//! Invariants: the end of a chat is delivered before the event of the own feed that reports that the caller has left
//! it; a caller who joins again receives the chat from the event that added them, after everything before it; while
//! Postgres does not answer, the inbox waits.

pub(crate) mod followed_chats;

use std::{
    collections::{HashMap, HashSet, VecDeque},
    sync::Arc,
    time::Duration,
};

use chassis::{Caller, Error, postgres::Pool};
use futures_util::{Stream, stream};
use shared_schema::{Change, ChatId, Cursor, FeedRef, Signal};
use tokio::time::sleep;

use super::{
    authorized_reader::AuthorizedReader,
    feeds::{
        batch::EventBatch,
        hub::{Hub, Watch},
        reader::Reader,
    },
    read_receipt_choices::ReadReceiptChoice,
};
use crate::{
    db,
    participants::participation::{Participation, watch_chat},
};
use followed_chats::{ChatItem, FollowedChats};

/// Maximum marks of each kind that are sent again on resuming.
const MAX_MARKS: i64 = 1_000;

/// Time between two attempts while Postgres does not answer. The connection stays open meanwhile.
const RETRY_DELAY: Duration = Duration::from_millis(500);

/// A chat that has not been caught up with yet.
struct CatchingUpChat {
    reader: AuthorizedReader,
    /// What others have received and read meanwhile.
    marks: Vec<Signal>,
    /// The client does not know the chat's position yet, so it is sent first.
    announce: bool,
}

/// A batch of the user's own feed, held back until the chats it reports as left have been delivered to their end.
struct HeldBatch {
    batch: Arc<EventBatch>,
    /// Chats that it reports as left, and whose end has not been delivered.
    ending: HashSet<ChatId>,
}

/// One caller's view of all their feeds.
pub(crate) struct Inbox {
    hub: Hub,
    pool: Pool,
    caller: Caller,
    /// Whether the caller learns what others have read.
    choice: ReadReceiptChoice,
    own: AuthorizedReader,
    /// The client does not know its position in the own feed yet, so it is sent first.
    announce_own: bool,
    /// The client has caught up with the own feed, and a batch said so.
    own_caught_up: bool,
    held: Option<HeldBatch>,
    catching_up: VecDeque<CatchingUpChat>,
    chats: FollowedChats,
    /// Chats that the caller has left and joined again: where to follow them from.
    rejoined: Vec<(ChatId, Cursor)>,
}

impl Inbox {
    /// Follows everything the caller can see: the feeds that `after` names from there on, all others from now.
    ///
    /// # Errors
    /// When Postgres does not answer, or the caller has no feed.
    pub(crate) async fn open(
        hub: &Hub,
        pool: &Pool,
        caller: &Caller,
        after: &[Cursor],
    ) -> Result<Self, Error> {
        let after: HashMap<FeedRef, Cursor> =
            after.iter().map(|&cursor| (cursor.feed, cursor)).collect();
        let own = FeedRef::from(caller.user_id);
        let own_watch = hub.watch_one(own).await?;
        let own_watch = own_watch.ok_or_else(Error::unauthenticated)?;
        let cursor = after.get(&own).copied();
        let announce_own = cursor.is_none();
        let own = AuthorizedReader::own_feed(Reader::new(hub, own_watch, cursor));

        let before = db::participants::of_user(pool, caller.user_id).await?;
        let feeds: Vec<FeedRef> = before.iter().map(|row| row.facts.chat_id.into()).collect();
        let mut watches = hub.watch(&feeds).await?;
        let now = db::participants::of_user(pool, caller.user_id).await?;
        let mut marks =
            marks_after(pool, &after, &watches.keys().copied().collect::<Vec<_>>()).await?;
        let choice = hub.read_receipt_choices().of(pool, caller.user_id).await?;
        let mut catching_up = VecDeque::new();
        for row in now {
            let chat_id = row.facts.chat_id;
            // A chat without a watch was added meanwhile: the own feed has an event for it.
            let Some(watch) = watches.remove(&chat_id.into()) else {
                continue;
            };
            let cursor = after.get(&chat_id.into()).copied();
            let participation = Participation {
                chat_id,
                user_id: caller.user_id,
                joined_seq: row.joined_seq,
            };
            let reader = Reader::new(hub, watch, cursor);
            catching_up.push_back(CatchingUpChat {
                reader: AuthorizedReader::chat(reader, participation, pool, caller, choice.clone()),
                marks: marks.remove(&chat_id).unwrap_or_default(),
                announce: cursor.is_none(),
            });
        }
        Ok(Self {
            hub: hub.clone(),
            pool: pool.clone(),
            caller: caller.clone(),
            choice,
            own,
            announce_own,
            own_caught_up: false,
            held: None,
            catching_up,
            chats: FollowedChats::default(),
            rejoined: Vec::new(),
        })
    }

    /// First come missed events, chat by chat; then the own feed, whose caught-up batch marks the end of what was
    /// missed; then live events.
    pub(crate) fn into_stream(self) -> impl Stream<Item = Arc<EventBatch>> + Send {
        stream::unfold(self, |mut inbox| async move {
            loop {
                match inbox.next().await {
                    Ok(batch) => return Some((batch, inbox)),
                    Err(error) => {
                        tracing::warn!(%error, "an inbox is waiting for the database");
                        sleep(RETRY_DELAY).await;
                    }
                }
            }
        })
    }

    /// The next batch. After an error nothing is lost: try again.
    async fn next(&mut self) -> Result<Arc<EventBatch>, Error> {
        loop {
            if let Some(batch) = self.next_catch_up_batch().await? {
                return Ok(batch);
            }
            while let Some(&(chat, joined)) = self.rejoined.last() {
                Box::pin(self.follow_since_joining(chat, joined)).await?;
                self.rejoined.pop();
            }
            if let Some(held) = self.held.take_if(|held| held.ending.is_empty()) {
                return Box::pin(self.release(held)).await;
            }
            if self.held.is_none() && !self.own_caught_up {
                if std::mem::take(&mut self.announce_own) {
                    let batch = self.own.announcement(Vec::new());
                    self.own_caught_up = batch.caught_up;
                    return Ok(batch);
                }
                match self.own.catch_up().await? {
                    Some(batch) => self.hold(batch),
                    None => {
                        self.own_caught_up = true;
                        return Ok(self.own.announcement(Vec::new()));
                    }
                }
                continue;
            }
            tokio::select! {
                biased;
                Some(batch) = self.own.next(), if self.held.is_none() => self.hold(batch),
                Some(item) = self.chats.next() => {
                    if let Some(batch) = self.handle_chat_item(item) {
                        return Ok(batch);
                    }
                }
            }
        }
    }

    /// The next batch of the chats that are not followed live yet; none once all are.
    async fn next_catch_up_batch(&mut self) -> Result<Option<Arc<EventBatch>>, Error> {
        while let Some(chat) = self.catching_up.front_mut() {
            // First of all: a client must know a position before it receives an event.
            if std::mem::take(&mut chat.announce) {
                return Ok(Some(chat.reader.announcement(Vec::new())));
            }
            if let Some(batch) = chat.reader.catch_up().await? {
                return Ok(Some(batch));
            }
            let Some(chat) = self.catching_up.pop_front() else {
                break;
            };
            let announcement =
                (!chat.marks.is_empty()).then(|| chat.reader.announcement(chat.marks));
            self.chats.follow(chat.reader);
            if announcement.is_some() {
                return Ok(announcement);
            }
        }
        Ok(None)
    }

    /// Holds a batch of the own feed back until the chats that it reports as left have been delivered to their end.
    fn hold(&mut self, batch: Arc<EventBatch>) {
        let left = batch.events.iter().filter_map(|event| {
            if let Change::ChatLeft { chat_id, left_seq } = event.change {
                Some((chat_id, left_seq))
            } else {
                None
            }
        });
        let ending: HashSet<ChatId> = left
            .filter(|&(chat, left_seq)| self.chats.joined(chat).is_some_and(|j| j < left_seq))
            .map(|(chat, _)| chat)
            .collect();
        for &chat in &ending {
            // The end is in Postgres already: no need to wait for the sweep to find it.
            self.hub.refresh(chat.into());
        }
        self.held = Some(HeldBatch { batch, ending });
    }

    /// Handles an item of a chat's stream.
    fn handle_chat_item(&mut self, item: ChatItem) -> Option<Arc<EventBatch>> {
        match item {
            ChatItem::Batch(participation, batch) => {
                // A reset may have found that they have joined again: then the end that was waited for was skipped.
                if self.chats.rejoined(participation)
                    && let Some(held) = &mut self.held
                {
                    held.ending.remove(&participation.chat_id);
                }
                Some(batch)
            }
            ChatItem::End(participation) => {
                let chat = participation.chat_id;
                if let Some(held) = &mut self.held {
                    held.ending.remove(&chat);
                }
                let rejoined = self.chats.ended(participation);
                self.rejoined.extend(rejoined.map(|joined| (chat, joined)));
                None
            }
        }
    }

    /// Follows the chats that the batch reports as added, and returns the batch.
    async fn release(&mut self, held: HeldBatch) -> Result<Arc<EventBatch>, Error> {
        let Err(error) = self.follow_added_chats(&held.batch).await else {
            return Ok(held.batch);
        };
        self.held = Some(held);
        Err(error)
    }

    async fn follow_added_chats(&mut self, batch: &EventBatch) -> Result<(), Error> {
        if batch.reset.is_some() {
            // What came and went in between is unknown: the client fetches its list, and so does the inbox.
            return self.follow_missing().await;
        }
        for event in &batch.events {
            let Change::ChatAdded {
                chat_id,
                joined_seq,
                joined_event,
            } = event.change
            else {
                continue;
            };
            let joined = Cursor {
                feed: chat_id.into(),
                seq: joined_seq,
                event: joined_event,
            };
            if !self.chats.expects(chat_id, joined) {
                self.follow_since_joining(chat_id, joined).await?;
            }
        }
        Ok(())
    }

    async fn follow_missing(&mut self) -> Result<(), Error> {
        for row in db::participants::of_user(&self.pool, self.caller.user_id).await? {
            let chat_id = row.facts.chat_id;
            if self.chats.joined(chat_id).is_some() {
                continue;
            }
            match watch_chat(&self.pool, &self.hub, &self.caller, chat_id, None).await {
                Ok((watch, participation)) => self.follow_watched(watch, participation, None),
                // They have left again; the own feed says so too.
                Err(Error::NotFound { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    async fn follow_since_joining(&mut self, chat_id: ChatId, joined: Cursor) -> Result<(), Error> {
        // A removal that has already happened has a later seq, so the reader will reach it and end.
        if let Some(watch) = self.hub.watch_one(joined.feed).await? {
            let participation = Participation {
                chat_id,
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
        self.chats.follow(AuthorizedReader::chat(
            reader,
            participation,
            &self.pool,
            &self.caller,
            self.choice.clone(),
        ));
    }
}

/// What others have received and read since the client's cursors, by chat. Only of chats that are `followed`.
async fn marks_after(
    pool: &Pool,
    after: &HashMap<FeedRef, Cursor>,
    followed: &[FeedRef],
) -> Result<HashMap<ChatId, Vec<Signal>>, Error> {
    let cursors: Vec<Cursor> = followed
        .iter()
        .filter_map(|feed| after.get(feed))
        .copied()
        .collect();
    let mut marks: HashMap<ChatId, Vec<Signal>> = HashMap::new();
    if !cursors.is_empty() {
        for mark in db::receipts::moved_after(pool, &cursors, MAX_MARKS).await? {
            marks.entry(mark.chat_id).or_default().push(mark.into());
        }
    }
    Ok(marks)
}
