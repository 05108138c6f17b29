//! What resolvers work with.

use async_graphql::Context;
use chassis::{EndedSessions, Error, TrustedProxies, postgres::Pool, publisher::Publisher};

use crate::{
    limits::Limits,
    passwords::hasher::Hasher,
    sessions::{access_token::Minter, device_token::DeviceTokens},
};

/// What resolvers work with.
pub(crate) struct State {
    pub(crate) pool: Pool,
    pub(crate) publisher: Publisher,
    pub(crate) ended: EndedSessions,
    pub(crate) limits: Limits,
    pub(crate) hasher: Hasher,
    pub(crate) minter: Minter,
    pub(crate) device_tokens: DeviceTokens,
    pub(crate) proxies: TrustedProxies,
}

/// How a resolver gets the [`State`].
pub(crate) trait RequestContext<'a> {
    /// The state of the service that executes this request.
    ///
    /// # Errors
    /// `INTERNAL` when the schema was built without it.
    fn state(&self) -> Result<&'a State, Error>;
}

impl<'a> RequestContext<'a> for Context<'a> {
    fn state(&self) -> Result<&'a State, Error> {
        self.data_opt()
            .ok_or_else(|| Error::internal("the schema has no state"))
    }
}
