use std::time::{Duration, Instant};

use argon2::{
    Algorithm, Argon2, Params, PasswordHasher, Version, password_hash::phc::PasswordHash,
};
use futures_util::future::{join, join_all};
use serde_json::json;

use crate::app::{PASSWORD, SIGN_IN, TestApp, app};

#[tokio::test]
async fn one_can_sign_in_by_name_or_by_address_in_any_case() {
    let (_environment, app) = app().await;
    let ada = app.sign_up("ada").await;
    for login in ["ada", "ADA", " ada ", "ada@example.org", "Ada@Example.Org"] {
        let answer = app.anonymous().login(login, PASSWORD).await;
        assert_eq!(answer.ok()["account"]["user"]["id"], ada.user_id, "{login}");
    }
}

#[tokio::test]
async fn a_password_is_the_same_however_it_was_typed() {
    let (_environment, app) = app().await;
    let input = json!({ "email": "ada@example.org", "username": "ada", "password": "caf\u{e9} plover teapot" });
    app.anonymous()
        .mutate("register", "accessToken", input)
        .await
        .ok();
    app.anonymous()
        .login("ada", "cafe\u{301} plover teapot")
        .await
        .ok();
}

#[tokio::test]
async fn every_sign_in_is_a_session_of_its_own() {
    let (_environment, app) = app().await;
    let first = app.sign_up("ada").await;
    let second = app.sign_in("ada").await;
    assert_ne!(first.session_id, second.session_id);
    app.as_user(&first).me().await.ok();
    app.as_user(&second).me().await.ok();
}

async fn deactivated(app: &TestApp) {
    let gone = app.sign_up("gone").await;
    let input = json!({ "password": PASSWORD });
    app.as_user(&gone)
        .mutate("deactivateUser", "userId", input)
        .await
        .ok();
}

#[tokio::test]
async fn an_unknown_name_a_wrong_password_and_a_deactivated_account_look_alike() {
    let (_environment, app) = app().await;
    app.sign_up("ada").await;
    deactivated(&app).await;
    let mut answers = Vec::new();
    for (login, password) in [
        ("ada", "wrong"),
        ("ada@example.org", "wrong"),
        ("ada", ""),
        ("ada", &"long ".repeat(1000)),
        ("nobody", PASSWORD),
        ("nobody@example.org", PASSWORD),
        ("not a name", PASSWORD),
        ("", PASSWORD),
        ("gone", PASSWORD),
        ("gone@example.org", PASSWORD),
    ] {
        let answer = app.anonymous().login(login, password).await;
        answers.push((login, answer.without_trace()));
    }
    assert_eq!(
        answers[0].1["errors"][0]["extensions"]["code"],
        "UNAUTHENTICATED"
    );
    for (login, answer) in &answers {
        assert_eq!(*answer, answers[0].1, "{login}");
    }
}

#[tokio::test]
async fn an_unknown_name_costs_as_much_as_a_wrong_password() {
    let (_environment, app) = app().await;
    app.sign_up("ada").await;
    deactivated(&app).await;
    let claims = [
        ("ada", "wrong"),
        ("nobody", PASSWORD),
        ("gone", PASSWORD),
        ("gone", "wrong"),
    ];
    // The shortest is the work alone. In turns, and again while the machine is busy with other things.
    let mut shortest = [Duration::MAX; 4];
    for round in 1..=60 {
        for (claim, shortest) in claims.iter().zip(&mut shortest) {
            let began = Instant::now();
            app.anonymous().login(claim.0, claim.1).await.error();
            *shortest = (*shortest).min(began.elapsed());
        }
        // Without the hash one would be a fifth of another, or less.
        let (least, most) = (
            shortest.iter().min().unwrap(),
            shortest.iter().max().unwrap(),
        );
        if round >= 10 && *most < *least * 2 {
            return;
        }
    }
    panic!("{claims:?} take {shortest:?}");
}

#[tokio::test]
async fn a_hash_with_weaker_parameters_is_replaced_at_the_next_sign_in() {
    let (environment, app) = app().await;
    app.sign_up("ada").await;
    let weak = Argon2::new(
        Algorithm::Argon2id,
        Version::V0x13,
        Params::new(8, 1, 1, None).unwrap(),
    );
    let weak: PasswordHash = weak.hash_password(PASSWORD.as_bytes()).unwrap();
    environment
        .execute(&format!("UPDATE users SET password_hash = '{weak}'"))
        .await;

    app.anonymous().login("ada", "wrong").await.error();
    assert_eq!(
        strong_hashes(&environment).await,
        0,
        "only the right password replaces it"
    );
    let (one, other) = join(app.sign_in("ada"), app.sign_in("ada")).await;
    assert_ne!(one.session_id, other.session_id);
    assert_eq!(strong_hashes(&environment).await, 1);
    app.sign_in("ada").await;
}

