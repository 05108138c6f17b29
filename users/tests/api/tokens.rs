//! Access tokens, and the keys that other services check them with.

use std::time::Duration;

use chassis::{EndedSessions, Verifier, config::TokenArgs};
use jsonwebtoken::{Algorithm, decode_header, jwk::JwkSet};
use serde_json::Value;

use crate::app::{SIGN_IN, TestApp, TestEnvironment, app};

const JWKS: &str = "/.well-known/jwks.json";

async fn keys(app: &TestApp) -> JwkSet {
    serde_json::from_str(&app.get(JWKS).await.text).unwrap()
}

/// A verifier as another service has it: it knows nothing but the address of the keys.
async fn other_service(app: &TestApp) -> Verifier {
    let args = TokenArgs {
        jwks_url: app.service.url(JWKS),
        ..TokenArgs::default()
    };
    let verifier = Verifier::start(&args, &EndedSessions::none()).unwrap();
    for _ in 0..500 {
        if verifier.ready() {
            return verifier;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("no keys were fetched");
}

#[tokio::test]
async fn another_service_believes_our_tokens() {
    let (_environment, app) = app().await;
    let ada = app.sign_up("ada").await;
    let caller = other_service(&app)
        .await
        .verify(&ada.access_token)
        .await
        .unwrap();
    assert_eq!(caller.user_id.to_string(), ada.user_id);
    assert_eq!(caller.session_id.to_string(), ada.session_id);
    assert_eq!(caller.username, "ada");
}

#[tokio::test]
async fn another_service_does_not_believe_the_tokens_of_another_issuer() {
    let (_here, app) = app().await;
    let there = TestEnvironment::new().await;
    let elsewhere = there.start(there.config()).await;
    let stranger = elsewhere.sign_up("ada").await;
    assert!(
        other_service(&app)
            .await
            .verify(&stranger.access_token)
            .await
            .is_err()
    );
}

#[tokio::test]
async fn a_token_names_its_type_and_its_key_and_lives_as_long_as_configured() {
    let environment = TestEnvironment::new().await;
    let mut config = environment.config();
    config.tokens.access_token_lifetime = Duration::from_secs(7);
    let app = environment.start(config).await;
    let answer = app.anonymous().register("ada").await;
    let payload = answer.ok();
    let token = payload["accessToken"].as_str().unwrap();

    let header = decode_header(token).unwrap();
    assert_eq!(header.alg, Algorithm::EdDSA);
    assert_eq!(header.typ.as_deref(), Some("at+jwt"));
    assert_eq!(header.kid, keys(&app).await.keys[0].common.key_id);

    use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine};
    let claims = BASE64_URL_SAFE_NO_PAD
        .decode(token.split('.').nth(1).unwrap())
        .unwrap();
    let claims: Value = serde_json::from_slice(&claims).unwrap();
    assert_eq!(
        claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(),
        7
    );
    assert_eq!(
        (&claims["iss"], &claims["aud"]),
        (&"antiphon".into(), &"antiphon".into())
    );
    let expires_at: jiff::Timestamp = payload["accessTokenExpiresAt"]
        .as_str()
        .unwrap()
        .parse()
        .unwrap();
    assert_eq!(expires_at.as_second(), claims["exp"].as_i64().unwrap());
    assert!(
        claims.get("email").is_none(),
        "tokens are seen by other services"
    );
}

#[tokio::test]
async fn a_renewed_token_carries_the_name_that_the_user_has_by_then() {
    let (_environment, app) = app().await;
    let ada = app.sign_up("ada").await;
    let input = serde_json::json!({ "username": "countess" });
    app.as_user(&ada)
        .mutate("changeUsername", "account { version }", input)
        .await
        .ok();
    let input = serde_json::json!({ "refreshToken": ada.refresh_token });
    let answer = app
        .anonymous()
        .mutate("refreshSession", SIGN_IN, input)
        .await;
    let token = answer.ok()["accessToken"].as_str().unwrap().to_owned();
    assert_eq!(
        other_service(&app)
            .await
            .verify(&token)
            .await
            .unwrap()
            .username,
        "countess"
    );
}

#[tokio::test]
async fn the_published_keys_are_public_and_may_be_cached() {
    let (_environment, app) = app().await;
    let response = app.get(JWKS).await;
    assert_eq!(response.header("cache-control"), "public, max-age=300");
    let published = response.json();
    let key = &published["keys"][0];
    assert_eq!(
        (&key["kty"], &key["crv"], &key["use"], &key["alg"]),
        (
            &"OKP".into(),
            &"Ed25519".into(),
            &"sig".into(),
            &"EdDSA".into()
        )
    );
    assert!(key.get("d").is_none(), "the private half");
    assert_eq!(published["keys"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn keys_can_be_rotated_without_refusing_a_token() {
    let environment = TestEnvironment::new().await;
    let (old_key, new_key) = (
        environment.key_file("signing.pem"),
        environment.key_file("next.pem"),
    );
    let mut new = environment.config();
    new.tokens.signing_key_file = new_key.clone();
    environment.start(new.clone()).await; // Makes the key.

    let mut announcing = environment.config();
    announcing.tokens.published_key_files = vec![new_key];
    let before = environment.start(announcing).await;
    new.tokens.published_key_files = vec![old_key];
    let after = environment.start(new).await;

    let (old_token, verifier) = (before.sign_up("ada").await, other_service(&before).await);
    let new_token = after.sign_in("ada").await;
    let kid = |token: &str| decode_header(token).unwrap().kid;
    assert_ne!(kid(&old_token.access_token), kid(&new_token.access_token));
    for token in [&old_token, &new_token] {
        verifier.verify(&token.access_token).await.unwrap();
        before.as_user(token).me().await.ok();
        after.as_user(token).me().await.ok();
    }
}
