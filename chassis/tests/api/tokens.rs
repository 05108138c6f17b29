//! Which tokens are believed.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use chassis::{EndedSession, EndedSessions, Error, Verifier, config::TokenArgs};
use jsonwebtoken::{Algorithm, EncodingKey, jwk::Jwk};
use lab_stack::testing::{GraphqlResponse, KeySetServer, TokenIssuer};
use serde_json::{Value, json};

use crate::{
    app::TestApp,
    claims::{claims, claims_with, now, token},
};

fn args(jwks_url: &str) -> TokenArgs {
    TokenArgs {
        jwks_url: jwks_url.into(),
        ..Default::default()
    }
}

/// A verifier that knows this issuer.
fn knowing(issuer: &TokenIssuer) -> Verifier {
    Verifier::with_keys(
        &args(""),
        &KeySetServer::key_set(&[issuer]),
        &EndedSessions::none(),
    )
    .unwrap()
}

async fn ready(verifier: &Verifier) {
    let wait = async {
        while !verifier.ready() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(5), wait)
        .await
        .expect("no keys");
}

async fn assert_refused(verifier: &Verifier, token: &str) {
    let refused = verifier.verify(token).await;
    assert!(
        matches!(refused, Err(Error::Unauthenticated(_))),
        "{refused:?}"
    );
}

#[tokio::test]
async fn a_good_token_says_who_is_calling() {
    let issuer = TokenIssuer::new("a");
    let claims = claims();
    let token = issuer.sign(&issuer.header(), &claims);
    let caller = knowing(&issuer).verify(&token).await.unwrap();
    assert_eq!(caller.username, "ada");
    assert_eq!(json!(caller.user_id), claims["sub"]);
    assert_eq!(json!(caller.session_id), claims["sid"]);
    assert_eq!(json!(caller.expires_at.as_second()), claims["exp"]);
}

#[tokio::test]
async fn a_token_with_a_wrong_claim_is_refused() {
    let issuer = TokenIssuer::new("a");
    let verifier = knowing(&issuer);
    for (name, value) in [
        ("iss", json!("someone else")),
        ("aud", json!("another product")),
        ("sub", json!("not an id")),
        ("sid", Value::Null),
        ("exp", json!("soon")),
    ] {
        let token = issuer.sign(&issuer.header(), &claims_with(name, value));
        assert_refused(&verifier, &token).await;
    }
    for name in ["iss", "aud", "sub", "sid", "exp", "username"] {
        let mut claims = claims();
        claims.as_object_mut().unwrap().remove(name);
        assert_refused(&verifier, &issuer.sign(&issuer.header(), &claims)).await;
    }
}

#[tokio::test]
async fn a_token_expires_after_a_minute_of_leeway() {
    let issuer = TokenIssuer::new("a");
    let verifier = knowing(&issuer);
    let expired = |seconds| {
        issuer.sign(
            &issuer.header(),
            &claims_with("exp", json!(now() - seconds)),
        )
    };
    verifier.verify(&expired(50)).await.unwrap();
    assert_refused(&verifier, &expired(70)).await;
}

#[tokio::test]
async fn a_token_that_was_believed_is_not_once_it_expires_or_its_key_goes() {
    let issuer = TokenIssuer::new("a");
    let verifier = knowing(&issuer);
    let lasting = issuer.sign(&issuer.header(), &claims());
    let brief = issuer.sign(&issuer.header(), &claims_with("exp", json!(now() - 58)));
    for _ in 0..2 {
        verifier.verify(&lasting).await.unwrap();
        verifier.verify(&brief).await.unwrap();
    }
    assert_refused(&verifier, &format!("{lasting}A")).await;
    tokio::time::sleep(Duration::from_millis(3_100)).await;
    assert_refused(&verifier, &brief).await;
    verifier.verify(&lasting).await.unwrap();
    verifier.replace_keys(&KeySetServer::key_set(&[&TokenIssuer::new("b")]));
    assert_refused(&verifier, &lasting).await;
}

#[tokio::test]
async fn a_token_must_be_an_access_token() {
    let issuer = TokenIssuer::new("a");
    let verifier = knowing(&issuer);
    for typ in [None, Some("JWT"), Some("at+jwt2")] {
        let mut header = issuer.header();
        header.typ = typ.map(Into::into);
        assert_refused(&verifier, &issuer.sign(&header, &claims())).await;
    }
}

