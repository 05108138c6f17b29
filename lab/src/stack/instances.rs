//! The services' instances and how each is started.

use std::fmt;

use super::{Stack, binaries};
use crate::Error;
use crate::process::{Recipe, StopSteps};

/// One of the three services.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Service {
    /// Accounts and sessions.
    Users,
    /// The write side.
    Sender,
    /// The read side.
    Receiver,
}

impl Service {
    /// All of them.
    pub const ALL: [Service; 3] = [Service::Users, Service::Sender, Service::Receiver];

    /// Its name: of the binary, of the path at the load balancer, in the database role.
    pub fn name(self) -> &'static str {
        match self {
            Service::Users => "users",
            Service::Sender => "sender",
            Service::Receiver => "receiver",
        }
    }

    /// One of its two instances.
    ///
    /// # Panics
    /// When `number` is neither 1 nor 2.
    pub fn instance(self, number: u8) -> Instance {
        assert!((1..=2).contains(&number), "instances are numbered 1 and 2");
        Instance {
            service: self,
            number,
        }
    }
}

/// One process of a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Instance {
    /// Of which service.
    pub service: Service,
    /// 1 or 2.
    pub number: u8,
}

impl Instance {
    /// All six.
    pub fn all() -> impl Iterator<Item = Instance> {
        Service::ALL
            .into_iter()
            .flat_map(|service| [service.instance(1), service.instance(2)])
    }
}

impl fmt::Display for Instance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.service.name(), self.number)
    }
}

impl Stack {
    pub(super) fn recipe(&self, instance: Instance) -> Result<Recipe, Error> {
        let service = instance.service.name();
        let mut environment = vec![
            ("HOST", "127.0.0.1".to_owned()),
            ("PORT", self.options.ports.of(instance).to_string()),
            ("INSTANCE", instance.number.to_string()),
            (
                "DATABASE_URL",
                self.database_url(Some(&format!("antiphon_{service}"))),
            ),
            ("REDIS_URL", self.redis.url()),
            (
                "JWKS_URL",
                format!("{}/users/.well-known/jwks.json", self.url()),
            ),
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
        Ok(Recipe {
            name: instance.to_string(),
            command: vec![binaries::find(service)?.into()],
            environment: environment.chain(extra).collect(),
            stop: StopSteps::GRACEFUL,
        })
    }
}
