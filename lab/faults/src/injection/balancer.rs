//! Faults of the load balancer, which affect all connections.

use tokio::time::sleep;

use super::context::InjectionContext;
use lab_stack::Error;

/// Kills and restarts the load balancer, or cuts the receivers' connections, or reloads it.
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
