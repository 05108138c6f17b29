//! Start, probes, and the end.

use std::process::{Command, Output};
use std::time::Duration;

use worker::Application;

use crate::app::TestEnvironment;

#[tokio::test]
async fn it_serves_probes_and_metrics_and_nothing_else() {
    let environment = TestEnvironment::new().await;
    let worker = environment.work().await;
    let status = async |path| worker.get(path).await.status;
    for path in ["/livez", "/readyz", "/startupz", "/healthz", "/metrics"] {
        assert_eq!(status(path).await, 200, "{path}");
    }
    assert_eq!(status("/graphql").await, 404);
    worker.stop().await;
}

/// Nothing new is begun, and what is begun is free for others at once, however long its lease is.
#[tokio::test]
async fn whoever_is_told_to_end_finishes_a_step_and_releases_the_job() {
    let environment = TestEnvironment::new().await;
    let chat = environment.chat(20_000).await;
    let mut config = environment.config();
    config.work.job_lease = Duration::from_secs(3600);
    let worker = environment.start(config).await;
    environment.remove(chat).await;
    let begun = format!("SELECT count(*) FROM jobs WHERE key = '{chat}' AND progress IS NOT NULL");
    environment.until(&begun, 1).await;
    worker.stop().await;
    let released = format!(
        "SELECT count(*) FROM jobs WHERE key = '{chat}' AND state = 'QUEUED' AND lease IS NULL AND run_at <= clock_timestamp()"
    );
    assert_eq!(environment.count(&released).await, 1);
    let next = environment.work().await;
    environment.until_erased("chats", chat).await;
    next.stop().await;
}

#[tokio::test]
async fn an_older_schema_refuses_the_start_in_one_line() {
    let environment = TestEnvironment::new().await;
    environment
        .execute("DELETE FROM refinery_schema_history WHERE version >= 8")
        .await;
    let error = Application::build(environment.config())
        .await
        .err()
        .expect("a refusal")
        .to_string();
    assert!(error.contains("is older"), "{error}");
}

fn worker(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_worker"));
    command.args(arguments).env_clear().output().unwrap()
}

#[test]
fn help_explains_every_variable() {
    let help = String::from_utf8(worker(&["--help"]).stdout).unwrap();
    for variable in [
        "PORT",
        "DATABASE_URL",
        "JOBS_AT_ONCE",
        "JOB_POLL_MS",
        "JOB_LEASE_MS",
        "CONSUMER_POLL_MS",
        "CONSUMER_OVERLAP_MS",
        "LOG",
    ] {
        assert!(help.contains(&format!("[env: {variable}")), "{variable}");
    }
}

#[test]
fn a_missing_variable_is_named_in_one_line() {
    let output = worker(&["--port", "0"]);
    let message = String::from_utf8(output.stderr).unwrap();
    assert!(message.contains("DATABASE_URL: not set"), "{message}");
    assert_eq!(message.lines().count(), 1, "{message}");
    assert!(!output.status.success());
}
