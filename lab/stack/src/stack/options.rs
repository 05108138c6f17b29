//! Options: what differs between `make run` and a test.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use clap::Args;

use super::instances::{Instance, MAX_INSTANCES, Service};
use crate::ports;

/// How to start a stack.
#[derive(Clone, Debug)]
pub struct Options {
    /// The ports.
    pub ports: StackPorts,
    /// The directory of the data; none means a temporary one, where nothing is synced to disk.
    pub data: Option<PathBuf>,
    /// The directory of the built web client; none means that only the API is served.
    pub web: Option<PathBuf>,
    /// Whether clients may choose instances.
    pub pinning: bool,
    /// Limits for one client address; none means those of `deploy/haproxy.cfg`.
    pub address_limits: Option<AddressLimits>,
    /// The log level of the services, in the syntax of their `LOG` variable.
    pub log: String,
    /// How long a terminated instance waits until the load balancer has noticed.
    pub drain_wait_ms: u64,
    /// Environment variables for every service, which override those of the stack.
    pub environment: Vec<(String, String)>,
    /// Environment variables for single instances, which override all others: a proxy to Postgres, another clock.
    pub environment_of: HashMap<Instance, Vec<(String, String)>>,
    /// Whether to start Redis.
    pub with_redis: bool,
}

/// Turns off every limit per user and per address: tests create dozens of users from one address, each of whom writes faster
/// than anyone types.
pub const UNLIMITED: [(&str, &str); 16] = [
    ("LOGINS_PER_ADDRESS", "0"),
    ("REGISTRATIONS_PER_ADDRESS", "0"),
    ("SENDS_PER_USER", "off"),
    ("SENDS_PER_CHAT", "off"),
    ("EDITS_PER_USER", "off"),
    ("REACTIONS_PER_USER", "off"),
    ("TYPING_PER_USER", "off"),
    ("DELIVERED_PER_USER", "off"),
    ("CHATS_PER_USER", "off"),
    ("PEOPLE_PER_USER", "off"),
    ("SEARCHES_PER_USER", "off"),
    ("MESSAGE_SEARCHES_PER_USER", "off"),
    ("OPERATIONS_PER_USER", "off"),
    ("OPERATIONS_PER_ADDRESS", "off"),
    ("SOCKETS_PER_ADDRESS", "off"),
    ("USERNAME_CHANGES_PER_USER", "0"),
];

/// Limits that are off for the browser tests: they create dozens of users and chats from one address, and fill chats in
/// advance. All other limits are those of production, to show that the client stays below them.
pub const BROWSER_TESTS: [(&str, &str); 5] = [
    ("LOGINS_PER_ADDRESS", "0"),
    ("REGISTRATIONS_PER_ADDRESS", "0"),
    ("SENDS_PER_USER", "off"),
    ("CHATS_PER_USER", "off"),
    ("PEOPLE_PER_USER", "off"),
];

/// Converts variables to the type of [`Options::environment`].
pub fn variables(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    pairs.iter().map(owned).collect()
}

impl Options {
    /// A temporary stack on free ports, without the web client.
    pub fn for_tests() -> Options {
        Options {
            ports: StackPorts::free(),
            data: None,
            web: None,
            pinning: true,
            // All clients on this machine have one address.
            address_limits: Some(AddressLimits::NONE),
            log: "info".to_owned(),
            drain_wait_ms: 1500,
            environment: variables(&UNLIMITED),
            environment_of: HashMap::new(),
            with_redis: true,
        }
    }

    /// The stack of `make run`: fixed ports, data that is kept, and settings for developers.
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

/// The load balancer's limits for one client address; none means no limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AddressLimits {
    /// Open connections.
    pub connections: Option<u32>,
    /// New connections in 10 seconds.
    pub opened: Option<u32>,
    /// New WebSockets in 10 seconds.
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

/// The number of instances of each service.
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

/// The ports of all processes, on 127.0.0.1. A service has as many instances as ports.
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
    /// Free ports, for two instances of each service.
    pub fn free() -> StackPorts {
        StackPorts::free_for(Instances::default())
    }

    /// Free ports, for this many instances.
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
    /// If there are fewer instances.
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
