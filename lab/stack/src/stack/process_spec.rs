//! How to start an instance of a service: its program and its environment.

use super::instances::{BALANCER_ADDRESS, Instance, Service};
use super::{DATABASE, Stack, binaries};
use crate::Error;
use crate::process::{ProcessSpec, StopSteps};

impl Stack {
    pub(super) fn process_spec(&self, instance: Instance) -> Result<ProcessSpec, Error> {
        let service = instance.service.name();
        let role = format!("antiphon_{service}");
        let mut environment = vec![
            ("HOST", "127.0.0.1".to_owned()),
            ("PORT", self.options.ports.of(instance).to_string()),
            ("INSTANCE", instance.number.to_string()),
            // Passwords are separate from the URLs, so that a proxy only changes a URL.
            (
                "DATABASE_URL",
                format!(
                    "postgres://{role}@127.0.0.1:{}/{DATABASE}",
                    self.postgres.port()
                ),
            ),
            ("DATABASE_PASSWORD", self.postgres.password_of(&role)),
            ("REDIS_URL", self.redis.address()),
            ("REDIS_USERNAME", service.to_owned()),
            ("REDIS_PASSWORD", self.redis.password_of(service)),
            (
                "JWKS_URL",
                format!("{}/users/.well-known/jwks.json", self.url()),
            ),
            ("TRUSTED_PROXIES", BALANCER_ADDRESS.to_owned()),
            ("DRAIN_WAIT_MS", self.options.drain_wait_ms.to_string()),
            ("LOG", self.options.log.clone()),
        ];
        if instance.service == Service::Users {
            let key = self.directory.path().join("signing-key.pem");
            environment.push(("SIGNING_KEY_FILE", key.display().to_string()));
        }
        let own = self.environment_of(instance);
        let extra = self.options.environment.iter().cloned().chain(own);
        let environment = environment
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value));
        Ok(ProcessSpec {
            name: instance.to_string(),
            command: vec![binaries::find(service)?.into()],
            environment: environment.chain(extra).collect(),
            stop: StopSteps::GRACEFUL,
        })
    }
}
