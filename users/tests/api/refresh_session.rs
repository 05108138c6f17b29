use futures_util::future::join_all;
use serde_json::json;

use crate::app::{PASSWORD, SignedIn, TestApp, TestEnvironment, app};

async fn refreshed(app: &TestApp, token: &str) -> SignedIn {
    SignedIn::from(&app.anonymous().refresh(token).await.ok())
}

/// Tokens that could still be used.
async fn live_tokens(environment: &TestEnvironment) -> i64 {
    environment
        .count(
            "SELECT count(*) FROM refresh_tokens t JOIN sessions s ON s.id = t.session_id
             WHERE t.consumed_at IS NULL AND s.revoked_at IS NULL",
        )
        .await
}

async fn told_revocations(environment: &TestEnvironment) -> i64 {
    environment
        .count("SELECT count(*) FROM feed_events WHERE kind = 'SESSION_REVOKED'")
        .await
}

#[tokio::test]
async fn a_refresh_token_buys_the_next_pair_for_the_same_session() {
    let (_environment, app) = app().await;
    let first = app.sign_up("ada").await;
    let second = refreshed(&app, &first.refresh_token).await;
    assert_eq!(second.session_id, first.session_id);
    assert_eq!(second.user_id, first.user_id);
    assert_ne!(second.refresh_token, first.refresh_token);
    app.as_user(&second).me().await.ok();
    let third = refreshed(&app, &second.refresh_token).await;
    assert_eq!(third.session_id, first.session_id);
}

#[tokio::test]
async fn a_lost_answer_can_be_asked_for_again_and_brings_the_same_refresh_token() {
    let (environment, app) = app().await;
    let first = app.sign_up("ada").await;
    let lost = refreshed(&app, &first.refresh_token).await;
    let second = refreshed(&app, &first.refresh_token).await;
    assert_eq!(second.refresh_token, lost.refresh_token);
    assert_ne!(second.refresh_token, first.refresh_token);
    assert_eq!(live_tokens(&environment).await, 1);
    assert_eq!(told_revocations(&environment).await, 0);
    app.as_user(&lost).me().await.ok();
    app.as_user(&second).me().await.ok();
    refreshed(&app, &second.refresh_token).await;
}

/// S9: that the answer arrived shows when its access token is used; the successor's own use is not waited for.
#[tokio::test]
async fn a_token_that_comes_back_after_the_new_access_token_was_used_ends_the_session() {
    let (environment, app) = app().await;
    let first = app.sign_up("ada").await;
    let second = refreshed(&app, &first.refresh_token).await;
    app.as_user(&second).me().await.ok();
    let copied = app.anonymous().refresh(&first.refresh_token).await;
    assert_eq!(copied.code(), "UNAUTHENTICATED");
    assert_eq!(live_tokens(&environment).await, 0);
    assert_eq!(told_revocations(&environment).await, 1);
    assert_eq!(app.as_user(&second).me().await.code(), "UNAUTHENTICATED");
}

/// S9: the token before may still be in use, and says nothing about the answer that was lost.
#[tokio::test]
async fn the_use_of_an_older_access_token_does_not_void_a_lost_answer() {
    let (_environment, app) = app().await;
    let first = app.sign_up("ada").await;
    let second = refreshed(&app, &first.refresh_token).await;
    app.as_user(&first).me().await.ok();
    assert_eq!(
        refreshed(&app, &first.refresh_token).await.refresh_token,
        second.refresh_token
    );
}

