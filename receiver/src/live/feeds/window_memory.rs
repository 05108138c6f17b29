//! The windows of all feeds together, and the memory that they may take.

use std::{cmp::Reverse, sync::Arc};

use super::feed::Feed;

/// Halvings after which even the largest window is empty.
const MAX_ROUNDS: usize = 16;

/// Drops the older halves of the largest windows until all together take no more than `budget` bytes, and returns how
/// many they take. Readers that still need those events read them from Postgres.
pub(crate) fn trim(feeds: &[Arc<Feed>], budget: usize) -> usize {
    let mut windows: Vec<(usize, &Arc<Feed>)> = feeds
        .iter()
        .map(|feed| (feed.window_bytes(), feed))
        .collect();
    let mut total: usize = windows.iter().map(|(bytes, _)| bytes).sum();
    for _ in 0..MAX_ROUNDS {
        if total <= budget {
            break;
        }
        windows.sort_unstable_by_key(|(bytes, _)| Reverse(*bytes));
        for (bytes, feed) in &mut windows {
            let left = feed.halve_window();
            total = total.saturating_sub(bytes.saturating_sub(left));
            *bytes = left;
            if total <= budget {
                break;
            }
        }
    }
    total
}
