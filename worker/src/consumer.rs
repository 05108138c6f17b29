//! Follows feeds durably: every event that concerns a consumer is handled once, whatever crashes.
//!
//! A consumer has a position in every feed in which it has handled an event. The positions decide what is new;
//! everything else only finds candidates. Candidates are found by time: about once a second, the events since a
//! watermark are compared with the positions. The watermark is moved back by an overlap that is longer than any
//! transaction takes from an event to its commit. After an outage, a consumer continues from its watermark. This needs
//! neither Redis nor an index on the feeds, and writers write nothing for it.
//!
//! Feeds are divided into shards. The worker that handles a shard holds the lock of its row, and handles events, moves
//! positions and moves the watermark in the transaction that holds it. So no event is handled by two workers or handled
//! again, and when a process dies or hangs, the lock is released with its connection, after ten seconds at most.

pub(crate) mod poller;