/// S9: whoever has copied the token does not know which request used it.
#[tokio::test]
async fn only_the_request_that_used_a_token_can_be_repeated() {
    for copy in [None, Some("another request")] {
        let (environment, app) = app().await;
        let first = app.sign_up("ada").await;
        let mine = app
            .anonymous()
            .refresh_as(&first.refresh_token, "my request")
            .await;
        let mine = SignedIn::from(&mine.ok());
        let copied = match copy {
            None => app.anonymous().refresh(&first.refresh_token).await,
            Some(id) => app.anonymous().refresh_as(&first.refresh_token, id).await,
        };
        assert_eq!(copied.code(), "UNAUTHENTICATED", "{copy:?}");
        assert_eq!(app.as_user(&mine).me().await.code(), "UNAUTHENTICATED");
        assert_eq!(live_tokens(&environment).await, 0);
        assert_eq!(told_revocations(&environment).await, 1);
    }
}

/// B14: two tabs of one browser refresh at once, and whichever answer is kept is good, also after the other tab has used
/// its own.
#[tokio::test(flavor = "multi_thread")]
async fn tabs_that_share_a_request_stay_signed_in_whatever_the_order() {
    let (environment, app) = app().await;
    let mut token = app.sign_up("ada").await.refresh_token;
    for round in 0..12 {
        let id = format!("round {round}");
        let tab = || async {
            let answer = app.anonymous().refresh_as(&token, &id).await;
            let signed_in = SignedIn::from(&answer.ok());
            app.as_user(&signed_in).me().await.ok();
            signed_in
        };
        let (one, other) = futures_util::join!(tab(), tab());
        let late = tab().await;
        assert_eq!(one.refresh_token, other.refresh_token);
        assert_eq!(one.refresh_token, late.refresh_token);
        for tab in [&one, &other, &late] {
            app.as_user(tab).me().await.ok();
        }
        token = one.refresh_token;
    }
    assert_eq!(live_tokens(&environment).await, 1);
    assert_eq!(told_revocations(&environment).await, 0);
}

#[tokio::test]
async fn a_request_can_be_repeated_for_a_minute_and_until_the_new_token_was_used() {
    let (environment, app) = app().await;
    let first = app.sign_up("ada").await;
    let answer = app.anonymous().refresh_as(&first.refresh_token, "1").await;
    let second = SignedIn::from(&answer.ok());
    let age = |seconds: u32| {
        format!(
            "UPDATE refresh_tokens SET consumed_at = consumed_at - interval '{seconds} seconds' WHERE consumed_at IS NOT NULL"
        )
    };
    environment.execute(&age(55)).await;
    let answer = app.anonymous().refresh_as(&first.refresh_token, "1").await;
    assert_eq!(
        SignedIn::from(&answer.ok()).refresh_token,
        second.refresh_token
    );

    app.anonymous()
        .refresh_as(&second.refresh_token, "2")
        .await
        .ok();
    let spent = app.anonymous().refresh_as(&first.refresh_token, "1").await;
    assert_eq!(spent.code(), "UNAUTHENTICATED");
    assert_eq!(live_tokens(&environment).await, 0);

    let other = app.sign_in("ada").await;
    app.anonymous()
        .refresh_as(&other.refresh_token, "3")
        .await
        .ok();
    environment.execute(&age(61)).await;
    let late = app.anonymous().refresh_as(&other.refresh_token, "3").await;
    assert_eq!(late.code(), "UNAUTHENTICATED");
}

#[tokio::test]
async fn the_id_of_a_request_is_bounded() {
    let (_environment, app) = app().await;
    let ada = app.sign_up("ada").await;
    for id in [String::new(), "x".repeat(65)] {
        let answer = app.anonymous().refresh_as(&ada.refresh_token, &id).await;
        assert_eq!(answer.refusal(), ("BAD_USER_INPUT", "requestId"));
    }
    app.anonymous()
        .refresh_as(&ada.refresh_token, &"x".repeat(64))
        .await
        .ok();
}

