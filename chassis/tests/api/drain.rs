//! How a service leaves.

use std::{
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use axum::{Router, routing::get};
use chassis::{
    ServiceBuilder,
    config::{DrainArgs, ListenArgs},
};

use tokio::sync::Notify;

use lab_stack::testing::HttpResponse;

use crate::app::TestApp;

type Journal = Arc<Mutex<Vec<&'static str>>>;

/// A request that comes in and stays until it is let go.
#[derive(Clone, Default)]
struct Slow {
    came: Arc<Notify>,
    let_go: Arc<Notify>,
}

fn service(drain: &DrainArgs, journal: &Journal, slow: &Slow) -> ServiceBuilder {
    let (request, first, second) = (journal.clone(), journal.clone(), journal.clone());
    let slow = slow.clone();
    let slow = get(move || async move {
        slow.came.notify_one();
        slow.let_go.notified().await;
        request.lock().unwrap().push("request");
        "done"
    });
    ServiceBuilder::new("test", &ListenArgs::default(), drain)
        .routes(Router::new().route("/slow", slow))
        .on_drain("first", move || async move {
            first.lock().unwrap().push("first hook")
        })
        .on_drain("second", move || async move {
            second.lock().unwrap().push("second hook")
        })
}

#[tokio::test]
async fn a_service_says_not_ready_then_stops_accepting_then_finishes_then_runs_its_hooks() {
    let (journal, slow) = (Journal::default(), Slow::default());
    let drain = DrainArgs {
        drain_wait: Duration::from_secs(2),
        shutdown_timeout: Duration::from_secs(30),
    };
    let app = TestApp::of(service(&drain, &journal, &slow)).await;
    assert_eq!(app.get("/readyz").await.status, 200);
    let in_flight = {
        let request = app.http.get(app.service.url("/slow"));
        tokio::spawn(HttpResponse::of(request))
    };
    slow.came.notified().await;
    app.service.drain();

    tokio::time::sleep(Duration::from_millis(50)).await;
    let ready = app.get("/readyz").await;
    assert_eq!(
        (ready.status.as_u16(), ready.text.as_str()),
        (503, "draining")
    );
    assert_eq!(
        app.get("/livez").await.status,
        200,
        "alive, and still accepting"
    );

    let closing = async {
        // A new client each time: a connection that is open already would go on.
        while let Ok(_) | Err(false) = {
            let answer = reqwest::Client::new().get(app.service.url("/livez"));
            answer.send().await.map_err(|error| error.is_connect())
        } {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), closing)
        .await
        .expect("the port is still open");
    assert!(
        journal.lock().unwrap().is_empty(),
        "a hook ran before the requests ended"
    );

    slow.let_go.notify_one();
    assert_eq!(in_flight.await.unwrap().text, "done");
    app.service.ended().await;
    assert_eq!(
        *journal.lock().unwrap(),
        ["request", "first hook", "second hook"]
    );
}

#[tokio::test]
async fn requests_and_hooks_that_hang_do_not_keep_a_service() {
    let drain = DrainArgs {
        drain_wait: Duration::ZERO,
        shutdown_timeout: Duration::from_millis(600),
    };
    let journal = Journal::default();
    let last = journal.clone();
    let hang = get(|| async { std::future::pending::<()>().await });
    let service = ServiceBuilder::new("test", &ListenArgs::default(), &drain)
        .routes(Router::new().route("/hang", hang))
        .on_drain("quick", move || async move {
            last.lock().unwrap().push("quick hook")
        })
        .on_drain("hanging", std::future::pending::<()>);
    let app = TestApp::of(service).await;
    let request = app.http.get(app.service.url("/hang"));
    tokio::spawn(request.send());
    tokio::time::sleep(Duration::from_millis(100)).await;
    let began = Instant::now();
    app.service.drain();
    app.service.ended().await;
    let took = began.elapsed();
    assert!(
        took >= Duration::from_millis(550) && took < Duration::from_secs(2),
        "{took:?}"
    );
    assert_eq!(*journal.lock().unwrap(), ["quick hook"]);
}

#[tokio::test]
async fn two_services_live_in_one_process() {
    let journal = Journal::default();
    let one = TestApp::of(service(&DrainArgs::immediate(), &journal, &Slow::default())).await;
    let two = TestApp::of(service(&DrainArgs::immediate(), &journal, &Slow::default())).await;
    one.service.drain();
    one.service.ended().await;
    assert_eq!(two.get("/readyz").await.status, 200);
}

#[tokio::test]
async fn a_taken_port_is_named() {
    let app = TestApp::start().await;
    let port = app.service.port();
    let listen = ListenArgs {
        port,
        ..Default::default()
    };
    let error = ServiceBuilder::new("test", &listen, &DrainArgs::immediate())
        .bind()
        .await
        .err()
        .unwrap();
    assert!(
        error
            .to_string()
            .starts_with(&format!("HOST, PORT: 127.0.0.1:{port}: ")),
        "{error}"
    );
}
