//! What resolvers work with.

use async_graphql::Context;
use chassis::Error;

use crate::{
    databases::{
        database::{Database, Databases},
        loaders::Loaders,
        read_target::ReadTarget,
    },
    live::feeds::hub::Hub,
    search::metrics::SearchMetrics,
};

/// What resolvers work with.
pub(crate) struct State {
    pub(crate) databases: Databases,
    pub(crate) hub: Hub,
    pub(crate) searches: SearchMetrics,
    /// In chats of more participants, messages are not shown as delivered.
    pub(crate) max_receipt_participants: i32,
}

/// How a resolver gets the [`State`] and what belongs to it.
///
/// # Errors
/// All of them fail with `INTERNAL`, and only when the schema was built without the state.
pub(crate) trait RequestContext<'a> {
    /// The state of the service that executes this request.
    fn state(&self) -> Result<&'a State, Error>;

    /// Where this request reads now: a replica, or the primary.
    fn database(&self) -> Result<&'a Database, Error>;

    /// The loaders of the database that this request reads from now.
    fn loaders(&self) -> Result<&'a Loaders, Error> {
        Ok(&self.database()?.loaders)
    }

    /// The primary, for what must not lag.
    fn primary(&self) -> Result<&'a Database, Error> {
        Ok(self.state()?.databases.primary())
    }

    /// The watched feeds.
    fn hub(&self) -> Result<&'a Hub, Error> {
        Ok(&self.state()?.hub)
    }
}

impl<'a> RequestContext<'a> for Context<'a> {
    fn state(&self) -> Result<&'a State, Error> {
        self.data_opt()
            .ok_or_else(|| Error::internal("the schema has no state"))
    }

    fn database(&self) -> Result<&'a Database, Error> {
        match self.data_opt::<ReadTarget>() {
            Some(target) => Ok(target.database()),
            None => self.primary(),
        }
    }
}
