//! Drops, duplicates and reorders the messages that Redis pushes to a subscriber.

use std::collections::VecDeque;

use crate::seeded_rng::SeededRng;
use lab_stack::tcp_proxy::Interceptor;

/// The percentages of messages that are damaged.
#[derive(Clone, Copy, Debug, Default)]
pub struct Damage {
    /// Messages that never arrive.
    pub dropped: u64,
    /// Messages that arrive twice.
    pub duplicated: u64,
    /// Messages that arrive after their successor.
    pub swapped: u64,
}

/// The interceptor of one connection from a receiver to Redis.
pub struct MessageCorrupter {
    rng: SeededRng,
    damage: tokio::sync::watch::Receiver<Damage>,
    pending: Vec<u8>,
    delayed: VecDeque<Vec<u8>>,
}

impl MessageCorrupter {
    /// Does the damage that the channel currently contains.
    pub fn new(rng: SeededRng, damage: tokio::sync::watch::Receiver<Damage>) -> MessageCorrupter {
        MessageCorrupter {
            rng,
            damage,
            pending: Vec::new(),
            delayed: VecDeque::new(),
        }
    }

    fn forward(&mut self, frame: Vec<u8>, forwarded: &mut Vec<u8>) {
        let damage = *self.damage.borrow();
        let is_message = frame.starts_with(b">") && contains(&frame, b"smessage");
        if is_message && self.rng.percent(damage.dropped) {
            return;
        }
        if is_message && self.rng.percent(damage.swapped) {
            self.delayed.push_back(frame);
            return;
        }
        forwarded.extend_from_slice(&frame);
        if is_message && self.rng.percent(damage.duplicated) {
            forwarded.extend_from_slice(&frame);
        }
        for late in self.delayed.drain(..) {
            forwarded.extend_from_slice(&late);
        }
    }
}

impl Interceptor for MessageCorrupter {
    fn downstream(&mut self, bytes: Vec<u8>) -> Vec<u8> {
        self.pending.extend_from_slice(&bytes);
        let mut forwarded = Vec::with_capacity(bytes.len());
        while let Some(length) = frame_length(&self.pending) {
            let frame = self.pending.drain(..length).collect();
            self.forward(frame, &mut forwarded);
        }
        forwarded
    }
}

/// Whether `bytes` contains `pattern`.
pub fn contains(bytes: &[u8], pattern: &[u8]) -> bool {
    bytes.windows(pattern.len()).any(|window| window == pattern)
}

/// The length of the first RESP3 value; none while it is incomplete.
fn frame_length(bytes: &[u8]) -> Option<usize> {
    let line_end = bytes.windows(2).position(|pair| pair == b"\r\n")?;
    let head = line_end + 2;
    let count = || {
        let text = std::str::from_utf8(bytes.get(1..line_end)?).ok()?;
        text.parse::<i64>().ok()
    };
    match *bytes.first()? {
        b'$' | b'=' | b'!' => {
            let length = usize::try_from(count()?).map_or(0, |length| length + 2);
            (bytes.len() >= head + length).then_some(head + length)
        }
        kind @ (b'*' | b'>' | b'~' | b'%' | b'|') => {
            let pairs = if matches!(kind, b'%' | b'|') { 2 } else { 1 };
            let mut length = head;
            for _ in 0..count()?.max(0) * pairs {
                length += frame_length(bytes.get(length..)?)?;
            }
            Some(length)
        }
        _ => Some(head),
    }
}

#[cfg(test)]
mod tests {
    use super::{Damage, MessageCorrupter, frame_length};
    use crate::seeded_rng::SeededRng;
    use lab_stack::tcp_proxy::Interceptor;

    const PUSH: &[u8] = b">3\r\n$8\r\nsmessage\r\n$6\r\nfeed:1\r\n$2\r\n{}\r\n";

    #[test]
    fn a_value_is_known_by_its_length_even_when_it_arrives_in_pieces() {
        assert_eq!(frame_length(b"+OK\r\n:1\r\n"), Some(5));
        assert_eq!(frame_length(PUSH), Some(PUSH.len()));
        assert_eq!(frame_length(&PUSH[..PUSH.len() - 1]), None);
        assert_eq!(frame_length(b"%1\r\n+a\r\n*2\r\n:1\r\n$-1\r\n"), Some(21));
    }

    #[test]
    fn only_messages_are_damaged() {
        let damage = Damage {
            dropped: 100,
            ..Damage::default()
        };
        let (_damage_changes, damage_receiver) = tokio::sync::watch::channel(damage);
        let mut corrupter = MessageCorrupter::new(SeededRng::new(1), damage_receiver);
        assert_eq!(corrupter.downstream(b"+PONG\r\n".to_vec()), b"+PONG\r\n");
        assert_eq!(corrupter.downstream(PUSH.to_vec()), b"");
    }

    #[test]
    fn what_is_held_back_comes_after_its_successor() {
        let damage = Damage {
            swapped: 100,
            ..Damage::default()
        };
        let (damage_changes, damage_receiver) = tokio::sync::watch::channel(damage);
        let mut corrupter = MessageCorrupter::new(SeededRng::new(1), damage_receiver);
        assert_eq!(corrupter.downstream(PUSH.to_vec()), b"");
        damage_changes.send_replace(Damage::default());
        let forwarded = corrupter.downstream(b"+PONG\r\n".to_vec());
        assert_eq!(forwarded, [b"+PONG\r\n", PUSH].concat());
    }
}
