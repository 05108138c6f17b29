//! One round: messages that are sent and received while the installation is disturbed once.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt;
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use tokio::task::JoinHandle;
use uuid::Uuid;

use super::delivery_errors::DeliveryErrors;
use lab_stack::client::{Client, Inbox, InboxRecord, NewMessage, Position, Refusal, SocketEnd};

/// Delay between two attempts to send a message, unless the answer asks for more.
const RETRY_DELAY: Duration = Duration::from_millis(250);

/// For how long messages are sent before and after the disturbance.
const LEAD_TIME: Duration = Duration::from_secs(3);

/// How long the installation may take to recover.
pub(super) const RECOVERY_TIMEOUT: Duration = Duration::from_secs(120);

/// One message, from the first message to the last.
#[derive(Debug)]
pub(super) struct SentMessage {
    /// `None` if it was never acknowledged.
    pub(super) position: Option<Position>,
    began: Instant,
    ended: Instant,
    failed_attempts: Vec<String>,
}

/// A row of the report.
#[derive(Debug)]
pub struct Round {
    /// Number of messages that were sent.
    pub messages: usize,
    /// Number of messages that were never acknowledged, in spite of repetitions.
    pub unanswered: usize,
    /// Failed attempts, by code. Each was repeated with the same id.
    pub failed_attempts: BTreeMap<String, u32>,
    /// The longest time from the first message to the acknowledgement.
    pub slowest_send: Duration,
    /// How connections of listeners ended.
    pub ends: BTreeMap<String, u32>,
    /// The longest time from an acknowledgement to the message at a listener.
    pub longest_delay: Duration,
    /// The errors of all listeners together.
    pub delivery_errors: DeliveryErrors,
}

/// Sends a message after each `pause`, without waiting for the previous one, until `disturbance` is over and everything is
/// answered.
pub(super) async fn write<T>(
    writers: &[Client],
    chat: Uuid,
    pause: Duration,
    disturbance: impl Future<Output = T>,
) -> (T, Vec<SentMessage>) {
    let disturbance = async {
        tokio::time::sleep(LEAD_TIME).await;
        let outcome = disturbance.await;
        tokio::time::sleep(LEAD_TIME).await;
        outcome
    };
    let mut disturbance = std::pin::pin!(disturbance);
    let mut tick = tokio::time::interval(pause);
    let mut next_writer = writers.iter().cycle();
    let mut sends: Vec<JoinHandle<SentMessage>> = Vec::new();
    let outcome = loop {
        tokio::select! {
            outcome = &mut disturbance => break outcome,
            _ = tick.tick() => {
                if let Some(writer) = next_writer.next() {
                    sends.push(tokio::spawn(send(writer.clone(), chat)));
                }
            }
        }
    };
    let sent = join_all(sends).await;
    (outcome, sent.into_iter().flatten().collect())
}

/// Repeats one message with its id until it is acknowledged.
async fn send(writer: Client, chat: Uuid) -> SentMessage {
    let message = NewMessage::new(chat, "call");
    let began = Instant::now();
    let mut failed_attempts = Vec::new();
    loop {
        let refusal = match writer.send_once(&message).await {
            Ok(position) => {
                return SentMessage {
                    position: Some(position),
                    began,
                    ended: Instant::now(),
                    failed_attempts,
                };
            }
            Err(refusal) => refusal,
        };
        failed_attempts.push(refusal.code().unwrap_or("no answer").to_owned());
        if began.elapsed() > RECOVERY_TIMEOUT {
            return SentMessage {
                position: None,
                began,
                ended: Instant::now(),
                failed_attempts,
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
        sent: &[SentMessage],
        acknowledged: &[Position],
        inboxes: &[Inbox],
    ) -> Round {
        let mut failed_attempts = BTreeMap::new();
        for code in sent.iter().flat_map(|message| &message.failed_attempts) {
            *failed_attempts.entry(code.clone()).or_insert(0) += 1;
        }
        let answered: HashMap<Uuid, Instant> = sent
            .iter()
            .filter_map(|message| Some((message.position?.id, message.ended)))
            .collect();
        let mut ends = BTreeMap::new();
        let mut longest_delay = Duration::ZERO;
        let mut delivery_errors = DeliveryErrors::default();
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
            delivery_errors += DeliveryErrors::of(acknowledged, &messages(&record, chat));
            delivery_errors.duplicated += record.duplicates;
            delivery_errors.misplaced += record.gaps + record.resets.len() as u64;
        }
        let took = sent.iter().map(|message| message.ended - message.began);
        Round {
            messages: sent.len(),
            unanswered: sent.len() - acknowledged.len(),
            failed_attempts,
            slowest_send: took.max().unwrap_or_default(),
            ends,
            longest_delay,
            delivery_errors,
        }
    }

    /// Whether everything was acknowledged and arrived once and in order.
    pub fn passed(&self) -> bool {
        self.unanswered == 0 && self.messages > 0 && self.delivery_errors.is_none()
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
        write!(
            formatter,
            "{} | {} | ",
            self.messages,
            listed(&self.failed_attempts)
        )?;
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
            self.delivery_errors
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
