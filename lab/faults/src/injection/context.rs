//! The context of an injection: what it may use, and what several of them do.

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use tokio::time::sleep;

use crate::environment::ServiceProxies;
use crate::seeded_rng::SeededRng;
use crate::workload::Workload;
use lab_stack::Error;
use lab_stack::stack::{Instance, Stack};

/// Maximum number of attempts to start an instance, which together take longer than any fault.
const MAX_RESTARTS: u32 = 60;

/// What an injection may use.
pub struct InjectionContext<'a> {
    /// Users, chats and devices in their environment.
    pub workload: &'a Arc<Workload>,
    /// Source of random choices.
    pub rng: &'a mut SeededRng,
    /// The number of the injection, from zero.
    pub round: u32,
    /// How long the fault lasts.
    pub fault_duration: Duration,
}

impl InjectionContext<'_> {
    pub(super) fn stack(&self) -> &Stack {
        &self.workload.environment.stack
    }

    pub(super) fn proxies(&self) -> Result<&ServiceProxies, Error> {
        let proxies = self.workload.environment.proxies.as_ref();
        proxies.ok_or_else(|| Error::failed("the fault lab", "this environment has no proxies"))
    }

    /// Starts an instance that has ended, as a supervisor does: again if it exits at once, because another fault is still
    /// active.
    pub(super) async fn start_again(&self, instance: Instance) -> Result<(), Error> {
        let mut attempts = 0;
        loop {
            match self.stack().restart(instance).await {
                Err(Error::Exited { .. }) if attempts < MAX_RESTARTS => attempts += 1,
                outcome => return outcome,
            }
            sleep(Duration::from_millis(500)).await;
        }
    }

    /// Records a detail of the injection in the history.
    pub(super) fn note(&self, what: impl ToString) {
        let fields = json!({ "what": what.to_string() });
        self.workload.history.write("fault.detail", &fields);
    }
}
