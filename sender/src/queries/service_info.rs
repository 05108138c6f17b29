//! `serviceInfo`: who answers. GraphQL wants at least one query.

use async_graphql::{Context, Object, SimpleObject};

use crate::app::SCHEMA_VERSION;

/// The name of this instance among its siblings.
pub struct Instance(String);

impl Instance {
    pub fn new(name: &str) -> Self {
        Self(name.to_owned())
    }
}

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
        let instance = context.data::<Instance>()?;
        Ok(ServiceInfo {
            name: "sender",
            version: env!("CARGO_PKG_VERSION"),
            instance: instance.0.clone(),
            schema_version: i32::try_from(SCHEMA_VERSION)?,
        })
    }
}
