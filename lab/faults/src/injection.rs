//! One injection of each fault, with the healing that belongs to it.

mod balancer;
mod clients;
mod clock;
mod failover;
mod fault;
mod flood;
mod memory;
mod nemesis;
mod network;
mod postgres;
mod processes;
mod redis;
mod turn;
mod wire;

use serde_json::json;

use lab_stack::Error;

pub use fault::Fault;
pub use turn::Turn;

impl Fault {
    /// Breaks it once, waits, and heals it. Returns how many times something was broken.
    pub async fn inject(self, turn: &mut Turn<'_>) -> Result<u32, Error> {
        let history = turn.scene.history.clone();
        let begun = json!({ "fault": format!("{self:?}"), "round": turn.round });
        history.write("fault.begin", &begun);
        let outcome = self.act(turn).await;
        let said = outcome.as_ref().err().map(ToString::to_string);
        let ended = json!({ "fault": format!("{self:?}"), "error": said });
        history.write("fault.end", &ended);
        outcome
    }

    async fn act(self, turn: &mut Turn<'_>) -> Result<u32, Error> {
        match self {
            Fault::Nothing => processes::nothing(turn).await,
            Fault::SenderAtMoment => wire::sender_at_moment(turn).await,
            Fault::KillSender => processes::kill_sender(turn).await,
            Fault::KillReceiver => processes::kill_receiver(turn).await,
            Fault::FreezeReceiver => processes::freeze_receiver(turn).await,
            Fault::KillWorker => processes::kill_worker(turn).await,
            Fault::Rolling => processes::rolling(turn).await,
            Fault::StopRedis => redis::stop(turn).await,
            Fault::FreezeRedis => redis::freeze(turn).await,
            Fault::DropSubscribers => redis::drop_subscribers(turn).await,
            Fault::MangleMessages => wire::mangle(turn).await,
            Fault::ReplaceRedis => redis::replace(turn).await,
            Fault::RestartPostgres => postgres::restart(turn).await,
            Fault::FailOver => failover::synchronous(turn).await,
            Fault::FailOverWithLoss => failover::with_loss(turn).await,
            Fault::EndBackends => postgres::end_backends(turn).await,
            Fault::FreezePostgres => postgres::freeze(turn).await,
            Fault::HoldLocks => postgres::hold_locks(turn).await,
            Fault::FillDisk => postgres::fill_disk(turn).await,
            Fault::DisturbBalancer => balancer::disturb(turn).await,
            Fault::Partition => network::partition(turn).await,
            Fault::BadNetwork => network::bad_network(turn).await,
            Fault::LongAbsence => flood::long_absence(turn).await,
            Fault::SlowReaders => flood::slow_readers(turn).await,
            Fault::SkewClock => clock::skew(turn).await,
            Fault::StarveReceiver => memory::starve(turn).await,
            Fault::StopUsers => processes::stop_users(turn).await,
            Fault::RemoveParticipant => clients::remove_participant(turn).await,
            Fault::RevokeSession => clients::revoke_session(turn).await,
            Fault::SendEightfold => clients::send_eightfold(turn).await,
            Fault::Nemesis => nemesis::bout(turn).await,
            Fault::ReturnAfterRemoval => clients::return_after_removal(turn).await,
        }
    }
}
