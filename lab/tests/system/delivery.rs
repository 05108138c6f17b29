//! Every message reaches every participant once and in the same order, also without Redis.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use lab_stack::client::{Client, Inbox, NewMessage, Position, Refusal};
use lab_stack::stack::{Options, Stack};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::shared_stack::{
    create_group, lock_machine, numbers_up_to, register_user, shared, start_stack,
};

const CHATS: usize = 8;
const PER_WRITER_AND_CHAT: usize = 250;
const PER_CHAT: usize = 2 * PER_WRITER_AND_CHAT;

/// An acknowledged message, with the time of the acknowledgement.
struct SentMessage {
    position: Position,
    at: Instant,
}

struct DeliveryFixture {
    ada: Client,
    bob: Client,
    chats: Vec<Uuid>,
    /// On receiver 1, on receiver 2, and another one of the first user on receiver 2.
    inboxes: Vec<Inbox>,
}

impl DeliveryFixture {
    /// Two users on different instances of all services, and eight chats.
    async fn new(stack: &Stack) -> DeliveryFixture {
        let ada = register_user(stack, "ada").await.pinned(1);
        let bob = register_user(stack, "bob").await.pinned(2);
        let inboxes = vec![ada.inbox(), bob.inbox(), ada.pinned(2).inbox()];
        for inbox in &inboxes {
            assert!(inbox.caught_up().await, "{:?}", inbox.record());
        }
        let mut chats = Vec::new();
        for _ in 0..CHATS {
            chats.push(create_group(&ada, &[&bob]).await);
        }
        DeliveryFixture {
            ada,
            bob,
            chats,
            inboxes,
        }
    }

    /// Both users write to all chats at once, with a pause between messages.
    async fn everyone_writes(&self, pause: Duration) -> Vec<(Uuid, Result<SentMessage, Refusal>)> {
        let writers = self.chats.iter().flat_map(|chat| {
            [&self.ada, &self.bob].map(|writer| {
                let (chat, writer) = (*chat, writer.clone());
                tokio::spawn(async move {
                    let mut sent = Vec::new();
                    for turn in 0..PER_WRITER_AND_CHAT {
                        let message =
                            NewMessage::new(chat, format!("{} {turn}", writer.username()));
                        let answer = writer.send_once(&message).await;
                        let at = Instant::now();
                        sent.push((chat, answer.map(|position| SentMessage { position, at })));
                        tokio::time::sleep(pause).await;
                    }
                    sent
                })
            })
        });
        let sent = join_all(writers).await;
        sent.into_iter()
            .flat_map(|writer| writer.unwrap())
            .collect()
    }

    /// Waits until every inbox has every message, then checks their contents.
    async fn check(&self, sent: &[(Uuid, SentMessage)]) {
        let mut by_chat: HashMap<Uuid, Vec<Position>> = HashMap::new();
        for (chat, sent) in sent {
            by_chat.entry(*chat).or_default().push(sent.position);
        }
        for positions in by_chat.values_mut() {
            positions.sort_by_key(|position| position.seq);
            let numbers: Vec<u64> = positions.iter().map(|position| position.number).collect();
            assert_eq!(
                numbers,
                numbers_up_to(PER_CHAT),
                "numbers are dense and grow with the seqs"
            );
        }
        for inbox in &self.inboxes {
            let complete = inbox
                .wait(Duration::from_secs(30), |record| {
                    self.chats
                        .iter()
                        .all(|chat| messages(record.events(*chat)).len() >= PER_CHAT)
                })
                .await;
            let record = inbox.record();
            let counts: Vec<usize> = self
                .chats
                .iter()
                .map(|chat| messages(record.events(*chat)).len())
                .collect();
            assert!(
                complete,
                "messages seen per chat: {counts:?}, connections: {:?}",
                record.ends
            );
            assert_eq!((record.duplicates, record.gaps), (0, 0));
            assert_eq!((&record.resets[..], &record.ends[..]), (&[][..], &[][..]));
            for chat in &self.chats {
                let expected: Vec<(u64, Uuid)> = by_chat[chat]
                    .iter()
                    .map(|position| (position.seq, position.id))
                    .collect();
                assert_eq!(messages(record.events(*chat)), expected);
            }
        }
    }

