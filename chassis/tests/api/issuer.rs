//! An issuer of tokens with keys of its own, and a publisher of key sets that can be taken away.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicUsize, Ordering},
};

use axum::{Json, Router, http::StatusCode, routing::get};
use jsonwebtoken::{
    Algorithm, EncodingKey, Header,
    jwk::{AlgorithmParameters, Jwk, JwkSet},
};
use serde_json::{Value, json};

/// What stands before the 32 secret bytes of an Ed25519 key in PKCS#8.
const PKCS8_ED25519: [u8; 16] = [
    0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
];

pub struct Issuer {
    pub kid: &'static str,
    key: EncodingKey,
}

impl Issuer {
    pub fn new(kid: &'static str) -> Self {
        let mut pkcs8 = PKCS8_ED25519.to_vec();
        pkcs8.extend(rand::random::<[u8; 32]>());
        let key = EncodingKey::from_ed_der(&pkcs8);
        Self { kid, key }
    }

    pub fn jwk(&self) -> Jwk {
        let mut jwk = Jwk::from_encoding_key(&self.key, Algorithm::EdDSA).unwrap();
        jwk.common.key_id = Some(self.kid.into());
        jwk
    }

    /// The public key, as it is published.
    pub fn public_key(&self) -> String {
        match self.jwk().algorithm {
            AlgorithmParameters::OctetKeyPair(parameters) => parameters.x,
            other => panic!("not an Ed25519 key: {other:?}"),
        }
    }

    pub fn header(&self) -> Header {
        let mut header = Header::new(Algorithm::EdDSA);
        header.typ = Some("at+jwt".into());
        header.kid = Some(self.kid.into());
        header
    }

    pub fn sign(&self, header: &Header, claims: &Value) -> String {
        jsonwebtoken::encode(header, claims, &self.key).unwrap()
    }

    pub fn token(&self) -> String {
        self.sign(&self.header(), &claims())
    }
}

pub fn now() -> i64 {
    jiff::Timestamp::now().as_second()
}

/// Those of a good token of Ada's.
pub fn claims() -> Value {
    json!({
        "iss": "antiphon",
        "aud": "antiphon",
        "sub": "01890a5d-ac96-774b-bcce-b302099a8057",
        "sid": "01890a5d-ac96-774b-bcce-b302099a8058",
        "username": "ada",
        "jti": "01890a5d-ac96-774b-bcce-b302099a8059",
        "iat": now(),
        "exp": now() + 600,
    })
}

pub fn claims_with(name: &str, value: Value) -> Value {
    let mut claims = claims();
    claims[name] = value;
    claims
}

pub fn jwks(issuers: &[&Issuer]) -> JwkSet {
    let keys = issuers.iter().map(|issuer| issuer.jwk()).collect();
    JwkSet { keys }
}

/// Serves a key set over HTTP, or an error while there is none.
#[derive(Clone, Default)]
pub struct Publisher {
    set: Arc<Mutex<Option<JwkSet>>>,
    fetches: Arc<AtomicUsize>,
}

impl Publisher {
    pub fn of(issuers: &[&Issuer]) -> Self {
        let publisher = Self::default();
        publisher.publish(issuers);
        publisher
    }

    pub fn publish(&self, issuers: &[&Issuer]) {
        *self.set.lock().unwrap() = Some(jwks(issuers));
    }

    pub fn go_down(&self) {
        *self.set.lock().unwrap() = None;
    }

    pub fn fetches(&self) -> usize {
        self.fetches.load(Ordering::SeqCst)
    }

    /// Starts it, and returns its `JWKS_URL`.
    pub async fn start(&self) -> String {
        let publisher = self.clone();
        let answer = get(move || async move {
            publisher.fetches.fetch_add(1, Ordering::SeqCst);
            let set = publisher.set.lock().unwrap().clone();
            set.map(Json).ok_or(StatusCode::SERVICE_UNAVAILABLE)
        });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let router = Router::new().route("/jwks.json", answer);
        tokio::spawn(axum::serve(listener, router).into_future());
        format!("http://127.0.0.1:{port}/jwks.json")
    }
}
