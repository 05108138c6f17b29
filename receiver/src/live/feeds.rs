//! Live feeds: the state of every feed that is watched by a client of this process.
//!
//! Three sources feed a [`feed::Feed`], and each may repeat, reorder or lose what another brings:
//!
//! - **publications** from Redis ([`crate::live::redis_listener`]): fast, may do anything;
//! - the **sweep**, about once a second, which compares every watched feed with Postgres: the guarantee;
//! - **backfills**, which read a missing range from Postgres when one of the two shows a gap.
//!
//! All events go through the feed's [`sequencer::Sequencer`], which accepts each event once and in order. Invariant:
//! the events that a feed holds are contiguous, end at its head, and equal those in Postgres. Subscribers have a
//! position, not a queue: a [`reader::Reader`] is served from the feed's window or from Postgres, so a slow client
//! takes no memory here. Readers at the same position share a batch, whether they are live or behind.

pub(crate) mod backfill;
pub(crate) mod batch;
pub(crate) mod catch_up;
pub(crate) mod feed;
pub(crate) mod hub;
pub(crate) mod live_batches;
pub(crate) mod payload_budget;
pub(crate) mod payload_cache;
pub(crate) mod reader;
pub(crate) mod receipts;
pub mod sequencer;
pub(crate) mod sweep;
pub(crate) mod window_memory;
