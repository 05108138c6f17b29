//! Where messages wait for a transaction: a line for each chat, and the turns of the chats.
//!
//! Invariants: the messages of a chat leave in the order in which they came, and no chat is in two transactions of this
//! process at once. Chats take turns, so the most that one can do to another is to fill its share of a batch.

use std::{
    collections::{HashMap, VecDeque},
    time::Instant,
};

use chassis::Error;
use shared_schema::{ChatId, Message};
use tokio::sync::oneshot;

use super::{pace::Pace, stuck::Stuck};
use crate::mutations::create_message::Draft;

/// Messages that may wait in one process: about what it commits in half a second, so that who gets in has their answer
/// well before the request's time is up. At most 80 MB, if everyone sends as much as they may.
pub const MOST_WAITING: usize = 4000;

/// Messages that may wait for one chat: it leaves room for others.
pub const MOST_WAITING_PER_CHAT: usize = 1000;

/// Messages of one transaction. Larger ones gain little, and whoever comes next waits longer for them.
const BATCH: usize = 256;

/// Messages of one chat in one transaction, so that another chat has room in it too.
const SHARE: usize = 128;

/// Text of one transaction, in bytes, after which it takes no more.
const BATCH_BYTES: usize = 256 * 1024;

/// Transactions at once, each for many chats. The second is for when the first is slow.
const SHARED: usize = 2;

/// Transactions at once, each for one chat whose lock someone else has held for long. They only wait.
const APART: usize = 3;

/// A draft that waits for its transaction.
pub struct Sending {
    pub draft: Draft,
    /// The trace of the request.
    pub trace: Option<String>,
    pub answer: oneshot::Sender<Result<Message, Error>>,
}

impl Sending {
    /// Whether nobody waits for the answer any more: the client is gone, or the request's time is up.
    pub fn is_withdrawn(&self) -> bool {
        self.answer.is_closed()
    }
}

/// With whom a batch shares its transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// Several chats together. A lock that does not come soon is not waited for.
    Shared,
    /// One chat by itself, as long as its lock takes.
    Apart,
}

/// The messages of one transaction, those of a chat in their order.
pub struct Batch {
    pub way: Way,
    pub chats: Vec<ChatId>,
    pub sendings: Vec<Sending>,
}

/// What to do next.
pub enum Next {
    /// This transaction.
    Run(Batch),
    /// Ask again then, and whenever something happens before.
    Wait(Instant),
    /// Wait until something happens.
    Rest,
}

/// Why nobody else may wait.
#[derive(Debug, PartialEq, Eq)]
pub enum Full {
    Chat,
    Process,
}

/// What a transaction leaves behind.
#[derive(Default)]
pub struct Ended {
    /// Goes back to the front of its lines.
    pub set_aside: Vec<Sending>,
    /// Whose lock was hard to get: they are kept apart for a while.
    pub stuck: Vec<ChatId>,
}

/// Everything that waits.
#[derive(Default)]
pub struct Queue {
    /// A chat has a line while messages wait for it, and while a transaction of it runs.
    lines: HashMap<ChatId, VecDeque<Sending>>,
    /// The chats that wait for a turn, and how many transactions run, each way.
    shared: Turns,
    apart: Turns,
    stuck: Stuck,
    waiting: usize,
    pace: Pace,
}

#[derive(Default)]
struct Turns {
    chats: VecDeque<ChatId>,
    running: usize,
}

impl Queue {
    /// Lines up at the end.
    pub fn push(&mut self, sending: Sending) -> Result<(), Full> {
        let chat = sending.draft.chat_id;
        if let Some(full) = self.full(chat) {
            self.forget_withdrawn();
            if self.full(chat).is_some() {
                return Err(full);
            }
        }
        self.waiting += 1;
        let mut is_new = false;
        let line = self.lines.entry(chat).or_insert_with(|| {
            is_new = true;
            VecDeque::new()
        });
        line.push_back(sending);
        if is_new {
            self.wait_for_turn(chat);
        }
        Ok(())
    }

