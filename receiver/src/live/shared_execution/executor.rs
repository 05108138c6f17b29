//! The way into shared execution.

use std::sync::Arc;

use async_graphql::{Request, Response};
use chassis::{Caller, Error, graphql::Endpoint};
use futures_util::stream::BoxStream;

use super::{
    execution::{Runner, SharedExecutionMetrics},
    group::{SubscriptionGroup, SubscriptionGroups},
    group_key::SubscriptionQuery,
    subscription_quota::{QuotaArgs, QuotaReservation, SubscriptionQuota},
};
use crate::live::feeds::payload_budget::PayloadBudget;

/// Executes subscriptions. Cheap to clone.
#[derive(Clone)]
pub(crate) struct SharedExecutor {
    groups: SubscriptionGroups,
    quota: SubscriptionQuota,
}

impl SharedExecutor {
    /// Executes on the schema of `endpoint`, and prepares requests as it does.
    #[must_use]
    pub(crate) fn new(
        endpoint: Endpoint,
        quota: QuotaArgs,
        metrics: SharedExecutionMetrics,
    ) -> Self {
        Self {
            groups: SubscriptionGroups::new(Runner {
                endpoint,
                budget: PayloadBudget::default(),
                metrics,
            }),
            quota: SubscriptionQuota::new(quota),
        }
    }

    /// Charges `caller` for the memory of this subscription, for as long as the reservation lives.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` when it is too much for one user, `UNAVAILABLE` when it is for the process.
    pub(crate) fn reserve(
        &self,
        caller: &Caller,
        query: &SubscriptionQuery,
    ) -> Result<QuotaReservation, Error> {
        self.quota.reserve(caller.user_id, query)
    }

    /// The group of all subscribers with the same query.
    pub(crate) fn group(&self, query: SubscriptionQuery) -> Arc<SubscriptionGroup> {
        self.groups.join(query)
    }

    /// Runs a checked request on behalf of `caller`.
    pub(crate) fn run(&self, request: Request, caller: &Caller) -> BoxStream<'static, Response> {
        self.groups.runner().run(request, Some(caller.clone()))
    }
}
