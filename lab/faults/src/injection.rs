//! Injects each fault once, and heals it.

mod balancer;
mod clients;
mod clock;
mod context;
mod crowd;
mod failover;
mod fault;
mod flood;
mod interception;
mod memory;
mod nemesis;
mod network;
mod postgres;
mod processes;
mod redis;

use serde_json::json;

use lab_stack::Error;

pub use context::InjectionContext;
pub use fault::Fault;

impl Fault {
    /// Injects the fault, waits, and heals it. Returns the number of faults that were injected.
    pub async fn inject(self, context: &mut InjectionContext<'_>) -> Result<u32, Error> {
        let history = context.workload.history.clone();
        let began = json!({ "fault": format!("{self:?}"), "round": context.round });
        history.write("fault.begin", &began);
        let outcome = self.dispatch(context).await;
        let message = outcome.as_ref().err().map(ToString::to_string);
        let end = json!({ "fault": format!("{self:?}"), "error": message });
        history.write("fault.end", &end);
        outcome
    }

    async fn dispatch(self, context: &mut InjectionContext<'_>) -> Result<u32, Error> {
        match self {
            Fault::Nothing => processes::nothing(context).await,
            Fault::SenderAtMoment => interception::sender_at_moment(context).await,
            Fault::KillSender => processes::kill_sender(context).await,
            Fault::KillReceiver => processes::kill_receiver(context).await,
            Fault::FreezeReceiver => processes::freeze_receiver(context).await,
            Fault::KillWorker => processes::kill_worker(context).await,
            Fault::RollingRestart => processes::rolling(context).await,
            Fault::StopRedis => redis::stop(context).await,
            Fault::FreezeRedis => redis::freeze(context).await,
            Fault::DropSubscribers => redis::drop_subscribers(context).await,
            Fault::CorruptMessages => interception::corrupt_messages(context).await,
            Fault::ReplaceRedis => redis::replace(context).await,
            Fault::RestartPostgres => postgres::restart(context).await,
            Fault::FailOver => failover::synchronous(context).await,
            Fault::FailOverWithLoss => failover::with_loss(context).await,
            Fault::EndBackends => postgres::end_backends(context).await,
            Fault::FreezePostgres => postgres::freeze(context).await,
            Fault::HoldLocks => postgres::hold_locks(context).await,
            Fault::FillDisk => postgres::fill_disk(context).await,
            Fault::DisturbBalancer => balancer::disturb(context).await,
            Fault::Partition => network::partition(context).await,
            Fault::BadNetwork => network::bad_network(context).await,
            Fault::LongAbsence => flood::long_absence(context).await,
            Fault::SlowReaders => flood::slow_readers(context).await,
            Fault::SkewClock => clock::skew(context).await,
            Fault::ExhaustReceiverMemory => memory::starve(context).await,
            Fault::StopUsers => processes::stop_users(context).await,
            Fault::RemoveParticipant => clients::remove_participant(context).await,
            Fault::RevokeSession => clients::revoke_session(context).await,
            Fault::SendEightTimes => clients::send_eight_times(context).await,
            Fault::Nemesis => nemesis::inject_several(context).await,
            Fault::ReactionCrowd => crowd::reaction_crowd(context).await,
            Fault::ReturnAfterRemoval => clients::return_after_removal(context).await,
        }
    }
}
