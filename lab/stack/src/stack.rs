//! The whole system as real processes: Postgres, Redis, two instances of each service or as many as requested, the load
//! balancer and the web client.
//!
//! The system tests and `make run` start the same system; they differ only in [`Options`]. It is started in the order of
//! dependencies and stopped in reverse order. All services are stopped together, so that their drain times do not add up.

mod balancer;
mod binaries;
mod edge;
mod instances;
mod options;
mod process_spec;
mod ready;
mod supervise;

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

pub use instances::{Instance, Service};
pub use options::{
    AddressLimits, BROWSER_TESTS, Instances, Options, StackPorts, UNLIMITED, variables,
};

use crate::Error;
use crate::directory::Directory;
use crate::process::{Process, stop_all};
use crate::servers::{Durability, Postgres, Redis};

/// The name of the database.
const DATABASE: &str = "antiphon";

/// How long a service may take from its start to its first `/readyz`.
const READY_TIMEOUT: Duration = Duration::from_secs(60);

/// A running system. Dropping it stops everything gracefully within bounded time.
#[derive(Debug)]
pub struct Stack {
    options: Options,
    http: reqwest::Client,
    // In the order in which they are stopped when they are dropped.
    edge: Mutex<Vec<Process>>,
    instances: Mutex<HashMap<Instance, Process>>,
    environments: Mutex<HashMap<Instance, Vec<(String, String)>>>,
    redis: Redis,
    postgres: Postgres,
    directory: Arc<Directory>,
}

impl Stack {
    /// Starts everything and returns when all of it is ready.
    pub async fn start(options: Options) -> Result<Stack, Error> {
        let directory = Arc::new(match &options.data {
            Some(path) => Directory::lasting(path)?,
            None => Directory::temporary()?,
        });
        let durability = match directory.is_temporary() {
            true => Durability::ThrownAway,
            false => Durability::Kept,
        };
        let ports = &options.ports;
        let postgres = Postgres::launch(Arc::clone(&directory), ports.postgres, durability)?;
        let redis = match options.with_redis {
            true => Redis::launch(Arc::clone(&directory), ports.redis)?,
            false => Redis::absent(Arc::clone(&directory), ports.redis)?,
        };
        let stack = Stack {
            http: ready::client()?,
            edge: Mutex::default(),
            instances: Mutex::default(),
            environments: Mutex::new(options.environment_of.clone()),
            redis,
            postgres,
            directory,
            options,
        };
        stack.migrate().await?;
        stack.start_edge().await?;
        // The first users instance creates the signing key. The second one reads it, and all others fetch it through the load
        // balancer.
        stack.start_instance(Service::Users.instance(1)).await?;
        stack
            .wait_through_edge("/users/.well-known/jwks.json")
            .await?;
        let mut rest = stack.instances();
        rest.retain(|instance| *instance != Service::Users.instance(1));
        let rest = rest.into_iter();
        futures_util::future::try_join_all(rest.map(|instance| stack.start_instance(instance)))
            .await?;
        stack.wait_for_edge().await?;
        Ok(stack)
    }

    async fn migrate(&self) -> Result<(), Error> {
        self.postgres.create_database(DATABASE).await?;
        self.postgres.migrate(DATABASE).await
    }

    /// Gives a new installation the lobby, as `migrate` does.
    pub async fn create_lobby(&self) -> Result<(), Error> {
        self.postgres.create_lobby(DATABASE).await
    }

    async fn start_edge(&self) -> Result<(), Error> {
        if let Some(root) = &self.options.web {
            let process = edge::web(&self.directory, &self.options.ports, root)?;
            let url = format!("http://127.0.0.1:{}/", self.options.ports.web);
            let outcome = ready::wait(&self.http, &url, &process, READY_TIMEOUT).await;
            self.edge_processes().push(process);
            outcome?;
        }
        let process = edge::load_balancer(&self.directory, &self.options, &[])?;
        let outcome = ready::wait(
            &self.http,
            &self.balancer_metrics_url(),
            &process,
            READY_TIMEOUT,
        )
        .await;
        self.edge_processes().push(process);
        outcome
    }

    async fn start_instance(&self, instance: Instance) -> Result<(), Error> {
        let spec = self.process_spec(instance)?;
        let process = Process::start(&spec, &self.directory)?;
        let url = format!("{}/readyz", self.instance_url(instance));
        let outcome = ready::wait(&self.http, &url, &process, READY_TIMEOUT).await;
        self.service_processes().insert(instance, process);
        outcome
    }

    /// Waits until the health checks of the load balancer have found all instances.
    async fn wait_for_edge(&self) -> Result<(), Error> {
        for instance in self.instances() {
            self.wait_until_balanced(instance).await?;
        }
        if self.options.web.is_some() {
            self.wait_through_edge("/").await?;
        }
        Ok(())
    }

    async fn wait_until_balanced(&self, instance: Instance) -> Result<(), Error> {
        if !instance.service.is_balanced() {
            return Ok(());
        }
        let (pool, number) = (instance.service.name(), instance.number);
        let up = format!(
            "haproxy_server_status{{proxy=\"{pool}\",server=\"i{number}\",state=\"UP\"}} 1"
        );
        let metrics = self.balancer_metrics_url();
        let log = self.directory.path().join("haproxy.log");
        ready::wait_for_text(&self.http, &metrics, &up, &log, READY_TIMEOUT).await
    }