/// Changing the password ends the other sessions, also one that is being refreshed at that moment.
#[tokio::test(flavor = "multi_thread")]
async fn a_refresh_that_races_with_a_change_of_the_password_wins_nothing() {
    let (_environment, app) = app().await;
    let ada = app.sign_up("ada").await;
    let mut password = PASSWORD.to_owned();
    for round in 0..5 {
        let other = app.anonymous().login("ada", &password).await;
        let other = SignedIn::from(&other.ok());
        let next = format!("{PASSWORD} {round}");
        let input = json!({ "currentPassword": password, "newPassword": next });
        let change = app
            .as_user(&ada)
            .mutate("changePassword", "account { version }", input);
        let refreshes = async {
            let mut newest = other.clone();
            while let Some(payload) = {
                let answer = app.anonymous().refresh(&newest.refresh_token).await;
                answer.data().get("refreshSession").cloned()
            } {
                newest = SignedIn::from(&payload);
            }
            newest
        };
        let (changed, newest) = futures_util::join!(change, refreshes);
        changed.ok();
        assert_eq!(app.as_user(&newest).me().await.code(), "UNAUTHENTICATED");
        app.as_user(&ada).me().await.ok();
        password = next;
    }
}

/// An access token ends with its session, also when that is about to be 90 days old.
#[tokio::test]
async fn an_access_token_does_not_outlive_its_session() {
    let (environment, app) = app().await;
    let ada = app.sign_up("ada").await;
    environment
        .execute("UPDATE sessions SET created_at = clock_timestamp() - interval '90 days' + interval '30 seconds'")
        .await;
    let answer = app.anonymous().refresh(&ada.refresh_token).await;
    let ends = answer.payload()["accessTokenExpiresAt"].as_str().unwrap();
    let left =
        ends.parse::<jiff::Timestamp>().unwrap().as_second() - jiff::Timestamp::now().as_second();
    assert!((25..=31).contains(&left), "{left}");
}

#[tokio::test]
async fn a_token_that_comes_back_after_its_successor_was_used_ends_the_session() {
    let (environment, app) = app().await;
    let first = app.sign_up("ada").await;
    let second = refreshed(&app, &first.refresh_token).await;
    let third = refreshed(&app, &second.refresh_token).await;
    assert_eq!(
        app.anonymous().refresh(&first.refresh_token).await.code(),
        "UNAUTHENTICATED"
    );

    assert_eq!(
        app.anonymous().refresh(&third.refresh_token).await.code(),
        "UNAUTHENTICATED"
    );
    assert_eq!(app.as_user(&third).me().await.code(), "UNAUTHENTICATED");
    assert_eq!(live_tokens(&environment).await, 0);
    assert_eq!(told_revocations(&environment).await, 1);
}

