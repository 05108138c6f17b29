//! `serviceInfo`: who answers. GraphQL wants at least one query.

use async_graphql::{Context, Object, SimpleObject};

use crate::{db::SCHEMA_VERSION, state::RequestContext};

/// The instance that answers.
#[derive(SimpleObject)]
pub struct ServiceInfo {
    /// The service: `sender`.
    name: &'static str,
    /// Its version.
    version: &'static str,
    /// The name of this instance among its siblings.
    instance: String,
    /// The oldest database schema that it works with.
    schema_version: i32,
}

#[derive(Default)]
pub struct ServiceInfoQuery;

#[Object]
impl ServiceInfoQuery {
    /// Which service and which instance answers. Needs no sign-in.
    async fn service_info(&self, context: &Context<'_>) -> async_graphql::Result<ServiceInfo> {
        Ok(ServiceInfo {
            name: "sender",
            version: env!("CARGO_PKG_VERSION"),
            instance: context.state()?.instance.clone(),
            schema_version: i32::try_from(SCHEMA_VERSION)?,
        })
    }
}
