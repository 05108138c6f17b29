//! Subscriptions in every form in which the specification allows them to be written: each works like the plain form, or is
//! refused with an error that says why. Nothing ends in silence, neither on a socket nor as an event stream.

use std::time::Duration;

use serde_json::{Value, json};
use shared_schema::ChatId;

use crate::app::{Person, TestApp};

/// The plain form of all that work.
const FIELD: &str = "messageAdded(chatId: $chat)";

/// Forms that ask for the content of each new message under some name, with variables besides `chat`.
fn working() -> Vec<(String, Option<&'static str>, Value)> {
    let plain = |text: &str| (text.replace("FIELD", FIELD), None, json!({}));
    let named = |text: &str, name| (text.replace("FIELD", FIELD), Some(name), json!({}));
    let with = |text: &str, variables| (text.replace("FIELD", FIELD), None, variables);
    vec![
        plain("subscription($chat: ID!) { FIELD { content } }"),
        plain("subscription Named($chat: ID!) { FIELD { content } }"),
        named(
            "subscription Named($chat: ID!) { FIELD { content } }",
            "Named",
        ),
        named("subscription($chat: ID!) { FIELD { content } }", ""),
        plain("subscription($chat: ID!) { alias: FIELD { content } }"),
        plain("subscription($chat: ID!) { FIELD { __typename content } }"),
        plain("subscription($chat: ID!) { ...F } fragment F on Subscription { FIELD { content } }"),
        plain("subscription($chat: ID!) { ... on Subscription { FIELD { content } } }"),
        plain("subscription($chat: ID!) { ... { FIELD { content } } }"),
        plain(
            "subscription($chat: ID!) { ...A } fragment A on Subscription { ... { ...B } } fragment B on Subscription { FIELD { ...C } } fragment C on Message { content }",
        ),
        plain(
            "subscription($chat: ID!) { ...A ...A } fragment A on Subscription { FIELD { content } }",
        ),
        plain("subscription($chat: ID!) { FIELD { id } FIELD { content } }"),
        plain(
            "subscription($chat: ID!) { FIELD { sender { username } } ...A } fragment A on Subscription { FIELD { content sender { id } } }",
        ),
        plain("subscription($chat: ID!) { FIELD @include(if: true) @skip(if: false) { content } }"),
        plain("subscription($chat: ID!) { FIELD { content } chatAdded @skip(if: true) { id } }"),
        plain(
            "subscription($chat: ID!, $yes: Boolean! = true) { FIELD @include(if: $yes) { content } }",
        ),
        plain(
            "subscription($chat: ID!, $yes: Boolean = true) { ...A @include(if: $yes) } fragment A on Subscription { FIELD { content } }",
        ),
        plain(
            "subscription($chat: ID!, $yes: Boolean! = true) { FIELD { content @include(if: $yes) id @skip(if: $yes) } }",
        ),
        with(
            "subscription($chat: ID!, $no: Boolean!) { ... @skip(if: $no) { FIELD { content } } }",
            json!({ "no": false }),
        ),
        with(
            "subscription($chat: ID!, $a: Boolean!) { chatAdded @include(if: $a) { id } FIELD @skip(if: $a) { content } }",
            json!({ "a": false }),
        ),
        with(
            "subscription($chat: ID!, $after: Cursor) { messageAdded(chatId: $chat, after: $after) { content } }",
            json!({}),
        ),
        with(
            "subscription($chat: ID!, $after: Cursor = null) { messageAdded(chatId: $chat, after: $after) { content } }",
            json!({ "other": [1, { "x": 2 }] }),
        ),
        named(
            "subscription A($chat: ID!) { FIELD { content } } subscription B { chatAdded { id } } query C { unreadCounts { chatId } }",
            "A",
        ),
        named(
            "subscription A($chat: ID!) { ...F } subscription B($chat: ID!) { ...F } fragment F on Subscription { FIELD { content } }",
            "B",
        ),
        plain(
            "\"what it does\" subscription Q(\"which\" $chat : ID ! # so\r) { FIELD { content } }",
        ),
    ]
}

