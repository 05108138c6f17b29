//! Coalesces the receipts of a chat: however many participants receive or read however many messages, readers of the feed are
//! told about once a second, and nothing that they were told already.
//!
//! Pure: no I/O, no clock, no lock.

use std::{collections::HashMap, time::Duration};

use shared_schema::{Number, Signal, UserId};
use tokio::time::Instant;

/// Shortest time between two flushes of receipts.
const INTERVAL: Duration = Duration::from_secs(1);

/// Receipts remembered per feed, so that the same one is not sent twice.
const MAX_KNOWN: usize = 10_000;

/// When to tell readers.
#[derive(Debug)]
pub(crate) enum Due {
    /// There is nothing to tell, or it will be told at a time that was given before.
    NotNeeded,
    /// These, now.
    Now(Vec<Signal>),
    /// The caller has to ask again at this time.
    At(Instant),
}

#[derive(Clone, Copy, Debug, Default)]
struct Marks {
    delivered: Number,
    read: Option<Number>,
}

/// The receipts of one feed.
#[derive(Debug, Default)]
pub(crate) struct Receipts {
    /// The newest marks of each user.
    known: HashMap<UserId, Marks>,
    /// What readers have not been told yet.
    pending: HashMap<UserId, Signal>,
    last_flush: Option<Instant>,
    is_scheduled: bool,
}

impl Receipts {
    /// Takes a signal: a receipt is kept for the next flush, if it is news, and anything else is given back.
    pub(crate) fn offer(&mut self, signal: Signal) -> Option<Signal> {
        let Signal::ReceiptChanged {
            chat_id,
            user_id,
            delivered_number,
            read_number,
        } = signal
        else {
            return Some(signal);
        };
        if self.known.len() >= MAX_KNOWN {
            self.known.clear();
        }
        let is_new = !self.known.contains_key(&user_id);
        let known = self.known.entry(user_id).or_default();
        let has_read = read_number > known.read;
        // Whoever no longer tells what they have read says so with a mark that is not older.
        let has_hidden =
            read_number.is_none() && known.read.is_some() && delivered_number >= known.delivered;
        if is_new || delivered_number > known.delivered || has_read || has_hidden {
            known.delivered = delivered_number.max(known.delivered);
            if has_read || has_hidden {
                known.read = read_number;
            }
            let newest = Signal::ReceiptChanged {
                chat_id,
                user_id,
                delivered_number: known.delivered,
                read_number: known.read,
            };
            self.pending.insert(user_id, newest);
        }
        None
    }

    /// What to do now.
    pub(crate) fn due(&mut self, now: Instant) -> Due {
        if self.pending.is_empty() {
            return Due::NotNeeded;
        }
        match self.last_flush.map(|last| last + INTERVAL) {
            Some(at) if at > now => {
                if std::mem::replace(&mut self.is_scheduled, true) {
                    return Due::NotNeeded;
                }
                Due::At(at)
            }
            _ => {
                self.is_scheduled = false;
                self.last_flush = Some(now);
                Due::Now(std::mem::take(&mut self.pending).into_values().collect())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared_schema::ChatId;

    fn receipt(user: UserId, delivered_number: Number, read_number: Option<Number>) -> Signal {
        Signal::ReceiptChanged {
            chat_id: ChatId(uuid::Uuid::nil()),
            user_id: user,
            delivered_number,
            read_number,
        }
    }

    fn flushed(due: Due) -> Vec<Signal> {
        match due {
            Due::Now(signals) => signals,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn many_receipts_of_a_second_are_sent_once_and_the_newest_counts() {
        let (mut receipts, now) = (Receipts::default(), Instant::now());
        let (ada, bob) = (UserId::new(), UserId::new());
        assert!(receipts.offer(receipt(ada, 1, Some(0))).is_none());
        assert_eq!(flushed(receipts.due(now)), [receipt(ada, 1, Some(0))]);
        for number in 2..=5 {
            receipts.offer(receipt(ada, number, Some(number - 1)));
            receipts.offer(receipt(bob, number, None));
        }
        let at = now + INTERVAL;
        assert!(matches!(receipts.due(now), Due::At(time) if time == at));
        assert!(
            matches!(receipts.due(now), Due::NotNeeded),
            "once is enough"
        );
        let mut signals = flushed(receipts.due(at));
        signals.sort_by_key(|signal| *signal != receipt(ada, 5, Some(4)));
        assert_eq!(signals, [receipt(ada, 5, Some(4)), receipt(bob, 5, None)]);
        assert!(matches!(receipts.due(at + INTERVAL), Due::NotNeeded));
    }

    #[test]
    fn what_is_old_or_repeated_changes_nothing_and_hiding_does() {
        let (mut receipts, mut now) = (Receipts::default(), Instant::now());
        let ada = UserId::new();
        receipts.offer(receipt(ada, 5, Some(5)));
        flushed(receipts.due(now));
        for (delivered, read) in [(5, Some(5)), (4, Some(4)), (4, None)] {
            receipts.offer(receipt(ada, delivered, read));
        }
        now += INTERVAL;
        assert!(matches!(receipts.due(now), Due::NotNeeded));
        receipts.offer(receipt(ada, 5, None));
        assert_eq!(flushed(receipts.due(now)), [receipt(ada, 5, None)]);
    }
}
