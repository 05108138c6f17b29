//! Random damage from a seed.

use lab_faults::seeded_rng::SeededRng;

/// The random choices of a damaged connection.
pub struct DamageRng(SeededRng);

impl DamageRng {
    /// The generator of one connection of a run.
    pub fn new(seed: u64, connection: usize) -> DamageRng {
        DamageRng(SeededRng::new(seed).fork(&connection.to_string()))
    }

    pub fn next_u64(&mut self) -> u64 {
        self.0.next_u64()
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

    pub fn bytes(&mut self, max_length: usize) -> Vec<u8> {
        (0..self.below(max_length + 1))
            .map(|_| self.next_u64() as u8)
            .collect()
    }

    /// The text with a few bytes flipped, removed, duplicated or inserted.
    pub fn mutated(&mut self, text: &[u8]) -> Vec<u8> {
        let mut bytes = text.to_vec();
        for _ in 0..1 + self.below(4) {
            let position = self.below(bytes.len() + 1);
            match self.below(5) {
                0 if position < bytes.len() => bytes[position] ^= 1 << self.below(8),
                1 if position < bytes.len() => drop(bytes.remove(position)),
                2 => bytes.truncate(position),
                3 => drop(bytes.splice(position..position, bytes[..position].to_vec())),
                _ => {
                    let insertion: &[u8] = self.pick(&[
                        b"\"", b"{", b"]", b"\0", b"\xff", b"null", b"\\ud800", b"-1e999",
                    ]);
                    drop(bytes.splice(position..position, insertion.to_vec()));
                }
            }
        }
        bytes
    }
}
