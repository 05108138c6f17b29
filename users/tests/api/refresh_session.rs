use futures_util::future::join_all;
use sha2::{Digest, Sha256};

use crate::app::{App, Ground, SignedIn, app};

async fn refreshed(app: &App, token: &str) -> SignedIn {
    SignedIn::from(app.anonymous().refresh(token).await.ok())
}

/// Tokens that could still be used.
async fn live_tokens(ground: &Ground) -> i64 {
    ground
        .count(
            "SELECT count(*) FROM refresh_tokens t JOIN sessions s ON s.id = t.session_id
             WHERE t.consumed_at IS NULL AND s.revoked_at IS NULL",
        )
        .await
}

async fn told_revocations(ground: &Ground) -> i64 {
    ground
        .count("SELECT count(*) FROM feed_events WHERE kind = 'SESSION_REVOKED'")
        .await
}

#[tokio::test]
async fn a_refresh_token_buys_the_next_pair_for_the_same_session() {
    let (_ground, app) = app().await;
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
async fn a_lost_answer_can_be_asked_for_again_and_the_lost_token_is_void() {
    let (ground, app) = app().await;
    let first = app.sign_up("ada").await;
    let lost = refreshed(&app, &first.refresh_token).await;
    let second = refreshed(&app, &first.refresh_token).await;
    assert_ne!(second.refresh_token, lost.refresh_token);
    assert_eq!(live_tokens(&ground).await, 1);
    assert_eq!(told_revocations(&ground).await, 0);
    refreshed(&app, &second.refresh_token).await;
}

#[tokio::test]
async fn whoever_presents_a_void_token_ends_the_session() {
    let (ground, app) = app().await;
    let first = app.sign_up("ada").await;
    let lost = refreshed(&app, &first.refresh_token).await;
    let second = refreshed(&app, &first.refresh_token).await;
    assert_eq!(
        app.anonymous().refresh(&lost.refresh_token).await.code(),
        "UNAUTHENTICATED"
    );
    assert_eq!(
        app.anonymous().refresh(&second.refresh_token).await.code(),
        "UNAUTHENTICATED"
    );
    assert_eq!(told_revocations(&ground).await, 1);
}

#[tokio::test]
async fn a_token_that_comes_back_after_its_successor_was_used_ends_the_session() {
    let (ground, app) = app().await;
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
    assert_eq!(live_tokens(&ground).await, 0);
    assert_eq!(told_revocations(&ground).await, 1);
}

#[tokio::test]
async fn a_token_that_comes_back_after_a_minute_ends_the_session() {
    let (ground, app) = app().await;
    let first = app.sign_up("ada").await;
    refreshed(&app, &first.refresh_token).await;
    ground
        .execute("UPDATE refresh_tokens SET consumed_at = consumed_at - interval '61 seconds' WHERE consumed_at IS NOT NULL")
        .await;
    assert_eq!(
        app.anonymous().refresh(&first.refresh_token).await.code(),
        "UNAUTHENTICATED"
    );
    assert_eq!(live_tokens(&ground).await, 0);
    assert_eq!(told_revocations(&ground).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn twenty_refreshes_of_one_token_at_once_leave_one_live_branch() {
    let (ground, app) = app().await;
    let first = app.sign_up("ada").await;
    let answers = join_all((0..20).map(|_| app.anonymous().refresh(&first.refresh_token))).await;
    let branches: Vec<SignedIn> = answers
        .iter()
        .map(|answer| SignedIn::from(answer.ok()))
        .collect();
    assert_eq!(live_tokens(&ground).await, 1);

    let owner = ground.database.connect_as_owner().await;
    let live = owner
        .query_one(
            "SELECT hash FROM refresh_tokens WHERE consumed_at IS NULL",
            &[],
        )
        .await
        .unwrap();
    let live: Vec<u8> = live.get(0);
    let hash = |token: &str| {
        use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine};
        Sha256::digest(BASE64_URL_SAFE_NO_PAD.decode(token).unwrap()).to_vec()
    };
    let (alive, void): (Vec<_>, Vec<_>) = branches
        .iter()
        .partition(|one| hash(&one.refresh_token) == live);
    assert_eq!((alive.len(), void.len()), (1, 19));
    let next = refreshed(&app, &alive[0].refresh_token).await;
    assert_eq!(
        app.anonymous().refresh(&void[0].refresh_token).await.code(),
        "UNAUTHENTICATED"
    );
    assert_eq!(
        app.anonymous().refresh(&next.refresh_token).await.code(),
        "UNAUTHENTICATED"
    );
}

#[tokio::test]
async fn what_is_not_a_token_of_ours_is_refused() {
    let (_ground, app) = app().await;
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
    let (ground, app) = app().await;
    let first = app.sign_up("ada").await;
    let days_left = "SELECT round(extract(epoch FROM expires_at - clock_timestamp()) / 86400)::bigint FROM sessions";
    assert_eq!(ground.count(days_left).await, 30);

    ground
        .execute("UPDATE sessions SET created_at = created_at - interval '29 days', expires_at = expires_at - interval '29 days'")
        .await;
    let second = refreshed(&app, &first.refresh_token).await;
    assert_eq!(ground.count(days_left).await, 30);

    ground
        .execute("UPDATE sessions SET created_at = clock_timestamp() - interval '80 days'")
        .await;
    let third = refreshed(&app, &second.refresh_token).await;
    assert_eq!(ground.count(days_left).await, 10);

    ground
        .execute("UPDATE sessions SET expires_at = clock_timestamp()")
        .await;
    assert_eq!(
        app.anonymous().refresh(&third.refresh_token).await.code(),
        "UNAUTHENTICATED"
    );
}

#[tokio::test]
async fn tokens_are_stored_as_hashes_only() {
    let (ground, app) = app().await;
    let ada = app.sign_up("ada").await;
    let dump = "SELECT string_agg(t::text, ' ') || (SELECT string_agg(s::text, ' ') FROM sessions s) FROM refresh_tokens t";
    let owner = ground.database.connect_as_owner().await;
    let stored: String = owner.query_one(dump, &[]).await.unwrap().get(0);
    assert!(!stored.contains(&ada.refresh_token));
    use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine};
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(&ada.refresh_token).unwrap();
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    assert!(!stored.contains(&hex), "{stored}");
    assert_eq!(bytes.len(), 32, "256 bits");
}

#[tokio::test]
async fn a_refresh_forgets_tokens_that_were_used_more_than_a_week_ago() {
    let (ground, app) = app().await;
    let first = app.sign_up("ada").await;
    let second = refreshed(&app, &first.refresh_token).await;
    let third = refreshed(&app, &second.refresh_token).await;
    let age = "UPDATE refresh_tokens SET consumed_at = consumed_at - interval '8 days' WHERE consumed_at =
               (SELECT min(consumed_at) FROM refresh_tokens)";
    ground.execute(age).await;
    let fourth = refreshed(&app, &third.refresh_token).await;
    assert_eq!(ground.count("SELECT count(*) FROM refresh_tokens").await, 3);

    // The oldest one is only refused now; one that is remembered still ends the session.
    let refused = app.anonymous().refresh(&first.refresh_token).await;
    assert_eq!(refused.code(), "UNAUTHENTICATED");
    let fifth = refreshed(&app, &fourth.refresh_token).await;
    let reused = app.anonymous().refresh(&third.refresh_token).await;
    assert_eq!(reused.code(), "UNAUTHENTICATED");
    let ended = app.anonymous().refresh(&fifth.refresh_token).await;
    assert_eq!(ended.code(), "UNAUTHENTICATED");
}