/// Forms that are refused, with a part of what the error says.
fn refused() -> Vec<(String, Option<&'static str>, Value, &'static str)> {
    let plain = |text: &str, why| (text.replace("FIELD", FIELD), None, json!({}), why);
    let named = |text: &str, name, why| (text.replace("FIELD", FIELD), Some(name), json!({}), why);
    let with = |text: &str, variables, why| (text.replace("FIELD", FIELD), None, variables, why);
    vec![
        plain("subscription { __typename }", "one root field"),
        plain(
            "subscription($chat: ID!) { __typename FIELD { content } }",
            "one root field",
        ),
        plain(
            "subscription { __schema { types { name } } }",
            "one root field",
        ),
        plain(
            "subscription($chat: ID!) { FIELD { content } chatAdded { id } }",
            "one root field",
        ),
        plain(
            "subscription($chat: ID!) { a: FIELD { content } b: FIELD { content } }",
            "one root field",
        ),
        plain(
            "subscription($chat: ID!) { FIELD { content } ...A } fragment A on Subscription { chatAdded { id } }",
            "one root field",
        ),
        plain(
            "subscription($chat: ID!) { FIELD @skip(if: true) { content } }",
            "skipped",
        ),
        plain(
            "subscription($chat: ID!) { ...A @include(if: false) } fragment A on Subscription { FIELD { content } }",
            "skipped",
        ),
        with(
            "subscription($chat: ID!, $no: Boolean!) { FIELD @include(if: $no) { content } }",
            json!({ "no": false }),
            "skipped",
        ),
        plain(
            "subscription($chat: ID!, $no: Boolean!) { FIELD @include(if: $no) { content } }",
            "$no",
        ),
        with(
            "subscription($chat: ID!, $no: Boolean!) { FIELD @include(if: $no) { content } }",
            json!({ "no": "false" }),
            "$no",
        ),
        plain(
            "subscription($chat: ID!, $no: Boolean) { FIELD @include(if: $no) { content } }",
            "condition",
        ),
        plain(
            "subscription($chat: ID!) { FIELD @include { content } }",
            "condition",
        ),
        plain(
            "subscription($chat: ID!) { ...A @other } fragment A on Subscription { FIELD { content } }",
            "@other",
        ),
        plain(
            "subscription($chat: ID!) { FIELD @other { content } }",
            "other",
        ),
        plain(
            "subscription($chat: ID!) { ... on Query { FIELD { content } } }",
            "Query",
        ),
        plain(
            "subscription($chat: ID!) { ...A } fragment A on Chat { id }",
            "Chat",
        ),
        plain("subscription($chat: ID!) { ...A }", "fragment A"),
        plain(
            "subscription($chat: ID!) { ...A } fragment A on Subscription { ...A }",
            "cycle",
        ),
        plain(
            "subscription($chat: ID!) { FIELD { content } } fragment A on Message { id }",
            "A",
        ),
        plain(
            "subscription($chat: ID!, $more: Int) { FIELD { content } }",
            "more",
        ),
        plain("subscription($chat: ID!) { FIELD }", "messageAdded"),
        plain("subscription { messageAdded { content } }", "chatId"),
        plain(
            "subscription A($chat: ID!) { FIELD { content } } subscription B { chatAdded { id } }",
            "operationName",
        ),
        named(
            "subscription A($chat: ID!) { FIELD { content } } subscription B { chatAdded { id } }",
            "C",
            "name",
        ),
        named(
            "subscription($chat: ID!) { FIELD { content } }",
            "A",
            "name",
        ),
    ]
}

fn payload(text: &str, name: Option<&str>, variables: &Value, chat: ChatId) -> Value {
    let mut variables = variables.clone();
    variables["chat"] = json!(chat);
    json!({ "query": text, "operationName": name, "variables": variables })
}

/// The first answer, as it comes on a socket: the content of a message, or what an error says.
async fn on_a_socket(
    app: &TestApp,
    ada: &Person,
    chat: ChatId,
    payload: &Value,
) -> Result<Value, String> {
    let mut socket = app.socket(ada).await;
    socket
        .say(json!({ "type": "subscribe", "id": "1", "payload": payload }))
        .await;
    let mut said = 0;
    loop {
        // Messages until one comes through: nobody says when a stream is open.
        said += 1;
        assert!(said < 20, "silence: {payload}");
        app.say(ada, chat, "hello").await;
        let message = tokio::time::timeout(Duration::from_secs(1), socket.message());
        let Ok(message) = message.await else { continue };
        return match message["type"].as_str().unwrap() {
            "next" => Ok(message["payload"].clone()),
            "error" => Err(message["payload"].to_string()),
            other => panic!("{other}: {payload}"),
        };
    }
}

