//! S5: how fast one person writes, how much one chat takes, and how many others someone may bring in.

use std::time::{Duration, Instant};

use chassis::rate_limit::Rate;
use lab_stack::testing::GraphqlResponse;
use sender::{Config, LimitArgs};
use serde_json::{Value, json};
use shared_schema::MessageId;

use crate::app::{Person, TestApp};

const HOUR: Duration = Duration::from_secs(60 * 60);

/// So many at once, and hardly more while a test runs.
fn few(times: u32) -> Rate {
    Rate::new(times, times * HOUR)
}

/// An app with so many senders whose limits were changed.
async fn limited(senders: usize, change: impl Fn(&mut Config)) -> TestApp {
    let mut app = TestApp::with(0, lab_stack::servers::shared().redis_url()).await;
    for number in 1..=senders {
        let mut config = app.config(number);
        change(&mut config);
        let sender = app.start_with(&config).await;
        app.until_ready(sender).await;
    }
    app
}

fn message(chat: &str) -> Value {
    json!({ "id": MessageId::new().to_string(), "chatId": chat, "content": "hello" })
}

/// How long a refused one is told to wait, by the first field that was refused.
fn wait_of(answer: &GraphqlResponse) -> Duration {
    assert_eq!(answer.codes()[0], "RATE_LIMITED");
    let first = &answer.errors()[0]["extensions"];
    Duration::from_millis(first["retryAfterMs"].as_u64().unwrap())
}

#[tokio::test]
async fn s5_a_person_sends_ten_at_once_and_then_one_a_second() {
    let app = limited(1, |config| config.limits = LimitArgs::default()).await;
    let (ada, bob) = (app.person("ada").await, app.person("bob").await);
    let chat = app.group(&ada, &[&bob]).await;
    let began = Instant::now();
    let (mut asked, mut sent, mut refused) = (0, 0, None);
    // Until the last answer is a refusal: what is sent after one makes its wait longer.
    while asked < 30 || refused.is_none() && asked < 300 {
        asked += 1;
        let input = message(&chat);
        let answer = app.call(&ada, "createMessage", input.clone()).await;
        refused = match answer.outcome() {
            "ok" => {
                sent += 1;
                None
            }
            _ => Some((input, wait_of(&answer))),
        };
    }
    let most = 11 + began.elapsed().as_secs();
    assert!(
        (10..=most).contains(&sent),
        "{sent} of {asked} in {:?}",
        began.elapsed()
    );
    let (input, wait) = refused.expect("nobody was refused");
    assert!(wait <= Duration::from_secs(60), "{wait:?}");
    app.say(&bob, &chat, "others are not concerned").await;
    tokio::time::sleep(wait).await;
    app.call(&ada, "createMessage", input).await.ok();
}

#[tokio::test]
async fn s5_a_retry_is_answered_though_its_sender_has_used_up_the_limit() {
    let app = limited(1, |config| config.limits.sends_per_user = few(3)).await;
    let ada = app.person("ada").await;
    let chat = app.group(&ada, &[]).await;
    let inputs: Vec<Value> = (0..3).map(|_| message(&chat)).collect();
    let mut sent = vec![];
    for input in &inputs {
        sent.push(app.call(&ada, "createMessage", input.clone()).await.ok());
    }
    assert!(
        wait_of(&app.call(&ada, "createMessage", message(&chat)).await) <= Duration::from_secs(60)
    );
    for _ in 0..3 {
        for (input, sent) in inputs.iter().zip(&sent) {
            let again = app.call(&ada, "createMessage", input.clone()).await.ok();
            assert_eq!(again["message"]["id"], sent["message"]["id"]);
        }
    }
    let mut other = inputs[0].clone();
    other["content"] = "something else under the same id".into();
    wait_of(&app.call(&ada, "createMessage", other).await);
}

#[tokio::test]
async fn s5_retries_cost_nothing() {
    let app = limited(1, |config| config.limits.sends_per_user = few(2)).await;
    let ada = app.person("ada").await;
    let chat = app.group(&ada, &[]).await;
    let input = message(&chat);
    for _ in 0..5 {
        app.call(&ada, "createMessage", input.clone()).await.ok();
    }
    app.call(&ada, "createMessage", message(&chat)).await.ok();
    wait_of(&app.call(&ada, "createMessage", message(&chat)).await);
}

