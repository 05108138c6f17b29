//! What may run on a socket.

use async_graphql::{Request, parser::types::OperationType};
use chassis::{Error, graphql::Endpoint};

/// Measures the document as over HTTP, and lets a subscription pass.
///
/// # Errors
/// `BAD_USER_INPUT` for everything else.
pub(crate) fn admit(endpoint: &Endpoint, request: &mut Request) -> Result<(), Error> {
    match endpoint.check(request)? {
        OperationType::Subscription => Ok(()),
        _ => Err(Error::bad_request("send queries and mutations over HTTP")),
    }
}
