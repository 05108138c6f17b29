//! The queue, without a database and without a clock.

use shared_schema::{MessageId, UserId};

use super::*;
use crate::{
    limits::Permit,
    mentions::tokens::MentionTokens,
    messages::{
        batcher::linger::{LINGER, SLOW_BATCH},
        content::Content,
    },
};

type Answered = oneshot::Receiver<Result<Message, Error>>;

fn message(chat_id: ChatId) -> (QueuedMessage, Answered) {
    let (answer, answered) = oneshot::channel();
    let draft = Draft {
        id: MessageId::new(),
        chat_id,
        sender_id: UserId::new(),
        content: Content::parse("hello").unwrap(),
        mention_tokens: MentionTokens::default(),
        reply_to_id: None,
        thread_root_id: None,
        request_hash: vec![],
        permit: Permit::free(),
    };
    let trace = None;
    let message = QueuedMessage {
        draft,
        trace,
        answer,
    };
    (message, answered)
}

/// Queues `count` messages and returns their ids and the receivers of their answers.
fn enqueue(queue: &mut Queue, chat: ChatId, count: usize) -> (Vec<MessageId>, Vec<Answered>) {
    let mut ids = vec![];
    let mut waiting = vec![];
    for _ in 0..count {
        let (message, answered) = message(chat);
        ids.push(message.draft.id);
        waiting.push(answered);
        queue.push(message).unwrap();
    }
    (ids, waiting)
}

/// The batch that may start when none has started for a while.
fn next(queue: &mut Queue) -> Option<WriteBatch> {
    queue.linger = Linger::default();
    match queue.next(Instant::now()) {
        NextStep::Run(batch) => Some(batch),
        NextStep::WakeAt(_) | NextStep::Idle => None,
    }
}

fn ids(messages: &[QueuedMessage]) -> Vec<MessageId> {
    messages.iter().map(|message| message.draft.id).collect()
}

#[test]
fn messages_that_arrive_while_a_chat_is_busy_wait_and_leave_together_in_order() {
    let mut queue = Queue::default();
    let (chat, other) = (ChatId::new(), ChatId::new());
    let (_, _first) = enqueue(&mut queue, chat, 1);
    let first = next(&mut queue).unwrap();
    assert_eq!(first.messages.len(), 1, "a single message does not linger");
    let (came, _waiting) = enqueue(&mut queue, chat, 5);
    assert!(next(&mut queue).is_none(), "one batch of a chat at a time");
    let (_, _elsewhere) = enqueue(&mut queue, other, 1);
    assert_eq!(next(&mut queue).unwrap().chats, [other], "others go on");
    queue.finish(first.kind, &first.chats, BatchOutcome::default());
    assert_eq!(ids(&next(&mut queue).unwrap().messages), came);
}

#[test]
fn a_hot_chat_leaves_room_in_every_batch() {
    let mut queue = Queue::default();
    let (hot, quiet) = (ChatId::new(), ChatId::new());
    let (_, _hot) = enqueue(&mut queue, hot, MAX_MESSAGES_PER_CHAT_IN_BATCH + 100);
    let (_, _quiet) = enqueue(&mut queue, quiet, 1);
    let batch = next(&mut queue).unwrap();
    assert_eq!(batch.chats, [hot, quiet]);
    assert_eq!(batch.messages.len(), MAX_MESSAGES_PER_CHAT_IN_BATCH + 1);
    assert!(
        next(&mut queue).is_none(),
        "the hot chat is not ready again"
    );
}

