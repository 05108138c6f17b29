//! Usernames, with which users sign in and find each other.

use std::fmt;

use chassis::Error;
use shared_schema::Reason;

/// 3 to 50 of `a-z`, `0-9`, `_` and `-`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Username(String);

impl Username {
    /// Upper case is read as lower case, so that `Alice` and `alice` are one name.
    pub(crate) fn parse(text: &str) -> Result<Self, Error> {
        let name = text.trim().to_ascii_lowercase();
        let allowed = |byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-');
        let refused = |reason| Err(Error::bad_input("username", reason));
        if !name.bytes().all(allowed) {
            return refused(Reason::CharacterNotAllowed {
                allowed: "a-z 0-9 _ -",
            });
        }
        match name.len() {
            0..3 => refused(Reason::TooShort { min: 3 }),
            3..=50 => Ok(Self(name)),
            _ => refused(Reason::TooLong { max: 50 }),
        }
    }

    /// What a username is looked up by, however it was typed: with capitals, or full-width as Japanese input methods do.
    pub(crate) fn folded(text: &str) -> String {
        text::folded(text)
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Username {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn whatever_is_accepted_is_what_the_database_accepts(text in "\\PC{0,60}") {
            if let Ok(name) = Username::parse(&text) {
                prop_assert!((3..=50).contains(&name.as_str().len()));
                prop_assert!(name.as_str().chars().all(|c| matches!(c, 'a'..='z' | '0'..='9' | '_' | '-')));
            }
        }

        #[test]
        fn every_well_formed_name_is_accepted_in_lower_case(text in "[A-Za-z0-9_-]{3,50}") {
            prop_assert_eq!(Username::parse(&text).map(|name| name.to_string()).ok(), Some(text.to_lowercase()));
        }
    }

    #[test]
    fn too_short_too_long_and_foreign_characters_are_refused() {
        for text in [
            "",
            "ab",
            "with space",
            "ümlaut",
            "dot.ted",
            "\u{212a}elvin",
            &"a".repeat(51),
        ] {
            assert!(Username::parse(text).is_err(), "{text}");
        }
    }
}
