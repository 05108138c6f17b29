//! What a connection may take of an instance (S13).

use std::time::Duration;

use axum::{Router, routing::get};
use chassis::{
    ServiceBuilder,
    config::{DrainArgs, ListenArgs},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::{sleep, timeout},
};

use crate::app::TestApp;

/// Far longer than the limits here, and far shorter than those of clients that give up by themselves.
const PATIENCE: Duration = Duration::from_secs(20);

async fn app(max_connections: usize) -> TestApp {
    let listen = ListenArgs {
        head_timeout: Duration::from_millis(500),
        max_connections,
        ..ListenArgs::default()
    };
    let slow = get(|| async {
        sleep(Duration::from_secs(2)).await;
        "done"
    });
    let service = ServiceBuilder::new("test", &listen, &DrainArgs::immediate());
    TestApp::of(service.routes(Router::new().route("/slow", slow))).await
}

async fn connect(app: &TestApp) -> TcpStream {
    let address = ("127.0.0.1", app.service.port());
    TcpStream::connect(address).await.unwrap()
}

/// What comes until the server closes.
async fn until_closed(stream: &mut TcpStream) -> String {
    let mut text = vec![];
    // A reset is an end as well.
    let read = timeout(PATIENCE, stream.read_to_end(&mut text)).await;
    drop(read.expect("the server closes"));
    String::from_utf8_lossy(&text).into_owned()
}

/// S13.
#[tokio::test]
async fn a_connection_that_says_nothing_is_closed() {
    let app = app(100).await;
    until_closed(&mut connect(&app).await).await;
}

/// S13: a line now and then does not keep it open.
#[tokio::test]
async fn headers_that_drip_are_given_up() {
    let app = app(100).await;
    let (mut reading, mut writing) = connect(&app).await.into_split();
    let drip = tokio::spawn(async move {
        writing.write_all(b"GET /livez HTTP/1.1\r\n").await?;
        for number in 0.. {
            let line = format!("x-{number}: y\r\n");
            writing.write_all(line.as_bytes()).await?;
            sleep(Duration::from_millis(100)).await;
        }
        std::io::Result::Ok(())
    });
    let mut text = vec![];
    drop(
        timeout(PATIENCE, reading.read_to_end(&mut text))
            .await
            .expect("the server closes"),
    );
    assert!(!String::from_utf8_lossy(&text).contains("200 OK"));
    drip.abort();
}

/// S13.
#[tokio::test]
async fn a_connection_that_is_kept_open_for_nothing_is_closed() {
    let app = app(100).await;
    let mut stream = connect(&app).await;
    let request = b"GET /livez HTTP/1.1\r\nhost: test\r\n\r\n";
    stream.write_all(request).await.unwrap();
    let text = until_closed(&mut stream).await;
    assert_eq!(text.matches("200 OK").count(), 1, "{text}");
}

/// S13: only the client's time is limited so, not the service's.
#[tokio::test]
async fn an_answer_that_takes_longer_is_not_cut() {
    let app = app(100).await;
    assert_eq!(app.get("/slow").await.text, "done");
}

/// S13.
#[tokio::test]
async fn connections_above_the_bound_are_closed_at_once_and_places_are_given_back() {
    let app = app(3).await;
    let mut held = vec![];
    for _ in 0..3 {
        let mut stream = connect(&app).await;
        stream
            .write_all(b"GET /slow HTTP/1.1\r\nhost: test\r\n\r\n")
            .await
            .unwrap();
        held.push(stream);
    }
    let mut more = connect(&app).await;
    assert_eq!(until_closed(&mut more).await, "");
    for stream in &mut held {
        assert!(until_closed(stream).await.contains("done"));
    }
    assert_eq!(app.get("/livez").await.status, 200);
}
