//! What an account's changes leave in its feed, and send over Redis.

use std::time::Duration;

use redis::{AsyncConnectionConfig, PushKind, Value as RedisValue};
use serde_json::json;
use shared_schema::{Change, Event, FeedRef, Publication, UserId};
use tokio::{sync::mpsc::unbounded_channel, time::timeout};

use crate::app::{App, Ground, PASSWORD, SignedIn, app};

/// Kind and session of every event of this user's feed, after checking that the feed is in order.
async fn feed(ground: &Ground, user: &SignedIn) -> Vec<(String, Option<String>)> {
    let owner = ground.database.connect_as_owner().await;
    let query = "SELECT seq, id::text, prev_id::text, actor_id::text, kind, data->>'session_id'
        FROM feed_events WHERE feed_id = $1::text::uuid ORDER BY seq";
    let rows = owner.query(query, &[&user.user_id]).await.unwrap();
    let mut previous: Option<String> = None;
    for (index, row) in rows.iter().enumerate() {
        assert_eq!(
            row.get::<_, i64>(0),
            i64::try_from(index).unwrap() + 1,
            "seqs are dense"
        );
        assert_eq!(
            row.get::<_, Option<String>>(2),
            previous,
            "each event names the one before it"
        );
        assert_eq!(row.get::<_, String>(3), user.user_id);
        previous = row.get(1);
    }
    let head = "SELECT last_seq, head_id::text FROM feeds WHERE id = $1::text::uuid";
    let head = owner.query_one(head, &[&user.user_id]).await.unwrap();
    assert_eq!(head.get::<_, i64>(0), i64::try_from(rows.len()).unwrap());
    assert_eq!(head.get::<_, Option<String>>(1), previous);
    rows.iter().map(|row| (row.get(4), row.get(5))).collect()
}

fn revoked(session: &SignedIn) -> (String, Option<String>) {
    ("SESSION_REVOKED".into(), Some(session.session_id.clone()))
}

async fn update(app: &App, user: &SignedIn, version: i32) {
    let input = json!({ "about": "x", "version": version });
    app.as_user(user)
        .mutate("updateProfile", "account { version }", input)
        .await
        .ok();
}

async fn rename(app: &App, user: &SignedIn, username: &str) {
    let input = json!({ "username": username });
    app.as_user(user)
        .mutate("changeUsername", "account { version }", input)
        .await
        .ok();
}

#[tokio::test]
async fn a_new_account_has_an_empty_feed() {
    let (ground, app) = app().await;
    let ada = app.sign_up("ada").await;
    assert_eq!(feed(&ground, &ada).await, []);
}

#[tokio::test]
async fn every_change_that_devices_must_learn_of_is_one_event_in_order() {
    let (ground, app) = app().await;
    let one = app.sign_up("ada").await;
    let (two, three, four) = (
        app.sign_in("ada").await,
        app.sign_in("ada").await,
        app.sign_in("ada").await,
    );
    let profile = ("PROFILE_UPDATED".to_owned(), None);

    update(&app, &one, 1).await;
    rename(&app, &one, "countess").await;
    app.as_user(&two)
        .send("mutation { logout { sessionId } }", json!({}))
        .await
        .ok();
    let input = json!({ "sessionId": three.session_id });
    app.as_user(&one)
        .mutate("revokeSession", "sessionId", input)
        .await
        .ok();
    let input = json!({ "currentPassword": PASSWORD, "newPassword": "walrus gramophone 7" });
    app.as_user(&one)
        .mutate("changePassword", "account { version }", input)
        .await
        .ok();
    let input = json!({ "password": "walrus gramophone 7" });
    app.as_user(&one)
        .mutate("deactivateUser", "userId", input)
        .await
        .ok();

    let expected = [
        profile.clone(),
        profile,
        revoked(&two),
        revoked(&three),
        revoked(&four),
        revoked(&one),
    ];
    assert_eq!(feed(&ground, &one).await, expected);
}

#[tokio::test]
async fn what_is_refused_leaves_no_event() {
    let (ground, app) = app().await;
    let (ada, bob) = (app.sign_up("ada").await, app.sign_up("bob").await);
    app.as_user(&ada)
        .mutate(
            "updateProfile",
            "account { version }",
            json!({ "version": 7 }),
        )
        .await
        .error();
    app.as_user(&ada)
        .mutate(
            "changeUsername",
            "account { version }",
            json!({ "username": "bob" }),
        )
        .await
        .error();
    let input = json!({ "sessionId": bob.session_id });
    app.as_user(&ada)
        .mutate("revokeSession", "sessionId", input)
        .await
        .error();
    assert_eq!(feed(&ground, &ada).await, []);
    assert_eq!(feed(&ground, &bob).await, []);
}

#[tokio::test]
async fn events_are_published_on_the_users_channel_as_they_are_stored() {
    let (ground, app) = app().await;
    let (ada, lost) = (app.sign_up("ada").await, app.sign_in("ada").await);
    let feed_id = FeedRef::from(ada.user_id.parse::<UserId>().unwrap());

    let (sender, mut pushes) = unbounded_channel();
    let client = redis::Client::open(format!("{}?protocol=resp3", ground.redis_url)).unwrap();
    let config = AsyncConnectionConfig::new().set_push_sender(sender);
    let mut redis = client
        .get_multiplexed_async_connection_with_config(&config)
        .await
        .unwrap();
    redis::cmd("SSUBSCRIBE")
        .arg(feed_id.channel())
        .exec_async(&mut redis)
        .await
        .unwrap();

    update(&app, &ada, 1).await;
    let input = json!({ "sessionId": lost.session_id });
    app.as_user(&ada)
        .mutate("revokeSession", "sessionId", input)
        .await
        .ok();

    let mut events: Vec<Event> = Vec::new();
    while events.len() < 2 {
        let push = timeout(Duration::from_secs(5), pushes.recv())
            .await
            .expect("a publication")
            .unwrap();
        if push.kind == PushKind::SMessage {
            let Some(RedisValue::BulkString(payload)) = push.data.last() else {
                panic!("{push:?}")
            };
            let publication: Publication = serde_json::from_slice(payload).unwrap();
            assert_eq!(publication.v, 1);
            assert!(publication.trace.is_some());
            events.extend(publication.events);
        }
    }
    assert_eq!(events[0].change, Change::ProfileUpdated);
    assert_eq!(
        events[1].change,
        Change::SessionRevoked {
            session_id: lost.session_id.parse().unwrap()
        }
    );
    assert_eq!(
        events.iter().map(|event| event.seq).collect::<Vec<_>>(),
        [1, 2]
    );
    assert_eq!(events[1].prev, Some(events[0].id));
    assert!(events.iter().all(|event| event.feed == feed_id
        && event.actor.map(|id| id.to_string()) == Some(ada.user_id.clone())));
    let stored = "SELECT count(*) FROM feed_events WHERE (seq, id::text) IN ((1, '%1'), (2, '%2'))";
    let stored = stored
        .replace("%1", &events[0].id.to_string())
        .replace("%2", &events[1].id.to_string());
    assert_eq!(ground.count(&stored).await, 2);
}
