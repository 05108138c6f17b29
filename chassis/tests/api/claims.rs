//! The claims of tokens, good and bad.

use lab_stack::testing::TokenIssuer;
use serde_json::{Value, json};

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

/// A good token of Ada's.
pub fn token(issuer: &TokenIssuer) -> String {
    issuer.sign(&issuer.header(), &claims())
}
