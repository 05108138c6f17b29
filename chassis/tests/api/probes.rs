//! Health and metrics.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use chassis::{
    ServiceBuilder,
    config::{DrainArgs, ListenArgs, PostgresArgs},
    health::Checks,
    metrics::Metrics,
    postgres,
};
use serde_json::json;

use crate::app::TestApp;

type Switch = Arc<AtomicBool>;

fn check(up: &Switch) -> impl Fn() -> std::future::Ready<Result<(), &'static str>> + use<> {
    let up = up.clone();
    move || {
        std::future::ready(
            up.load(Ordering::SeqCst)
                .then_some(())
                .ok_or("10.0.0.7 is away"),
        )
    }
}

async fn app(checks: Checks) -> TestApp {
    let service = ServiceBuilder::new("test", &ListenArgs::default(), &DrainArgs::immediate());
    TestApp::of(service.checks(checks)).await
}

#[tokio::test]
async fn readiness_follows_the_required_checks() {
    let (database, cache) = (Switch::default(), Switch::default());
    let checks = Checks::new()
        .with("database", check(&database))
        .degraded("cache", check(&cache));
    let app = app(checks).await;

    assert_eq!(app.get("/livez").await.status, 200);
    assert_eq!(app.get("/startupz").await.status, 503);
    let ready = app.get("/readyz").await;
    assert_eq!(
        (ready.status.as_u16(), ready.text.as_str()),
        (503, "failing: database")
    );

    database.store(true, Ordering::SeqCst);
    assert_eq!(app.get("/readyz").await.status, 200);
    assert_eq!(app.get("/startupz").await.status, 200);
    let detail = app.get("/healthz").await;
    assert_eq!(detail.status, 200);
    let expected = json!({
        "service": "test",
        "status": "degraded",
        "checks": {
            "database": { "status": "ok", "required": true },
            "cache": { "status": "failing", "required": false },
        },
    });
    assert_eq!(detail.json(), expected);
    cache.store(true, Ordering::SeqCst);
    assert_eq!(app.get("/healthz").await.json()["status"], "ok");

    database.store(false, Ordering::SeqCst);
    assert_eq!(
        app.get("/startupz").await.status,
        200,
        "started once is started"
    );
    assert_eq!(app.get("/healthz").await.status, 503);
}

#[tokio::test]
async fn a_check_that_hangs_has_failed_after_a_second() {
    let checks = Checks::new().with("hanging", std::future::pending::<Result<(), &str>>);
    let app = app(checks).await;
    let began = Instant::now();
    assert_eq!(app.get("/readyz").await.status, 503);
    let took = began.elapsed();
    assert!(
        took > Duration::from_millis(900) && took < Duration::from_secs(3),
        "{took:?}"
    );
}

#[tokio::test]
async fn an_absent_database_is_not_ready_and_refuses_a_start_in_one_line() {
    let pool = postgres::connect(
        &PostgresArgs::url("postgres://u:secret@127.0.0.1:1/db"),
        "test",
    );
    let pool = pool.unwrap();
    let app = app(Checks::new().postgres("postgres", &pool)).await;
    assert_eq!(app.get("/readyz").await.status, 503);
    let error = postgres::require_schema(&pool, 1)
        .await
        .unwrap_err()
        .to_string();
    assert!(
        error.starts_with("database: ") && !error.contains('\n'),
        "{error}"
    );
    assert!(!error.contains("secret"), "{error}");
    let error = pool.get().await.err().unwrap();
    assert_eq!(error.code().as_str(), "UNAVAILABLE");
}

#[tokio::test]
async fn a_pool_shows_in_the_metrics() {
    let args = PostgresArgs {
        db_pool_max: Some(7),
        ..PostgresArgs::url("postgres://127.0.0.1:1/db")
    };
    let mut metrics = Metrics::new("chat");
    metrics.watch_pool("primary", &postgres::connect(&args, "test").unwrap());
    let service = ServiceBuilder::new("test", &ListenArgs::default(), &DrainArgs::immediate());
    let app = TestApp::of(service.metrics(metrics)).await;
    let text = app.get("/metrics").await.text;
    assert!(
        text.contains(r#"chat_db_pool_max{pool="primary"} 7"#),
        "{text}"
    );
}
