//! Random numbers from a seed: which instance is hit, when, and for how long.
//!
//! SplitMix64, implemented here so that a seed printed today means the same schedule in a year.

use std::time::Duration;

/// A random number generator.
#[derive(Clone, Debug)]
pub struct SeededRng(u64);

impl SeededRng {
    /// The generator with this seed.
    pub fn new(seed: u64) -> SeededRng {
        SeededRng(seed)
    }

    /// An independent generator for a part of the run, so that the numbers that one part draws do not change those of
    /// another.
    pub fn fork(&self, name: &str) -> SeededRng {
        let folded = name.bytes().fold(self.0, |folded, byte| {
            (folded ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
        });
        let mut rng = SeededRng(folded);
        rng.next_u64();
        rng
    }

    /// 64 random bits.
    pub fn next_u64(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `bound`, which must not be zero.
    pub fn below(&mut self, bound: usize) -> usize {
        (self.next_u64() % bound as u64) as usize
    }

    /// True with this probability, in percent.
    pub fn percent(&mut self, chance: u64) -> bool {
        self.next_u64() % 100 < chance
    }

    /// 1 or 2: the number of an instance.
    pub fn instance(&mut self) -> u8 {
        if self.percent(50) { 1 } else { 2 }
    }

    /// A duration between these milliseconds.
    pub fn millis(&mut self, from: u64, to: u64) -> Duration {
        Duration::from_millis(from + self.next_u64() % (to - from).max(1))
    }

    /// One of these items; none if there are none.
    pub fn pick<'a, T>(&mut self, items: &'a [T]) -> Option<&'a T> {
        (!items.is_empty()).then(|| &items[self.below(items.len())])
    }
}

#[cfg(test)]
mod tests {
    use super::SeededRng;

    #[test]
    fn a_seed_brings_the_same_choices_back_and_parts_do_not_disturb_each_other() {
        let draw = |seed| {
            let mut rng = SeededRng::new(seed);
            [rng.next_u64(), rng.next_u64(), rng.next_u64()]
        };
        assert_eq!(draw(7), draw(7));
        assert_ne!(draw(7), draw(8));
        let (mut one, mut other) = (SeededRng::new(7).fork("F2"), SeededRng::new(7).fork("F3"));
        assert_ne!(one.next_u64(), other.next_u64());
    }
}
