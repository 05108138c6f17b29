//! The display name and self-description of a user.

use chassis::Error;
use shared_schema::Reason;
use text::Flaw;

/// 1 to 100 characters on one line, at least one of them visible, none of them there to deceive ([`text::name`]).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DisplayName(String);

impl DisplayName {
    pub(crate) fn parse(text: &str) -> Result<Self, Error> {
        let refused = |reason| Error::bad_input("displayName", reason);
        let name = text::name(text).map_err(|flaw| {
            refused(match flaw {
                Flaw::ControlCharacter => Reason::ControlCharacter,
                Flaw::NothingVisible => Reason::NothingVisible,
            })
        })?;
        if name.chars().count() > 100 {
            return Err(refused(Reason::TooLong { max: 100 }));
        }
        Ok(Self(name))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// At most 500 characters, lines allowed; may be empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct About(String);

impl About {
    pub(crate) fn parse(text: &str) -> Result<Self, Error> {
        let about = text::composed(text.trim());
        let forbidden = |c: char| c.is_control() && c != '\n';
        let refused = |reason| Err(Error::bad_input("about", reason));
        if about.chars().any(forbidden) {
            return refused(Reason::ControlCharacter);
        }
        if about.chars().count() > 500 {
            return refused(Reason::TooLong { max: 500 });
        }
        Ok(Self(about))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_trimmed_and_counted_in_characters() {
        assert_eq!(
            DisplayName::parse("  Ada Lovelace ")
                .map(|name| name.0)
                .ok(),
            Some("Ada Lovelace".into())
        );
        assert!(DisplayName::parse(&"é".repeat(100)).is_ok());
        for text in [
            "",
            "   ",
            "\u{200b}\u{202e}",
            "\u{3164}",
            "\u{2800}",
            "a\u{0}b",
            "a\nb",
            &"é".repeat(101),
        ] {
            assert!(DisplayName::parse(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn a_description_may_have_lines_and_may_be_empty() {
        for text in ["", "two\nlines", &"é".repeat(500)] {
            assert!(About::parse(text).is_ok(), "{text:?}");
        }
        for text in ["bell\u{7}", &"é".repeat(501)] {
            assert!(About::parse(text).is_err(), "{text:?}");
        }
    }
}
