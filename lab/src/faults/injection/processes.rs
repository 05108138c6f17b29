//! Processes of ours that die, freeze or are replaced.

use tokio::time::sleep;

use crate::Error;
use crate::faults::dice::Dice;
use crate::faults::scene::Scene;
use crate::stack::Service;

/// A while in which nothing happens.
pub async fn nothing(dice: &mut Dice) -> Result<u32, Error> {
    sleep(dice.millis(8_000, 8_001)).await;
    Ok(0)
}

/// `kill -9` of one sender, which comes back after a moment.
pub async fn kill_sender(scene: &Scene, dice: &mut Dice) -> Result<u32, Error> {
    let instance = Service::Sender.instance(dice.instance());
    scene.stage.stack.kill(instance);
    sleep(dice.millis(300, 1_500)).await;
    scene.stage.stack.restart(instance).await?;
    Ok(1)
}