#[test]
fn under_load_a_batch_lingers_for_more_messages() {
    let mut queue = Queue::default();
    let mut waiting = vec![];
    let mut come = |queue: &mut Queue, count| {
        for _ in 0..count {
            waiting.extend(enqueue(queue, ChatId::new(), 1).1);
        }
    };
    let size = |next: NextStep| match next {
        NextStep::Run(batch) => Ok(batch.messages.len()),
        NextStep::WakeAt(until) => Err(Some(until)),
        NextStep::Idle => Err(None),
    };
    let begun = Instant::now();
    come(&mut queue, 1);
    assert_eq!(size(queue.next(begun)), Ok(1));
    come(&mut queue, 3);
    assert_eq!(
        size(queue.next(begun)),
        Ok(3),
        "a batch of one message delays nobody"
    );
    queue.finish(BatchKind::Shared, &[], BatchOutcome::default());

    come(&mut queue, 1);
    assert_eq!(
        size(queue.next(begun)),
        Err(Some(begun + SLOW_BATCH)),
        "one runs beside"
    );
    assert_eq!(
        size(queue.next(begun)),
        Err(None),
        "one wake-up is armed, not one per message"
    );
    queue.finish(BatchKind::Shared, &[], BatchOutcome::default());
    let sooner = begun + LINGER;
    assert_eq!(
        size(queue.next(begun)),
        Err(Some(sooner)),
        "it was not slow"
    );
    queue.wakeup_fired(sooner);
    come(&mut queue, 1);
    assert_eq!(size(queue.next(begun + LINGER)), Ok(2));
    queue.finish(BatchKind::Shared, &[], BatchOutcome::default());

    come(&mut queue, MAX_MESSAGES_PER_BATCH);
    assert_eq!(
        size(queue.next(begun + LINGER)),
        Ok(MAX_MESSAGES_PER_BATCH),
        "a full batch does not linger"
    );
}

#[test]
fn the_queue_of_a_chat_takes_a_thousand_and_not_one_more() {
    let mut queue = Queue::default();
    let chat = ChatId::new();
    let (_, waiting) = enqueue(&mut queue, chat, MAX_QUEUED_PER_CHAT);
    assert_eq!(queue.push(message(chat).0), Err(QueueFull::Chat));
    let (elsewhere, _answered) = message(ChatId::new());
    assert_eq!(queue.push(elsewhere), Ok(()), "another chat has room");
    drop(waiting);
    let (next, _answered) = message(chat);
    assert_eq!(
        queue.push(next),
        Ok(()),
        "cancelled messages keep nobody out"
    );
}

#[test]
fn a_process_takes_four_thousand_and_not_one_more() {
    let mut queue = Queue::default();
    let waiting: Vec<Answered> = (0..MAX_QUEUED_MESSAGES)
        .map(|_| {
            let (message, answered) = message(ChatId::new());
            queue.push(message).unwrap();
            answered
        })
        .collect();
    assert_eq!(
        queue.push(message(ChatId::new()).0),
        Err(QueueFull::Process)
    );
    assert_eq!(
        next(&mut queue).unwrap().messages.len(),
        MAX_MESSAGES_PER_BATCH
    );
    let (next, _answered) = message(ChatId::new());
    assert_eq!(queue.push(next), Ok(()));
    drop(waiting);
}

#[test]
fn a_cancelled_message_is_not_taken() {
    let mut queue = Queue::default();
    let chat = ChatId::new();
    let (gone, waiting) = enqueue(&mut queue, chat, 3);
    drop(waiting);
    let (stays, _waiting) = enqueue(&mut queue, chat, 1);
    let batch = next(&mut queue).unwrap();
    assert_eq!(ids(&batch.messages), stays);
    assert_eq!(gone.len(), 3);
    queue.finish(batch.kind, &batch.chats, BatchOutcome::default());
    assert!(queue.pending.is_empty() && queue.waiting == 0);
}

#[test]
fn a_contended_chat_is_isolated_in_order_and_shared_again_once_its_lock_was_acquired() {
    let mut queue = Queue::default();
    let (contended, free) = (ChatId::new(), ChatId::new());
    let (first, _waiting) = enqueue(&mut queue, contended, 2);
    let batch = next(&mut queue).unwrap();
    let (later, _later) = enqueue(&mut queue, contended, 1);
    let ended = BatchOutcome {
        contended: vec![contended],
        requeue: batch.messages,
    };
    queue.finish(BatchKind::Shared, &batch.chats, ended);
    let (_, _free) = enqueue(&mut queue, free, 1);
    assert_eq!(next(&mut queue).unwrap().chats, [free]);
    let isolated = next(&mut queue).unwrap();
    assert_eq!(
        (isolated.kind, &isolated.chats),
        (BatchKind::Isolated, &vec![contended])
    );
    assert_eq!(ids(&isolated.messages), [first, later].concat());
    queue.finish(
        BatchKind::Isolated,
        &isolated.chats,
        BatchOutcome::default(),
    );
    let (_, _again) = enqueue(&mut queue, contended, 1);
    assert_eq!(next(&mut queue).unwrap().kind, BatchKind::Shared);
}
