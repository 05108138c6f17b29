//! Shared execution: a subscription document runs once per batch, and every subscriber with the same document and
//! variables receives the same bytes.
//!
//! Subscriptions whose results depend only on the document, the variables of its selection and the batch form a
//! [`group::SubscriptionGroup`]. The first subscriber that reaches a batch has it rendered; the others receive the same
//! bytes. Each subscriber's own [`crate::live::authorized_reader`] has decided before whether it may read the batch.
//!
//! Invariant: a shared result was executed without a caller, so it cannot hold anything personal. A selection that needs
//! the caller fails then, and is executed for each subscriber individually; so is everything else that fails, and no
//! error is ever given to a second subscriber.

pub(crate) mod execution;
pub(crate) mod executor;
pub(crate) mod group;
pub(crate) mod group_key;
pub(crate) mod resolver_input;
pub(crate) mod subscription_quota;
