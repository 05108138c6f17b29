//! Takes jobs that are due, one after the other, and does them step by step.

use chassis::{Error, error::chain};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::{
    db::jobs::{self, Lease, LeasedJob},
    jobs::{kind::JobKind, next_step, step::Step},
    outage::Outage,
    queue::{
        backoff::{MAX_ATTEMPTS, pause},
        metrics::Outcome,
    },
    state::State,
};

/// One loop. There may be any number of them, in any number of processes.
pub(crate) struct Runner {
    state: State,
}

/// How far a step has brought its job.
enum Moved {
    Done,
    On,
    /// Another instance has taken over the job, because the lease had ended.
    Lost,
}

impl Runner {
    pub(crate) fn new(state: State) -> Self {
        Self { state }
    }

    /// Runs until `stop` is cancelled. A running step is completed, and its job is released.
    pub(crate) async fn run(self, stop: CancellationToken) {
        let mut outage = Outage::of("no job can be taken");
        while !stop.is_cancelled() {
            let taken = self.take().await;
            outage.tell(taken.as_ref().err());
            if let Ok(Some((kind, job))) = taken {
                self.work(kind, &job, &stop).await;
            } else {
                let pause = sleep(self.state.work.job_poll);
                let _ = stop.run_until_cancelled(pause).await;
            }
        }
    }

    async fn take(&self) -> Result<Option<(JobKind, LeasedJob)>, Error> {
        let client = self.state.pool.get().await?;
        for kind in jobs::expire(&client).await? {
            if let Some(kind) = JobKind::from_stored(&kind) {
                tracing::warn!(
                    kind = kind.as_str(),
                    "a job was not finished before its expiry"
                );
                self.state.metrics.end(kind, Outcome::Expired);
            }
        }
        let lease = Lease {
            id: Uuid::now_v7(),
            length: self.state.work.job_lease,
        };
        let kinds = JobKind::ALL.map(JobKind::as_str);
        let leased = jobs::lease_due(&client, &kinds, lease).await?;
        Ok(leased.and_then(|job| Some((JobKind::from_stored(&job.kind)?, job))))
    }

    async fn work(&self, kind: JobKind, job: &LeasedJob, stop: &CancellationToken) {
        // The job may have killed each process that ran it before.
        if job.attempts > MAX_ATTEMPTS {
            self.give_back(kind, job, "its attempts were broken off")
                .await;
            return;
        }
        loop {
            match self.step(kind, job).await {
                Ok(Moved::On) if stop.is_cancelled() => return self.release(job).await,
                Ok(Moved::On) => self.state.metrics.step(),
                Ok(Moved::Done) => {
                    self.state.metrics.step();
                    self.state.metrics.end(kind, Outcome::Done);
                    tracing::info!(kind = kind.as_str(), key = job.key, "a job is done");
                    return;
                }
                Ok(Moved::Lost) => {
                    self.state.metrics.end(kind, Outcome::Lost);
                    tracing::info!(
                        kind = kind.as_str(),
                        key = job.key,
                        "another instance has taken over the job"
                    );
                    return;
                }
                Err(error) => return self.give_back(kind, job, &chain(&error)).await,
            }
        }
    }

    async fn step(&self, kind: JobKind, job: &LeasedJob) -> Result<Moved, Error> {
        let mut client = self.state.pool.get().await?;
        let tx = client.transaction().await?;
        let Some(locked) = jobs::lock_leased(&tx, job).await? else {
            return Ok(Moved::Lost);
        };
        let moved = match next_step(&tx, kind, &locked).await? {
            Step::Done => {
                jobs::set_done(&tx, job.id).await?;
                Moved::Done
            }
            Step::More(progress) => {
                jobs::set_progress(&tx, job, progress.as_ref()).await?;
                Moved::On
            }
        };
        tx.commit().await?;
        Ok(moved)
    }

    /// After a failure: schedules another attempt, or leaves the job to an operator.
    async fn give_back(&self, kind: JobKind, job: &LeasedJob, error: &str) {
        let is_dead = job.attempts >= MAX_ATTEMPTS;
        let given_back = async {
            let client = self.state.pool.get().await?;
            match is_dead {
                true => jobs::set_dead(&client, job, error).await,
                false => {
                    let pause = pause(job.attempts, rand::random());
                    jobs::retry_later(&client, job, pause, error).await
                }
            }
        };
        let outcome = if is_dead {
            Outcome::Dead
        } else {
            Outcome::Failed
        };
        self.state.metrics.end(kind, outcome);
        let (kind, key, attempts) = (kind.as_str(), &job.key, job.attempts);
        match is_dead {
            true => tracing::error!(
                kind,
                key,
                attempts,
                error,
                "giving up a job after too many failures"
            ),
            false => tracing::warn!(
                kind,
                key,
                attempts,
                error,
                "a job failed and will be retried"
            ),
        }
        if let Err(error) = given_back.await {
            // The lease ends by itself.
            tracing::warn!(
                kind,
                key,
                error = chain(&error),
                "cannot return a failed job to the queue"
            );
        }
    }

    /// Releases an unfinished job because this process ends, so that others continue at once.
    async fn release(&self, job: &LeasedJob) {
        let released = async {
            let client = self.state.pool.get().await?;
            jobs::release(&client, job).await
        };
        if let Err(error) = released.await {
            tracing::warn!(key = job.key, error = chain(&error), "cannot release a job");
        }
    }
}