    fn full(&self, chat: ChatId) -> Option<Full> {
        if self.waiting >= MOST_WAITING {
            Some(Full::Process)
        } else if self.in_line(chat) >= MOST_WAITING_PER_CHAT {
            Some(Full::Chat)
        } else {
            None
        }
    }

    /// How many wait for this chat.
    pub fn in_line(&self, chat: ChatId) -> usize {
        self.lines.get(&chat).map_or(0, VecDeque::len)
    }

    /// Those who gave up must not keep anyone out.
    fn forget_withdrawn(&mut self) {
        for line in self.lines.values_mut() {
            line.retain(|sending| !sending.is_withdrawn());
        }
        self.waiting = self.lines.values().map(VecDeque::len).sum();
    }

    fn wait_for_turn(&mut self, chat: ChatId) {
        let turns = match self.stuck.holds(chat, Instant::now()) {
            true => &mut self.apart,
            false => &mut self.shared,
        };
        turns.chats.push_back(chat);
    }

    /// The next transaction, if one may run now. [`Queue::done`] ends it.
    pub fn next(&mut self, now: Instant) -> Next {
        // Enough for a whole batch is not collected any longer.
        let pause = match self.waiting < BATCH {
            true => self.pace.pause(self.shared.running, now),
            false => None,
        };
        if self.shared.running < SHARED
            && pause.is_none()
            && let Some(batch) = self.take(Way::Shared)
        {
            self.pace.begin(batch.sendings.len(), now);
            return Next::Run(batch);
        }
        if self.apart.running < APART
            && let Some(batch) = self.take(Way::Apart)
        {
            return Next::Run(batch);
        }
        match pause {
            Some(until) if !self.shared.chats.is_empty() && self.pace.needs_waking(until) => {
                Next::Wait(until)
            }
            _ => Next::Rest,
        }
    }

    /// Whoever was told to wait until then is back.
    pub fn awake(&mut self, at: Instant) {
        self.pace.awake(at);
    }

    fn take(&mut self, way: Way) -> Option<Batch> {
        let (turns, most_chats) = match way {
            Way::Shared => (&mut self.shared, usize::MAX),
            Way::Apart => (&mut self.apart, 1),
        };
        let mut batch = Batch {
            way,
            chats: vec![],
            sendings: vec![],
        };
        let mut room = BATCH_BYTES;
        while batch.chats.len() < most_chats
            && batch.sendings.len() < BATCH
            && room > 0
            && let Some(chat) = turns.chats.pop_front()
        {
            let Some(line) = self.lines.get_mut(&chat) else {
                continue;
            };
            let share = SHARE.min(BATCH - batch.sendings.len());
            let before = batch.sendings.len();
            while batch.sendings.len() - before < share
                && room > 0
                && let Some(sending) = line.pop_front()
            {
                self.waiting -= 1;
                if sending.is_withdrawn() {
                    continue;
                }
                room = room.saturating_sub(sending.draft.content.as_str().len());
                batch.sendings.push(sending);
            }
            if batch.sendings.len() == before {
                self.lines.remove(&chat);
                continue;
            }
            batch.chats.push(chat);
        }
        if batch.sendings.is_empty() {
            return None;
        }
        turns.running += 1;
        Some(batch)
    }

