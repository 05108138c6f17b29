//! `chats`.

use serde_json::{Value, json};
use shared_schema::{ChatKind, Cursor, UserId};

use crate::app::{TestApp, cursor};

const CHATS: &str = "query($first: Int, $after: String, $atLeast: Cursor) {
    chats(first: $first, after: $after, atLeast: $atLeast) {
        feedCursor
        edges { cursor takesPart unreadCount participant { role lastReadNumber }
                node { id name kind feedCursor messageCount lastMessage { content sender { username } } } }
        nodes { id }
        pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    } }";

fn ids(page: &Value) -> Vec<String> {
    let nodes = page["nodes"].as_array().unwrap();
    nodes
        .iter()
        .map(|node| node["id"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn the_callers_chats_come_with_the_latest_activity_first() {
    let app = TestApp::new().await;
    let (ada, bob, eve) = app.trio().await;
    let quiet = app.group(&ada, &[&bob]).await;
    let busy = app.group(&ada, &[&bob]).await;
    let fresh = app.group(&bob, &[&ada]).await;
    app.group(&ada, &[&eve]).await;
    app.chat(ChatKind::Public, "Public", &ada, &[]).await;
    let left = app.group(&ada, &[&bob]).await;
    app.remove(&ada, left, &bob).await;
    let gone = app.group(&ada, &[&bob]).await;
    app.dissolve(&ada, gone, &[&ada, &bob]).await;
    app.say_many(&ada, busy, 5).await;
    app.read(&bob, busy, 2).await;

    let page = app.ask(Some(&bob), CHATS, json!({})).await.ok();
    assert_eq!(
        ids(&page),
        [busy, fresh, quiet].map(|chat| chat.to_string())
    );
    assert_eq!(cursor(&page["feedCursor"]), app.head(bob.id).await);
    let first = &page["edges"][0];
    assert_eq!(first["unreadCount"], 3);
    assert_eq!(first["takesPart"], true);
    assert_eq!(
        first["participant"],
        json!({ "role": "MEMBER", "lastReadNumber": 2 })
    );
    assert_eq!(first["node"]["lastMessage"]["content"], "5");
    assert_eq!(first["node"]["lastMessage"]["sender"]["username"], "ada");
    assert_eq!(cursor(&first["node"]["feedCursor"]), app.head(busy).await);
    assert_eq!(page["edges"][1]["node"]["lastMessage"], Value::Null);
    assert_eq!(page["edges"][1]["participant"]["role"], "OWNER");
    assert_eq!(page["pageInfo"]["hasNextPage"], false);
}

#[tokio::test]
async fn pages_put_together_are_the_list_also_where_times_are_equal() {
    let app = TestApp::new().await;
    let ada = app.person("ada").await;
    for _ in 0..23 {
        app.group(&ada, &[]).await;
    }
    app.owner
        .execute("UPDATE chats SET created_at = now()", &[])
        .await
        .unwrap();
    let whole = ids(&app
        .ask(Some(&ada), CHATS, json!({ "first": 100 }))
        .await
        .ok());
    assert_eq!(whole.len(), 23);
    let mut seen = vec![];
    let mut after = Value::Null;
    loop {
        let variables = json!({ "first": 5, "after": after });
        let page = app.ask(Some(&ada), CHATS, variables).await.ok();
        assert_eq!(page["pageInfo"]["hasPreviousPage"], !after.is_null());
        seen.extend(ids(&page));
        after = page["pageInfo"]["endCursor"].clone();
        if page["pageInfo"]["hasNextPage"] == false {
            break;
        }
    }
    assert_eq!(seen, whole);
}

#[tokio::test]
async fn what_is_no_page_is_refused_with_the_argument_at_fault() {
    let app = TestApp::new().await;
    let ada = app.person("ada").await;
    for first in [0, -1, 101, i32::MAX] {
        let answer = app.ask(Some(&ada), CHATS, json!({ "first": first })).await;
        answer.assert_refused("BAD_USER_INPUT", "first");
    }
    let user = UserId::new();
    let far = format!("-377705116799999999.{user}");
    let late = format!("{}.{user}", i64::MAX);
    for after in [
        "",
        "x",
        "1",
        "1.x",
        "x.1",
        "-5",
        &far,
        &late,
        &user.to_string(),
    ] {
        let answer = app.ask(Some(&ada), CHATS, json!({ "after": after })).await;
        answer.assert_refused("BAD_USER_INPUT", "after");
    }
    app.ask(None, CHATS, json!({}))
        .await
        .assert_refused("UNAUTHENTICATED", None);
}

#[tokio::test]
async fn at_least_waits_for_what_the_caller_has_seen_and_for_no_more() {
    let app = TestApp::new().await;
    let (ada, bob, eve) = app.trio().await;
    let chat = app.group(&ada, &[&bob]).await;
    let message = app.say(&ada, chat, "hello").await;
    let ask = async |person, cursor: Cursor| {
        let began = std::time::Instant::now();
        let answer = app
            .ask(
                Some(person),
                CHATS,
                json!({ "atLeast": cursor.to_string() }),
            )
            .await;
        (answer, began.elapsed().as_millis())
    };
    ask(&bob, message.position()).await.0.ok();
    ask(&bob, app.head(bob.id).await).await.0.ok();

    // It is written while the query waits.
    let next = Cursor {
        seq: message.seq + 1,
        ..message.position()
    };
    let (late, _) = tokio::join!(ask(&bob, next), async {
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        app.say(&ada, chat, "late").await;
    });
    late.0.ok();
    assert!((250..1_400).contains(&late.1), "{}", late.1);

    // Never written, not the caller's, and not there: the same answer after the same time.
    let never = Cursor {
        seq: 99,
        ..message.position()
    };
    let mut answers = vec![];
    app.remove(&ada, chat, &bob).await;
    app.say(&ada, chat, "behind their back").await;
    let behind = app.head(chat).await;
    for (person, cursor) in [
        (&ada, never),
        (&eve, message.position()),
        (&bob, behind),
        (
            &eve,
            Cursor {
                seq: 1,
                event: message.id.into(),
                ..Cursor::start(UserId::new())
            },
        ),
    ] {
        let (answer, took) = ask(person, cursor).await;
        answer.assert_refused("UNAVAILABLE", None);
        assert!((1_400..4_000).contains(&took), "{took}");
        answers.push(answer.without_trace());
    }
    answers.dedup();
    assert_eq!(answers.len(), 1, "{answers:?}");
    // Where they left is what they have seen.
    ask(
        &bob,
        Cursor {
            seq: behind.seq - 1,
            ..behind
        },
    )
    .await
    .0
    .ok();
}
