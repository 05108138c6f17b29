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

    /// Whether the operation has failed.
    pub fn is_refused(&self) -> bool {
        self.0.get("errors").is_some()
    }

    /// Code and field of the refusal; the operation must have failed.
    pub fn refused(&self) -> (String, Option<String>) {
        let error = &self.0["errors"][0];
        let extensions = &error["extensions"];
        let code = extensions["code"].as_str();
        let code = code.unwrap_or_else(|| panic!("not refused: {}", self.0));
        assert!(extensions["traceId"].is_string(), "{}", self.0);
        let field = extensions["field"].as_str();
        (code.to_owned(), field.map(str::to_owned))
    }

    /// Whether it is refused so.
    #[track_caller]
    pub fn is(&self, code: &str, field: impl Into<Option<&'static str>>) {
        let expected = (code.to_owned(), field.into().map(str::to_owned));
        assert_eq!(self.refused(), expected, "{}", self.0);
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
