//! A clock that goes wrong on one instance, and comes back with a step.

use tokio::time::sleep;

use super::turn::Turn;
use lab_stack::Error;
use lab_stack::stack::Service;

const HOUR: i64 = 3_600;

/// An hour ahead or behind, on one instance of anything.
pub async fn skew(turn: &mut Turn<'_>) -> Result<u32, Error> {
    let clocks = turn.scene.stage.clocks.as_ref();
    let clocks =
        clocks.ok_or_else(|| Error::failed("the fault lab", "this stage has true clocks"))?;
    let service = Service::ALL[turn.round as usize % 4];
    let instance = service.instance(turn.dice.instance());
    let offset = if (turn.round / 4).is_multiple_of(2) {
        -HOUR
    } else {
        HOUR
    };
    turn.note(format!("{instance}: {offset} s"));
    clocks.set(instance, offset)?;
    sleep(turn.hold).await;
    clocks.set(instance, 0)?;
    Ok(1)
}
