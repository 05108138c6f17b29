//! How many sockets there may be, how slow a reader may be, and how sockets end together.

use std::{
    num::NonZeroU32,
    time::{Duration, Instant},
};

use receiver::LiveArgs;
use serde_json::json;
use tokio_tungstenite::tungstenite::Error as Refused;

use crate::{
    app::{Frame, Socket, TestApp, seqs, upgrade},
    documents::{CHAT_EVENTS, INBOX},
};

#[tokio::test]
async fn one_socket_too_many_of_a_user_is_closed_1013_and_another_user_is_not() {
    let live = LiveArgs {
        max_sockets_per_user: 2,
        ..LiveArgs::default()
    };
    let app = TestApp::with(1, live).await;
    let (ada, bob, _) = app.trio().await;
    let first = app.socket(&ada).await;
    let _second = app.socket(&ada).await;
    let mut third = Socket::greeted(app.port(0), &ada.token).await;
    assert_eq!(third.closed().await, 1013);
    app.socket(&bob).await;
    drop(first);
    tokio::time::sleep(Duration::from_millis(200)).await;
    app.socket(&ada).await;
}

#[tokio::test]
async fn beyond_the_bound_of_the_process_an_upgrade_is_503_with_retry_after() {
    let live = LiveArgs {
        max_sockets: 2,
        ..LiveArgs::default()
    };
    let app = TestApp::with(1, live).await;
    let ada = app.person("ada").await;
    let first = app.socket(&ada).await;
    let _silent = Socket::fresh(app.port(0)).await;
    let Err(Refused::Http(response)) = tokio_tungstenite::connect_async(upgrade(app.port(0))).await
    else {
        panic!("there was a place");
    };
    assert_eq!(response.status(), 503);
    let seconds: u64 = response.headers()["retry-after"]
        .to_str()
        .unwrap()
        .parse()
        .unwrap();
    assert!((1..=10).contains(&seconds), "{seconds}");
    // Queries are not concerned.
    app.ask(Some(&ada), "{ unreadCounts { chatId } }", json!({}))
        .await
        .ok();
    drop(first);
    tokio::time::sleep(Duration::from_millis(200)).await;
    app.socket(&ada).await;
}

#[tokio::test]
async fn on_drain_sockets_are_closed_1012_and_the_service_ends() {
    let mut app = TestApp::new().await;
    let ada = app.person("ada").await;
    let mut sockets = vec![];
    for _ in 0..5 {
        let mut op = app.follow(&ada, INBOX, json!({})).await;
        op.next().await;
        sockets.push(op.socket);
    }
    sockets.push(Socket::fresh(app.port(0)).await);
    let began = Instant::now();
    app.drain(0);
    for mut socket in sockets {
        assert_eq!(
            socket.next().await,
            Frame::Closed(1012, "Service restart".into())
        );
    }
    app.stop(0).await;
    assert!(
        began.elapsed() < Duration::from_secs(4),
        "{:?}",
        began.elapsed()
    );
}

/// Large messages for someone who does not read, and a chat for them.
async fn flood(app: &TestApp) -> (crate::app::Person, shared_schema::ChatId) {
    let ada = app.person("ada").await;
    let chat = app.group(&ada, &[]).await;
    let text = "x".repeat(5_000);
    for _ in 0..400 {
        app.say(&ada, chat, &text).await;
    }
    (ada, chat)
}

#[tokio::test]
async fn a_reader_that_stalls_is_let_go_and_costs_nobody_else() {
    let live = LiveArgs {
        socket_stall: Duration::from_millis(700),
        max_sockets: 40,
        ..LiveArgs::default()
    };
    let app = TestApp::with(1, live).await;
    let (ada, chat) = flood(&app).await;
    let bob = app.person("bob").await;
    app.add(&ada, chat, &[&bob]).await;
    let start = shared_schema::Cursor::start(chat).to_string();
    let mut stalled = app.socket(&ada).await;
    for id in 0..20 {
        let variables = json!({ "chat": chat, "after": start });
        stalled.start(&id.to_string(), CHAT_EVENTS, variables).await;
    }
    let mut reader = app.follow(&bob, CHAT_EVENTS, json!({ "chat": chat })).await;
    reader.next().await;
    let began = Instant::now();
    while app.metric("receiver_sockets_open").await > 1.0 {
        app.say(&ada, chat, "for those who read").await;
        reader.events().await;
        assert!(
            began.elapsed() < Duration::from_secs(12),
            "the stalled socket is still open"
        );
    }
    let metrics = app.get(0, "/metrics").await.text;
    assert!(
        metrics.contains("receiver_sockets_closed_total{code=\"1013\"} 1"),
        "{metrics}"
    );
}

#[tokio::test]
async fn what_one_socket_catches_up_with_arrives_whole_in_frames_that_stay_small() {
    let app = TestApp::new().await;
    let (ada, chat) = flood(&app).await;
    let start = shared_schema::Cursor::start(chat).to_string();
    let variables = json!({ "chat": chat, "after": start });
    let mut events = app.follow(&ada, CHAT_EVENTS, variables).await;
    let mut seqs = vec![];
    while seqs.len() < 402 {
        let batch = events.next().await;
        assert!(
            batch.to_string().len() < 256 * 1024,
            "{}",
            batch.to_string().len()
        );
        seqs.extend(crate::app::seqs(batch["events"].as_array().unwrap()));
    }
    assert_eq!(seqs, (1..=402).collect::<Vec<_>>());
}

