//! Live feeds: what this process knows of every feed that someone connected to it watches.
//!
//! Three sources feed a [`Feed`], and each may repeat, reorder or lose what another brings:
//!
//! - **hints** from Redis (`crate::hints`): fast, may do anything;
//! - the **sweep**, about once a second, which compares every watched feed with Postgres: the guarantee;
//! - **fills**, which read a missing range from Postgres when one of the two shows that something is missing.
//!
//! Whatever they bring goes through the feed's [`Sequencer`], which lets each event pass once and in order. Invariant:
//! what a feed holds is contiguous, ends at its head, and is what Postgres has. Subscribers hold a position, not a queue:
//! a [`Reader`] is served from the feed's window, else from Postgres, so nothing here grows with a slow client. Those who
//! stand at the same place are given the same batch, whether they keep up or are behind.

mod batch;
mod cuts;
mod feed;
mod fill;
mod hub;
mod late;
mod reader;
mod sequencer;
mod sweep;
mod windows;

pub use batch::{Batch, ResetReason};
pub use feed::Feed;
pub use hub::{FeedMetrics, Hub, HubArgs, Interest, Watch};
pub use reader::Reader;
pub use sequencer::{Sequencer, Step, Verdict};
pub use sweep::sweep;
