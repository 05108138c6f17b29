//! One injection of each fault, with the healing that belongs to it.

mod processes;

use std::sync::Arc;

use serde_json::json;

use super::dice::Dice;
use super::scene::Scene;
use crate::Error;

/// What can be broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Fault {
    /// Nothing is.
    Nothing,
    /// A sender is killed.
    KillSender,
}

impl Fault {
    /// Breaks it once, waits, and heals it. Returns how many times something was broken.
    pub async fn inject(self, scene: &Arc<Scene>, dice: &mut Dice) -> Result<u32, Error> {
        let begun = json!({ "fault": format!("{self:?}") });
        scene.history.write("fault.begin", &begun);
        let outcome = self.act(scene, dice).await;
        let said = outcome.as_ref().err().map(ToString::to_string);
        let ended = json!({ "fault": format!("{self:?}"), "error": said });
        scene.history.write("fault.end", &ended);
        outcome
    }

    async fn act(self, scene: &Arc<Scene>, dice: &mut Dice) -> Result<u32, Error> {
        match self {
            Fault::Nothing => processes::nothing(dice).await,
            Fault::KillSender => processes::kill_sender(scene, dice).await,
        }
    }
}
