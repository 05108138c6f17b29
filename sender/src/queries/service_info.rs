//! `serviceInfo`: name and version of the answering instance. GraphQL requires a schema to have at least one query.

use async_graphql::{Context, Object, SimpleObject};

use crate::{db::SCHEMA_VERSION, state::RequestContext};

/// Information about the service instance that answers the request.
#[derive(SimpleObject)]
pub struct ServiceInfo {
    /// The name of the service: `sender`.
    name: &'static str,
    /// The version of the service.
    version: &'static str,
    /// The name of this instance, to tell the instances of the service apart.
    instance: String,
    /// The number of the newest migration that the service needs; it refuses to start on an older database.
    schema_version: i32,
}

#[derive(Default)]
pub struct ServiceInfoQuery;

#[Object]
impl ServiceInfoQuery {
    /// Returns the name and the version of the service instance that answers. Does not require a signed-in caller.
    async fn service_info(&self, context: &Context<'_>) -> async_graphql::Result<ServiceInfo> {
        Ok(ServiceInfo {
            name: "sender",
            version: env!("CARGO_PKG_VERSION"),
            instance: context.state()?.instance.clone(),
            schema_version: i32::try_from(SCHEMA_VERSION)?,
        })
    }
}
