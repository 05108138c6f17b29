//! What differs between `make run` and a test.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use super::instances::{Instance, Service};
use crate::ports;

/// How to bring a stack up.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where everything listens.
    pub ports: StackPorts,
    /// A directory that keeps the data; none makes a temporary one, with nothing synced.
    pub data: Option<PathBuf>,
    /// The built web client; none serves only the API.
    pub web: Option<PathBuf>,
    /// Whether clients may choose instances.
    pub pinning: bool,
    /// Connections that one client address may hold.
    pub per_address: Option<u32>,
    /// What the services log, in the syntax of their `LOG` variable.
    pub log: String,
    /// How long an instance that is told to stop waits for the load balancer to notice.
    pub drain_wait_ms: u64,
    /// Variables for every service, over those that the stack sets itself.
    pub environment: Vec<(String, String)>,
    /// Variables for single instances, over all others: a detour to Postgres, another clock.
    pub environment_of: HashMap<Instance, Vec<(String, String)>>,
    /// Whether Redis is there at all.
    pub with_redis: bool,
}

impl Options {
    /// A throw-away stack on free ports, without the web client.
    pub fn for_tests() -> Options {
        Options {
            ports: StackPorts::free(),
            data: None,
            web: None,
            pinning: true,
            // Whoever is on this machine comes from one address.
            per_address: None,
            log: "info".to_owned(),
            drain_wait_ms: 1500,
            // Tests make people by the dozen, all from one address.
            environment: ["REGISTRATIONS_PER_ADDRESS", "LOGINS_PER_ADDRESS"]
                .map(|name| (name.to_owned(), "100000".to_owned()))
                .to_vec(),
            environment_of: HashMap::new(),
            with_redis: true,
        }
    }

    /// What `make run` starts: well-known ports and data that stays.
    pub fn for_people(ports: StackPorts, data: &Path, web: &Path) -> Options {
        Options {
            ports,
            data: Some(data.to_owned()),
            web: Some(web.to_owned()),
            environment: Vec::new(),
            ..Options::for_tests()
        }
    }
}

/// A port for everything, all on 127.0.0.1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StackPorts {
    /// The application.
    pub balancer: u16,
    /// The load balancer's metrics.
    pub balancer_metrics: u16,
    /// The web client's static server.
    pub web: u16,
    /// Instances 1 and 2 of users.
    pub users: [u16; 2],
    /// Instances 1 and 2 of sender.
    pub sender: [u16; 2],
    /// Instances 1 and 2 of receiver.
    pub receiver: [u16; 2],
    /// Postgres.
    pub postgres: u16,
    /// Redis.
    pub redis: u16,
}

impl StackPorts {
    /// Ports that nobody uses.
    pub fn free() -> StackPorts {
        let pair = || [ports::free(), ports::free()];
        StackPorts {
            balancer: ports::free(),
            balancer_metrics: ports::free(),
            web: ports::free(),
            users: pair(),
            sender: pair(),
            receiver: pair(),
            postgres: ports::free(),
            redis: ports::free(),
        }
    }

    /// The port of one instance.
    pub fn of(&self, instance: Instance) -> u16 {
        let pair = match instance.service {
            Service::Users => self.users,
            Service::Sender => self.sender,
            Service::Receiver => self.receiver,
        };
        pair[usize::from(instance.number == 2)]
    }
}
