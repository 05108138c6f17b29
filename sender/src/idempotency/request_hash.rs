//! The hash that distinguishes a retry from another request with the same id.

use sha2::{Digest, Sha256};
use shared_schema::UserId;

/// SHA-256 of the caller and all parts of the request, each part preceded by its length.
///
/// It is stored, so its encoding can only change together with a new operation name.
#[derive(Clone)]
pub struct RequestHash(Sha256);

impl RequestHash {
    /// A request that has no parts yet.
    pub fn of(operation: &str, caller: UserId) -> Self {
        Self(Sha256::new())
            .part(operation.as_bytes())
            .part(caller.0.as_bytes())
    }

    #[must_use]
    pub fn part(mut self, bytes: &[u8]) -> Self {
        self.0.update((bytes.len() as u64).to_be_bytes());
        self.0.update(bytes);
        self
    }

    /// A part that may be absent. Absent and empty differ.
    #[must_use]
    pub fn optional(self, bytes: Option<&[u8]>) -> Self {
        match bytes {
            Some(bytes) => self.part(&[1]).part(bytes),
            None => self.part(&[0]),
        }
    }

    pub fn finish(self) -> Vec<u8> {
        self.0.finalize().to_vec()
    }
}
