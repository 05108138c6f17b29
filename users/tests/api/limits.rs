//! The limits on guessing. They are shared through Redis, so every test uses names and addresses of its own.

use chassis::rate_limit::Rate;
use lab_stack::{servers::Redis, testing::GraphqlResponse};
use users::{Config, LimitArgs};
use uuid::Uuid;

use std::time::{Duration, Instant};

use crate::app::{PASSWORD, SignedIn, TestApp, TestEnvironment};

/// An environment and an instance with limits that a test can reach.
async fn strict(change: impl FnOnce(&mut LimitArgs)) -> (TestEnvironment, TestApp) {
    let environment = TestEnvironment::new().await;
    let config = limited(&environment, change);
    let app = environment.start(config).await;
    (environment, app)
}

fn limited(environment: &TestEnvironment, change: impl FnOnce(&mut LimitArgs)) -> Config {
    let mut config = environment.config();
    change(&mut config.limits);
    config
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
async fn the_password_of_one_account_can_be_guessed_so_often_from_one_address() {
    let (_environment, app) = strict(|limits| limits.logins_per_account = 3).await;
    let (name, other, address) = (some_name(), some_name(), some_address());
    app.sign_up(&name).await;
    app.sign_up(&other).await;
    let here = || app.anonymous().from(&address);
    for _ in 0..3 {
        let answer = here().login(&name, "wrong").await;
        assert_eq!(answer.code(), "UNAUTHENTICATED");
    }
    // However it is written, and with the right password too.
    let refused = here().login(&name.to_uppercase(), PASSWORD).await;
    assert_eq!(refused.code(), "RATE_LIMITED");
    let wait = wait_of(&refused).as_millis();
    assert!(
        (1..=300_000).contains(&wait),
        "a third of 15 minutes: {wait}"
    );
    here().login(&other, PASSWORD).await.ok();
}

/// How long a refused one is told to wait.
fn wait_of(answer: &GraphqlResponse) -> Duration {
    let wait = &answer.error()["extensions"]["retryAfterMs"];
    Duration::from_millis(wait.as_u64().unwrap())
}

/// S4: what others do to an account makes everyone else wait, each for themselves, and locks nobody out.
#[tokio::test]
async fn s4_whoever_waits_as_told_signs_in_while_others_go_on_guessing() {
    let (_environment, app) = strict(|limits| limits.logins_per_account = 3).await;
    let name = some_name();
    app.sign_up(&name).await;
    for _ in 0..3 {
        let stranger = some_address();
        let answer = app.anonymous().from(&stranger).login(&name, "wrong").await;
        assert_eq!(answer.code(), "UNAUTHENTICATED");
    }
    let home = some_address();
    let refused = app.anonymous().from(&home).login(&name, PASSWORD).await;
    assert_eq!(refused.code(), "RATE_LIMITED");
    let wait = wait_of(&refused);
    assert!(wait <= Duration::from_secs(1), "the first wait: {wait:?}");
    let until = Instant::now() + wait;
    while Instant::now() < until {
        let stranger = some_address();
        let answer = app.anonymous().from(&stranger).login(&name, "wrong").await;
        assert_eq!(answer.code(), "RATE_LIMITED", "they have to wait as well");
    }
    app.anonymous()
        .from(&home)
        .login(&name, PASSWORD)
        .await
        .ok();
}

/// S4: the acceptance of the finding, with the limits that everyone has.
#[tokio::test]
async fn s4_ten_wrong_passwords_a_second_do_not_keep_out_an_owner_on_their_device() {
    let (_environment, app) = strict(|limits| *limits = LimitArgs::default()).await;
    let (name, home) = (some_name(), some_address());
    let registered = app.anonymous().from(&home).register(&name).await;
    let mut device = SignedIn::from(&registered.ok()).device_token;
    let mut limited = 0;
    for round in 0..5 {
        for attempt in 0..10 {
            // From anywhere: also from the owner's own address, and by either name.
            let address = if attempt % 2 == 0 {
                home.clone()
            } else {
                some_address()
            };
            let login = if attempt % 3 == 0 {
                format!("{name}@example.org")
            } else {
                name.clone()
            };
            let answer = app.anonymous().from(&address).login(&login, "wrong").await;
            limited += usize::from(answer.code() == "RATE_LIMITED");
        }
        let login = [name.clone(), format!("{name}@example.org")][round % 2].clone();
        let owner = app.anonymous().from(&home);
        let answer = owner.login_on(&login, PASSWORD, &["junk", &device]).await;
        device = SignedIn::from(&answer.ok()).device_token;
    }
    assert!(limited > 20, "strangers are limited: {limited}");
}

#[tokio::test]
async fn s4_a_device_has_a_limit_of_its_own_and_is_then_a_stranger() {
    let (_environment, app) = strict(|limits| limits.logins_per_account = 3).await;
    let (name, other) = (some_name(), some_name());
    let device = app.sign_up(&name).await.device_token;
    let others = app.sign_up(&other).await.device_token;
    for _ in 0..3 {
        let stranger = some_address();
        app.anonymous()
            .from(&stranger)
            .login(&name, "wrong")
            .await
            .error();
    }
    let attempt = |tokens: Vec<String>, password: &'static str| {
        let (app, name) = (&app, &name);
        async move {
            let tokens: Vec<&str> = tokens.iter().map(String::as_str).collect();
            let call = app.anonymous().from(&some_address());
            call.login_on(name, password, &tokens).await
        }
    };
    let refused = attempt(vec![others, "junk".into()], PASSWORD).await;
    assert_eq!(
        refused.code(),
        "RATE_LIMITED",
        "a device of another account"
    );
    attempt(vec![device.clone()], PASSWORD).await.ok();
    for _ in 0..3 {
        let answer = attempt(vec![device.clone()], "wrong").await;
        assert_eq!(answer.code(), "UNAUTHENTICATED", "right ones did not count");
    }
    let refused = attempt(vec![device.clone()], "wrong").await;
    assert_eq!(refused.code(), "RATE_LIMITED");
    assert!(wait_of(&refused) <= Duration::from_secs(900));
}

