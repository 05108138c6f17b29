//! How often something may be done: one limiter for all services.
//!
//! Every limit is a GCRA: so many at once, then evenly spread ([`Rate`]). A [`Class`] is what is limited, a [`Subject`] is
//! whose limit it is. There are two kinds of limits, and the type says which:
//!
//! - [`Limiter`] counts in this process. It never waits, so it may stand in the path of everything; the bound holds for
//!   each instance.
//! - [`SharedLimiter`] counts in Redis, across instances, for what is rare and dangerous. While Redis is away each
//!   instance counts on its own: the limit becomes softer by the number of instances, and never opens.
//!
//! Invariants: the class and the type of the subject are part of the key, so no client can use up another's limit
//! through another field; a refused request costs nothing; the number of keys is bounded; only monotonic clocks are
//! used.

mod class;
mod delay;
mod gcra;
mod limiter;
mod local;
mod rate;
mod shared;
mod subject;

pub use class::Class;
pub use delay::Delay;
pub use limiter::Limiter;
pub use rate::Rate;
pub use shared::SharedLimiter;
pub use subject::Subject;
