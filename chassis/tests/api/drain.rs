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

use crate::app::App;

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
    let app = App::of(service(&drain, &journal, &slow)).await;
    assert_eq!(app.get("/readyz").await.status, 200);
    let in_flight = {
        let request = app.http.get(format!("{}/slow", app.base));
        tokio::spawn(crate::app::answer(request))
    };
    slow.came.notified().await;
    app.shutdown.cancel();

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
            let answer = reqwest::Client::new().get(format!("{}/livez", app.base));
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
    app.ended.await.unwrap().unwrap();
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
    let app = App::of(service).await;
    let request = app.http.get(format!("{}/hang", app.base));
    tokio::spawn(request.send());
    tokio::time::sleep(Duration::from_millis(100)).await;
    let began = Instant::now();
    app.shutdown.cancel();
    app.ended.await.unwrap().unwrap();
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
    let one = App::of(service(&DrainArgs::immediate(), &journal, &Slow::default())).await;
    let two = App::of(service(&DrainArgs::immediate(), &journal, &Slow::default())).await;
    one.shutdown.cancel();
    one.ended.await.unwrap().unwrap();
    assert_eq!(two.get("/readyz").await.status, 200);
}

#[tokio::test]
async fn a_taken_port_is_named() {
    let app = App::start().await;
    let (_, port) = app.base.rsplit_once(':').unwrap();
    let listen = ListenArgs {
        port: port.parse().unwrap(),
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
