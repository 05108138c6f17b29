//! The services and their instances.

use std::fmt;

/// The maximum number of instances of a service that `deploy/haproxy.cfg` can list one by one.
pub(crate) const MAX_INSTANCES: u8 = 8;

/// The source address of the load balancer, by which instances recognize it among all processes of this machine.
pub(super) const BALANCER_ADDRESS: &str = "127.0.0.2";

/// One of the services.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Service {
    /// Accounts and sessions.
    Users,
    /// The write side.
    Sender,
    /// The read side.
    Receiver,
    /// Background jobs.
    Worker,
}

impl Service {
    /// All of them.
    pub const ALL: [Service; 4] = [
        Service::Users,
        Service::Sender,
        Service::Receiver,
        Service::Worker,
    ];

    /// The services that clients use, through the load balancer.
    pub const BALANCED: [Service; 3] = [Service::Users, Service::Sender, Service::Receiver];

    /// Its name: of the binary, in the path at the load balancer, and in the database role.
    pub fn name(self) -> &'static str {
        match self {
            Service::Users => "users",
            Service::Sender => "sender",
            Service::Receiver => "receiver",
            Service::Worker => "worker",
        }
    }

    /// Whether the load balancer sends it requests.
    pub fn is_balanced(self) -> bool {
        Service::BALANCED.contains(&self)
    }

    /// One of its instances.
    ///
    /// # Panics
    /// If `number` is 0 or more than [`MAX_INSTANCES`].
    pub fn instance(self, number: u8) -> Instance {
        assert!(
            (1..=MAX_INSTANCES).contains(&number),
            "no instance {number}"
        );
        Instance {
            service: self,
            number,
        }
    }
}

/// One process of a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Instance {
    /// The service.
    pub service: Service,
    /// The number of the instance, from 1.
    pub number: u8,
}

impl Instance {
    /// All eight instances of a stack with the default of two for each service. See also
    /// [`Stack::instances`](super::Stack::instances).
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