    /// The longest time between an acknowledgement and its event in any inbox.
    fn longest_delay(&self, sent: &[(Uuid, SentMessage)]) -> Duration {
        let acknowledged: HashMap<Uuid, Instant> = sent
            .iter()
            .map(|(_, sent)| (sent.position.id, sent.at))
            .collect();
        let delays = self.inboxes.iter().flat_map(|inbox| {
            let record = inbox.record();
            let seen: Vec<_> = record
                .feeds
                .into_values()
                .flat_map(|feed| feed.events)
                .collect();
            let acknowledged = &acknowledged;
            seen.into_iter().filter_map(move |event| {
                let at = acknowledged.get(&event.message_id()?)?;
                Some(event.at.saturating_duration_since(*at))
            })
        });
        delays.max().unwrap()
    }
}

fn messages(events: &[lab_stack::client::ReceivedEvent]) -> Vec<(u64, Uuid)> {
    let added = events.iter().filter(|event| event.kind() == "MessageAdded");
    added
        .filter_map(|event| Some((event.seq, event.message_id()?)))
        .collect()
}

fn all_accepted(answers: Vec<(Uuid, Result<SentMessage, Refusal>)>) -> Vec<(Uuid, SentMessage)> {
    let accept = |(chat, answer): (Uuid, Result<SentMessage, Refusal>)| {
        (
            chat,
            answer.unwrap_or_else(|refusal| panic!("a message was refused: {refusal}")),
        )
    };
    answers.into_iter().map(accept).collect()
}

/// The expected `unreadCounts`, counted message by message.
fn brute_force(history: &[Value], reader: &Client, marked: u64) -> u64 {
    let number = |message: &Value| message["number"].as_u64().unwrap();
    let own = history
        .iter()
        .filter(|message| message["senderId"] == json!(reader.user_id()));
    let mark = own.map(number).max().unwrap_or(0).max(marked);
    history
        .iter()
        .filter(|message| number(message) > mark)
        .count() as u64
}

#[tokio::test(flavor = "multi_thread")]
async fn four_thousand_concurrent_messages_reach_every_subscription_once_and_in_order() {
    let _alone = lock_machine().await;
    let fixture = DeliveryFixture::new(shared().await).await;
    let begun = Instant::now();
    let sent = all_accepted(fixture.everyone_writes(Duration::ZERO).await);
    let took = begun.elapsed();
    fixture.check(&sent).await;
    eprintln!(
        "{} messages in {took:?}; longest delay {:?}",
        sent.len(),
        fixture.longest_delay(&sent)
    );

    for (index, chat) in fixture.chats.iter().enumerate() {
        let history = fixture.ada.history(*chat, "number senderId").await.unwrap();
        assert_eq!(history.len(), PER_CHAT);
        for reader in [&fixture.ada, &fixture.bob] {
            assert_eq!(
                reader.unread(*chat).await.unwrap(),
                brute_force(&history, reader, 0)
            );
            let mark = (index * 71 + 1) as u64;
            reader.mark_as_read(*chat, mark).await.unwrap();
            assert_eq!(
                reader.unread(*chat).await.unwrap(),
                brute_force(&history, reader, mark)
            );
        }
    }
}

/// Without Redis, messages are about a second late at most. The rest is for a busy machine.
const MAX_DELAY: Duration = Duration::from_millis(3_000);

#[tokio::test(flavor = "multi_thread")]
async fn with_redis_stopped_for_twenty_seconds_in_the_middle_it_is_the_same_only_later() {
    let _alone = lock_machine().await;
    let stack = start_stack(Options::for_tests()).await;
    let fixture = DeliveryFixture::new(&stack).await;

    let outage = async {
        tokio::time::sleep(Duration::from_secs(5)).await;
        stack.redis().stop();
        tokio::time::sleep(Duration::from_secs(20)).await;
        stack.redis().restart();
        Instant::now()
    };
    // 250 messages with this pause take longer than the outage.
    let writing = fixture.everyone_writes(Duration::from_millis(110));
    let (answers, back) = tokio::join!(writing, outage);
    let sent = all_accepted(answers);
    assert!(
        sent.iter().any(|(_, sent)| sent.at > back),
        "the outage was in the middle"
    );

    fixture.check(&sent).await;
    let longest = fixture.longest_delay(&sent);
    eprintln!("longest delay with a Redis outage of 20 s: {longest:?}");
    assert!(longest < MAX_DELAY, "a message was {longest:?} late");
}
