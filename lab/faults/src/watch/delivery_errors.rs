//! Whether a client has received every message once and in order.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::ops::AddAssign;

use uuid::Uuid;

use lab_stack::client::Position;

/// Numbers of messages that did not arrive as they should.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DeliveryErrors {
    /// Acknowledged but not received.
    pub lost: u64,
    /// Received more than once.
    pub duplicated: u64,
    /// Received at another position than was acknowledged, or before their predecessors.
    pub misplaced: u64,
}

impl DeliveryErrors {
    /// Compares acknowledged messages with those that a client received, as `(seq, id)` in the order of arrival. Messages
    /// that were not acknowledged may be missing.
    pub fn of(acknowledged: &[Position], received: &[(u64, Uuid)]) -> DeliveryErrors {
        let mut errors = DeliveryErrors::default();
        let mut seen = HashSet::new();
        errors.duplicated = count(received, |(_, id)| !seen.insert(*id));
        errors.lost = count(acknowledged, |position| !seen.contains(&position.id));
        let acknowledged_seqs: HashMap<Uuid, u64> = acknowledged
            .iter()
            .map(|position| (position.id, position.seq))
            .collect();
        let mut last = 0;
        errors.misplaced = count(received, |(seq, id)| {
            let in_order = *seq > last;
            last = *seq;
            !in_order
                || acknowledged_seqs
                    .get(id)
                    .is_some_and(|acknowledged| acknowledged != seq)
        });
        errors
    }

    /// Whether there are no errors.
    pub fn is_none(&self) -> bool {
        *self == DeliveryErrors::default()
    }
}

fn count<T>(all: &[T], is: impl FnMut(&&T) -> bool) -> u64 {
    all.iter().filter(is).count() as u64
}

impl AddAssign for DeliveryErrors {
    fn add_assign(&mut self, other: DeliveryErrors) {
        self.lost += other.lost;
        self.duplicated += other.duplicated;
        self.misplaced += other.misplaced;
    }
}

impl fmt::Display for DeliveryErrors {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_none() {
            return formatter.write_str("none");
        }
        let DeliveryErrors {
            lost,
            duplicated,
            misplaced,
        } = self;
        write!(
            formatter,
            "**{lost} lost, {duplicated} duplicated, {misplaced} out of order**"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn acknowledged() -> Vec<Position> {
        let position = |number: u64| Position {
            id: Uuid::from_u128(number.into()),
            seq: number + 10,
            number,
        };
        (1..=4).map(position).collect()
    }

    fn received(numbers: &[u64]) -> Vec<(u64, Uuid)> {
        let position = |number: &u64| (number + 10, Uuid::from_u128((*number).into()));
        numbers.iter().map(position).collect()
    }

    fn counts(lost: u64, duplicated: u64, misplaced: u64) -> DeliveryErrors {
        DeliveryErrors {
            lost,
            duplicated,
            misplaced,
        }
    }

    #[test]
    fn everything_once_and_in_order_is_good() {
        assert!(DeliveryErrors::of(&acknowledged(), &received(&[1, 2, 3, 4])).is_none());
    }

    #[test]
    fn a_message_that_nobody_acknowledged_may_be_there() {
        assert!(DeliveryErrors::of(&acknowledged(), &received(&[1, 2, 3, 4, 5])).is_none());
    }

    #[test]
    fn what_is_missing_is_lost() {
        let errors = DeliveryErrors::of(&acknowledged(), &received(&[1, 2, 4]));
        assert_eq!(errors, counts(1, 0, 0));
    }

    #[test]
    fn what_comes_again_is_doubled_and_out_of_order() {
        let errors = DeliveryErrors::of(&acknowledged(), &received(&[1, 2, 2, 3, 4]));
        assert_eq!(errors, counts(0, 1, 1));
    }

    #[test]
    fn what_comes_before_its_predecessor_is_misplaced() {
        let errors = DeliveryErrors::of(&acknowledged(), &received(&[1, 3, 2, 4]));
        assert_eq!(errors, counts(0, 0, 1));
    }

    #[test]
    fn what_stands_elsewhere_than_the_acknowledgement_said_is_misplaced() {
        let mut elsewhere = received(&[1, 2, 3, 4]);
        elsewhere[3].0 += 1;
        assert_eq!(
            DeliveryErrors::of(&acknowledged(), &elsewhere),
            counts(0, 0, 1)
        );
    }
}