#[tokio::test]
async fn a_device_token_is_renewed_with_the_session_and_opens_nothing() {
    let (_environment, app) = strict(|limits| limits.logins_per_account = 3).await;
    let name = some_name();
    let user = app.sign_up(&name).await;
    let renewed = app.anonymous().refresh(&user.refresh_token).await;
    let renewed = SignedIn::from(&renewed.ok());
    for _ in 0..3 {
        app.anonymous()
            .from(&some_address())
            .login(&name, "wrong")
            .await
            .error();
    }
    let me = app.with_token(&renewed.device_token).me().await;
    assert_eq!(me.code(), "UNAUTHENTICATED", "it is no access token");
    let with_access_token = [user.access_token.as_str()];
    let answer = app
        .anonymous()
        .login_on(&name, PASSWORD, &with_access_token)
        .await;
    assert_eq!(answer.code(), "RATE_LIMITED", "an access token is none");
    let with_device_token = [renewed.device_token.as_str()];
    app.anonymous()
        .login_on(&name, PASSWORD, &with_device_token)
        .await
        .ok();
}

/// F23: the right password costs nothing.
#[tokio::test]
async fn f23_right_passwords_do_not_count() {
    let (_environment, app) = strict(|limits| {
        limits.logins_per_account = 3;
        limits.logins_per_address = 3;
    })
    .await;
    let (name, address) = (some_name(), some_address());
    let user = app.sign_up(&name).await;
    for _ in 0..10 {
        app.anonymous()
            .from(&address)
            .login(&name, PASSWORD)
            .await
            .ok();
        let input =
            serde_json::json!({ "currentPassword": PASSWORD, "newPassword": "password1234" });
        let call = app.as_user(&user);
        let answer = call
            .mutate("changePassword", "account { version }", input)
            .await;
        assert_eq!(answer.refusal(), ("BAD_USER_INPUT", "newPassword"));
    }
}

/// S3: what is typed and who is signed in are two subjects.
#[tokio::test]
async fn s3_nobody_uses_up_the_confirmations_of_another_by_typing_their_id() {
    let (_environment, app) = strict(|limits| limits.logins_per_account = 3).await;
    let user = app.sign_up(&some_name()).await;
    for _ in 0..4 {
        app.anonymous().login(&user.user_id, "wrong").await.error();
    }
    let input =
        serde_json::json!({ "currentPassword": PASSWORD, "newPassword": "walrus gramophone 7" });
    let call = app.as_user(&user);
    call.mutate("changePassword", "account { version }", input)
        .await
        .ok();
}

