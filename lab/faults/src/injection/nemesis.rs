//! One to three random faults at once.

use futures_util::future::join_all;

use super::context::InjectionContext;
use super::fault::Fault;
use crate::seeded_rng::SeededRng;
use lab_stack::Error;

/// Groups of which at most one fault is injected at a time, because two faults of a group would heal each other.
const EXCLUSIVE_GROUPS: [&[Fault]; 7] = [
    &[Fault::KillSender, Fault::SenderAtMoment],
    &[Fault::KillReceiver, Fault::FreezeReceiver, Fault::StopUsers],
    &[
        Fault::StopRedis,
        Fault::FreezeRedis,
        Fault::DropSubscribers,
        Fault::ReplaceRedis,
        Fault::CorruptMessages,
    ],
    &[
        Fault::RestartPostgres,
        Fault::EndBackends,
        Fault::FreezePostgres,
        Fault::HoldLocks,
    ],
    &[Fault::DisturbBalancer, Fault::SendEightTimes],
    &[Fault::Partition],
    &[Fault::KillWorker],
];

/// Whether a fault needs Redis to be there.
fn is_about_redis(fault: Fault) -> bool {
    EXCLUSIVE_GROUPS[2].contains(&fault)
}

/// Injects one to three random faults at once.
pub async fn inject_several(context: &mut InjectionContext<'_>) -> Result<u32, Error> {
    let has_redis = context.stack().redis().is_running();
    let mut groups: Vec<&[Fault]> = EXCLUSIVE_GROUPS.to_vec();
    let mut chosen = Vec::new();
    for _ in 0..1 + context.rng.below(3) {
        let group = groups.swap_remove(context.rng.below(groups.len()));
        chosen.extend(context.rng.pick(group).copied());
    }
    chosen.retain(|fault| has_redis || !is_about_redis(*fault));
    context.note(format!("{chosen:?}"));
    let injections = chosen.into_iter().map(|fault| {
        let mut rng = SeededRng::new(context.rng.next_u64());
        let (workload, round, fault_duration) =
            (context.workload, context.round, context.fault_duration);
        async move {
            let mut context = InjectionContext {
                workload,
                rng: &mut rng,
                round,
                fault_duration,
            };
            Box::pin(fault.inject(&mut context)).await
        }
    });
    let injections: Vec<_> = injections.collect();
    let mut injected = 0;
    for outcome in join_all(injections).await {
        injected += outcome?;
    }
    Ok(injected)
}
