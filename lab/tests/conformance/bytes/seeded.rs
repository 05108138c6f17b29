//! Chance that a seed brings back.

use lab_faults::dice::Dice;

/// What a damaged client does next.
pub struct Seeded(Dice);

impl Seeded {
    /// The sequence of one connection of a run.
    pub fn new(seed: u64, connection: usize) -> Seeded {
        Seeded(Dice::new(seed).for_part(&connection.to_string()))
    }

    pub fn roll(&mut self) -> u64 {
        self.0.roll()
    }

    pub fn below(&mut self, bound: usize) -> usize {
        self.0.below(bound)
    }

    pub fn percent(&mut self, chance: u64) -> bool {
        self.0.percent(chance)
    }

    pub fn pick<T: Copy>(&mut self, items: &[T]) -> T {
        items[self.below(items.len())]
    }

    pub fn bytes(&mut self, longest: usize) -> Vec<u8> {
        (0..self.below(longest + 1))
            .map(|_| self.roll() as u8)
            .collect()
    }

    /// The same with a few bytes flipped, lost, doubled or put in.
    pub fn mutated(&mut self, text: &[u8]) -> Vec<u8> {
        let mut bytes = text.to_vec();
        for _ in 0..1 + self.below(4) {
            let at = self.below(bytes.len() + 1);
            match self.below(5) {
                0 if at < bytes.len() => bytes[at] ^= 1 << self.below(8),
                1 if at < bytes.len() => drop(bytes.remove(at)),
                2 => bytes.truncate(at),
                3 => drop(bytes.splice(at..at, bytes[..at].to_vec())),
                _ => {
                    let odd: &[u8] = self.pick(&[
                        b"\"", b"{", b"]", b"\0", b"\xff", b"null", b"\\ud800", b"-1e999",
                    ]);
                    drop(bytes.splice(at..at, odd.to_vec()));
                }
            }
        }
        bytes
    }
}
