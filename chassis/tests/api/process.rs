//! What only a process of its own can show: signals, exit codes and log lines.

use std::{process::Stdio, time::Duration};

use chassis::{
    EndedSessions, ServiceBuilder, StartError, Verifier,
    config::{DrainArgs, GraphqlArgs, ListenArgs, LogArgs, TokenArgs},
    graphql::Endpoint,
    shutdown, telemetry,
};
use lab_stack::testing::{KeySetServer, TokenIssuer};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt, BufReader, Lines},
    process::{Child, ChildStdout, Command},
};

use crate::{
    claims::{claims, token},
    schema,
};

/// The `main` of the child process: this test, run alone. It does nothing when the others run.
#[tokio::test]
async fn child() -> Result<(), StartError> {
    let Ok(jwks_url) = std::env::var("CHILD_JWKS_URL") else {
        return Ok(());
    };
    telemetry::init("child", "7", &LogArgs::default())?;
    let tokens = TokenArgs {
        jwks_url,
        ..Default::default()
    };
    let endpoint = Endpoint::new(schema::build(), &GraphqlArgs::default())
        .verifier(&Verifier::start(&tokens, &EndedSessions::none())?);
    let listen = ListenArgs {
        instance: "7".into(),
        ..Default::default()
    };
    let drain = DrainArgs {
        drain_wait: Duration::ZERO,
        shutdown_timeout: Duration::from_secs(2),
    };
    let service = ServiceBuilder::new("child", &listen, &drain)
        .routes(endpoint.router())
        .on_drain("hang", std::future::pending::<()>);
    service.bind().await?.run(shutdown::signal()?).await
}

struct Running {
    process: Child,
    lines: Lines<BufReader<ChildStdout>>,
    base: String,
}

impl Running {
    async fn start(jwks_url: &str) -> Self {
        let mut process = Command::new(std::env::current_exe().unwrap())
            .args(["process::child", "--exact", "--nocapture"])
            .env("CHILD_JWKS_URL", jwks_url)
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let mut running = Self {
            process,
            lines,
            base: String::new(),
        };
        let listening = running.line("listening").await;
        running.base = format!("http://{}", listening["address"].as_str().unwrap());
        running
    }

    /// The next log line with this message. The test runner's own lines are not JSON.
    async fn line(&mut self, message: &str) -> Value {
        while let Some(line) = self.lines.next_line().await.unwrap() {
            match serde_json::from_str::<Value>(&line) {
                Ok(json) if json["message"] == message => return json,
                _ => {}
            }
        }
        panic!("the process ended without saying {message:?}")
    }

    fn signal(&self, name: &str) {
        let id = self.process.id().unwrap().to_string();
        let sent = std::process::Command::new("kill")
            .args([name, &id])
            .status();
        assert!(sent.unwrap().success());
    }
}

#[tokio::test]
async fn a_log_line_is_one_json_object_with_the_service_the_trace_and_the_user() {
    let issuer = TokenIssuer::new("a");
    let mut running = Running::start(&KeySetServer::start(&[&issuer]).await.url()).await;
    let trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    let answer = reqwest::Client::new()
        .post(format!("{}/graphql", running.base))
        .header("traceparent", format!("00-{trace}-00f067aa0ba902b7-01"))
        .bearer_auth(token(&issuer))
        .json(&json!({ "query": "{ whoami fail(how: \"internal\") }" }))
        .send()
        .await
        .unwrap();
    assert_eq!(answer.headers()["x-antiphon-instance"], "7");

    let error = running.line("internal error").await;
    assert_eq!(error["level"], "ERROR");
    assert_eq!(error["error"], "relation \"secrets\" does not exist");
    let answered = running.line("answered").await;
    for line in [&error, &answered] {
        assert_eq!(line["service"], "child");
        assert_eq!(line["instance"], "7");
        assert_eq!(line["trace_id"], trace);
        assert_eq!(line["user_id"], claims()["sub"]);
        assert!(
            line["time"]
                .as_str()
                .is_some_and(|time| time.ends_with('Z')),
            "{line}"
        );
    }
    assert_eq!(
        (&answered["status"], &answered["path"]),
        (&json!(200), &json!("/graphql"))
    );
    assert!(
        answered["duration_ms"].as_f64().is_some_and(|ms| ms > 0.0),
        "{answered}"
    );
}

#[tokio::test]
async fn the_first_signal_drains_and_exits_with_0() {
    for signal in ["-TERM", "-INT"] {
        let issuer = TokenIssuer::new("a");
        let mut running = Running::start(&KeySetServer::start(&[&issuer]).await.url()).await;
        running.signal(signal);
        running.line("stopped").await;
        assert!(running.process.wait().await.unwrap().success());
    }
}

#[tokio::test]
async fn the_second_signal_aborts() {
    let issuer = TokenIssuer::new("a");
    let mut running = Running::start(&KeySetServer::start(&[&issuer]).await.url()).await;
    running.signal("-TERM");
    running.line("asked to stop; draining").await;
    let began = std::time::Instant::now();
    running.signal("-TERM");
    assert_eq!(running.process.wait().await.unwrap().code(), Some(1));
    assert!(
        began.elapsed() < Duration::from_secs(1),
        "waited for the drain hook"
    );
}
