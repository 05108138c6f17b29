//! The audits that every service passes, on the real schema.

use lab_stack::testing::conformance;

use crate::app::app;

#[tokio::test(flavor = "multi_thread")]
async fn the_endpoint_passes_every_audit_of_graphql_over_http() {
    let (_environment, app) = app().await;
    conformance::assert_graphql_over_http(&app.service.url("/graphql")).await;
}
