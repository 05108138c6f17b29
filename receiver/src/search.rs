//! Search in messages: what a query says, which messages it finds, and where their words are.
//!
//! Invariant: the work for a page is bounded. A search reads ranges of numbers, newest first, until the page is full or
//! its time is over, and then says how far it came. It never says that there is nothing where it only stopped looking.

pub(crate) mod highlights;
pub(crate) mod metrics;
pub(crate) mod plan;
pub(crate) mod scan;
pub(crate) mod syntax;
