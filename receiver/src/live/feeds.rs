//! Live feeds: what this process knows of every feed that someone connected to it watches.
//!
//! Three sources feed a [`feed::Feed`], and each may repeat, reorder or lose what another brings:
//!
//! - **publications** from Redis ([`crate::live::redis_listener`]): fast, may do anything;
//! - the **sweep**, about once a second, which compares every watched feed with Postgres: the guarantee;
//! - **backfills**, which read a missing range from Postgres when one of the two shows a gap.
//!
//! Whatever they bring goes through the feed's [`sequencer::Sequencer`], which lets each event pass once and in order. Invariant:
//! what a feed holds is contiguous, ends at its head, and is what Postgres has. Subscribers hold a position, not a queue:
//! a [`reader::Reader`] is served from the feed's window, else from Postgres, so nothing here grows with a slow client. Readers
//! at the same position share a batch, whether they are live or behind.

pub(crate) mod backfill;
pub(crate) mod batch;
pub(crate) mod catch_up;
pub(crate) mod feed;
pub(crate) mod hub;
pub(crate) mod live_batches;
pub(crate) mod payload_budget;
pub(crate) mod payload_cache;
pub(crate) mod reader;
pub mod sequencer;
pub(crate) mod sweep;
pub(crate) mod window_memory;
