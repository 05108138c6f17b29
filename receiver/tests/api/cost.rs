//! How many statements a query costs: a number that does not grow with the answer.

use receiver::LiveArgs;
use serde_json::json;
use shared_schema::{ChatKind, Cursor, EventId, UserId};

use crate::{
    app::{Person, TestApp},
    documents::INBOX,
};

const CHATS: &str = "{ chats(first: 50) { edges { unreadCount participant { role user { username } }
    node { id name lastMessage { content sender { username } replyTo { content sender { username } } }
           participants(first: 3) { nodes { role user { username } } } } } } }";

/// Each time is asked so often that what else a receiver asks Postgres hardly counts.
const TIMES: i64 = 10;

/// An app on which `ada` has so many chats, with someone else in each, who has answered her.
async fn chats(count: usize) -> (TestApp, Person) {
    let app = TestApp::empty(lab_stack::servers::shared().redis_url()).await;
    let ada = app.person("ada").await;
    for number in 0..count {
        let other = app.person(&format!("other-{number}")).await;
        let chat = app.chat(ChatKind::Group, "A chat", &ada, &[&other]).await;
        let question = app.say(&ada, chat, "question").await;
        app.reply(&other, chat, "answer", Some(question.id)).await;
    }
    (app, ada)
}

/// Every statement of the receiver is a transaction of its own. A backend reports them at the latest when it ends.
async fn transactions(app: &TestApp) -> i64 {
    app.count_what_was_written().await;
    loop {
        let row = app
            .owner
            .query_one(
                "SELECT count(*) FROM pg_stat_activity
                 WHERE datname = current_database() AND application_name = 'receiver'",
                &[],
            )
            .await
            .unwrap();
        if row.get::<_, i64>(0) == 0 {
            break;
        }
        // Our own questions count as well.
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    let sql = "SELECT xact_commit FROM pg_stat_database WHERE datname = current_database()";
    // A connection of its own, for a fresh look.
    let fresh = app.database.connect_as_owner().await;
    fresh.query_one(sql, &[]).await.unwrap().get(0)
}

/// What a receiver asks of Postgres from its start to its end while this is done.
async fn cost(app: &mut TestApp, work: impl AsyncFn(&TestApp)) -> i64 {
    let before = transactions(app).await;
    let config = app.config(LiveArgs::default());
    app.start(config).await;
    for _ in 0..TIMES {
        work(app).await;
    }
    app.stop(0).await;
    transactions(app).await - before
}

#[tokio::test]
async fn fifty_chats_with_all_that_is_in_them_cost_no_more_statements_than_five() {
    let mut costs = vec![];
    for count in [5, 50] {
        let (mut app, ada) = chats(count).await;
        let cost = cost(&mut app, async |app: &TestApp| {
            let page = app.ask(Some(&ada), CHATS, json!({})).await.ok();
            let edges = page["edges"].as_array().unwrap();
            assert_eq!(edges.len(), count);
            for edge in edges {
                assert_eq!(
                    edge["node"]["lastMessage"]["replyTo"]["sender"]["username"],
                    "ada"
                );
                assert_eq!(
                    edge["node"]["participants"]["nodes"]
                        .as_array()
                        .unwrap()
                        .len(),
                    2
                );
            }
        })
        .await;
        costs.push(cost);
    }
    assert!(costs[1] - costs[0] < 5 * TIMES, "{costs:?}");
    assert!(costs[1] < 20 * TIMES, "{costs:?}");
}

#[tokio::test]
async fn opening_an_inbox_of_fifty_chats_costs_no_more_statements_than_of_five() {
    let mut costs = vec![];
    for count in [5, 50] {
        let (mut app, ada) = chats(count).await;
        let cost = cost(&mut app, async |app: &TestApp| {
            let mut inbox = app.follow(&ada, INBOX, json!({})).await;
            assert_eq!(inbox.greeting(ada.id).await.len(), count + 1);
        })
        .await;
        costs.push(cost);
    }
    assert!(costs[1] - costs[0] < 5 * TIMES, "{costs:?}");
    assert!(costs[1] < 25 * TIMES, "{costs:?}");
}

/// S10: a cursor ahead of its feed made each field of a query ask Postgres every 25 ms, ten aliases ten times.
#[tokio::test]
async fn s10_ten_fields_that_wait_for_a_cursor_wait_once_and_ask_rarely() {
    let (mut app, ada) = chats(1).await;
    let feed = app.head(ada.id).await;
    let ahead = Cursor {
        seq: 99,
        event: EventId::new(),
        ..feed
    };
    let foreign = Cursor {
        seq: 99,
        event: EventId::new(),
        ..Cursor::start(UserId::new())
    };
    let fields: Vec<String> = (0..10)
        .map(|nth| {
            let cursor = if nth % 2 == 0 { ahead } else { foreign };
            format!("f{nth}: chats(first: 1, atLeast: \"{cursor}\") {{ nodes {{ id }} }}")
        })
        .collect();
    let document = format!("{{ {} }}", fields.join(" "));
    let waiting = cost(&mut app, async |app| {
        let begun = std::time::Instant::now();
        let answer = app.ask(Some(&ada), &document, json!({})).await;
        assert_eq!(answer.codes(), ["UNAVAILABLE"; 10]);
        let took = begun.elapsed().as_millis();
        assert!((1_400..4_000).contains(&took), "{took} ms");
    })
    .await;
    // The sweep goes on meanwhile.
    let each = waiting / TIMES;
    assert!(each <= 20, "{each} transactions for one request");
}

/// S10: more requests of one person than may wait at once are answered without waiting.
#[tokio::test]
async fn s10_so_many_requests_of_one_person_wait_and_further_ones_do_not() {
    let app = TestApp::new().await;
    let ada = app.person("ada").await;
    let ahead = Cursor {
        seq: 99,
        event: EventId::new(),
        ..app.head(ada.id).await
    };
    let asked = (0..12).map(|_| async {
        let begun = std::time::Instant::now();
        let document = "query ($at: Cursor) { chats(atLeast: $at) { nodes { id } } }";
        let at = json!({ "at": ahead.to_string() });
        app.ask(Some(&ada), document, at)
            .await
            .assert_refused("UNAVAILABLE", None);
        begun.elapsed().as_millis()
    });
    let took = futures_util::future::join_all(asked).await;
    let waited = took.iter().filter(|&&took| took >= 1_400).count();
    assert_eq!(waited, 8, "{took:?}");
}
