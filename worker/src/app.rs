//! The service put together. `main` and the tests start the same thing.

use std::time::Duration;

use chassis::{
    BoundService, ServiceBuilder, StartError, config::PostgresArgs, health::Checks,
    metrics::Metrics, postgres,
};
use tokio::task::JoinSet;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    config::Config,
    consumer::poller::Poller,
    consumers::Consumer,
    db::{SCHEMA_VERSION, consumer_shards},
    indexer::Indexer,
    queue::{runner::Runner, schedule::Schedule},
    state::State,
};

/// Connections besides those of running jobs: a consumer's, the indexer's, the schedule's, and one for probes.
const OTHER_CONNECTIONS: usize = 4;

/// Time-out for a connection, which may be long because no client waits.
const MIN_ACQUIRE_TIMEOUT: Duration = Duration::from_secs(2);

/// The service, bound to the port of its probes.
pub struct Application {
    bound: BoundService,
    state: State,
    /// The tasks that are still running when the process is asked to stop.
    running: TaskTracker,
}

impl Application {
    /// Checks the database, makes the consumers known to it and takes the port.
    ///
    /// # Errors
    /// One line that says what to change: a variable, the database's schema.
    pub async fn build(config: Config) -> Result<Self, StartError> {
        let args = PostgresArgs {
            db_pool_max: config
                .postgres
                .db_pool_max
                .or(Some(config.work.jobs_at_once + OTHER_CONNECTIONS)),
            db_acquire_timeout: config.postgres.db_acquire_timeout.max(MIN_ACQUIRE_TIMEOUT),
            ..config.postgres.clone()
        };
        let pool = postgres::connect(&args, "worker")?;
        postgres::require_schema(&pool, SCHEMA_VERSION).await?;
        for consumer in Consumer::ALL {
            consumer_shards::insert_missing(&pool, consumer.name())
                .await
                .map_err(|error| {
                    let cause = chassis::error::chain(&error);
                    StartError::new(format!("database: cannot register a consumer: {cause}"))
                })?;
        }
        let mut metrics = Metrics::new("worker");
        metrics.watch_pool("main", &pool);
        let checks = Checks::new().postgres("postgres", &pool);
        let state = State::new(pool, config.work, metrics.registry());
        let running = TaskTracker::new();
        let rest = running.clone();
        let bound = ServiceBuilder::new("worker", &config.listen, &config.drain)
            .checks(checks)
            .metrics(metrics)
            .on_drain("work", move || async move {
                rest.close();
                rest.wait().await;
            })
            .bind()
            .await?;
        Ok(Self {
            bound,
            state,
            running,
        })
    }

    /// The port of its probes.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.bound.port()
    }

    /// Runs until `stop` is cancelled. From then on, nothing new is started, and running transactions are completed.
    ///
    /// # Errors
    /// When the listener fails, or a task panicked: the supervisor then restarts the process.
    pub async fn run(self, stop: CancellationToken) -> Result<(), StartError> {
        let mut loops = JoinSet::new();
        let Self {
            bound,
            state,
            running,
        } = self;
        for _ in 0..state.work.jobs_at_once {
            let runner = Runner::new(state.clone());
            loops.spawn(running.track_future(runner.run(stop.clone())));
        }
        for consumer in Consumer::ALL {
            let poller = Poller::new(consumer, state.clone());
            loops.spawn(running.track_future(poller.run(stop.clone())));
        }
        let indexer = Indexer::new(state.clone());
        loops.spawn(running.track_future(indexer.run(stop.clone())));
        let schedule = Schedule::new(state);
        loops.spawn(running.track_future(schedule.run(stop.clone())));

        let serving = bound.run(stop.clone());
        tokio::pin!(serving);
        loop {
            tokio::select! {
                outcome = &mut serving => return outcome,
                Some(ended) = loops.join_next() => if let Err(error) = ended {
                    return Err(StartError::new(format!("the worker's loops ended: {error}")));
                },
            }
        }
    }
}