#[tokio::test]
async fn a_token_without_a_signature_is_refused() {
    let issuer = TokenIssuer::new("a");
    let verifier = knowing(&issuer);
    let token = token(&issuer);
    let (signed, _) = token.rsplit_once('.').unwrap();
    assert_refused(&verifier, &format!("{signed}.")).await;
    let header = json!({ "alg": "none", "typ": "at+jwt", "kid": "a" });
    let header = BASE64_URL_SAFE_NO_PAD.encode(header.to_string());
    let payload = BASE64_URL_SAFE_NO_PAD.encode(claims().to_string());
    assert_refused(&verifier, &format!("{header}.{payload}.")).await;
}

#[tokio::test]
async fn the_public_key_is_not_a_shared_secret() {
    let issuer = TokenIssuer::new("a");
    let verifier = knowing(&issuer);
    let mut header = issuer.header();
    header.alg = Algorithm::HS256;
    let public_key = issuer.public_key();
    let raw = BASE64_URL_SAFE_NO_PAD.decode(&public_key).unwrap();
    for secret in [public_key.as_bytes(), &raw] {
        let secret = EncodingKey::from_secret(secret);
        let token = jsonwebtoken::encode(&header, &claims(), &secret).unwrap();
        assert_refused(&verifier, &token).await;
    }
}

#[tokio::test]
async fn another_key_is_refused_whatever_it_calls_itself() {
    let issuer = TokenIssuer::new("a");
    let verifier = knowing(&issuer);
    assert_refused(&verifier, &token(&TokenIssuer::new("a"))).await;
    assert_refused(&verifier, &token(&TokenIssuer::new("b"))).await;
}

#[tokio::test]
async fn a_token_does_not_choose_its_own_key() {
    let issuer = TokenIssuer::new("a");
    let verifier = knowing(&issuer);
    let forger = TokenIssuer::new("a");
    let key_server = KeySetServer::start(&[&forger]).await;
    let mut header = forger.header();
    header.jwk = Some(forger.jwk());
    header.jku = Some(key_server.url());
    header.x5u.clone_from(&header.jku);
    assert_refused(&verifier, &forger.sign(&header, &claims())).await;
    assert_eq!(key_server.fetches(), 0);

    header = issuer.header();
    header.kid = None;
    assert_refused(&verifier, &issuer.sign(&header, &claims())).await;
}

#[tokio::test]
async fn only_ed25519_keys_are_taken_from_a_set() {
    let issuer = TokenIssuer::new("a");
    let mut set = KeySetServer::key_set(&[&issuer]);
    let secret = EncodingKey::from_secret(b"secret");
    let mut symmetric = Jwk::from_encoding_key(&secret, Algorithm::HS256).unwrap();
    symmetric.common.key_id = Some("symmetric".into());
    set.keys.push(symmetric);
    let verifier = Verifier::with_keys(&args(""), &set, &EndedSessions::none()).unwrap();
    let mut header = issuer.header();
    header.alg = Algorithm::HS256;
    header.kid = Some("symmetric".into());
    let token = jsonwebtoken::encode(&header, &claims(), &secret).unwrap();
    assert_refused(&verifier, &token).await;
}

#[tokio::test]
async fn the_last_good_keys_stay_in_use_while_their_publisher_is_away() {
    let issuer = TokenIssuer::new("a");
    let key_server = KeySetServer::start(&[&issuer]).await;
    let verifier = Verifier::start(&args(&key_server.url()), &EndedSessions::none()).unwrap();
    ready(&verifier).await;
    key_server.go_down();
    // Makes the verifier try to fetch again, in vain.
    assert_refused(&verifier, &token(&TokenIssuer::new("b"))).await;
    assert_eq!(key_server.fetches(), 2);
    verifier.verify(&token(&issuer)).await.unwrap();
    assert!(verifier.ready());
}

#[tokio::test]
async fn a_set_without_a_key_does_not_replace_a_good_one() {
    let issuer = TokenIssuer::new("a");
    let key_server = KeySetServer::start(&[&issuer]).await;
    let verifier = Verifier::start(&args(&key_server.url()), &EndedSessions::none()).unwrap();
    ready(&verifier).await;
    key_server.publish(&[]);
    assert_refused(&verifier, &token(&TokenIssuer::new("b"))).await;
    verifier.verify(&token(&issuer)).await.unwrap();
}

