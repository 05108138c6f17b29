//! The queries of this service. Chats are read from the receiver.

mod service_info;

use async_graphql::MergedObject;

/// Questions about this service itself. Chats and messages are read from the receiver.
#[derive(Default, MergedObject)]
pub struct Query(service_info::ServiceInfoQuery);
