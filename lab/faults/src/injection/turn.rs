//! One injection: what it may use, and what all of them do alike.

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use tokio::time::sleep;

use crate::dice::Dice;
use crate::scene::Scene;
use crate::stage::Detours;
use lab_stack::Error;
use lab_stack::stack::{Instance, Stack};

/// How often an instance is started before it is given up: for longer than any fault lasts.
const ATTEMPTS: u32 = 60;

/// One injection.
pub struct Turn<'a> {
    /// Everyone and everything.
    pub scene: &'a Arc<Scene>,
    /// Choices.
    pub dice: &'a mut Dice,
    /// The how-manieth it is, from zero.
    pub round: u32,
    /// How long the fault lasts.
    pub hold: Duration,
}

impl Turn<'_> {
    pub(super) fn stack(&self) -> &Stack {
        &self.scene.stage.stack
    }

    pub(super) fn detours(&self) -> Result<&Detours, Error> {
        let detours = self.scene.stage.detours.as_ref();
        detours.ok_or_else(|| Error::failed("the fault lab", "this stage has no detours"))
    }

    /// Starts an instance that has ended, as a supervisor does: once more if it ends at once, because
    /// another fault is not over yet.
    pub(super) async fn start_again(&self, instance: Instance) -> Result<(), Error> {
        let mut attempts = 0;
        loop {
            match self.stack().restart(instance).await {
                Err(Error::Exited { .. }) if attempts < ATTEMPTS => attempts += 1,
                outcome => return outcome,
            }
            sleep(Duration::from_millis(500)).await;
        }
    }

    /// Tells the history what is done to what.
    pub(super) fn note(&self, what: impl ToString) {
        let facts = json!({ "what": what.to_string() });
        self.scene.history.write("fault.detail", &facts);
    }
}
