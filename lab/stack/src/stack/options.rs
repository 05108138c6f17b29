//! What differs between `make run` and a test.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use clap::Args;

use super::instances::{Instance, MAX_INSTANCES, Service};
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
    /// What one client address may do; none leaves it to `deploy/haproxy.cfg`.
    pub address_limits: Option<AddressLimits>,
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

/// Turns every limit off that counts what a person or an address does: a program makes people by
/// the dozen, all from one address, and each of them writes faster than anyone types.
pub const UNLIMITED: [(&str, &str); 13] = [
    ("LOGINS_PER_ADDRESS", "0"),
    ("REGISTRATIONS_PER_ADDRESS", "0"),
    ("SENDS_PER_USER", "off"),
    ("SENDS_PER_CHAT", "off"),
    ("EDITS_PER_USER", "off"),
    ("TYPING_PER_USER", "off"),
    ("CHATS_PER_USER", "off"),
    ("PEOPLE_PER_USER", "off"),
    ("SEARCHES_PER_USER", "off"),
    ("OPERATIONS_PER_USER", "off"),
    ("OPERATIONS_PER_ADDRESS", "off"),
    ("SOCKETS_PER_ADDRESS", "off"),
    ("USERNAME_CHANGES_PER_USER", "0"),
];

/// What a browser test needs more of than one person at one screen: it makes people and chats
/// by the dozen, all from one address, and fills chats in advance. Everything else is as in
/// production, so that the client is seen not to meet its limits.
pub const BROWSER_TESTS: [(&str, &str); 5] = [
    ("LOGINS_PER_ADDRESS", "0"),
    ("REGISTRATIONS_PER_ADDRESS", "0"),
    ("SENDS_PER_USER", "off"),
    ("CHATS_PER_USER", "off"),
    ("PEOPLE_PER_USER", "off"),
];

/// As [`Options::environment`] has them.
pub fn variables(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    pairs.iter().map(owned).collect()
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
            address_limits: Some(AddressLimits::NONE),
            log: "info".to_owned(),
            drain_wait_ms: 1500,
            environment: variables(&UNLIMITED),
            environment_of: HashMap::new(),
            with_redis: true,
        }
    }

    /// What `make run` starts: well-known ports, data that stays, and what developers want of the instances.
    pub fn for_development(ports: StackPorts, data: &Path, web: &Path) -> Options {
        Options {
            ports,
            data: Some(data.to_owned()),
            web: Some(web.to_owned()),
            address_limits: None,
            environment: ["IDE", "INTROSPECTION"]
                .map(|name| (name.to_owned(), "on".to_owned()))
                .to_vec(),
            ..Options::for_tests()
        }
    }
}

/// What one client address may do at the load balancer; none is no limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AddressLimits {
    /// Connections that it holds.
    pub connections: Option<u32>,
    /// Connections that it opens in 10 seconds.
    pub opened: Option<u32>,
    /// WebSockets that it opens in 10 seconds.
    pub upgrades: Option<u32>,
}

impl AddressLimits {
    /// Nothing is limited.
    pub const NONE: AddressLimits = AddressLimits {
        connections: None,
        opened: None,
        upgrades: None,
    };
}

/// How many instances there are of each service.
#[derive(Args, Clone, Copy, Debug, PartialEq, Eq)]
pub struct Instances {
    /// Instances of users.
    #[arg(long, env = "ANTIPHON_USERS_INSTANCES", default_value_t = 2, value_parser = clap::value_parser!(u8).range(1..=i64::from(MAX_INSTANCES)))]
    pub users_instances: u8,
    /// Instances of sender.
    #[arg(long, env = "ANTIPHON_SENDER_INSTANCES", default_value_t = 2, value_parser = clap::value_parser!(u8).range(1..=i64::from(MAX_INSTANCES)))]
    pub sender_instances: u8,
    /// Instances of receiver.
    #[arg(long, env = "ANTIPHON_RECEIVER_INSTANCES", default_value_t = 2, value_parser = clap::value_parser!(u8).range(1..=i64::from(MAX_INSTANCES)))]
    pub receiver_instances: u8,
    /// Instances of worker.
    #[arg(long, env = "ANTIPHON_WORKER_INSTANCES", default_value_t = 2, value_parser = clap::value_parser!(u8).range(1..=i64::from(MAX_INSTANCES)))]
    pub worker_instances: u8,
}

impl Default for Instances {
    fn default() -> Self {
        Self {
            users_instances: 2,
            sender_instances: 2,
            receiver_instances: 2,
            worker_instances: 2,
        }
    }
}

/// A port for everything, all on 127.0.0.1. A service has as many instances as ports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StackPorts {
    /// The application.
    pub balancer: u16,
    /// The load balancer's metrics.
    pub balancer_metrics: u16,
    /// The web client's static server.
    pub web: u16,
    /// The instances of users.
    pub users: Vec<u16>,
    /// The instances of sender.
    pub sender: Vec<u16>,
    /// The instances of receiver.
    pub receiver: Vec<u16>,
    /// The instances of worker: probes and metrics.
    pub worker: Vec<u16>,
    /// Postgres.
    pub postgres: u16,
    /// Redis.
    pub redis: u16,
}

impl StackPorts {
    /// Ports that nobody uses, for two instances of everything.
    pub fn free() -> StackPorts {
        StackPorts::free_for(Instances::default())
    }

    /// Ports that nobody uses, for this many instances.
    pub fn free_for(instances: Instances) -> StackPorts {
        let some = |count: u8| (0..count).map(|_| ports::free()).collect();
        StackPorts {
            balancer: ports::free(),
            balancer_metrics: ports::free(),
            web: ports::free(),
            users: some(instances.users_instances),
            sender: some(instances.sender_instances),
            receiver: some(instances.receiver_instances),
            worker: some(instances.worker_instances),
            postgres: ports::free(),
            redis: ports::free(),
        }
    }

    /// The ports of a service's instances, in order.
    pub fn of_service(&self, service: Service) -> &[u16] {
        match service {
            Service::Users => &self.users,
            Service::Sender => &self.sender,
            Service::Receiver => &self.receiver,
            Service::Worker => &self.worker,
        }
    }

    /// The port of one instance.
    ///
    /// # Panics
    /// When there are fewer instances.
    pub fn of(&self, instance: Instance) -> u16 {
        self.of_service(instance.service)[usize::from(instance.number) - 1]
    }

    /// All instances.
    pub fn instances(&self) -> Vec<Instance> {
        let of = |service: Service| {
            (1..)
                .zip(self.of_service(service))
                .map(move |(number, _)| service.instance(number))
        };
        Service::ALL.into_iter().flat_map(of).collect()
    }
}
