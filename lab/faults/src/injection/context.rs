//! One injection: what it may use, and what all of them do alike.

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use tokio::time::sleep;

use crate::environment::ServiceProxies;
use crate::seeded_rng::SeededRng;
use crate::workload::Workload;
use lab_stack::Error;
use lab_stack::stack::{Instance, Stack};

/// How often an instance is started before it is given up: for longer than any fault lasts.
const MAX_RESTARTS: u32 = 60;

/// One injection.
pub struct InjectionContext<'a> {
    /// Everyone and everything.
    pub workload: &'a Arc<Workload>,
    /// Choices.
    pub rng: &'a mut SeededRng,
    /// The how-manieth it is, from zero.
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
        proxies.ok_or_else(|| Error::failed("the fault lab", "this stage has no detours"))
    }

    /// Starts an instance that has ended, as a supervisor does: once more if it ends at once, because
    /// another fault is not over yet.
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

    /// Tells the history what is done to what.
    pub(super) fn note(&self, what: impl ToString) {
        let fields = json!({ "what": what.to_string() });
        self.workload.history.write("fault.detail", &fields);
    }
}
