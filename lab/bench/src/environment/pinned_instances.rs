//! Additional instances of a service, each pinned to one core.

use std::net::SocketAddr;
use std::sync::PoisonError;
use std::time::{Duration, Instant};

use super::{BenchEnvironment, SERVICE_ENVIRONMENT};
use lab_stack::directory::Directory;
use lab_stack::process::{Process, ProcessSpec, StopSteps};
use lab_stack::stack::Service;
use lab_stack::{Error, ports};

const START_TIMEOUT: Duration = Duration::from_secs(20);

impl BenchEnvironment {
    /// Starts another instance on core `number` modulo the number of cores, and returns its address.
    ///
    /// # Errors
    /// If it does not start.
    pub async fn add_pinned(&self, service: Service, number: usize) -> Result<SocketAddr, Error> {
        let port = ports::free();
        let name = service.name();
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let mut program =
            std::env::current_exe().map_err(|cause| Error::io("find my own program", cause))?;
        program.set_file_name(name);
        let core = (number % cores).to_string();
        let mut environment = vec![
            ("PORT", port.to_string()),
            ("INSTANCE", format!("pinned-{number}")),
            (
                "DATABASE_URL",
                self.stack.database_url(Some(&format!("antiphon_{name}"))),
            ),
            ("REDIS_URL", self.stack.redis().url_as(name)),
            (
                "JWKS_URL",
                format!("{}/users/.well-known/jwks.json", self.stack.url()),
            ),
        ];
        environment.extend(SERVICE_ENVIRONMENT.map(|(name, value)| (name, value.to_owned())));
        let mut environment: Vec<(String, String)> = environment
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .collect();
        environment.extend(self.service_environment.iter().cloned());
        let spec = ProcessSpec {
            name: format!("{name}-pinned-{number}"),
            command: vec![
                "taskset".into(),
                "--cpu-list".into(),
                core.into(),
                program.into(),
            ],
            environment,
            stop: StopSteps::GRACEFUL,
        };
        let process = Process::start(&spec, &Directory::lasting(self.directory())?)?;
        let address = SocketAddr::from(([127, 0, 0, 1], port));
        let deadline = Instant::now() + START_TIMEOUT;
        let url = format!("http://{address}/readyz");
        while !ready(&url).await {
            if Instant::now() > deadline {
                return Err(Error::NotReady {
                    name: spec.name,
                    seconds: START_TIMEOUT.as_secs(),
                    log: process.log_tail(),
                });
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        self.pinned
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push((name, process));
        Ok(address)
    }

    /// Stops all pinned instances.
    pub fn remove_pinned(&self) {
        let mut pinned = self.pinned.lock().unwrap_or_else(PoisonError::into_inner);
        pinned.clear();
    }
}

async fn ready(url: &str) -> bool {
    let answer = reqwest::get(url).await;
    answer.is_ok_and(|answer| answer.status().is_success())
}
