//! The clock of one instance is wrong, and is set back with a step.

use tokio::time::sleep;

use super::context::InjectionContext;
use lab_stack::Error;
use lab_stack::stack::Service;

const HOUR_SECONDS: i64 = 3_600;

/// Sets the clock of one instance an hour ahead or behind.
pub async fn skew(context: &mut InjectionContext<'_>) -> Result<u32, Error> {
    let clocks = context.workload.environment.clocks.as_ref();
    let clocks = clocks
        .ok_or_else(|| Error::failed("the fault lab", "this environment has no settable clocks"))?;
    let service = Service::ALL[context.round as usize % 4];
    let instance = service.instance(context.rng.instance());
    let offset = if (context.round / 4).is_multiple_of(2) {
        -HOUR_SECONDS
    } else {
        HOUR_SECONDS
    };
    context.note(format!("{instance}: {offset} s"));
    clocks.set(instance, offset)?;
    sleep(context.fault_duration).await;
    clocks.set(instance, 0)?;
    Ok(1)
}
