//! The owner of a limit. The type of the subject is part of it: text from a client is never confused with a user id.

use std::{fmt, net::IpAddr};

use sha2::{Digest, Sha256};
use shared_schema::UserId;
use uuid::Uuid;

use crate::client_address::Network;

/// The owner of a limit. The type of the subject is part of it: text from a client is never confused with a user id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Subject {
    kind: &'static str,
    id: Id,
    network: Option<IpAddr>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Id {
    None,
    Uuid(Uuid),
    /// Hashed: Redis has no business with e-mail addresses, and a key has a bounded length.
    Text([u8; 32]),
}

impl Subject {
    /// An authenticated user.
    #[must_use]
    pub const fn user(user: UserId) -> Self {
        Self::of("user", user.0)
    }

    /// Something of this kind that has an id and is known to be there.
    #[must_use]
    pub const fn of(kind: &'static str, id: Uuid) -> Self {
        Self {
            kind,
            id: Id::Uuid(id),
            network: None,
        }
    }

    /// A network that clients come from.
    #[must_use]
    pub fn network(network: Network) -> Self {
        Self {
            kind: "network",
            id: Id::None,
            network: Some(network.address()),
        }
    }

    /// Text from a client, which may or may not name something.
    #[must_use]
    pub fn typed(text: &str) -> Self {
        Self {
            kind: "typed",
            id: Id::Text(Sha256::digest(text).into()),
            network: None,
        }
    }

    /// The same subject as far as clients of one network are concerned.
    #[must_use]
    pub fn from_network(mut self, network: Network) -> Self {
        self.network = Some(network.address());
        self
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind)?;
        match self.id {
            Id::None => {}
            Id::Uuid(id) => write!(f, ":{id}")?,
            Id::Text(hash) => {
                f.write_str(":")?;
                hash.iter().try_for_each(|byte| write!(f, "{byte:02x}"))?;
            }
        }
        match self.network {
            None => Ok(()),
            Some(network) => write!(f, "@{network}"),
        }
    }
}
