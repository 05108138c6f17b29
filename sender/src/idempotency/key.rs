//! Ids that clients make: their idempotency keys.

use async_graphql::ID;
use chassis::Error;
use shared_schema::Reason;
use uuid::{Uuid, Variant};

/// The id from the client, or a new one. A retry can be recognized only if the client generated the id.
pub fn parse_or_new<T: From<Uuid>>(id: Option<&ID>) -> Result<T, Error> {
    let Some(id) = id else {
        return Ok(T::from(Uuid::now_v7()));
    };
    Uuid::try_parse(id)
        .ok()
        // Ids order by time; one of another version would stand anywhere.
        .filter(|id| id.get_version_num() == 7 && id.get_variant() == Variant::RFC4122)
        .map(T::from)
        .ok_or_else(|| Error::bad_input("id", Reason::NotAUuid))
}
