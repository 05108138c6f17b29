//! The load balancer: everyone's connections at once.

use tokio::time::sleep;

use super::context::InjectionContext;
use lab_stack::Error;

/// Killed and started again, or told to cut a receiver's connections, or reloaded.
pub async fn disturb(context: &mut InjectionContext<'_>) -> Result<u32, Error> {
    match context.round % 3 {
        0 => {
            context.note("kill -9");
            context.stack().kill_balancer();
            sleep(context.fault_duration).await;
            context.stack().restart_balancer().await?;
        }
        1 => {
            context.note("cut all connections of the receivers");
            for number in 1..=2 {
                let command = format!("shutdown sessions server receiver/i{number}");
                context.stack().balancer_command(&command)?;
            }
        }
        _ => {
            context.note("reload");
            context.stack().reload_balancer().await?;
        }
    }
    Ok(1)
}
