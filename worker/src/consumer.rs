//! Follows feeds durably: every event that concerns a consumer is handled once, whatever crashes.
//!
//! A consumer has a position in each feed in which something concerned it. The position decides what is new; everything else
//! only finds candidates. They are found by time: about once a second the events since a watermark, minus an overlap that is
//! longer than a transaction takes from an event to its commit, are compared with the positions. After an absence a consumer
//! goes on from its watermark. Neither Redis nor an index on the feeds is needed, and writers write nothing for it.
//!
//! Feeds are divided into shards. Whoever works on a shard holds the lock of its row, and handles events, moves positions
//! and moves the watermark in the transaction that holds it. So two never handle the same event, what was handled is never
//! handled again, and when a process dies or stands still its lock goes with its connection, after ten seconds at most.

pub(crate) mod poller;
