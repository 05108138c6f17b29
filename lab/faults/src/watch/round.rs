//! One deed, and what writers and listeners saw of it.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt;
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use tokio::task::JoinHandle;
use uuid::Uuid;

use super::verdict::Verdict;
use lab_stack::client::{Client, Inbox, InboxRecord, NewMessage, Position, Refusal, SocketEnd};

/// Between two attempts to send one message, unless the answer advises more.
const RETRY_DELAY: Duration = Duration::from_millis(250);

/// Messages are written for so long before and after the deed.
const MARGIN: Duration = Duration::from_secs(3);

/// How long everything may take to be as before.
pub(super) const RECOVERY: Duration = Duration::from_secs(120);

/// One message, from the first attempt to the last.
#[derive(Debug)]
pub(super) struct Sent {
    /// `None`: nobody acknowledged it.
    pub(super) position: Option<Position>,
    began: Instant,
    ended: Instant,
    errors: Vec<String>,
}

/// A row of the report.
#[derive(Debug)]
pub struct Round {
    /// Messages that were sent.
    pub messages: usize,
    /// Those that nobody acknowledged, however often they were repeated.
    pub unanswered: usize,
    /// Attempts that failed, by code. Each was repeated with the same id.
    pub errors: BTreeMap<String, u32>,
    /// The longest time from the first attempt to the acknowledgement.
    pub slowest_send: Duration,
    /// How listeners' connections ended.
    pub ends: BTreeMap<String, u32>,
    /// The longest time from an acknowledgement to the message at a listener.
    pub longest_delay: Duration,
    /// All listeners together.
    pub verdict: Verdict,
}

/// Sends a message after each `pause`, whatever became of the one before, until `deed` is
/// over and everything is answered.
pub(super) async fn write<T>(
    writers: &[Client],
    chat: Uuid,
    pause: Duration,
    deed: impl Future<Output = T>,
) -> (T, Vec<Sent>) {
    let deed = async {
        tokio::time::sleep(MARGIN).await;
        let outcome = deed.await;
        tokio::time::sleep(MARGIN).await;
        outcome
    };
    let mut deed = std::pin::pin!(deed);
    let mut tick = tokio::time::interval(pause);
    let mut turns = writers.iter().cycle();
    let mut sending: Vec<JoinHandle<Sent>> = Vec::new();
    let outcome = loop {
        tokio::select! {
            outcome = &mut deed => break outcome,
            _ = tick.tick() => {
                if let Some(writer) = turns.next() {
                    sending.push(tokio::spawn(send(writer.clone(), chat)));
                }
            }
        }
    };
    let sent = join_all(sending).await;
    (outcome, sent.into_iter().flatten().collect())
}

/// Repeats one message with its id until it is acknowledged.
async fn send(writer: Client, chat: Uuid) -> Sent {
    let message = NewMessage::new(chat, "call");
    let began = Instant::now();
    let mut errors = Vec::new();
    loop {
        let refusal = match writer.send_once(&message).await {
            Ok(position) => {
                return Sent {
                    position: Some(position),
                    began,
                    ended: Instant::now(),
                    errors,
                };
            }
            Err(refusal) => refusal,
        };
        errors.push(refusal.code().unwrap_or("no answer").to_owned());
        if began.elapsed() > RECOVERY {
            return Sent {
                position: None,
                began,
                ended: Instant::now(),
                errors,
            };
        }
        let advised = match refusal {
            Refusal::Refused { retry_after_ms, .. } => retry_after_ms.unwrap_or(0),
            Refusal::Unanswered(_) => 0,
        };
        tokio::time::sleep(RETRY_DELAY.max(Duration::from_millis(advised))).await;
    }
}

/// The messages that one listener got, in the order of arrival.
pub(super) fn messages(record: &InboxRecord, chat: Uuid) -> Vec<(u64, Uuid)> {
    let events = record.events(chat).iter();
    let added = events.filter(|event| event.kind() == "MessageAdded");
    added
        .filter_map(|event| Some((event.seq, event.message_id()?)))
        .collect()
}

pub(super) fn has_all(record: &InboxRecord, chat: Uuid, acknowledged: &[Position]) -> bool {
    let there: HashSet<Uuid> = messages(record, chat)
        .into_iter()
        .map(|(_, id)| id)
        .collect();
    acknowledged
        .iter()
        .all(|position| there.contains(&position.id))
}

impl Round {
    pub(super) fn new(
        chat: Uuid,
        sent: &[Sent],
        acknowledged: &[Position],
        inboxes: &[Inbox],
    ) -> Round {
        let mut errors = BTreeMap::new();
        for error in sent.iter().flat_map(|one| &one.errors) {
            *errors.entry(error.clone()).or_insert(0) += 1;
        }
        let answered: HashMap<Uuid, Instant> = sent
            .iter()
            .filter_map(|one| Some((one.position?.id, one.ended)))
            .collect();
        let mut ends = BTreeMap::new();
        let mut longest_delay = Duration::ZERO;
        let mut verdict = Verdict::default();
        for inbox in inboxes {
            let record = inbox.record();
            for end in &record.ends {
                *ends.entry(name(end)).or_insert(0) += 1;
            }
            let delays = record.events(chat).iter().filter_map(|event| {
                let answered = answered.get(&event.message_id()?)?;
                Some(event.at.saturating_duration_since(*answered))
            });
            longest_delay = delays.fold(longest_delay, Duration::max);
            verdict += Verdict::of(acknowledged, &messages(&record, chat));
            verdict.doubled += record.duplicates;
            verdict.misplaced += record.gaps + record.resets.len() as u64;
        }
        let took = sent.iter().map(|one| one.ended - one.began);
        Round {
            messages: sent.len(),
            unanswered: sent.len() - acknowledged.len(),
            errors,
            slowest_send: took.max().unwrap_or_default(),
            ends,
            longest_delay,
            verdict,
        }
    }

    /// Everything was acknowledged, and arrived once and in order.
    pub fn is_good(&self) -> bool {
        self.unanswered == 0 && self.messages > 0 && self.verdict.is_good()
    }
}

fn name(end: &SocketEnd) -> String {
    match end {
        SocketEnd::Closed { code, .. } => format!("close {code}"),
        SocketEnd::Broken(_) => "broken".to_owned(),
        SocketEnd::Refused(_) => "refused".to_owned(),
    }
}

/// The cells of a table in Markdown.
impl fmt::Display for Round {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (slowest, longest) = (self.slowest_send, self.longest_delay);
        write!(formatter, "{} | {} | ", self.messages, listed(&self.errors))?;
        write!(
            formatter,
            "{:.2} s | {} | ",
            slowest.as_secs_f64(),
            listed(&self.ends)
        )?;
        write!(
            formatter,
            "{:.2} s | {}",
            longest.as_secs_f64(),
            self.verdict
        )?;
        match self.unanswered {
            0 => Ok(()),
            some => write!(formatter, ", **{some} never acknowledged**"),
        }
    }
}

fn listed(counts: &BTreeMap<String, u32>) -> String {
    if counts.is_empty() {
        return "none".to_owned();
    }
    let parts: Vec<String> = counts
        .iter()
        .map(|(what, count)| format!("{count} {what}"))
        .collect();
    parts.join(", ")
}
