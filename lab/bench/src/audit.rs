//! Whether anything was lost, repeated or out of order.
//!
//! There are two checks. Every subscriber's stream must contain each seq once and in order, from where the subscription
//! started to the end of the feed. Every acknowledged message must be stored under the acknowledged id and number, and
//! the numbers of a chat must have no gaps.

use std::collections::HashMap;
use std::ops::AddAssign;

use serde::Serialize;

/// Result of an audit, as counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct AuditTotals {
    /// Deliveries and acknowledgements that were checked.
    pub checked: u64,
    /// Messages that never arrived, or that were acknowledged but not stored.
    pub lost: u64,
    /// Messages that arrived twice, or that were acknowledged with the number of another message.
    pub duplicated: u64,
    /// Messages that arrived after their successor, or whose acknowledged number is not above the previous one.
    pub disordered: u64,
    /// Sockets that the server closed, and streams that the server reset.
    pub broken: u64,
}

impl AuditTotals {
    /// Whether the promises held: every stream that was not reset received everything once and in order.
    pub fn promises_kept(&self) -> bool {
        self.lost + self.duplicated + self.disordered == 0
    }

    /// Whether the promises held and no stream was closed or reset.
    pub fn is_clean(&self) -> bool {
        self.violations() == 0
    }

    /// The number of broken promises, closed sockets and resets.
    pub fn violations(&self) -> u64 {
        self.lost + self.duplicated + self.disordered + self.broken
    }
}

impl AddAssign for AuditTotals {
    fn add_assign(&mut self, other: AuditTotals) {
        self.checked += other.checked;
        self.lost += other.lost;
        self.duplicated += other.duplicated;
        self.disordered += other.disordered;
        self.broken += other.broken;
    }
}

/// What one subscriber received of one feed.
#[derive(Clone, Debug)]
pub struct StreamAudit {
    next: u64,
    seen: u64,
    /// Ranges of seqs that were skipped and may still arrive late.
    missing: Vec<(u64, u64)>,
    duplicated: u64,
    disordered: u64,
}

impl StreamAudit {
    /// Starts the audit of a subscriber who has everything up to `head`.
    pub fn after(head: u64) -> StreamAudit {
        StreamAudit {
            next: head + 1,
            seen: 0,
            missing: Vec::new(),
            duplicated: 0,
            disordered: 0,
        }
    }

    /// The newest seq that has arrived, or the one before the first.
    pub fn head(&self) -> u64 {
        self.next - 1
    }

    /// Records an event that arrived.
    pub fn record(&mut self, seq: u64) {
        self.seen += 1;
        if seq == self.next {
            self.next += 1;
        } else if seq > self.next {
            self.missing.push((self.next, seq));
            self.next = seq + 1;
        } else if self.fill_gap(seq) {
            self.disordered += 1;
        } else {
            self.duplicated += 1;
        }
    }

    fn fill_gap(&mut self, seq: u64) -> bool {
        let holds = |(from, to): &(u64, u64)| (*from..*to).contains(&seq);
        let Some(position) = self.missing.iter().position(holds) else {
            return false;
        };
        let (from, to) = self.missing.swap_remove(position);
        let rest = [(from, seq), (seq + 1, to)];
        self.missing
            .extend(rest.into_iter().filter(|(from, to)| from < to));
        true
    }

    /// The result, given that the feed ends at `head`.
    pub fn totals(&self, head: u64) -> AuditTotals {
        let jumped: u64 = self.missing.iter().map(|(from, to)| to - from).sum();
        let outstanding = (head + 1).saturating_sub(self.next);
        AuditTotals {
            checked: self.seen,
            lost: jumped + outstanding,
            duplicated: self.duplicated,
            disordered: self.disordered,
            broken: 0,
        }
    }
}

/// An acknowledged message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ack {
    /// The client that received the acknowledgement. A client waits for it before it sends the next message.
    pub client: u32,
    /// The chat, as an index into the chats of the scenario.
    pub chat: u32,
    /// The message's id.
    pub id: u128,
    /// Its number in the chat.
    pub number: u64,
}

