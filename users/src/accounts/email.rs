//! E-mail addresses, as far as they can be judged without sending a mail.

use chassis::Error;
use shared_schema::Reason;

/// The longest address that a mail server must take (RFC 5321).
const MAX_BYTES: usize = 254;
/// The longest part before the `@`.
const MAX_LOCAL_BYTES: usize = 64;
/// The longest label of a domain.
const MAX_LABEL_BYTES: usize = 63;

/// A plausible e-mail address, as it was typed. Addresses are compared by [`Email::folded`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Email(String);

impl Email {
    pub(crate) fn parse(text: &str) -> Result<Self, Error> {
        let address = text::composed(text.trim());
        if is_plausible(&address) {
            Ok(Self(address))
        } else {
            Err(Error::bad_input("email", Reason::NotAnEmailAddress))
        }
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// What addresses are compared by.
    pub(crate) fn folded(&self) -> String {
        text::folded(&self.0)
    }
}

/// Quoted local parts and address literals are refused: practically nobody has one, and they are used to trick parsers.
fn is_plausible(address: &str) -> bool {
    let Some((local, domain)) = address.rsplit_once('@') else {
        return false;
    };
    let labels: Vec<&str> = domain.split('.').collect();
    address.len() <= MAX_BYTES
        && local.len() <= MAX_LOCAL_BYTES
        && local
            .split('.')
            .all(|atom| !atom.is_empty() && atom.chars().all(may_stand_in_an_atom))
        && labels.len() >= 2
        && labels.iter().all(|label| is_label(label))
        && labels
            .last()
            .is_some_and(|top| !top.bytes().all(|byte| byte.is_ascii_digit()))
}

/// RFC 5322 `atext`, with the letters of all scripts (RFC 6532).
fn may_stand_in_an_atom(c: char) -> bool {
    text::is_letter_mark_or_number(c) || "!#$%&'*+/=?^_`{|}~-".contains(c)
}

fn is_label(label: &str) -> bool {
    (1..=MAX_LABEL_BYTES).contains(&label.len())
        && label
            .chars()
            .all(|c| text::is_letter_mark_or_number(c) || c == '-')
        && !label.starts_with('-')
        && !label.ends_with('-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plausible_addresses_are_accepted() {
        for text in [
            "a@x.io",
            " a.b+tag@mail.example.org ",
            "O'Neil@example.com",
            "jürgen@bücher.example",
            "क्षमा@उदाहरण.भारत",
        ] {
            assert!(Email::parse(text).is_ok(), "{text}");
        }
    }

    #[test]
    fn everything_else_is_refused() {
        let long = format!("{}@{}.example", "a".repeat(64), "b.".repeat(100));
        for text in [
            "",
            "a",
            "a@",
            "@x.io",
            "a@x",
            "a@@x.io",
            "a b@x.io",
            "a@x..io",
            ".a@x.io",
            "a.@x.io",
            "a@-x.io",
            "a@x-.io",
            "a@1.2.3.4",
            "a@x.io\n",
            "a\u{0}@x.io",
            "\"a\"@x.io",
            "<a@x.io>",
            "a@[::1]",
            "\u{3164}@x.io",
            "a\u{200d}b@x.io",
            &long,
        ] {
            // A line break around the address is trimmed like any other white space.
            assert_eq!(Email::parse(text).is_ok(), text == "a@x.io\n", "{text:?}");
        }
    }
}
