//! `graphql-transport-ws`, state by state, with the close code of every way to break it.

use receiver::LiveArgs;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{Message, protocol::Role},
};

use crate::{
    app::{Frame, Person, Socket, TestApp, upgrade},
    documents::{CHAT_EVENTS, INBOX},
};

async fn one() -> (TestApp, Person) {
    let app = TestApp::new().await;
    let ada = app.person("ada").await;
    (app, ada)
}

#[tokio::test]
async fn what_is_no_message_of_the_protocol_closes_4400() {
    let (app, ada) = one().await;
    let bad = [
        Message::text("not JSON"),
        Message::text("[]"),
        Message::text(r#"{"type":"start"}"#),
        Message::text(r#"{"type":"subscribe"}"#),
        Message::text(
            r#"{"type":"subscribe","id":"","payload":{"query":"{ unreadCounts { chatId } }"}}"#,
        ),
        Message::text(r#"{"type":"complete"}"#),
        Message::binary(vec![1, 2, 3]),
    ];
    for message in bad {
        let mut socket = app.socket(&ada).await;
        socket.send(message.clone()).await;
        assert_eq!(socket.closed().await, 4400, "{message:?}");
    }
    let mut early = Socket::fresh(app.port(0)).await;
    early.send(Message::text("not JSON")).await;
    assert_eq!(
        early.next().await,
        Frame::Closed(4400, "Invalid message".into())
    );
}

#[tokio::test]
async fn subscribing_before_the_acknowledgement_closes_4401() {
    let (app, _) = one().await;
    let mut socket = Socket::fresh(app.port(0)).await;
    socket.start("1", INBOX, json!({})).await;
    assert_eq!(socket.closed().await, 4401);
}

#[tokio::test]
async fn a_bad_or_missing_token_closes_4403() {
    let (app, ada) = one().await;
    let payloads = [
        Value::Null,
        json!({}),
        json!({ "accessToken": null }),
        json!({ "accessToken": "" }),
        json!({ "accessToken": "a.b.c" }),
        json!({ "accessToken": format!("{}x", ada.token) }),
        json!({ "accessToken": app.token_for(&ada, -61) }),
        json!({ "accessToken": "x".repeat(5_000) }),
    ];
    for payload in payloads {
        let mut socket = Socket::fresh(app.port(0)).await;
        socket
            .say(json!({ "type": "connection_init", "payload": payload }))
            .await;
        assert_eq!(socket.closed().await, 4403, "{payload}");
    }
    let mut without = Socket::fresh(app.port(0)).await;
    without.say(json!({ "type": "connection_init" })).await;
    assert_eq!(without.closed().await, 4403);
}

#[tokio::test]
async fn another_or_no_subprotocol_closes_4406() {
    let (app, _) = one().await;
    for protocol in [None, Some("graphql-ws"), Some("mqtt, soap")] {
        let mut tcp = tokio::net::TcpStream::connect(("127.0.0.1", app.port(0)))
            .await
            .unwrap();
        let protocol = protocol.map_or(String::new(), |name| {
            format!("Sec-WebSocket-Protocol: {name}\r\n")
        });
        let request = format!(
            "GET /graphql HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
             Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n{protocol}\r\n"
        );
        tcp.write_all(request.as_bytes()).await.unwrap();
        let mut head = vec![];
        while !head.ends_with(b"\r\n\r\n") {
            head.push(tcp.read_u8().await.unwrap());
        }
        let head = String::from_utf8(head).unwrap();
        assert!(head.starts_with("HTTP/1.1 101"), "{head}");
        assert!(
            !head.to_lowercase().contains("sec-websocket-protocol"),
            "{head}"
        );
        let mut socket = WebSocketStream::from_raw_socket(tcp, Role::Client, None).await;
        let Some(Ok(Message::Close(Some(frame)))) =
            futures_util::StreamExt::next(&mut socket).await
        else {
            panic!("not closed");
        };
        assert_eq!(u16::from(frame.code), 4406);
    }
}

#[tokio::test]
async fn who_does_not_introduce_themselves_in_time_is_closed_4408() {
    let (app, _) = one().await;
    let began = std::time::Instant::now();
    let mut socket = Socket::fresh(app.port(0)).await;
    assert_eq!(socket.closed().await, 4408);
    assert!(
        began.elapsed().as_millis() >= 2_900,
        "{:?}",
        began.elapsed()
    );
}

#[tokio::test]
async fn an_id_that_is_in_use_closes_4409_and_one_that_is_free_again_does_not() {
    let (app, ada) = one().await;
    let mut socket = app.socket(&ada).await;
    socket.start("1", INBOX, json!({})).await;
    socket.message().await;
    for _ in 0..3 {
        socket.say(json!({ "type": "complete", "id": "1" })).await;
        socket.start("1", INBOX, json!({})).await;
        assert_eq!(socket.message().await["id"], "1");
    }
    // A refused operation leaves its id free as well.
    socket
        .start("2", "subscription { nothing }", json!({}))
        .await;
    assert_eq!(socket.message().await["type"], "error");
    socket.start("2", INBOX, json!({})).await;
    assert_eq!(socket.message().await["type"], "next");
    socket.start("1", INBOX, json!({})).await;
    assert_eq!(socket.closed().await, 4409);
}

#[tokio::test]
async fn introducing_oneself_twice_closes_4429() {
    let (app, ada) = one().await;
    let mut socket = app.socket(&ada).await;
    socket
        .say(json!({ "type": "connection_init", "payload": { "accessToken": ada.token } }))
        .await;
    assert_eq!(socket.closed().await, 4429);
}

#[tokio::test]
async fn a_message_above_64_kib_closes_1009() {
    let (app, ada) = one().await;
    for size in [64 * 1024 + 1, 1024 * 1024] {
        let mut socket = app.socket(&ada).await;
        socket.send(Message::text("x".repeat(size))).await;
        assert_eq!(socket.closed().await, 1009, "{size}");
    }
    let mut socket = app.socket(&ada).await;
    let message = json!({ "type": "ping", "payload": { "x": "x".repeat(60_000) } });
    socket.say(message.clone()).await;
    assert_eq!(socket.message().await["payload"], message["payload"]);
}

#[tokio::test]
async fn more_than_100_messages_in_10_seconds_close_1013() {
    let (app, ada) = one().await;
    let mut socket = app.socket(&ada).await;
    for _ in 0..100 {
        socket.say(json!({ "type": "pong" })).await;
    }
    socket.say(json!({ "type": "ping" })).await;
    assert_eq!(socket.closed().await, 1013);
}

#[tokio::test]
async fn pings_are_answered_with_their_payload_before_and_after_the_introduction() {
    let (app, ada) = one().await;
    let mut socket = Socket::fresh(app.port(0)).await;
    for signed_in in [false, true] {
        socket.say(json!({ "type": "ping" })).await;
        assert_eq!(socket.message().await, json!({ "type": "pong" }));
        let payload = json!({ "at": 1.5, "list": [1, null, "x"] });
        socket
            .say(json!({ "type": "ping", "payload": payload }))
            .await;
        assert_eq!(
            socket.message().await,
            json!({ "type": "pong", "payload": payload })
        );
        socket.say(json!({ "type": "pong", "payload": {} })).await;
        socket
            .say(json!({ "type": "complete", "id": "unknown" }))
            .await;
        if !signed_in {
            let payload = json!({ "accessToken": ada.token });
            socket
                .say(json!({ "type": "connection_init", "payload": payload }))
                .await;
            assert_eq!(socket.message().await["type"], "connection_ack");
        }
    }
}

#[tokio::test]
async fn members_that_nobody_asked_for_and_nulls_are_tolerated() {
    let (app, ada) = one().await;
    let mut socket = Socket::fresh(app.port(0)).await;
    socket
        .say(json!({
            "type": "connection_init", "extra": 1,
            "payload": { "accessToken": ada.token, "client": { "name": "web" } }
        }))
        .await;
    assert_eq!(socket.message().await["type"], "connection_ack");
    socket
        .say(json!({
            "type": "subscribe", "id": "a", "extra": [1],
            "payload": {
                "query": INBOX, "operationName": null, "variables": null, "extensions": null, "extra": 1
            }
        }))
        .await;
    assert_eq!(socket.message().await["type"], "next");
    socket
        .say(json!({
            "type": "subscribe", "id": "b",
            "payload": {
                "query": format!("{INBOX} query Other {{ unreadCounts {{ chatId }} }}"),
                "operationName": "Inbox", "variables": {}, "extensions": {}
            }
        }))
        .await;
    assert_eq!(socket.message().await["type"], "next");
}

#[tokio::test]
async fn whatever_cannot_run_is_an_error_frame_and_the_socket_goes_on() {
    let (app, ada) = one().await;
    let deep = format!("subscription {{ inbox {{ {}", "x { ".repeat(20)) + &"} ".repeat(22);
    let wide: String = (0..21).map(|n| format!("a{n}: cursor ")).collect();
    let documents = [
        "not GraphQL".to_owned(),
        String::new(),
        "subscription { nothing }".into(),
        "subscription { inbox { nothing } }".into(),
        "subscription { inbox(after: 7) { cursor } }".into(),
        "subscription { inbox { cursor } unreadCountUpdated { chatId } }".into(),
        "query { unreadCounts { chatId } }".into(),
        "mutation { createMessage { cursor } }".into(),
        "subscription A { inbox { cursor } } subscription B { inbox { cursor } }".into(),
        deep,
        format!("subscription {{ inbox {{ {wide} }} }}"),
        format!("subscription {{ inbox {{ {} }} }}", "cursor ".repeat(2_001)),
        "subscription { inbox { ...A } } fragment A on FeedBatch { ...B } fragment B on FeedBatch { ...A }".into(),
    ];
    let mut socket = app.socket(&ada).await;
    for document in &documents {
        socket.start("x", document, json!({})).await;
        let message = socket.message().await;
        assert_eq!(message["type"], "error", "{document}: {message}");
        assert_eq!(message["id"], "x");
        let error = &message["payload"][0];
        assert_eq!(
            error["extensions"]["code"], "BAD_USER_INPUT",
            "{document}: {message}"
        );
        assert!(error["extensions"]["traceId"].is_string(), "{message}");
    }
    socket.silence(100).await;
    socket.start("x", INBOX, json!({})).await;
    assert_eq!(socket.message().await["type"], "next");
}

#[tokio::test]
async fn a_thirty_third_operation_is_refused_until_one_of_the_others_ends() {
    let (app, ada) = one().await;
    let mut socket = app.socket(&ada).await;
    for number in 0..32 {
        socket.start(&number.to_string(), INBOX, json!({})).await;
        assert_eq!(socket.message().await["type"], "next");
    }
    socket.start("more", INBOX, json!({})).await;
    let refused = socket.message().await;
    assert_eq!(
        (&refused["type"], &refused["id"]),
        (&json!("error"), &json!("more"))
    );
    socket.say(json!({ "type": "complete", "id": "7" })).await;
    socket.start("more", INBOX, json!({})).await;
    assert_eq!(socket.message().await["type"], "next");
    assert_eq!(app.metric("receiver_subscriptions").await, 32.0);
    drop(socket);
    for _ in 0..100 {
        if app.metric("receiver_subscriptions").await == 0.0 {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    panic!("operations outlive their socket");
}

#[tokio::test]
async fn complete_stops_a_stream_and_only_that_one() {
    let (app, ada) = one().await;
    let chat = app.group(&ada, &[]).await;
    let mut socket = app.socket(&ada).await;
    for id in ["a", "b"] {
        socket.start(id, CHAT_EVENTS, json!({ "chat": chat })).await;
        assert_eq!(socket.message().await["id"], id);
    }
    socket.say(json!({ "type": "complete", "id": "a" })).await;
    socket.say(json!({ "type": "ping" })).await;
    assert_eq!(socket.message().await["type"], "pong");
    app.say(&ada, chat, "hello").await;
    assert_eq!(socket.message().await["id"], "b");
    socket.silence(200).await;
}

#[tokio::test]
async fn a_page_of_another_origin_is_refused() {
    let mut app = TestApp::empty(lab_stack::servers::shared().redis_url()).await;
    let mut config = app.config(LiveArgs::default());
    config.graphql.allowed_origins = vec!["https://chat.example".into()];
    app.start(config).await;
    let port = app.port(0);
    let own = format!("http://127.0.0.1:{port}");
    for (origin, allowed) in [
        ("https://chat.example", true),
        (&own, true),
        ("https://evil.example", false),
        ("null", false),
        ("http://127.0.0.1", false),
    ] {
        let mut request = upgrade(port);
        request
            .headers_mut()
            .insert("origin", origin.parse().unwrap());
        let outcome = tokio_tungstenite::connect_async(request).await;
        match outcome {
            Ok(_) => assert!(allowed, "{origin}"),
            Err(tokio_tungstenite::tungstenite::Error::Http(response)) => {
                assert!(!allowed, "{origin}");
                assert_eq!(response.status(), 403);
            }
            Err(error) => panic!("{origin}: {error}"),
        }
    }
}

#[tokio::test]
async fn header_words_are_read_in_any_case() {
    let (app, ada) = one().await;
    let mut request = upgrade(app.port(0));
    request
        .headers_mut()
        .insert("upgrade", "WebSocket".parse().unwrap());
    request
        .headers_mut()
        .insert("connection", "keep-alive, UPGRADE".parse().unwrap());
    let mut socket = Socket::of(request).await;
    socket
        .say(json!({ "type": "connection_init", "payload": { "accessToken": ada.token } }))
        .await;
    assert_eq!(socket.message().await["type"], "connection_ack");
}
