//! F5: why a request was refused is a code with arguments, and clients find all of them in one committed file.

use serde_json::{Value, json};
use shared_schema::Reason;

#[test]
fn f5_the_committed_reasons_are_those_of_the_code() {
    let committed: Value = serde_json::from_str(include_str!("../reasons.json"))
        .unwrap_or_else(|error| panic!("reasons.json: {error}"));
    assert_eq!(committed, Reason::catalogue(), "run `make sdl`");
}

#[test]
fn f5_a_reason_says_its_arguments_in_its_sentence() {
    let reason = Reason::TooLong { max: 100 };
    assert_eq!(reason.as_str(), "TOO_LONG");
    assert_eq!(json!(reason.arguments()), json!({ "max": 100 }));
    assert_eq!(reason.to_string(), "It must have at most 100 characters.");
    assert!(Reason::Taken.arguments().is_empty());
}

#[test]
fn f31_every_sentence_is_a_whole_one_and_names_its_arguments() {
    for (name, entry) in Reason::catalogue().as_object().into_iter().flatten() {
        let sentence = entry["sentence"].as_str().unwrap_or_default();
        assert!(
            sentence.starts_with(char::is_uppercase),
            "{name}: {sentence}"
        );
        assert!(sentence.ends_with('.'), "{name}: {sentence}");
        for argument in entry["arguments"].as_array().into_iter().flatten() {
            let placeholder = format!("{{{}}}", argument.as_str().unwrap_or_default());
            assert!(sentence.contains(&placeholder), "{name}: {placeholder}");
        }
    }
}
