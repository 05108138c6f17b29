//! The audits that every service passes.

use lab_stack::testing::conformance;

use crate::app::TestApp;

#[test]
fn the_committed_schema_is_what_the_code_prints() {
    conformance::assert_committed_schema("sender", &sender::schema::sdl());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_endpoint_passes_every_audit_of_graphql_over_http() {
    let app = TestApp::new().await;
    conformance::assert_graphql_over_http(&app.url(0)).await;
}
