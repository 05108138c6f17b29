//! Turning lists into maps.

use std::{collections::HashMap, hash::Hash};

pub(crate) fn keyed<K: Eq + Hash, V>(values: Vec<V>, key: impl Fn(&V) -> K) -> HashMap<K, V> {
    values
        .into_iter()
        .map(|value| (key(&value), value))
        .collect()
}

pub(crate) fn grouped<K: Copy + Eq + Hash, V: Copy>(pairs: &[(K, V)]) -> HashMap<K, Vec<V>> {
    let mut groups: HashMap<K, Vec<V>> = HashMap::new();
    for &(key, value) in pairs {
        groups.entry(key).or_default().push(value);
    }
    groups
}
