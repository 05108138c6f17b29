//! Publications on Redis. They are hints: everything durable in them can also be read from Postgres.

use serde::{Deserialize, Serialize};

use crate::{event::Event, signal::Signal};

/// The version of the envelope. New kinds of events and signals and new fields do not change it: a reader of any
/// release ignores what it does not know. It changes when a reader of this version would misread a publication.
pub const ENVELOPE_VERSION: u8 = 1;

/// One Redis message on a feed's channel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Publication {
    /// `ENVELOPE_VERSION` of the writer.
    pub v: u8,
    /// The trace of the request that caused it, as a W3C trace id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trace: Option<String>,
    /// Consecutive events of the feed, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub events: Vec<Event>,
    /// Live facts that are never stored as events.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub signals: Vec<Signal>,
}

/// What a reader finds on a feed's channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Received {
    /// A publication that this build understands, except for what in it is marked as unknown.
    Publication(Publication),
    /// A newer build has published something in an envelope of this version, which this build cannot understand. What was
    /// published as an event is in Postgres.
    Newer {
        /// The version of the envelope. New kinds of events and signals and new fields do not change it: a reader of
        /// any release ignores what it does not know. It changes when a reader of this version would misread a
        /// publication.
        v: u64,
    },
}

impl Received {
    /// Reads a message on a feed's channel.
    ///
    /// # Errors
    /// When no build of ours has written it.
    pub fn read(payload: &[u8]) -> serde_json::Result<Self> {
        #[derive(Deserialize)]
        struct Version {
            v: u64,
        }
        let newer = |v: u64| v > u64::from(ENVELOPE_VERSION);
        match serde_json::from_slice::<Publication>(payload) {
            Ok(publication) if newer(publication.v.into()) => Ok(Self::Newer {
                v: publication.v.into(),
            }),
            Ok(publication) => Ok(Self::Publication(publication)),
            Err(error) => match serde_json::from_slice::<Version>(payload) {
                Ok(Version { v }) if newer(v) => Ok(Self::Newer { v }),
                _ => Err(error),
            },
        }
    }
}