/// The same as an event stream.
async fn as_events(
    app: &TestApp,
    ada: &Person,
    chat: ChatId,
    payload: &Value,
) -> Result<Value, String> {
    let mut response = reqwest::Client::new()
        .post(app.url(0))
        .header("accept", "text/event-stream")
        .bearer_auth(&ada.token)
        .json(payload)
        .send()
        .await
        .unwrap();
    if response.status() != 200 {
        return Err(response.text().await.unwrap());
    }
    let mut text = String::new();
    for _ in 0..20 {
        app.say(ada, chat, "hello").await;
        let chunk = tokio::time::timeout(Duration::from_secs(1), response.chunk());
        let Ok(chunk) = chunk.await else { continue };
        let chunk = chunk
            .unwrap()
            .unwrap_or_else(|| panic!("it ended: {text} {payload}"));
        text.push_str(std::str::from_utf8(&chunk).unwrap());
        let Some((_, data)) = text.split_once("event: next\ndata: ") else {
            continue;
        };
        let Some((data, _)) = data.split_once("\n\n") else {
            continue;
        };
        let data: Value = serde_json::from_str(data).unwrap();
        return match data.get("errors") {
            Some(errors) => Err(errors.to_string()),
            None => Ok(data),
        };
    }
    panic!("silence: {payload}");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_form_of_the_specification_works_like_the_plain_one() {
    let app = TestApp::new().await;
    let ada = app.person("ada").await;
    let chat = app.group(&ada, &[]).await;
    for (text, name, variables) in working() {
        let payload = payload(&text, name, &variables, chat);
        for told in [
            on_a_socket(&app, &ada, chat, &payload).await,
            as_events(&app, &ada, chat, &payload).await,
        ] {
            let told = told.unwrap_or_else(|error| panic!("{text}: {error}"));
            let fields = told["data"].as_object().unwrap();
            assert_eq!(fields.len(), 1, "{text}: {told}");
            let field = fields.values().next().unwrap();
            assert_eq!(field["content"], "hello", "{text}: {told}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_other_form_is_refused_with_a_reason() {
    let app = TestApp::new().await;
    let ada = app.person("ada").await;
    let chat = app.group(&ada, &[]).await;
    for (text, name, variables, why) in refused() {
        let payload = payload(&text, name, &variables, chat);
        for told in [
            on_a_socket(&app, &ada, chat, &payload).await,
            as_events(&app, &ada, chat, &payload).await,
        ] {
            let error = told.expect_err(&text);
            assert!(error.contains("BAD_USER_INPUT"), "{text}: {error}");
            assert!(error.contains(why), "{text}: {error}");
        }
    }
}

/// Two who send the same document with different conditions at the top ask for different things.
#[tokio::test]
async fn conditions_at_the_top_keep_subscribers_apart() {
    let app = TestApp::new().await;
    let ada = app.person("ada").await;
    let chat = app.group(&ada, &[]).await;
    let text = "subscription($chat: ID!, $short: Boolean!) {
        messageAdded(chatId: $chat) @include(if: $short) { content }
        ... @skip(if: $short) { messageAdded(chatId: $chat) { content id } }
    }";
    let mut sockets = vec![];
    for short in [true, false, true, false] {
        let mut socket = app.socket(&ada).await;
        socket
            .start("1", text, json!({ "chat": chat, "short": short }))
            .await;
        // Open when a message has come through.
        while let Err(_) | Ok(false) = tokio::time::timeout(Duration::from_millis(500), async {
            app.say(&ada, chat, "open?").await;
            socket.message().await["type"] == "next"
        })
        .await
        {}
        sockets.push((short, socket));
    }
    app.say(&ada, chat, "the last").await;
    for (short, socket) in &mut sockets {
        loop {
            let message = socket.message().await;
            let told = &message["payload"]["data"]["messageAdded"];
            assert_eq!(told.get("id").is_none(), *short, "{message}");
            if told["content"] == "the last" {
                break;
            }
        }
    }
}

/// S6: what one user has the process keep is bounded, and what ends gives its part back.
#[tokio::test]
async fn distinct_documents_are_kept_up_to_a_bound_per_user() {
    let live = receiver::LiveArgs {
        subscription_kib_per_user: 256,
        ..receiver::LiveArgs::default()
    };
    let app = TestApp::with(1, live).await;
    let ada = app.person("ada").await;
    let bob = app.person("bob").await;
    let fields = "cursor caughtUp feedId ".repeat(50);
    let document = |number: usize| format!("subscription Q{number} {{ inbox {{ {fields} }} }}");
    let mut socket = app.socket(&ada).await;
    let mut running = 0;
    let refused = loop {
        socket
            .start(&running.to_string(), &document(running), json!({}))
            .await;
        let message = socket.message().await;
        if message["type"] == "error" {
            break message;
        }
        running += 1;
    };
    assert!((2..10).contains(&running), "{running}");
    assert_eq!(
        refused["payload"][0]["extensions"]["code"],
        "BAD_USER_INPUT"
    );
    let text = refused["payload"][0]["message"].as_str().unwrap();
    assert!(text.contains("subscriptions"), "{refused}");
    // Also on another socket of hers, and not for somebody else.
    let mut other = app.socket(&ada).await;
    other.start("1", &document(100), json!({})).await;
    assert_eq!(other.message().await["type"], "error");
    let mut others = app.socket(&bob).await;
    others.start("1", &document(100), json!({})).await;
    assert_eq!(others.message().await["type"], "next");
    socket.say(json!({ "type": "complete", "id": "0" })).await;
    socket.start("again", &document(200), json!({})).await;
    let message = socket.message().await;
    assert_eq!(
        (&message["type"], &message["id"]),
        (&json!("next"), &json!("again"))
    );
}

/// S6: a subscription's document may have fewer tokens than a query's.
#[tokio::test]
async fn a_subscription_has_fewer_tokens_than_a_query() {
    let app = TestApp::new().await;
    let ada = app.person("ada").await;
    let mut socket = app.socket(&ada).await;
    let document = format!("subscription {{ inbox {{ {} }} }}", "cursor ".repeat(1_000));
    socket.start("1", &document, json!({})).await;
    let message = socket.message().await;
    assert_eq!(message["type"], "error", "{message}");
    assert!(message["payload"].to_string().contains("800"), "{message}");
}
