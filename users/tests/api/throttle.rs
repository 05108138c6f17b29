//! The limits on guessing. They are shared through Redis, so every test uses names and addresses of its own.

use lab::servers::Redis;
use users::{Config, ThrottleArgs};
use uuid::Uuid;

use crate::app::{App, Ground, PASSWORD};

/// A ground and an instance with limits that a test can reach.
async fn strict(change: impl FnOnce(&mut ThrottleArgs)) -> (Ground, App) {
    let ground = Ground::new().await;
    let config = limited(&ground, change);
    let app = ground.start(config).await;
    (ground, app)
}

fn limited(ground: &Ground, change: impl FnOnce(&mut ThrottleArgs)) -> Config {
    let mut config = ground.config();
    change(&mut config.throttle);
    config
}

fn three() -> std::num::NonZeroU32 {
    3.try_into().unwrap()
}

fn some_name() -> String {
    let id = Uuid::new_v4().simple().to_string();
    format!("robot-{}", &id[..12])
}

fn some_address() -> String {
    let [a, b, c, ..] = *Uuid::new_v4().as_bytes();
    format!("10.{a}.{b}.{c}")
}

#[tokio::test]
async fn the_password_of_one_account_can_be_guessed_so_often_and_no_more() {
    let (_ground, app) = strict(|limits| limits.logins_per_account = three()).await;
    let (name, other) = (some_name(), some_name());
    app.sign_up(&name).await;
    app.sign_up(&other).await;
    for _ in 0..3 {
        assert_eq!(
            app.anonymous().login(&name, "wrong").await.code(),
            "UNAUTHENTICATED"
        );
    }
    // From wherever, however it is written, and with the right password too.
    let refused = app
        .anonymous()
        .from(&some_address())
        .login(&name.to_uppercase(), PASSWORD)
        .await;
    assert_eq!(refused.code(), "RATE_LIMITED");
    let wait = refused.error()["extensions"]["retryAfterMs"]
        .as_u64()
        .unwrap();
    assert!(
        (1..=300_000).contains(&wait),
        "a third of 15 minutes: {wait}"
    );
    app.sign_in(&other).await;
}

#[tokio::test]
async fn an_account_that_does_not_exist_is_limited_like_one_that_does() {
    let (_ground, app) = strict(|limits| limits.logins_per_account = three()).await;
    let name = some_name();
    for _ in 0..3 {
        assert_eq!(
            app.anonymous().login(&name, "wrong").await.code(),
            "UNAUTHENTICATED"
        );
    }
    assert_eq!(
        app.anonymous().login(&name, "wrong").await.code(),
        "RATE_LIMITED"
    );
}

#[tokio::test]
async fn a_limit_does_not_tell_whose_address_an_address_is() {
    let (_ground, app) = strict(|limits| limits.logins_per_account = three()).await;
    let name = some_name();
    app.sign_up(&name).await;
    for _ in 0..4 {
        app.anonymous().login(&name, "wrong").await.error();
    }
    let by_address = app
        .anonymous()
        .login(&format!("{name}@example.org"), "wrong")
        .await;
    assert_eq!(by_address.code(), "UNAUTHENTICATED");
}

#[tokio::test]
async fn one_address_can_try_so_many_accounts_and_no_more() {
    let (_ground, app) = strict(|limits| limits.logins_per_address = three()).await;
    let address = some_address();
    for _ in 0..3 {
        let answer = app
            .anonymous()
            .from(&address)
            .login(&some_name(), "wrong")
            .await;
        assert_eq!(answer.code(), "UNAUTHENTICATED");
    }
    let refused = app
        .anonymous()
        .from(&address)
        .login(&some_name(), "wrong")
        .await;
    assert_eq!(refused.code(), "RATE_LIMITED");
    let elsewhere = app
        .anonymous()
        .from(&some_address())
        .login(&some_name(), "wrong")
        .await;
    assert_eq!(elsewhere.code(), "UNAUTHENTICATED");
}

#[tokio::test]
async fn an_address_that_the_client_made_up_changes_nothing() {
    let (_ground, app) = strict(|limits| limits.logins_per_address = three()).await;
    let address = some_address();
    let mut codes = Vec::new();
    for _ in 0..4 {
        // What the client sent, and what the load balancer appended.
        let forwarded = format!("{}, {}, {address}", some_address(), some_address());
        let answer = app
            .anonymous()
            .from(&forwarded)
            .login(&some_name(), "wrong")
            .await;
        codes.push(answer.code().to_owned());
    }
    assert_eq!(
        codes,
        [
            "UNAUTHENTICATED",
            "UNAUTHENTICATED",
            "UNAUTHENTICATED",
            "RATE_LIMITED"
        ]
    );
}

#[tokio::test]
async fn whoever_is_not_a_proxy_of_ours_cannot_speak_for_others() {
    let redis = Redis::start();
    let ground = Ground::with_redis(redis.url()).await;
    let mut config = limited(&ground, |limits| limits.logins_per_address = three());
    config.trusted_proxies = vec!["192.0.2.0/24".parse().unwrap()];
    let app = ground.start(config).await;
    let mut codes = Vec::new();
    for _ in 0..4 {
        let answer = app
            .anonymous()
            .from(&some_address())
            .login(&some_name(), "wrong")
            .await;
        codes.push(answer.code().to_owned());
    }
    assert_eq!(codes.last().unwrap(), "RATE_LIMITED", "{codes:?}");
}