#[tokio::test]
async fn a_new_key_is_found_at_once_and_unknown_ones_are_not_asked_for_again() {
    let (old, new) = (TokenIssuer::new("old"), TokenIssuer::new("new"));
    let key_server = KeySetServer::start(&[&old]).await;
    let verifier = Verifier::start(&args(&key_server.url()), &EndedSessions::none()).unwrap();
    ready(&verifier).await;
    key_server.publish(&[&old, &new]);
    verifier.verify(&token(&new)).await.unwrap();
    verifier.verify(&token(&old)).await.unwrap();
    let token = token(&TokenIssuer::new("never published"));
    for _ in 0..20 {
        assert_refused(&verifier, &token).await;
    }
    assert_eq!(key_server.fetches(), 2);
}

#[tokio::test]
async fn a_verifier_waits_for_its_publisher() {
    let issuer = TokenIssuer::new("a");
    let key_server = KeySetServer::start(&[]).await;
    key_server.go_down();
    let verifier = Verifier::start(&args(&key_server.url()), &EndedSessions::none()).unwrap();
    let unknown = verifier.verify(&token(&issuer)).await;
    assert!(
        matches!(unknown, Err(Error::Unavailable { .. })),
        "{unknown:?}"
    );
    assert!(!verifier.ready());
    key_server.publish(&[&issuer]);
    ready(&verifier).await;
    verifier.verify(&token(&issuer)).await.unwrap();
}

#[tokio::test]
async fn a_verifier_refuses_to_start_without_a_publisher() {
    for (url, expected) in [("", "JWKS_URL: not set"), ("nonsense", "JWKS_URL: ")] {
        let error = Verifier::start(&args(url), &EndedSessions::none())
            .err()
            .unwrap()
            .to_string();
        assert!(error.starts_with(expected), "{error}");
    }
}

/// N4: a leaked key does not make tokens for years, nor for the future.
#[tokio::test]
async fn a_token_that_lives_too_long_or_comes_from_the_future_is_refused() {
    let issuer = TokenIssuer::new("a");
    let verifier = knowing(&issuer);
    let token = |claims: &Value| issuer.sign(&issuer.header(), claims);
    let with = |changes: Value| {
        let mut changed = claims();
        for (name, value) in changes.as_object().unwrap() {
            changed[name] = value.clone();
        }
        token(&changed)
    };
    let hour = 3600;
    for good in [
        json!({ "exp": now() + hour }),
        json!({ "iat": now() + 50 }),
        json!({ "nbf": now() + 50 }),
        json!({ "nbf": now() - hour }),
    ] {
        verifier.verify(&with(good)).await.unwrap();
    }
    for bad in [
        json!({ "exp": now() + 10 * 365 * 24 * hour }),
        json!({ "exp": now() + hour + 10 }),
        json!({ "iat": now() - 2 * hour }),
        json!({ "iat": now() + 70 }),
        json!({ "iat": now() + hour, "exp": now() + hour + 600 }),
        json!({ "iat": i64::MIN }),
        json!({ "iat": i64::MAX, "exp": i64::MAX }),
        json!({ "nbf": now() + 70 }),
        json!({ "nbf": now() + hour }),
    ] {
        assert_refused(&verifier, &with(bad)).await;
    }
}

/// What a database would answer, for as long as it does.
type Answers = Arc<Mutex<Option<Vec<EndedSession>>>>;

async fn told_by(answers: &Answers) -> EndedSessions {
    let answers = Arc::clone(answers);
    let args = args("");
    let ended = EndedSessions::start(&args, move |after, limit| {
        assert!(limit > 0);
        let answer = answers.lock().unwrap().clone();
        async move {
            let mut rows = answer.ok_or_else(|| Error::unavailable("away"))?;
            rows.retain(|row| row.at > after);
            Ok(rows)
        }
    });
    ended.await.unwrap()
}

fn ended_now(session: &Value) -> EndedSession {
    EndedSession {
        id: serde_json::from_value(session.clone()).unwrap(),
        at: jiff::Timestamp::now(),
    }
}

