//! S2, S16: a session that ended stays ended, for every operation, and whatever else fails.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::Instant;

use crate::app::{PASSWORD, SignedIn, TestApp, TestEnvironment, app};

/// A way to end a session.
#[derive(Clone, Copy, Debug)]
enum Way {
    Logout,
    RevokeSession,
    ChangePassword,
    Reuse,
    DeactivateUser,
    OneTooMany,
}

const WAYS: [Way; 6] = [
    Way::Logout,
    Way::RevokeSession,
    Way::ChangePassword,
    Way::Reuse,
    Way::DeactivateUser,
    Way::OneTooMany,
];

/// Ends the session of `lost`; `kept` is another one of the same person.
async fn end(app: &TestApp, way: Way, lost: &SignedIn, kept: &SignedIn) {
    let by_other = async |field: &str, selection: &str, input: Value| {
        app.as_user(kept).mutate(field, selection, input).await.ok();
    };
    match way {
        Way::Logout => {
            app.as_user(lost).logout().await.ok();
        }
        Way::RevokeSession => {
            let input = json!({ "sessionId": lost.session_id });
            by_other("revokeSession", "sessionId", input).await;
        }
        Way::ChangePassword => {
            let input = json!({ "currentPassword": PASSWORD, "newPassword": "brittle marmot 77" });
            by_other("changePassword", "account { version }", input).await;
        }
        Way::DeactivateUser => {
            by_other("deactivateUser", "userId", json!({ "password": PASSWORD })).await;
        }
        Way::Reuse => {
            app.anonymous()
                .refresh_as(&lost.refresh_token, "mine")
                .await
                .ok();
            let reused = app
                .anonymous()
                .refresh_as(&lost.refresh_token, "not mine")
                .await;
            assert_eq!(reused.code(), "UNAUTHENTICATED");
        }
        Way::OneTooMany => {
            for _ in 0..50 {
                app.sign_in(&lost.username).await;
            }
        }
    }
}

/// Asks without asking about the caller's own account.
async fn look(app: &TestApp, caller: &SignedIn) -> bool {
    let query = "query($id: ID!) { user(id: $id) { username } }";
    let answer = app
        .as_user(caller)
        .send(query, json!({ "id": caller.user_id }))
        .await;
    if answer.is_refused() {
        assert_eq!(answer.code(), "UNAUTHENTICATED");
        return false;
    }
    true
}

async fn ended_within_a_second(app: &TestApp, caller: &SignedIn, way: Way) {
    let begun = Instant::now();
    while look(app, caller).await {
        assert!(begun.elapsed() < Duration::from_secs(1), "{way:?}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(app.as_user(caller).me().await.code(), "UNAUTHENTICATED");
}

/// S2: also where only the token is looked at, and on the instance that did not end it. Both have seen the token before.
#[tokio::test]
async fn whatever_ended_a_session_its_token_is_refused_everywhere_within_a_second() {
    for way in WAYS {
        let environment = TestEnvironment::new().await;
        let (here, there) = (
            environment.start(environment.config()).await,
            environment.start(environment.config()).await,
        );
        let lost = here.sign_up("ada").await;
        let kept = here.sign_in("ada").await;
        assert!(look(&here, &lost).await && look(&there, &lost).await);
        end(&here, way, &lost, &kept).await;
        ended_within_a_second(&here, &lost, way).await;
        ended_within_a_second(&there, &lost, way).await;
        let others_go_on = !matches!(way, Way::DeactivateUser | Way::OneTooMany);
        if others_go_on {
            assert!(look(&there, &kept).await, "{way:?}");
        }
    }
}

/// S2: an instance that starts knows what ended before.
#[tokio::test]
async fn an_instance_that_starts_later_refuses_the_token_from_its_first_request() {
    let (environment, app) = app().await;
    let ada = app.sign_up("ada").await;
    app.as_user(&ada).logout().await.ok();
    let late = environment.start(environment.config()).await;
    assert!(!look(&late, &ada).await);
}

/// S16: the end of a session does not need the feed that announces it.
#[tokio::test]
async fn a_session_can_be_ended_while_no_feed_can_be_written() {
    for way in WAYS {
        let (environment, app) = app().await;
        let lost = app.sign_up("ada").await;
        let kept = app.sign_in("ada").await;
        environment.execute(BROKEN_APPEND).await;
        end(&app, way, &lost, &kept).await;
        ended_within_a_second(&app, &lost, way).await;
        let refreshed = app.anonymous().refresh(&lost.refresh_token).await;
        assert_eq!(refreshed.code(), "UNAUTHENTICATED", "{way:?}");
        let told = "SELECT count(*) FROM feed_events WHERE kind = 'SESSION_REVOKED'";
        assert_eq!(environment.count(told).await, 0);
    }
}

const BROKEN_APPEND: &str = "
    CREATE OR REPLACE FUNCTION
        append_events(feed_ids uuid[], ids uuid[], kinds text[], actor uuid, message_ids uuid[], datas jsonb[])
    RETURNS TABLE (feed_id uuid, seq bigint, id uuid, prev_id uuid, at timestamptz, message_count bigint)
    LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'could not load library';
    END
    $$";

/// S16: somebody else holds the feed for longer than a lock is waited for.
#[tokio::test]
async fn a_session_can_be_ended_while_its_feed_is_locked() {
    let (environment, app) = app().await;
    let ada = app.sign_up("ada").await;
    let mut other = environment.database.connect_as_owner().await;
    let holding = other.transaction().await.unwrap();
    holding
        .batch_execute("SELECT FROM feeds FOR UPDATE")
        .await
        .unwrap();
    app.as_user(&ada).logout().await.ok();
    ended_within_a_second(&app, &ada, Way::Logout).await;
    drop(holding);
}
