//! What is left when something is away.

use lab::servers::{Postgres, Redis};
use serde_json::Value;

use crate::app::{Ground, app};

#[tokio::test]
async fn without_redis_the_instance_stays_ready_and_accounts_work() {
    let redis = Redis::start();
    let ground = Ground::with_redis(redis.url()).await;
    let app = ground.start(ground.config()).await;
    redis.stop();
    let ada = app.sign_up("ada").await;
    app.as_user(&ada)
        .send("mutation { logout { sessionId } }", serde_json::json!({}))
        .await
        .ok();
    assert_eq!(ground.count("SELECT count(*) FROM feed_events").await, 1);
    assert_eq!(app.get("/readyz").await.status(), 200);
    let health: Value = app.get("/healthz").await.json().await.unwrap();
    assert_eq!(health["status"], "degraded");
    assert_eq!(health["checks"]["redis"]["status"], "failing");
}

#[tokio::test]
async fn without_postgres_requests_fail_fast_and_the_keys_stay_published() {
    let postgres = Postgres::start();
    let database = postgres.database().await;
    let ground = Ground::new().await;
    let mut config = ground.config();
    config.postgres = chassis::config::PostgresArgs::url(database.url_as("antiphon_users"));
    let app = ground.start(config).await;
    let ada = app.sign_up("ada").await;
    postgres.stop();
    assert_eq!(app.as_user(&ada).me().await.code(), "UNAVAILABLE");
    assert_eq!(
        app.anonymous().login("ada", "any").await.code(),
        "UNAVAILABLE"
    );
    assert_eq!(app.get("/readyz").await.status(), 503);
    assert_eq!(app.get("/livez").await.status(), 200);
    assert_eq!(app.get("/.well-known/jwks.json").await.status(), 200);
}

#[tokio::test]
async fn nothing_secret_is_in_the_metrics() {
    let (_ground, app) = app().await;
    let ada = app.sign_up("ada").await;
    app.anonymous().login("ada", "wrong").await.error();
    let metrics = app.get("/metrics").await.text().await.unwrap();
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