#[tokio::test]
async fn an_account_that_does_not_exist_is_limited_like_one_that_does() {
    let (_environment, app) = strict(|limits| limits.logins_per_account = 3).await;
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
    let (_environment, app) = strict(|limits| limits.logins_per_account = 3).await;
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
    let (_environment, app) = strict(|limits| limits.logins_per_address = 3).await;
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
    let (_environment, app) = strict(|limits| limits.logins_per_address = 3).await;
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
    let environment = TestEnvironment::with_redis(redis.url()).await;
    let mut config = limited(&environment, |limits| limits.logins_per_address = 3);
    config.proxies.trusted_proxies = vec!["192.0.2.0/24".parse().unwrap()];
    let app = environment.start(config).await;
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
    let (_environment, app) = strict(|limits| limits.logins_per_address = 3).await;
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
    let (_environment, app) = strict(|limits| limits.registrations_per_address = 3).await;
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
    let (_environment, app) = strict(|limits| limits.logins_per_account = 3).await;
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
    let (_environment, app) = strict(|limits| limits.username_changes_per_user = 3).await;
    let user = app.sign_up(&some_name()).await;
    let mut codes = Vec::new();
    for _ in 0..4 {
        let input = serde_json::json!({ "username": some_name() });
        let answer = app
            .as_user(&user)
            .mutate("changeUsername", "account { version }", input)
            .await;
        codes.push(answer.body()["errors"][0]["extensions"]["code"].clone());
    }
    let none = serde_json::Value::Null;
    assert_eq!(
        codes,
        [none.clone(), none.clone(), none, "RATE_LIMITED".into()]
    );
}

#[tokio::test]
async fn a_person_searches_so_often_and_asks_so_much_and_no_more() {
    let environment = TestEnvironment::new().await;
    let mut config = limited(&environment, |limits| {
        limits.searches_per_user = Rate::new(3, Duration::from_secs(3 * 60 * 60));
    });
    config.rates.operations_per_user = Rate::new(2, Duration::from_secs(2 * 60 * 60));
    config.rates.operations_per_address = Rate::new(4, Duration::from_secs(4 * 60 * 60));
    let app = environment.start(config).await;
    let home = some_address();
    let user = SignedIn::from(
        &app.anonymous()
            .from(&home)
            .register(&some_name())
            .await
            .ok(),
    );
    let search = "{ searchUsers(query: \"robot\") { nodes { id } } }";
    let codes = async |count: usize, document: &str, token: Option<&str>| {
        let mut codes = Vec::new();
        for _ in 0..count {
            let call = match token {
                Some(token) => app.with_token(token),
                None => app.anonymous().from(&home),
            };
            let answer = call.send(document, serde_json::json!({})).await;
            let code = answer.body()["errors"][0]["extensions"]["code"].clone();
            codes.push(code.as_str().unwrap_or("ok").to_owned());
        }
        codes
    };
    let token = Some(user.access_token.as_str());
    assert_eq!(
        codes(4, search, token).await,
        ["ok", "ok", "ok", "RATE_LIMITED"]
    );
    let me = "{ me { email } }";
    assert_eq!(codes(3, me, token).await, ["ok", "ok", "RATE_LIMITED"]);
    // Whoever has no token is counted by where they come from; the registration was one.
    let twice = "{ a: __typename b: __typename }";
    assert_eq!(codes(2, twice, None).await, ["ok", "RATE_LIMITED"]);
    let elsewhere = app.anonymous().from(&some_address());
    elsewhere.send(twice, serde_json::json!({})).await.ok();
}

#[tokio::test]
async fn a_limit_holds_across_instances() {
    let environment = TestEnvironment::new().await;
    let config = limited(&environment, |limits| limits.logins_per_account = 3);
    let (one, two) = (
        environment.start(config.clone()).await,
        environment.start(config).await,
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
async fn attempts(app: &TestApp, name: &str) -> usize {
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
    let environment = TestEnvironment::with_redis(redis.url()).await;
    let config = limited(&environment, |limits| limits.logins_per_account = 3);
    let (one, two) = (
        environment.start(config.clone()).await,
        environment.start(config).await,
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
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert!(shared, "the limit is shared again once Redis is back");
}

#[tokio::test]
async fn a_frozen_redis_delays_a_sign_in_and_does_not_stop_it() {
    let redis = Redis::start();
    let environment = TestEnvironment::with_redis(redis.url()).await;
    let app = environment.start(environment.config()).await;
    let user = app.sign_up(&some_name()).await;
    redis.freeze();
    let began = Instant::now();
    app.sign_in(&user.username).await;
    let took = began.elapsed();
    redis.thaw();
    // Two limits that wait for Redis, each a quarter of a second. Had they taken the operation's two seconds, it would
    // have failed; the rest is for a machine on which everything is tested at once.
    assert!(took < Duration::from_secs(5), "{took:?}");
}
