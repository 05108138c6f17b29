//! The load balancer: everyone's connections at once.

use tokio::time::sleep;

use super::turn::Turn;
use lab_stack::Error;

/// Killed and started again, or told to cut a receiver's connections, or reloaded.
pub async fn disturb(turn: &mut Turn<'_>) -> Result<u32, Error> {
    match turn.round % 3 {
        0 => {
            turn.note("kill -9");
            turn.stack().kill_balancer();
            sleep(turn.hold).await;
            turn.stack().restart_balancer().await?;
        }
        1 => {
            turn.note("cut all connections of the receivers");
            for number in 1..=2 {
                let command = format!("shutdown sessions server receiver/i{number}");
                turn.stack().balancer_command(&command)?;
            }
        }
        _ => {
            turn.note("reload");
            turn.stack().reload_balancer().await?;
        }
    }
    Ok(1)
}