#[tokio::test]
async fn a_token_that_comes_back_after_a_minute_ends_the_session() {
    let (environment, app) = app().await;
    let first = app.sign_up("ada").await;
    refreshed(&app, &first.refresh_token).await;
    environment
        .execute("UPDATE refresh_tokens SET consumed_at = consumed_at - interval '61 seconds' WHERE consumed_at IS NOT NULL")
        .await;
    assert_eq!(
        app.anonymous().refresh(&first.refresh_token).await.code(),
        "UNAUTHENTICATED"
    );
    assert_eq!(live_tokens(&environment).await, 0);
    assert_eq!(told_revocations(&environment).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn twenty_refreshes_of_one_token_at_once_leave_one_live_branch() {
    let (environment, app) = app().await;
    let first = app.sign_up("ada").await;
    let answers = join_all((0..20).map(async |_| {
        loop {
            let answer = app.anonymous().refresh(&first.refresh_token).await;
            // Twenty wait for one lock: on a busy machine for longer than they may.
            if !answer.is_refused() || answer.code() != "UNAVAILABLE" {
                return answer;
            }
        }
    }))
    .await;
    let branches: Vec<SignedIn> = answers
        .iter()
        .map(|answer| SignedIn::from(&answer.ok()))
        .collect();
    assert_eq!(live_tokens(&environment).await, 1);
    let next = &branches[0].refresh_token;
    assert!(branches.iter().all(|one| one.refresh_token == *next));
    for branch in &branches {
        app.as_user(branch).me().await.ok();
    }
    let third = refreshed(&app, next).await;
    assert_eq!(
        app.anonymous().refresh(&first.refresh_token).await.code(),
        "UNAUTHENTICATED"
    );
    assert_eq!(
        app.anonymous().refresh(&third.refresh_token).await.code(),
        "UNAUTHENTICATED"
    );
}

#[tokio::test]
async fn what_is_not_a_token_of_ours_is_refused() {
    let (_environment, app) = app().await;
    let ada = app.sign_up("ada").await;
    let unknown = "A".repeat(43);
    for token in [
        "",
        "nonsense",
        &unknown,
        &ada.refresh_token[1..],
        &ada.access_token,
        &ada.session_id,
    ] {
        assert_eq!(
            app.anonymous().refresh(token).await.refusal(),
            ("UNAUTHENTICATED", ""),
            "{token}"
        );
    }
    refreshed(&app, &ada.refresh_token).await;
}

#[tokio::test]
async fn a_session_slides_thirty_days_with_every_refresh_and_ends_after_ninety() {
    let (environment, app) = app().await;
    let first = app.sign_up("ada").await;
    let days_left = "SELECT round(extract(epoch FROM expires_at - clock_timestamp()) / 86400)::bigint FROM sessions";
    assert_eq!(environment.count(days_left).await, 30);

    environment
        .execute("UPDATE sessions SET created_at = created_at - interval '29 days', expires_at = expires_at - interval '29 days'")
        .await;
    let second = refreshed(&app, &first.refresh_token).await;
    assert_eq!(environment.count(days_left).await, 30);

    environment
        .execute("UPDATE sessions SET created_at = clock_timestamp() - interval '80 days'")
        .await;
    let third = refreshed(&app, &second.refresh_token).await;
    assert_eq!(environment.count(days_left).await, 10);

    environment
        .execute("UPDATE sessions SET expires_at = clock_timestamp()")
        .await;
    assert_eq!(
        app.anonymous().refresh(&third.refresh_token).await.code(),
        "UNAUTHENTICATED"
    );
}

#[tokio::test]
async fn tokens_are_stored_as_hashes_only() {
    let (environment, app) = app().await;
    let ada = app.sign_up("ada").await;
    let dump = "SELECT string_agg(t::text, ' ') || (SELECT string_agg(s::text, ' ') FROM sessions s) FROM refresh_tokens t";
    let owner = environment.database.connect_as_owner().await;
    let stored: String = owner.query_one(dump, &[]).await.unwrap().get(0);
    assert!(!stored.contains(&ada.refresh_token));
    use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine};
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(&ada.refresh_token).unwrap();
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    assert!(!stored.contains(&hex), "{stored}");
    assert_eq!(bytes.len(), 32, "256 bits");
}

#[tokio::test]
async fn a_token_that_was_forgotten_is_refused_and_ends_nothing() {
    let (environment, app) = app().await;
    let first = app.sign_up("ada").await;
    let second = refreshed(&app, &first.refresh_token).await;
    let third = refreshed(&app, &second.refresh_token).await;
    // As a worker does a week later, with the oldest one.
    let forget = "DELETE FROM refresh_tokens WHERE consumed_at = (SELECT min(consumed_at) FROM refresh_tokens)";
    environment.execute(forget).await;
    let refused = app.anonymous().refresh(&first.refresh_token).await;
    assert_eq!(refused.code(), "UNAUTHENTICATED");
    let fourth = refreshed(&app, &third.refresh_token).await;

    // One that is remembered still ends the session.
    let reused = app.anonymous().refresh(&second.refresh_token).await;
    assert_eq!(reused.code(), "UNAUTHENTICATED");
    let ended = app.anonymous().refresh(&fourth.refresh_token).await;
    assert_eq!(ended.code(), "UNAUTHENTICATED");
}