    /// A transaction of these chats has ended.
    pub fn done(&mut self, way: Way, chats: &[ChatId], ended: Ended) {
        match way {
            Way::Shared => self.shared.running -= 1,
            Way::Apart => self.apart.running -= 1,
        }
        if way == Way::Apart {
            self.stuck.free(chats);
        }
        self.stuck.add(ended.stuck, Instant::now());
        for sending in ended.set_aside.into_iter().rev() {
            // The line is there: it stays while a transaction of its chat runs.
            if let Some(line) = self.lines.get_mut(&sending.draft.chat_id) {
                self.waiting += 1;
                line.push_front(sending);
            }
        }
        for chat in chats {
            match self.lines.get(chat) {
                Some(line) if !line.is_empty() => self.wait_for_turn(*chat),
                _ => {
                    self.lines.remove(chat);
                }
            }
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use shared_schema::{MessageId, UserId};

    use super::*;
    use crate::{
        batches::pace::{PACE, SLOW},
        content::Content,
        limits::Permit,
    };

    type Answered = oneshot::Receiver<Result<Message, Error>>;

    fn sending(chat_id: ChatId) -> (Sending, Answered) {
        let (answer, answered) = oneshot::channel();
        let draft = Draft {
            id: MessageId::new(),
            chat_id,
            sender_id: UserId::new(),
            content: Content::parse("hello").unwrap(),
            reply_to_id: None,
            request_hash: vec![],
            permit: Permit::free(),
        };
        let trace = None;
        let sending = Sending {
            draft,
            trace,
            answer,
        };
        (sending, answered)
    }

    /// Lines up so many, and answers with their ids and with who waits for them.
    fn line_up(queue: &mut Queue, chat: ChatId, count: usize) -> (Vec<MessageId>, Vec<Answered>) {
        let mut ids = vec![];
        let mut waiting = vec![];
        for _ in 0..count {
            let (sending, answered) = sending(chat);
            ids.push(sending.draft.id);
            waiting.push(answered);
            queue.push(sending).unwrap();
        }
        (ids, waiting)
    }

    /// What may go when nothing has gone for a while.
    fn next(queue: &mut Queue) -> Option<Batch> {
        queue.pace = Pace::default();
        match queue.next(Instant::now()) {
            Next::Run(batch) => Some(batch),
            Next::Wait(_) | Next::Rest => None,
        }
    }

    fn ids(sendings: &[Sending]) -> Vec<MessageId> {
        sendings.iter().map(|sending| sending.draft.id).collect()
    }

    #[test]
    fn what_comes_while_a_chat_is_busy_waits_and_leaves_together_in_its_order() {
        let mut queue = Queue::default();
        let (chat, other) = (ChatId::new(), ChatId::new());
        let (_, _first) = line_up(&mut queue, chat, 1);
        let first = next(&mut queue).unwrap();
        assert_eq!(first.sendings.len(), 1, "it does not wait for company");
        let (came, _waiting) = line_up(&mut queue, chat, 5);
        assert!(
            next(&mut queue).is_none(),
            "one transaction of a chat at once"
        );
        let (_, _elsewhere) = line_up(&mut queue, other, 1);
        assert_eq!(next(&mut queue).unwrap().chats, [other], "others go on");
        queue.done(first.way, &first.chats, Ended::default());
        assert_eq!(ids(&next(&mut queue).unwrap().sendings), came);
    }

    #[test]
    fn a_hot_chat_leaves_room_in_every_batch() {
        let mut queue = Queue::default();
        let (hot, quiet) = (ChatId::new(), ChatId::new());
        let (_, _hot) = line_up(&mut queue, hot, SHARE + 100);
        let (_, _quiet) = line_up(&mut queue, quiet, 1);
        let batch = next(&mut queue).unwrap();
        assert_eq!(batch.chats, [hot, quiet]);
        assert_eq!(batch.sendings.len(), SHARE + 1);
        assert!(
            next(&mut queue).is_none(),
            "the hot chat waits for its turn"
        );
    }

    #[test]
    fn while_messages_come_in_company_they_are_collected_for_a_moment() {
        let mut queue = Queue::default();
        let mut waiting = vec![];
        let mut come = |queue: &mut Queue, count| {
            for _ in 0..count {
                waiting.extend(line_up(queue, ChatId::new(), 1).1);
            }
        };
        let size = |next: Next| match next {
            Next::Run(batch) => Ok(batch.sendings.len()),
            Next::Wait(until) => Err(Some(until)),
            Next::Rest => Err(None),
        };
        let begun = Instant::now();
        come(&mut queue, 1);
        assert_eq!(size(queue.next(begun)), Ok(1));
        come(&mut queue, 3);
        assert_eq!(
            size(queue.next(begun)),
            Ok(3),
            "what goes alone delays nobody"
        );
        queue.done(Way::Shared, &[], Ended::default());

        come(&mut queue, 1);
        assert_eq!(
            size(queue.next(begun)),
            Err(Some(begun + SLOW)),
            "one runs beside"
        );
        assert_eq!(
            size(queue.next(begun)),
            Err(None),
            "one comes back, not each"
        );
        queue.done(Way::Shared, &[], Ended::default());
        let sooner = begun + PACE;
        assert_eq!(
            size(queue.next(begun)),
            Err(Some(sooner)),
            "it was not slow"
        );
        queue.awake(sooner);
        come(&mut queue, 1);
        assert_eq!(size(queue.next(begun + PACE)), Ok(2));
        queue.done(Way::Shared, &[], Ended::default());

        come(&mut queue, BATCH);
        assert_eq!(
            size(queue.next(begun + PACE)),
            Ok(BATCH),
            "enough is not collected"
        );
    }

    #[test]
    fn a_line_takes_a_thousand_and_not_one_more() {
        let mut queue = Queue::default();
        let chat = ChatId::new();
        let (_, waiting) = line_up(&mut queue, chat, MOST_WAITING_PER_CHAT);
        assert_eq!(queue.push(sending(chat).0), Err(Full::Chat));
        let (elsewhere, _answered) = sending(ChatId::new());
        assert_eq!(queue.push(elsewhere), Ok(()), "another chat has room");
        drop(waiting);
        let (next, _answered) = sending(chat);
        assert_eq!(queue.push(next), Ok(()), "who gave up keeps nobody out");
    }

    #[test]
    fn a_process_takes_four_thousand_and_not_one_more() {
        let mut queue = Queue::default();
        let waiting: Vec<Answered> = (0..MOST_WAITING)
            .map(|_| {
                let (sending, answered) = sending(ChatId::new());
                queue.push(sending).unwrap();
                answered
            })
            .collect();
        assert_eq!(queue.push(sending(ChatId::new()).0), Err(Full::Process));
        assert_eq!(next(&mut queue).unwrap().sendings.len(), BATCH);
        let (next, _answered) = sending(ChatId::new());
        assert_eq!(queue.push(next), Ok(()));
        drop(waiting);
    }

    #[test]
    fn whoever_gave_up_is_not_taken() {
        let mut queue = Queue::default();
        let chat = ChatId::new();
        let (gone, waiting) = line_up(&mut queue, chat, 3);
        drop(waiting);
        let (stays, _waiting) = line_up(&mut queue, chat, 1);
        let batch = next(&mut queue).unwrap();
        assert_eq!(ids(&batch.sendings), stays);
        assert_eq!(gone.len(), 3);
        queue.done(batch.way, &batch.chats, Ended::default());
        assert!(queue.lines.is_empty() && queue.waiting == 0);
    }

    #[test]
    fn a_stuck_chat_goes_apart_with_its_order_and_comes_back_when_its_lock_does() {
        let mut queue = Queue::default();
        let (stuck, free) = (ChatId::new(), ChatId::new());
        let (first, _waiting) = line_up(&mut queue, stuck, 2);
        let batch = next(&mut queue).unwrap();
        let (later, _later) = line_up(&mut queue, stuck, 1);
        let ended = Ended {
            stuck: vec![stuck],
            set_aside: batch.sendings,
        };
        queue.done(Way::Shared, &batch.chats, ended);
        let (_, _free) = line_up(&mut queue, free, 1);
        assert_eq!(next(&mut queue).unwrap().chats, [free]);
        let apart = next(&mut queue).unwrap();
        assert_eq!((apart.way, &apart.chats), (Way::Apart, &vec![stuck]));
        assert_eq!(ids(&apart.sendings), [first, later].concat());
        queue.done(Way::Apart, &apart.chats, Ended::default());
        let (_, _again) = line_up(&mut queue, stuck, 1);
        assert_eq!(next(&mut queue).unwrap().way, Way::Shared);
    }
}