#[tokio::test]
async fn s5_a_chat_takes_so_many_and_strangers_cannot_use_that_up() {
    let app = limited(1, |config| config.limits.sends_per_chat = few(3)).await;
    let (ada, bob) = (app.person("ada").await, app.person("bob").await);
    let eve = app.person("eve").await;
    let (chat, other) = (app.group(&ada, &[&bob]).await, app.group(&ada, &[]).await);
    for _ in 0..5 {
        let answer = app.call(&eve, "createMessage", message(&chat)).await;
        answer.assert_refused("NOT_FOUND", "chatId");
    }
    let input = message(&chat);
    app.call(&ada, "createMessage", input.clone()).await.ok();
    app.call(&ada, "createMessage", input.clone()).await.ok();
    app.say(&bob, &chat, "two").await;
    app.say(&ada, &chat, "three").await;
    for person in [&ada, &bob] {
        let answer = app.call(person, "createMessage", message(&chat)).await;
        assert!(wait_of(&answer) <= Duration::from_secs(60));
    }
    app.call(&ada, "createMessage", input).await.ok();
    app.say(&ada, &other, "another chat is not concerned").await;
}

async fn new_chat(
    app: &TestApp,
    sender: usize,
    person: &Person,
    others: &[String],
) -> GraphqlResponse {
    let input = json!({ "kind": "GROUP", "name": "Group", "participantIds": others });
    app.call_at(sender, person, "createChat", input).await
}

#[tokio::test]
async fn s5_a_person_creates_so_many_chats_whatever_the_instance() {
    let app = limited(2, |config| config.limits.chats_per_user = few(3)).await;
    let (ada, bob) = (app.person("ada").await, app.person("bob").await);
    let id = MessageId::new().to_string();
    let retried = json!({ "id": id, "kind": "GROUP", "name": "Group", "participantIds": [] });
    let direct = json!({ "kind": "DIRECT", "participantIds": [bob.id] });
    for sender in [0, 1, 0] {
        app.call_at(sender, &ada, "createChat", retried.clone())
            .await
            .ok();
        app.call_at(sender, &ada, "createChat", direct.clone())
            .await
            .ok();
    }
    new_chat(&app, 1, &ada, &[]).await.ok();
    for sender in [0, 1] {
        wait_of(&new_chat(&app, sender, &ada, &[]).await);
        app.call_at(sender, &ada, "createChat", retried.clone())
            .await
            .ok();
        app.call_at(sender, &ada, "createChat", direct.clone())
            .await
            .ok();
    }
    new_chat(&app, 0, &bob, &[]).await.ok();
}

#[tokio::test]
async fn s5_people_who_are_brought_in_are_charged_to_whoever_brings_them() {
    let app = limited(1, |config| config.limits.people_per_user = few(4)).await;
    let ada = app.person("ada").await;
    let crowd = app.crowd(10).await;
    let made = new_chat(&app, 0, &ada, &crowd[..2]).await.ok();
    let chat = made["chat"]["id"].as_str().unwrap();
    let add = async |people: Vec<&str>| {
        let input = json!({ "chatId": chat, "userIds": people });
        app.call(&ada, "addParticipants", input).await
    };
    let nobody = MessageId::new().to_string();
    for _ in 0..3 {
        // What fails brings in nobody, and whoever takes part is no newcomer.
        add(vec![&crowd[2], &nobody])
            .await
            .assert_refused("NOT_FOUND", "userIds");
        add(vec![&crowd[0], &crowd[1]]).await.ok();
    }
    wait_of(&add(vec![&crowd[2], &crowd[3], &crowd[4]]).await);
    let too_many = add(crowd[2..7].iter().map(String::as_str).collect()).await;
    too_many.assert_refused("BAD_USER_INPUT", None);
    add(vec![&crowd[0], &crowd[2]]).await.ok();
    let one = json!({ "chatId": chat, "userId": crowd[3] });
    app.call(&ada, "addParticipant", one.clone()).await.ok();
    app.call(&ada, "addParticipant", one).await.ok();
    let refused = json!({ "chatId": chat, "userId": crowd[4] });
    wait_of(&app.call(&ada, "addParticipant", refused).await);
    wait_of(&new_chat(&app, 0, &ada, &crowd[5..6]).await);
    let input = json!({ "kind": "DIRECT", "participantIds": [crowd[6]] });
    wait_of(&app.call(&ada, "createChat", input).await);
    new_chat(&app, 0, &ada, &[]).await.ok();
}

