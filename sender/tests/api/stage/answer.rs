//! What came back.

use serde_json::Value;

/// The answer to one operation.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer(Value);

impl Answer {
    pub fn new(body: Value) -> Self {
        Self(body)
    }

    /// The payload of the one root field; the operation must have succeeded.
    pub fn ok(&self) -> Value {
        assert!(self.0.get("errors").is_none(), "refused: {}", self.0);
        let data = self.0["data"].as_object().expect("an answer has data");
        data.values().next().cloned().expect("one root field")
    }

    /// Code and field of the refusal; the operation must have failed.
    pub fn refused(&self) -> (String, Option<String>) {
        let error = &self.0["errors"][0];
        let extensions = &error["extensions"];
        let code = extensions["code"].as_str();
        let code = code.unwrap_or_else(|| panic!("not refused: {}", self.0));
        assert!(extensions["traceId"].is_string(), "{}", self.0);
        assert_reason(error);
        let field = extensions["field"].as_str();
        (code.to_owned(), field.map(str::to_owned))
    }

    /// `ok`, or the code of the refusal.
    pub fn verdict(&self) -> String {
        match self.0.get("errors") {
            None => "ok".into(),
            Some(_) => self.refused().0,
        }
    }

    /// Whether it is refused so.
    #[track_caller]
    pub fn is(&self, code: &str, field: impl Into<Option<&'static str>>) {
        let expected = (code.to_owned(), field.into().map(str::to_owned));
        assert_eq!(self.refused(), expected, "{}", self.0);
    }

    /// Something more about the refusal.
    pub fn extension(&self, name: &str) -> &Value {
        &self.0["errors"][0]["extensions"][name]
    }

    /// What the refusal says to people.
    pub fn message(&self) -> String {
        self.refused();
        self.0["errors"][0]["message"].as_str().unwrap().to_owned()
    }

    /// The whole answer without what differs between any two: the trace.
    pub fn bytes(&self) -> String {
        let mut body = self.0.clone();
        for error in body["errors"].as_array_mut().into_iter().flatten() {
            error["extensions"]
                .as_object_mut()
                .unwrap()
                .remove("traceId");
        }
        body.to_string()
    }
}

/// F5: what a person can mend says why, with a reason that stands in the committed file.
fn assert_reason(error: &Value) {
    let extensions = &error["extensions"];
    let mendable = match extensions["code"].as_str() {
        Some("BAD_USER_INPUT") => extensions["field"].is_string(),
        Some("CONFLICT" | "FORBIDDEN") => true,
        _ => false,
    };
    let reasons: Value =
        serde_json::from_str(include_str!("../../../../shared-schema/reasons.json")).unwrap();
    let known = extensions["reason"]
        .as_str()
        .is_some_and(|reason| reasons.get(reason).is_some());
    assert_eq!(known, mendable, "{error}");
}
