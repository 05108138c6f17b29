//! GraphQL over HTTP, as others understand it.

use lab_stack::testing::conformance;

use crate::app::TestApp;

#[tokio::test(flavor = "multi_thread")]
async fn the_endpoint_passes_every_audit_of_graphql_over_http() {
    conformance::assert_graphql_over_http(&TestApp::start().await.url()).await;
}