#[tokio::test]
async fn the_addresses_of_one_ipv6_network_share_a_limit() {
    let (_ground, app) = strict(|limits| limits.logins_per_address = three()).await;
    let [a, b, c, d, ..] = *Uuid::new_v4().as_bytes();
    let network = format!("2001:db8:{a:x}{b:02x}:{c:x}{d:02x}");
    let mut codes = Vec::new();
    for host in 1..=4 {
        let answer = app
            .anonymous()
            .from(&format!("{network}:{host}::{host}"))
            .login(&some_name(), "wrong")
            .await;
        codes.push(answer.code().to_owned());
    }
    assert_eq!(codes.last().unwrap(), "RATE_LIMITED", "{codes:?}");
    let neighbour = format!("2001:db9:{a:x}{b:02x}:{c:x}{d:02x}::1");
    assert_eq!(
        app.anonymous()
            .from(&neighbour)
            .login(&some_name(), "wrong")
            .await
            .code(),
        "UNAUTHENTICATED"
    );
}

#[tokio::test]
async fn one_address_can_register_so_many_people_and_no_more() {
    let (_ground, app) = strict(|limits| limits.registrations_per_address = three()).await;
    let address = some_address();
    for _ in 0..3 {
        app.anonymous()
            .from(&address)
            .register(&some_name())
            .await
            .ok();
        // What is not even well formed costs nothing.
        assert_eq!(
            app.anonymous().from(&address).register("x").await.code(),
            "BAD_USER_INPUT"
        );
    }
    assert_eq!(
        app.anonymous()
            .from(&address)
            .register(&some_name())
            .await
            .code(),
        "RATE_LIMITED"
    );
    app.anonymous()
        .from(&some_address())
        .register(&some_name())
        .await
        .ok();
}

#[tokio::test]
async fn a_stolen_token_cannot_be_used_to_guess_the_password() {
    let (_ground, app) = strict(|limits| limits.logins_per_account = three()).await;
    let user = app.sign_up(&some_name()).await;
    let input = serde_json::json!({ "password": "wrong" });
    for _ in 0..3 {
        let answer = app
            .as_user(&user)
            .mutate("deactivateUser", "userId", input.clone())
            .await;
        assert_eq!(answer.code(), "BAD_USER_INPUT");
    }
    let input =
        serde_json::json!({ "currentPassword": PASSWORD, "newPassword": "walrus gramophone 7" });
    let answer = app
        .as_user(&user)
        .mutate("changePassword", "account { version }", input)
        .await;
    assert_eq!(answer.code(), "RATE_LIMITED");
}

#[tokio::test]
async fn a_username_can_be_changed_so_often_and_no_more() {
    let (_ground, app) = strict(|limits| limits.username_changes_per_user = three()).await;
    let user = app.sign_up(&some_name()).await;
    let mut codes = Vec::new();
    for _ in 0..4 {
        let input = serde_json::json!({ "username": some_name() });
        let answer = app
            .as_user(&user)
            .mutate("changeUsername", "account { version }", input)
            .await;
        codes.push(answer.0["errors"][0]["extensions"]["code"].clone());
    }
    let none = serde_json::Value::Null;
    assert_eq!(
        codes,
        [none.clone(), none.clone(), none, "RATE_LIMITED".into()]
    );
}

#[tokio::test]
async fn a_limit_holds_across_instances() {
    let ground = Ground::new().await;
    let config = limited(&ground, |limits| limits.logins_per_account = three());
    let (one, two) = (
        ground.start(config.clone()).await,
        ground.start(config).await,
    );
    let name = some_name();
    for app in [&one, &two, &one] {
        assert_eq!(
            app.anonymous().login(&name, "wrong").await.code(),
            "UNAUTHENTICATED"
        );
    }
    assert_eq!(
        two.anonymous().login(&name, "wrong").await.code(),
        "RATE_LIMITED"
    );
    assert_eq!(
        one.anonymous().login(&name, "wrong").await.code(),
        "RATE_LIMITED"
    );
}

/// Attempts at this account until it is limited, at most ten.
async fn attempts(app: &App, name: &str) -> usize {
    for attempt in 0..10 {
        if app.anonymous().login(name, "wrong").await.code() == "RATE_LIMITED" {
            return attempt;
        }
    }
    10
}

#[tokio::test]
async fn without_redis_each_instance_keeps_the_limit_and_shares_it_again_afterwards() {
    let redis = Redis::start();
    let ground = Ground::with_redis(redis.url()).await;
    let config = limited(&ground, |limits| limits.logins_per_account = three());
    let (one, two) = (
        ground.start(config.clone()).await,
        ground.start(config).await,
    );
    let name = some_name();
    assert_eq!(attempts(&one, &name).await, 3);

    redis.stop();
    assert_eq!(
        attempts(&one, &name).await,
        0,
        "what was limited stays limited"
    );
    let name = some_name();
    assert_eq!(attempts(&one, &name).await, 3, "soft, not open");
    assert_eq!(attempts(&two, &name).await, 3, "soft, not open");

    redis.restart();
    let mut shared = false;
    for _ in 0..50 {
        let name = some_name();
        shared = attempts(&one, &name).await == 3 && attempts(&two, &name).await == 0;
        if shared {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    assert!(shared, "the limit is shared again once Redis is back");
}

#[tokio::test]
async fn a_frozen_redis_delays_a_sign_in_and_does_not_stop_it() {
    let redis = Redis::start();
    let ground = Ground::with_redis(redis.url()).await;
    let app = ground.start(ground.config()).await;
    let user = app.sign_up(&some_name()).await;
    redis.freeze();
    let began = std::time::Instant::now();
    app.sign_in(&user.username).await;
    let took = began.elapsed();
    redis.thaw();
    // Two limits that wait for Redis, each a quarter of a second. Had they taken the operation's two seconds, it would
    // have failed; the rest is for a machine on which everything is tested at once.
    assert!(took < std::time::Duration::from_secs(5), "{took:?}");
}