#[tokio::test]
async fn an_answer_that_no_socket_could_carry_is_an_error_instead_of_a_loop() {
    let app = TestApp::new().await;
    let (ada, chat) = flood(&app).await;
    let aliases: String = (0..6).map(|n| format!("c{n}: content ")).collect();
    let document = format!(
        "subscription($chat: ID!, $after: Cursor) {{ chatEvents(chatId: $chat, after: $after) {{
            cursor events {{ ... on MessageAdded {{ message {{ {aliases} }} }} }} }} }}"
    );
    let start = shared_schema::Cursor::start(chat).to_string();
    let variables = json!({ "chat": chat, "after": start });
    let mut events = app.follow(&ada, &document, variables.clone()).await;
    // Six times the text of a batch is more than half of what a frame may hold, but not too much.
    events.next().await;
    let nested =
        "subscription($chat: ID!, $after: Cursor) { chatEvents(chatId: $chat, after: $after) {
        cursor events { ... on MessageAdded { message { ...A } } } } }
        fragment A on Message { a: content b: content c: content d: content replyTo { ...B } }
        fragment B on Message { a: content b: content c: content d: content replyTo { ...C } }
        fragment C on Message { a: content b: content c: content d: content }";
    let text = "\u{1}".repeat(5_000);
    let mut last = None;
    for _ in 0..60 {
        last = Some(app.reply(&ada, chat, &text, last).await.id);
    }
    let before = app.head(chat).await.seq - 60;
    let row = app
        .owner
        .query_one(
            "SELECT id FROM feed_events WHERE feed_id = $1 AND seq = $2",
            &[&chat.0, &before],
        )
        .await
        .unwrap();
    let position = shared_schema::Cursor {
        feed: chat.into(),
        seq: before,
        event: shared_schema::EventId(row.get("id")),
    };
    let variables = json!({ "chat": chat, "after": position.to_string() });
    let mut events = app.follow(&ada, nested, variables).await;
    events.fails("BAD_USER_INPUT").await;
    events.socket.start("2", INBOX, json!({})).await;
    assert_eq!(events.socket.message().await["type"], "next");
}

#[tokio::test]
async fn a_client_that_answers_no_ping_is_gone() {
    let live = LiveArgs {
        socket_ping: Duration::from_millis(150),
        ..LiveArgs::default()
    };
    let app = TestApp::with(1, live).await;
    let ada = app.person("ada").await;
    // Nobody reads this one, so nobody answers.
    let _deaf = app.socket(&ada).await;
    let mut alive = app.follow(&ada, INBOX, json!({})).await;
    alive.next().await;
    alive.silence(1_200).await;
    assert_eq!(app.metric("receiver_sockets_open").await, 1.0);
}

#[tokio::test]
async fn a_crowd_that_comes_at_once_is_let_in_at_a_bounded_pace() {
    let live = LiveArgs {
        sockets_per_second: NonZeroU32::new(2).unwrap(),
        ..LiveArgs::default()
    };
    let app = TestApp::with(1, live).await;
    let ada = app.person("ada").await;
    let mut crowd = vec![];
    for _ in 0..6 {
        crowd.push(tokio_tungstenite::connect_async(upgrade(app.port(0))).await);
    }
    let refused = crowd.iter().filter(|entry| match entry {
        Err(Refused::Http(response)) => {
            assert_eq!(response.status(), 503);
            assert!(response.headers().contains_key("retry-after"));
            true
        }
        _ => false,
    });
    assert!(refused.count() >= 1, "all came in at once");
    drop(crowd);
    // A second later there is room again.
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    app.socket(&ada).await;
}

#[tokio::test]
async fn all_windows_together_keep_to_their_budget_and_what_they_forgot_is_read_from_postgres() {
    let live = LiveArgs {
        windows_mib: 1,
        ..LiveArgs::default()
    };
    let app = TestApp::with(1, live).await;
    let ada = app.person("ada").await;
    let mut chats = vec![];
    for _ in 0..3 {
        let chat = app.group(&ada, &[]).await;
        let mut events = app.follow(&ada, CHAT_EVENTS, json!({ "chat": chat })).await;
        events.next().await;
        let begin = app.head(chat).await;
        let long = "x".repeat(5_000);
        for _ in 0..150 {
            app.say(&ada, chat, &long).await;
        }
        events.until(chat, app.head(chat).await.seq).await;
        chats.push((chat, begin, events));
    }
    let begun = Instant::now();
    loop {
        let bytes = app.metric("receiver_window_bytes").await;
        if (1.0..=1024.0 * 1024.0).contains(&bytes) {
            break;
        }
        assert!(begun.elapsed() < Duration::from_secs(10), "{bytes}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    for (chat, begin, _events) in chats {
        let variables = json!({ "chat": chat, "after": begin.to_string() });
        let mut resumed = app.follow(&ada, CHAT_EVENTS, variables).await;
        let head = app.head(chat).await.seq;
        let seen = resumed.until(chat, head).await;
        assert_eq!(seqs(&seen), (begin.seq + 1..=head).collect::<Vec<_>>());
    }
}