    async fn wait_through_edge(&self, path: &str) -> Result<(), Error> {
        let url = format!("{}{path}", self.url());
        let log = self.directory.path().join("haproxy.log");
        ready::wait_through(&self.http, &url, &log, READY_TIMEOUT).await
    }

    /// The URL of the application: the load balancer.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.options.ports.balancer)
    }

    /// All instances of all services.
    pub fn instances(&self) -> Vec<Instance> {
        self.options.ports.instances()
    }

    /// The URL of one instance, without the load balancer.
    pub fn instance_url(&self, instance: Instance) -> String {
        format!("http://127.0.0.1:{}", self.options.ports.of(instance))
    }

    /// The URL of the load balancer's metrics.
    pub fn balancer_metrics_url(&self) -> String {
        format!(
            "http://127.0.0.1:{}/metrics",
            self.options.ports.balancer_metrics
        )
    }

    /// The Redis between the services.
    pub fn redis(&self) -> &Redis {
        &self.redis
    }

    /// The database server.
    pub fn postgres(&self) -> &Postgres {
        &self.postgres
    }

    /// Starts a hot standby of the database server that the port `primary` leads to.
    pub fn standby(&self, name: &str, primary: u16) -> Result<Postgres, Error> {
        let directory = Arc::clone(&self.directory);
        let port = crate::ports::free();
        Postgres::standby(name, directory, port, Durability::ThrownAway, primary)
    }

    /// The URL of the database for a role, or for its owner.
    pub fn database_url(&self, role: Option<&str>) -> String {
        match role {
            Some(role) => self.postgres.url(role, DATABASE),
            None => self.postgres.owner_url(DATABASE),
        }
    }

    /// The directory of data and logs.
    pub fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// The process ids of all running processes, without the guards.
    pub fn process_ids(&self) -> Vec<u32> {
        let mut ids: Vec<u32> = self
            .service_processes()
            .values()
            .map(Process::pid)
            .collect();
        ids.extend(self.edge_processes().iter().map(Process::pid));
        ids.extend(self.redis.pid());
        ids.extend(self.postgres.pid());
        ids
    }

    /// `kill -9` of one instance.
    pub fn kill(&self, instance: Instance) {
        self.with_process(instance, Process::kill);
    }

    /// SIGTERM to one instance. [`Stack::wait_for_exit`] waits for its exit.
    pub fn terminate(&self, instance: Instance) {
        self.with_process(instance, Process::terminate);
    }

    /// SIGSTOP to one instance.
    pub fn freeze(&self, instance: Instance) {
        self.with_process(instance, Process::freeze);
    }

    /// SIGCONT to one instance.
    pub fn thaw(&self, instance: Instance) {
        self.with_process(instance, Process::thaw);
    }

    /// Waits until an instance has exited. Returns false after `timeout`.
    pub async fn wait_for_exit(&self, instance: Instance, timeout: Duration) -> bool {
        let deadline = tokio::time::Instant::now() + timeout;
        while self.is_running(instance) {
            if tokio::time::Instant::now() >= deadline {
                return false;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        true
    }

    /// Whether an instance is running.
    pub fn is_running(&self, instance: Instance) -> bool {
        self.service_processes()
            .get(&instance)
            .is_some_and(Process::is_running)
    }

    /// Starts an instance again, after stopping it if it is running, and waits until the load balancer sends requests to it.
    pub async fn restart(&self, instance: Instance) -> Result<(), Error> {
        let old = self.service_processes().remove(&instance);
        drop(old);
        self.start_instance(instance).await?;
        self.wait_until_balanced(instance).await
    }

    /// The log of one instance.
    pub fn log(&self, instance: Instance) -> String {
        let path = self.directory.path().join(format!("{instance}.log"));
        std::fs::read_to_string(path).unwrap_or_default()
    }

    /// Stops everything in order, and returns when it has stopped.
    pub fn stop(self) {
        drop(self);
    }

    /// Sets environment variables of one instance for its next start. They replace the previous ones.
    pub fn set_environment(&self, instance: Instance, variables: Vec<(String, String)>) {
        self.environments
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(instance, variables);
    }

    fn environment_of(&self, instance: Instance) -> Vec<(String, String)> {
        self.environments
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&instance)
            .cloned()
            .unwrap_or_default()
    }

    /// The process id of an instance, if it is running.
    pub fn process_id(&self, instance: Instance) -> Option<u32> {
        self.service_processes()
            .get(&instance)
            .filter(|process| process.is_running())
            .map(Process::pid)
    }

    fn with_process(&self, instance: Instance, act: impl FnOnce(&Process)) {
        if let Some(process) = self.service_processes().get(&instance) {
            act(process);
        }
    }

    fn service_processes(&self) -> MutexGuard<'_, HashMap<Instance, Process>> {
        self.instances
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn edge_processes(&self) -> MutexGuard<'_, Vec<Process>> {
        self.edge.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Stack {
    fn drop(&mut self) {
        let edge = std::mem::take(&mut *self.edge_processes());
        let instances = std::mem::take(&mut *self.service_processes());
        stop_all(edge);
        stop_all(instances.into_values().collect());
        self.redis.stop();
        self.postgres.stop();
    }
}