/// Compares acknowledgements, in the order in which they arrived, with the stored messages: for each chat its messages
/// as (number, id). Numbers must start at 1.
pub fn compare(acks: &[Ack], stored: &HashMap<u32, Vec<(u64, u128)>>) -> AuditTotals {
    let mut totals = AuditTotals::default();
    let mut stored_ids: HashMap<(u32, u64), u128> = HashMap::new();
    for (chat, messages) in stored {
        let mut numbers: Vec<u64> = messages.iter().map(|(number, _)| *number).collect();
        numbers.sort_unstable();
        let duplicates = numbers.windows(2).filter(|pair| pair[0] == pair[1]).count() as u64;
        numbers.dedup();
        totals.duplicated += duplicates;
        // A gap in the numbers is a message that somebody may have received.
        totals.lost += numbers.last().map_or(0, |last| last - numbers.len() as u64);
        stored_ids.extend(messages.iter().map(|(number, id)| ((*chat, *number), *id)));
    }
    let mut newest: HashMap<(u32, u32), u64> = HashMap::new();
    let mut taken: HashMap<(u32, u64), u128> = HashMap::new();
    for ack in acks {
        totals.checked += 1;
        let position = (ack.chat, ack.number);
        if stored_ids.get(&position) != Some(&ack.id) {
            totals.lost += 1;
        }
        if taken.insert(position, ack.id).is_some() {
            totals.duplicated += 1;
        }
        let before = newest.insert((ack.client, ack.chat), ack.number);
        if before.is_some_and(|before| before >= ack.number) {
            totals.disordered += 1;
        }
    }
    totals
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stream(seqs: &[u64], head: u64) -> AuditTotals {
        let mut audit = StreamAudit::after(4);
        seqs.iter().for_each(|seq| audit.record(*seq));
        audit.totals(head)
    }

    #[test]
    fn a_dense_stream_is_clean() {
        let totals = stream(&[5, 6, 7, 8], 8);
        assert!(totals.is_clean());
        assert_eq!(totals.checked, 4);
        assert!(stream(&[], 4).is_clean());
    }

    #[test]
    fn a_loss_is_noticed_in_the_middle_and_at_both_ends() {
        assert_eq!(stream(&[5, 7, 8], 8).lost, 1);
        assert_eq!(stream(&[6, 7, 8], 8).lost, 1);
        assert_eq!(stream(&[5, 6], 8).lost, 2);
        assert_eq!(stream(&[5, 9, 7], 9).lost, 2);
    }

    #[test]
    fn a_duplicate_is_noticed() {
        let totals = stream(&[5, 6, 6, 7, 5], 7);
        assert_eq!((totals.duplicated, totals.lost), (2, 0));
    }

    #[test]
    fn a_swap_is_noticed_and_is_no_loss() {
        let totals = stream(&[5, 7, 6, 8], 8);
        assert_eq!(
            (totals.disordered, totals.lost, totals.duplicated),
            (1, 0, 0)
        );
    }

    fn ack(client: u32, number: u64) -> Ack {
        let id = u128::from(number) * 10;
        Ack {
            client,
            chat: 0,
            id,
            number,
        }
    }

    fn stored(numbers: &[u64]) -> HashMap<u32, Vec<(u64, u128)>> {
        let messages = numbers
            .iter()
            .map(|number| (*number, u128::from(*number) * 10));
        HashMap::from([(0, messages.collect())])
    }

    #[test]
    fn acknowledged_and_stored_is_clean_also_with_what_nobody_was_told_of() {
        let totals = compare(&[ack(0, 1), ack(1, 2)], &stored(&[1, 2, 3]));
        assert!(totals.is_clean());
        assert_eq!(totals.checked, 2);
    }

    #[test]
    fn an_acknowledged_message_that_is_not_stored_is_lost() {
        assert_eq!(compare(&[ack(0, 1), ack(0, 2)], &stored(&[1])).lost, 1);
        let mut other = stored(&[1]);
        other.insert(0, vec![(1, 99)]);
        assert_eq!(compare(&[ack(0, 1)], &other).lost, 1);
    }

    #[test]
    fn a_hole_in_the_stored_numbers_is_a_loss() {
        assert_eq!(compare(&[], &stored(&[1, 2, 4])).lost, 1);
    }

    #[test]
    fn one_number_for_two_messages_is_a_duplicate() {
        let duplicates = [
            ack(0, 1),
            Ack {
                id: 11,
                ..ack(1, 1)
            },
        ];
        assert_eq!(compare(&duplicates, &stored(&[1])).duplicated, 1);
        assert_eq!(compare(&[], &stored(&[1, 2, 2])).duplicated, 1);
    }

    #[test]
    fn a_client_whose_later_message_has_a_lower_number_saw_a_swap() {
        let swapped = [ack(0, 2), ack(0, 1)];
        assert_eq!(compare(&swapped, &stored(&[1, 2])).disordered, 1);
        let of_two = [ack(0, 2), ack(1, 1)];
        assert!(compare(&of_two, &stored(&[1, 2])).is_clean());
    }
}
