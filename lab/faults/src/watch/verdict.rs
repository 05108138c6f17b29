//! Whether someone has got every message once and in order.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::ops::AddAssign;

use uuid::Uuid;

use lab_stack::client::Position;

/// How many messages are wrong, and in which way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// Acknowledged, but not there.
    pub lost: u64,
    /// There more than once.
    pub doubled: u64,
    /// At another place than the acknowledgement said, or before their predecessors.
    pub misplaced: u64,
}

impl Verdict {
    /// Compares what was acknowledged with what someone has got, as `(seq, id)` in the order
    /// of arrival. Messages that were not acknowledged may be there or not.
    pub fn of(acknowledged: &[Position], got: &[(u64, Uuid)]) -> Verdict {
        let mut verdict = Verdict::default();
        let mut seen = HashSet::new();
        verdict.doubled = count(got, |(_, id)| !seen.insert(*id));
        verdict.lost = count(acknowledged, |position| !seen.contains(&position.id));
        let places: HashMap<Uuid, u64> = acknowledged
            .iter()
            .map(|position| (position.id, position.seq))
            .collect();
        let mut last = 0;
        verdict.misplaced = count(got, |(seq, id)| {
            let in_order = *seq > last;
            last = *seq;
            !in_order
                || places
                    .get(id)
                    .is_some_and(|acknowledged| acknowledged != seq)
        });
        verdict
    }

    /// Nothing is wrong.
    pub fn is_good(&self) -> bool {
        *self == Verdict::default()
    }
}

fn count<T>(all: &[T], is: impl FnMut(&&T) -> bool) -> u64 {
    all.iter().filter(is).count() as u64
}

impl AddAssign for Verdict {
    fn add_assign(&mut self, other: Verdict) {
        self.lost += other.lost;
        self.doubled += other.doubled;
        self.misplaced += other.misplaced;
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_good() {
            return formatter.write_str("none");
        }
        let Verdict {
            lost,
            doubled,
            misplaced,
        } = self;
        write!(
            formatter,
            "**{lost} lost, {doubled} doubled, {misplaced} out of order**"
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

    fn got(numbers: &[u64]) -> Vec<(u64, Uuid)> {
        let place = |number: &u64| (number + 10, Uuid::from_u128((*number).into()));
        numbers.iter().map(place).collect()
    }

    fn verdict(lost: u64, doubled: u64, misplaced: u64) -> Verdict {
        Verdict {
            lost,
            doubled,
            misplaced,
        }
    }

    #[test]
    fn everything_once_and_in_order_is_good() {
        assert!(Verdict::of(&acknowledged(), &got(&[1, 2, 3, 4])).is_good());
    }

    #[test]
    fn a_message_that_nobody_acknowledged_may_be_there() {
        assert!(Verdict::of(&acknowledged(), &got(&[1, 2, 3, 4, 5])).is_good());
    }

    #[test]
    fn what_is_missing_is_lost() {
        let judged = Verdict::of(&acknowledged(), &got(&[1, 2, 4]));
        assert_eq!(judged, verdict(1, 0, 0));
    }

    #[test]
    fn what_comes_again_is_doubled_and_out_of_order() {
        let judged = Verdict::of(&acknowledged(), &got(&[1, 2, 2, 3, 4]));
        assert_eq!(judged, verdict(0, 1, 1));
    }

    #[test]
    fn what_comes_before_its_predecessor_is_misplaced() {
        let judged = Verdict::of(&acknowledged(), &got(&[1, 3, 2, 4]));
        assert_eq!(judged, verdict(0, 0, 1));
    }

    #[test]
    fn what_stands_elsewhere_than_the_acknowledgement_said_is_misplaced() {
        let mut elsewhere = got(&[1, 2, 3, 4]);
        elsewhere[3].0 += 1;
        assert_eq!(Verdict::of(&acknowledged(), &elsewhere), verdict(0, 0, 1));
    }
}
