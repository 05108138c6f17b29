//! What an account's changes leave in its feed, and send over Redis.

use lab_stack::{
    db::{StoredEvent, stored_events},
    testing::RedisSubscriber,
};
use serde_json::json;
use shared_schema::{Change, Event, FeedRef, UserId};

use crate::app::{PASSWORD, SignedIn, TestApp, TestEnvironment, app};

/// Kind and session of every event of this user's feed, after checking that the feed is in order.
async fn feed(environment: &TestEnvironment, user: &SignedIn) -> Vec<(String, Option<String>)> {
    let owner = environment.database.connect_as_owner().await;
    let events = stored_events(&owner, user.user_id.parse().unwrap()).await;
    let kind_and_session = |event: StoredEvent| {
        let actor = event.actor.map(|id| id.to_string());
        assert_eq!(actor.as_ref(), Some(&user.user_id));
        let session = event
            .data
            .and_then(|data| data["session_id"].as_str().map(str::to_owned));
        (event.kind, session)
    };
    events.unwrap().into_iter().map(kind_and_session).collect()
}

fn revoked(session: &SignedIn) -> (String, Option<String>) {
    ("SESSION_REVOKED".into(), Some(session.session_id.clone()))
}

async fn update(app: &TestApp, user: &SignedIn, version: i32) {
    let input = json!({ "about": "x", "version": version });
    app.as_user(user)
        .mutate("updateProfile", "account { version }", input)
        .await
        .ok();
}

async fn rename(app: &TestApp, user: &SignedIn, username: &str) {
    let input = json!({ "username": username });
    app.as_user(user)
        .mutate("changeUsername", "account { version }", input)
        .await
        .ok();
}

#[tokio::test]
async fn a_new_account_has_an_empty_feed() {
    let (environment, app) = app().await;
    let ada = app.sign_up("ada").await;
    assert_eq!(feed(&environment, &ada).await, []);
}

#[tokio::test]
async fn every_change_that_devices_must_learn_of_is_one_event_in_order() {
    let (environment, app) = app().await;
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
    assert_eq!(feed(&environment, &one).await, expected);
}

#[tokio::test]
async fn what_is_refused_leaves_no_event() {
    let (environment, app) = app().await;
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
    assert_eq!(feed(&environment, &ada).await, []);
    assert_eq!(feed(&environment, &bob).await, []);
}

#[tokio::test]
async fn events_are_published_on_the_users_channel_as_they_are_stored() {
    let (environment, app) = app().await;
    let (ada, lost) = (app.sign_up("ada").await, app.sign_in("ada").await);
    let feed_id = FeedRef::from(ada.user_id.parse::<UserId>().unwrap());

    let redis_url = &environment.redis_url;
    let mut subscriber = RedisSubscriber::subscribe(redis_url, [feed_id.channel()]).await;

    update(&app, &ada, 1).await;
    let input = json!({ "sessionId": lost.session_id });
    app.as_user(&ada)
        .mutate("revokeSession", "sessionId", input)
        .await
        .ok();

    let mut events: Vec<Event> = Vec::new();
    while events.len() < 2 {
        let (_, publication) = subscriber.publication().await;
        assert_eq!(publication.v, 1);
        assert!(publication.trace.is_some());
        events.extend(publication.events);
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
    assert_eq!(environment.count(&stored).await, 2);
}
