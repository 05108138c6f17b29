//! One to three faults at once, whichever the dice choose.

use futures_util::future::join_all;

use super::fault::Fault;
use super::turn::Turn;
use crate::dice::Dice;
use lab_stack::Error;

/// What may happen at the same time: one of each group, because two faults of one group
/// would heal each other.
const GROUPS: [&[Fault]; 7] = [
    &[Fault::KillSender, Fault::SenderAtMoment],
    &[Fault::KillReceiver, Fault::FreezeReceiver, Fault::StopUsers],
    &[
        Fault::StopRedis,
        Fault::FreezeRedis,
        Fault::DropSubscribers,
        Fault::ReplaceRedis,
        Fault::MangleMessages,
    ],
    &[
        Fault::RestartPostgres,
        Fault::EndBackends,
        Fault::FreezePostgres,
        Fault::HoldLocks,
    ],
    &[Fault::DisturbBalancer, Fault::SendEightfold],
    &[Fault::Partition],
    &[Fault::KillWorker],
];

/// Whether a fault needs Redis to be there.
fn is_about_redis(fault: Fault) -> bool {
    GROUPS[2].contains(&fault)
}

/// A bout of it.
pub async fn bout(turn: &mut Turn<'_>) -> Result<u32, Error> {
    let has_redis = turn.stack().redis().is_running();
    let mut groups: Vec<&[Fault]> = GROUPS.to_vec();
    let mut chosen = Vec::new();
    for _ in 0..1 + turn.dice.below(3) {
        let group = groups.swap_remove(turn.dice.below(groups.len()));
        chosen.extend(turn.dice.pick(group).copied());
    }
    chosen.retain(|fault| has_redis || !is_about_redis(*fault));
    turn.note(format!("{chosen:?}"));
    let acts = chosen.into_iter().map(|fault| {
        let mut dice = Dice::new(turn.dice.roll());
        let (scene, round, hold) = (turn.scene, turn.round, turn.hold);
        async move {
            let mut turn = Turn {
                scene,
                dice: &mut dice,
                round,
                hold,
            };
            Box::pin(fault.inject(&mut turn)).await
        }
    });
    let acts: Vec<_> = acts.collect();
    let mut injected = 0;
    for outcome in join_all(acts).await {
        injected += outcome?;
    }
    Ok(injected)
}