#[tokio::test]
async fn s5_each_mutation_of_a_request_is_charged_wherever_it_stands() {
    let app = limited(1, |config| {
        config.limits.edits_per_user = few(12);
        config.limits.sends_per_user = few(3);
    })
    .await;
    let ada = app.person("ada").await;
    let chat = app.group(&ada, &[]).await;
    let said = app.say(&ada, &chat, "hello").await;
    let batch = async |count: usize| {
        let input = format!(
            "{{ chatId: \"{chat}\", id: {}, content: \"edited\" }}",
            said["id"]
        );
        let field = |n| format!("m{n}: updateMessage(input: {input}) {{ cursor }}");
        let fields: Vec<String> = (0..count).map(field).collect();
        let document = format!(
            "mutation {{ ... on Mutation {{ ...All }} }} fragment All on Mutation {{ {} }}",
            fields.join(" ")
        );
        app.ask(0, Some(&ada), &document, json!({})).await
    };
    batch(10).await.ok();
    wait_of(&batch(10).await);
    batch(2).await.ok();
    wait_of(&batch(1).await);

    let field = |n: i32| {
        format!(
            "m{n}: createMessage(input: {{ chatId: \"{chat}\", content: \"{n}\" }}) {{ cursor }}"
        )
    };
    let fields: Vec<String> = (0..10).map(field).collect();
    let document = format!("mutation {{ {} }}", fields.join(" "));
    let answer = app.ask(0, Some(&ada), &document, json!({})).await;
    wait_of(&answer);
    let count = "SELECT message_count FROM feeds WHERE id = $1";
    assert_eq!(app.number(count, &chat).await, 3);
}

#[tokio::test]
async fn s5_everything_else_has_a_limit_too_and_retries_of_messages_are_not_held_up_by_it() {
    let app = limited(1, |config| {
        config.rates.operations_per_user = few(3);
        config.limits.typing_per_user = few(2);
    })
    .await;
    let ada = app.person("ada").await;
    let chat = app.group(&ada, &[]).await;
    let typing = json!({ "chatId": chat, "typing": true });
    for _ in 0..2 {
        app.call(&ada, "setTyping", typing.clone()).await.ok();
    }
    wait_of(&app.call(&ada, "setTyping", typing).await);
    app.say(&ada, &chat, "hello").await;
    let read = json!({ "chatId": chat, "number": 1 });
    for _ in 0..3 {
        app.call(&ada, "markAsRead", read.clone()).await.ok();
    }
    wait_of(&app.call(&ada, "markAsRead", read).await);
    app.say(&ada, &chat, "hello again").await;
    let metrics = app.get(0, "/metrics").await.text;
    for class in ["typing", "operations"] {
        let line = format!("sender_rate_limited_total{{class=\"{class}\"}} 1");
        assert!(metrics.contains(&line), "{line} is not in {metrics}");
    }
}

/// Without Redis, or when it hangs: each instance counts what is shared on its own, and sends do not notice.
#[tokio::test]
async fn s5_without_redis_the_limits_are_softer_and_never_open() {
    let redis = lab_stack::servers::Redis::start();
    let mut app = TestApp::with(0, redis.url()).await;
    for number in 1..=2 {
        let mut config = app.config(number);
        config.limits.chats_per_user = few(2);
        config.limits.sends_per_user = few(2);
        let sender = app.start_with(&config).await;
        app.until_ready(sender).await;
    }
    let ada = app.person("ada").await;
    let made = new_chat(&app, 0, &ada, &[]).await.ok();
    let chat = made["chat"]["id"].as_str().unwrap();
    redis.stop();
    new_chat(&app, 0, &ada, &[]).await.ok();
    wait_of(&new_chat(&app, 0, &ada, &[]).await);
    new_chat(&app, 1, &ada, &[]).await.ok();
    new_chat(&app, 1, &ada, &[]).await.ok();
    wait_of(&new_chat(&app, 1, &ada, &[]).await);
    for sender in [0, 1] {
        for _ in 0..2 {
            let sent = app
                .call_at(sender, &ada, "createMessage", message(chat))
                .await;
            sent.ok();
        }
        wait_of(
            &app.call_at(sender, &ada, "createMessage", message(chat))
                .await,
        );
    }
}
