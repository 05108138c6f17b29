//! How often one person may ask, in whatever way, and how often one address may open sockets.

use std::{num::NonZeroU32, time::Duration};

use chassis::rate_limit::Rate;
use receiver::LiveArgs;
use serde_json::json;
use tokio::net::TcpStream;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, tungstenite::Error as Refused};

use crate::{
    app::{TestApp, upgrade},
    documents::INBOX,
};

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// So many at once, and hardly more while a test runs.
fn few(times: u32) -> Rate {
    Rate::new(times, times * Duration::from_secs(60 * 60))
}

/// Whether an upgrade from this address is let in. The socket is kept in `open`.
async fn comes_in(app: &TestApp, address: &str, open: &mut Vec<Socket>) -> bool {
    let mut request = upgrade(app.port(0));
    let headers = request.headers_mut();
    headers.insert("x-forwarded-for", address.parse().unwrap());
    match tokio_tungstenite::connect_async(request).await {
        Ok((socket, _)) => {
            open.push(socket);
            true
        }
        Err(Refused::Http(response)) => {
            assert_eq!(response.status(), 503);
            assert!(response.headers().contains_key("retry-after"));
            false
        }
        Err(error) => panic!("{error}"),
    }
}

/// S8: the rate of all is not one address' to use up.
#[tokio::test]
async fn s8_one_address_cannot_keep_others_from_opening_sockets() {
    let live = LiveArgs {
        sockets_per_second: NonZeroU32::new(20).unwrap(),
        sockets_per_address: few(5),
        ..LiveArgs::default()
    };
    let app = TestApp::with(1, live).await;
    let mut open = vec![];
    let mut let_in = 0;
    for _ in 0..60 {
        let_in += usize::from(comes_in(&app, "203.0.113.1", &mut open).await);
    }
    assert_eq!(let_in, 5);
    for address in ["203.0.113.2", "2001:db8:1:2::1"] {
        assert!(comes_in(&app, address, &mut open).await, "{address}");
    }
    // A /64 is one household.
    let mut let_in = 1;
    for host in 2..10 {
        let address = format!("2001:db8:1:2::{host}");
        let_in += usize::from(comes_in(&app, &address, &mut open).await);
    }
    assert_eq!(let_in, 5);
}

#[tokio::test]
async fn a_person_asks_so_often_over_http_over_sockets_and_as_an_event_stream() {
    let mut app = TestApp::empty(lab_stack::servers::shared().redis_url()).await;
    let mut config = app.config(LiveArgs::default());
    config.rates.operations_per_user = few(3);
    config.searches.searches_per_user = few(2);
    app.start(config).await;
    let (ada, bob, _) = app.trio().await;
    let unread = "{ unreadCounts { chatId } }";

    app.ask(Some(&ada), unread, json!({})).await.ok();
    let mut inbox = app.follow(&ada, INBOX, json!({})).await;
    inbox.next().await;
    app.ask(Some(&ada), unread, json!({})).await.ok();
    app.ask(Some(&ada), unread, json!({}))
        .await
        .assert_refused("RATE_LIMITED", None);
    app.follow(&ada, INBOX, json!({}))
        .await
        .fails("RATE_LIMITED")
        .await;
    let stream = reqwest::Client::new()
        .post(format!("http://127.0.0.1:{}/graphql", app.port(0)))
        .bearer_auth(&ada.token)
        .header("accept", "text/event-stream")
        .json(&json!({ "query": INBOX }))
        .send()
        .await
        .unwrap();
    assert_eq!(stream.status(), 429);
    assert!(stream.headers().contains_key("retry-after"));

    let search = "{ publicChats(query: \"a\") { nodes { id } } }";
    for _ in 0..2 {
        app.ask(Some(&ada), search, json!({})).await.ok();
    }
    app.ask(Some(&ada), search, json!({}))
        .await
        .assert_refused("RATE_LIMITED", None);
    app.ask(Some(&bob), search, json!({})).await.ok();
}