async fn strong_hashes(environment: &crate::app::TestEnvironment) -> i64 {
    environment.count("SELECT count(*) FROM users WHERE password_hash LIKE '$argon2id$v=19$m=19456,t=2,p=1$%'").await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crowd_at_the_door_is_sent_away_and_does_not_starve_the_rest() {
    let (_environment, app) = app().await;
    app.sign_up("ada").await;
    let crowd = join_all((0..80).map(|_| app.anonymous().login("ada", "wrong")));
    let bystander = async {
        let began = Instant::now();
        assert_eq!(app.get("/livez").await.status, 200);
        began.elapsed()
    };
    let (answers, waited) = join(crowd, bystander).await;
    let sent_away = answers
        .iter()
        .filter(|answer| answer.code() == "RATE_LIMITED")
        .count();
    assert!((1..80).contains(&sent_away), "{sent_away}");
    assert!(waited < Duration::from_secs(1), "{waited:?}");
    for answer in answers
        .iter()
        .filter(|answer| answer.code() == "RATE_LIMITED")
    {
        assert_eq!(answer.error()["extensions"]["retryAfterMs"], 1000);
    }
}

/// S12: a request makes one attempt to prove who somebody is, and not ten.
#[tokio::test]
async fn a_request_holds_one_operation_with_credentials() {
    let (_environment, app) = app().await;
    let login = "login(input: { login: \"ada\", password: \"a wrong one\" }) { accessToken }";
    let register = "register(input: { email: \"a@example.org\", username: \"abc\", password: \"long enough for all\" }) { accessToken }";
    let refresh = "refreshSession(input: { refreshToken: \"x\" }) { accessToken }";
    for (one, other) in [
        (login, login),
        (login, register),
        (register, refresh),
        (refresh, refresh),
    ] {
        let query = format!("mutation {{ a: {one} b: {other} }}");
        let response = reqwest::Client::new()
            .post(app.service.url("/graphql"))
            .json(&json!({ "query": query }))
            .send()
            .await
            .unwrap();
        let text = response.text().await.unwrap();
        assert!(text.contains("fields at the top"), "{query}: {text}");
    }
}

/// The untold kind of B15: an address is the same address in every case, form and width, whatever script it is in, and in
/// every place: when registering, when signing in, and for the limit of attempts.
#[tokio::test]
async fn b15_an_address_is_folded_in_one_way_everywhere() {
    let (_environment, app) = app().await;
    for (number, (registered, spellings)) in [
        (
            "ÉCOLE@example.org",
            vec![
                "école@example.org",
                "e\u{301}cole@EXAMPLE.org",
                "E\u{301}ＣＯＬＥ@example.org",
            ],
        ),
        (
            "straße@example.org",
            vec!["STRASSE@example.org", "STRAẞE@example.org"],
        ),
        (
            "ΟΔΥΣΣΕΥΣ@example.org",
            vec!["οδυσσευς@example.org", "οδυσσευσ@example.org"],
        ),
        (
            "İpek@example.org",
            vec!["i\u{307}pek@example.org", "İPEK@example.org"],
        ),
        (
            "ǅuro@example.org",
            vec!["ǆuro@example.org", "Ǆuro@example.org", "džuro@example.org"],
        ),
        (
            "\u{212a}elvin@example.org",
            vec!["kelvin@example.org", "KELVIN@example.org"],
        ),
        ("ᏣᎳᎩ@example.org", vec!["ꮳꮃꭹ@example.org"]),
    ]
    .into_iter()
    .enumerate()
    {
        let username = format!("person{number}");
        let register = async |email: &str, username: &str| {
            let input = json!({ "email": email, "username": username, "password": PASSWORD });
            app.anonymous().mutate("register", SIGN_IN, input).await
        };
        register(registered, &username).await.ok();
        for spelling in [registered].into_iter().chain(spellings) {
            let payload = app.anonymous().login(spelling, PASSWORD).await;
            assert_eq!(
                payload.ok()["account"]["user"]["username"],
                username,
                "{spelling}"
            );
            let second = register(spelling, "somebody").await;
            assert_eq!(second.refusal(), ("CONFLICT", "email"), "{spelling}");
        }
    }
    // What is another letter in every language but one stays another letter.
    assert_eq!(
        app.anonymous()
            .login("ıpek@example.org", PASSWORD)
            .await
            .code(),
        "UNAUTHENTICATED"
    );
    let full_width = app.anonymous().login("Ｐｅｒｓｏｎ０", PASSWORD).await;
    assert_eq!(full_width.ok()["account"]["user"]["username"], "person0");
}

/// Two accounts of an older release that differ by a folding only: both get in, each by the address as it is stored.
#[tokio::test]
async fn accounts_that_share_a_folding_stay_apart() {
    let (environment, app) = app().await;
    let (older, younger) = (app.sign_up("older").await, app.sign_up("younger").await);
    let owner = environment.database.connect_as_owner().await;
    let unfolded = "UPDATE users SET email = $2, email_folded = NULL, needs_folding = true WHERE username = $1";
    for (username, email) in [
        ("older", "strasse@example.org"),
        ("younger", "straße@example.org"),
    ] {
        owner.execute(unfolded, &[&username, &email]).await.unwrap();
    }
    environment.database.migrate().await;
    for (email, whose) in [
        ("strasse@example.org", &older.user_id),
        ("STRASSE@example.org", &older.user_id),
        ("straße@example.org", &younger.user_id),
    ] {
        let payload = app.anonymous().login(email, PASSWORD).await;
        assert_eq!(payload.ok()["account"]["user"]["id"], **whose, "{email}");
    }
}
