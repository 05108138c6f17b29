//! What is left when something is away.

use std::time::{Duration, Instant};

use lab_stack::servers::{Postgres, Redis};
use serde_json::Value;

use crate::app::{TestApp, TestEnvironment, app};

#[tokio::test]
async fn without_redis_the_instance_stays_ready_and_accounts_work() {
    let redis = Redis::start();
    let environment = TestEnvironment::with_redis(redis.url()).await;
    let app = environment.start(environment.config()).await;
    redis.stop();
    let ada = app.sign_up("ada").await;
    app.as_user(&ada)
        .send("mutation { logout { sessionId } }", serde_json::json!({}))
        .await
        .ok();
    assert_eq!(
        environment.count("SELECT count(*) FROM feed_events").await,
        1
    );
    assert_eq!(app.get("/readyz").await.status, 200);
    let health: Value = app.get("/healthz").await.json();
    assert_eq!(health["status"], "degraded");
    assert_eq!(health["checks"]["redis"]["status"], "failing");
}

#[tokio::test]
async fn without_postgres_requests_fail_fast_and_the_keys_stay_published() {
    let postgres = Postgres::start();
    let database = postgres.database().await;
    let environment = TestEnvironment::new().await;
    let mut config = environment.config();
    config.postgres = chassis::config::PostgresArgs::url(database.url_as("antiphon_users"));
    let app = environment.start(config).await;
    let ada = app.sign_up("ada").await;
    postgres.stop();
    assert_eq!(app.as_user(&ada).me().await.code(), "UNAVAILABLE");
    assert_eq!(
        app.anonymous().login("ada", "any").await.code(),
        "UNAVAILABLE"
    );
    assert_eq!(app.get("/readyz").await.status, 503);
    assert_eq!(app.get("/livez").await.status, 200);
    assert_eq!(app.get("/.well-known/jwks.json").await.status, 200);
}

#[tokio::test]
async fn nothing_secret_is_in_the_metrics() {
    let (_environment, app) = app().await;
    let ada = app.sign_up("ada").await;
    app.anonymous().login("ada", "wrong").await.error();
    let metrics = app.get("/metrics").await.text;
    assert!(
        metrics.contains(r#"graphql_operations_total{field="login",outcome="UNAUTHENTICATED"} 1"#),
        "{metrics}"
    );
    for secret in [
        "ada@example.org",
        &ada.refresh_token,
        &ada.access_token,
        &ada.user_id,
    ] {
        assert!(!metrics.contains(secret), "{secret}");
    }
}

/// A Postgres whose package was upgraded under it: every new connection fails to load the language of `append_events`,
/// those of the pool go on, and a check on one of them would notice nothing.
#[tokio::test]
async fn a_database_whose_new_connections_cannot_write_is_not_ready() {
    let (environment, app) = app().await;
    assert_eq!(app.get("/readyz").await.status, 200);
    let owner = environment.database.connect_as_owner().await;
    let upgrade = "UPDATE pg_proc SET probin = '$libdir/of_another_version' WHERE proname = 'plpgsql_call_handler'";
    owner.execute(upgrade, &[]).await.unwrap();
    // Connections that have not used the language yet do not find words any more, either.
    becomes(&app, 503, &["failing: writes", "failing: text, writes"]).await;
    let health: Value = app.get("/healthz").await.json();
    assert_eq!(health["status"], "failing");
    assert_eq!(health["checks"]["writes"]["status"], "failing");
    assert_eq!(health["checks"]["postgres"]["status"], "ok");

    let repair =
        "UPDATE pg_proc SET probin = '$libdir/plpgsql' WHERE proname = 'plpgsql_call_handler'";
    owner.execute(repair, &[]).await.unwrap();
    becomes(&app, 200, &["ok"]).await;
}

/// A database that does not find by their letters the names it has stored.
#[tokio::test]
async fn a_database_that_does_not_find_our_test_row_is_not_ready() {
    let (environment, app) = app().await;
    assert_eq!(app.get("/readyz").await.status, 200);
    let owner = environment.database.connect_as_owner().await;
    // As where the database's own idea of letters decides and knows only those of English.
    let blind = "CREATE OR REPLACE FUNCTION search_grams(folded text) RETURNS text[]
        LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
        AS $$ SELECT regexp_split_to_array(folded, '[^a-z]+') $$";
    owner.batch_execute(blind).await.unwrap();
    becomes(&app, 503, &["failing: text"]).await;
}

/// Waits for one of these answers of `/readyz`; longer than the pause between two probes.
async fn becomes(app: &TestApp, status: u16, texts: &[&str]) {
    let deadline = Instant::now() + Duration::from_secs(30);
    loop {
        let answer = app.get("/readyz").await;
        let seen = (answer.status.as_u16(), answer.text);
        if seen.0 == status && texts.contains(&seen.1.as_str()) {
            return;
        }
        assert!(Instant::now() < deadline, "{seen:?}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}