/// S2: also when the token is remembered, and for good when the database is away.
#[tokio::test]
async fn a_token_whose_session_has_ended_is_refused_and_stays_so() {
    let issuer = TokenIssuer::new("a");
    let answers: Answers = Arc::new(Mutex::new(Some(vec![])));
    let ended = told_by(&answers).await;
    let verifier =
        Verifier::with_keys(&args(""), &KeySetServer::key_set(&[&issuer]), &ended).unwrap();
    let other = claims_with("sid", json!("01890a5d-ac96-774b-bcce-b302099a8050"));
    let other = issuer.sign(&issuer.header(), &other);
    let (known, new) = (
        token(&issuer),
        issuer.sign(&issuer.header(), &claims_with("username", json!("eve"))),
    );
    verifier.verify(&known).await.unwrap();

    let watch = ended.watch(serde_json::from_value(claims()["sid"].clone()).unwrap());
    *answers.lock().unwrap() = Some(vec![ended_now(&claims()["sid"])]);
    tokio::time::timeout(Duration::from_secs(1), watch.ended())
        .await
        .expect("nobody told");
    assert_refused(&verifier, &known).await;
    assert_refused(&verifier, &new).await;
    verifier.verify(&other).await.unwrap();

    *answers.lock().unwrap() = None;
    tokio::time::sleep(Duration::from_millis(600)).await;
    assert_refused(&verifier, &known).await;
    verifier.verify(&other).await.unwrap();
}

/// S2: a verifier that could not learn who has signed out believes nobody.
#[tokio::test]
async fn a_service_does_not_start_without_knowing_which_sessions_have_ended() {
    let args = args("");
    let refused = EndedSessions::start(&args, |_, _| async { Err(Error::unavailable("away")) });
    let error = refused.await.err().unwrap().to_string();
    assert!(error.contains("which sessions have ended"), "{error}");
}

/// S2: whoever has heard of an end does not wait for the next poll.
#[tokio::test]
async fn a_hint_hurries_the_poll() {
    let answers: Answers = Arc::new(Mutex::new(Some(vec![])));
    let ended = told_by(&answers).await;
    // Right after a poll, so that the next one is far.
    let first = serde_json::from_value(claims()["sid"].clone()).unwrap();
    *answers.lock().unwrap() = Some(vec![ended_now(&claims()["sid"])]);
    ended.watch(first).ended().await;
    let second = json!("01890a5d-ac96-774b-bcce-b302099a8050");
    let watch = ended.watch(serde_json::from_value(second.clone()).unwrap());
    *answers.lock().unwrap() = Some(vec![ended_now(&second)]);
    watch.refresh();
    tokio::time::timeout(Duration::from_millis(250), watch.ended())
        .await
        .expect("it waited for the next poll");
}

async fn app(issuer: &TokenIssuer) -> TestApp {
    let verifier = knowing(issuer);
    TestApp::with(Default::default(), |endpoint| endpoint.verifier(&verifier)).await
}

#[tokio::test]
async fn resolvers_know_the_caller() {
    let issuer = TokenIssuer::new("a");
    let app = app(&issuer).await;
    let body = json!({ "query": "{ whoami }" });
    let signed_in = GraphqlResponse::of(app.request(&body).bearer_auth(token(&issuer))).await;
    assert_eq!(signed_in.json(), json!({ "data": { "whoami": "ada" } }));
    let anonymous = app.post(body).await;
    assert_eq!(
        (anonymous.status.as_u16(), anonymous.code()),
        (200, "UNAUTHENTICATED")
    );
    app.accepts(json!({ "query": "{ greeting }" })).await;
}

#[tokio::test]
async fn a_request_with_a_bad_token_is_refused_as_a_whole() {
    let issuer = TokenIssuer::new("a");
    let app = app(&issuer).await;
    let body = json!({ "query": "{ greeting }" });
    for header in ["Bearer nonsense", "Bearer ", "Basic YTpi", "nonsense"] {
        let refused = GraphqlResponse::of(app.request(&body).header("authorization", header)).await;
        assert_eq!(
            (refused.status.as_u16(), refused.code()),
            (401, "UNAUTHENTICATED")
        );
        assert_eq!(refused.header("www-authenticate"), "Bearer");
        assert!(refused.json().get("data").is_none());
    }
    let old_client = app.http.post(app.url()).json(&body).bearer_auth("nonsense");
    let refused = GraphqlResponse::of(old_client).await;
    assert_eq!(
        (refused.status.as_u16(), refused.code()),
        (200, "UNAUTHENTICATED")
    );
}
