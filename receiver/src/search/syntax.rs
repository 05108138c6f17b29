//! What a query says. Every text is a query: what is no operator is a word.

use jiff::{SignedDuration, Timestamp, civil::Date, tz::TimeZone};

/// A parsed query. All of its parts must be true of a message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct SearchQuery {
    /// Texts that must be in the message.
    pub(crate) required: Vec<String>,
    /// Texts that must not be in it.
    pub(crate) excluded: Vec<String>,
    /// It must be from one of these; from anyone if empty.
    pub(crate) senders: Vec<Sender>,
    /// It must be in one of these; in any chat if empty.
    pub(crate) chats: Vec<ChatName>,
    /// It must have a link.
    pub(crate) has_link: bool,
    /// It must have something that messages cannot have yet: there is none.
    pub(crate) has_file: bool,
    /// It must mention the caller.
    pub(crate) mentions_caller: bool,
    /// It must have been sent at this time or later.
    pub(crate) since: Option<Timestamp>,
    /// It must have been sent before this time.
    pub(crate) before: Option<Timestamp>,
}

/// A sender.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Sender {
    Caller,
    /// The username, in lower case.
    Named(String),
}

/// A chat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ChatName {
    /// By its name.
    Named(String),
    /// The direct chat with the user who has this username, in lower case.
    DirectWith(String),
}

impl SearchQuery {
    /// What this text says.
    pub(crate) fn parse(text: &str) -> Self {
        let mut query = Self::default();
        for word in words(text) {
            let is_operator = word
                .operator
                .is_some_and(|operator| query.apply(operator, &word.text));
            if !is_operator {
                query.add_text(&word);
            }
        }
        query
    }

    /// Whether it says nothing.
    pub(crate) fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    fn add_text(&mut self, word: &Word<'_>) {
        let text = word.whole();
        let excluded = text.strip_prefix('-').filter(|_| !word.is_quoted);
        let (texts, text) = match excluded {
            Some(excluded) if !excluded.is_empty() => (&mut self.excluded, excluded),
            _ => (&mut self.required, text.as_str()),
        };
        let text = unquoted(text);
        if !text.is_empty() {
            texts.push(text.to_owned());
        }
    }

    /// Whether the operator is known and its value makes sense.
    fn apply(&mut self, operator: &str, value: &str) -> bool {
        match operator.to_ascii_lowercase().as_str() {
            "from" => self.senders.push(match value {
                "me" => Sender::Caller,
                _ => Sender::Named(value.trim_start_matches('@').to_lowercase()),
            }),
            "in" => self.chats.push(match value.strip_prefix('@') {
                Some(user) => ChatName::DirectWith(user.to_lowercase()),
                None => ChatName::Named(value.strip_prefix('#').unwrap_or(value).to_owned()),
            }),
            "has" => match value.to_ascii_lowercase().as_str() {
                "link" => self.has_link = true,
                "file" | "image" => self.has_file = true,
                _ => return false,
            },
            "mentions" if value.eq_ignore_ascii_case("me") => self.mentions_caller = true,
            "before" => match day(value) {
                Some((start, _)) => self.end_at(start),
                None => return false,
            },
            "after" => match day(value) {
                Some((_, end)) => self.start_at(end),
                None => return false,
            },
            "on" => match day(value) {
                Some((start, end)) => {
                    self.start_at(start);
                    self.end_at(end);
                }
                None => return false,
            },
            _ => return false,
        }
        true
    }

    fn start_at(&mut self, time: Timestamp) {
        self.since = Some(self.since.map_or(time, |since| since.max(time)));
    }

    fn end_at(&mut self, time: Timestamp) {
        self.before = Some(self.before.map_or(time, |before| before.min(time)));
    }
}

/// The start and the end of a day in UTC. Postgres' times go further back than ours, and nothing happened before 1970.
fn day(text: &str) -> Option<(Timestamp, Timestamp)> {
    let date: Date = text
        .parse()
        .ok()
        .filter(|_| text.len() == "2026-01-31".len())?;
    let start = date.to_zoned(TimeZone::UTC).ok()?.timestamp();
    let end = start.checked_add(SignedDuration::from_hours(24)).ok()?;
    (start >= Timestamp::UNIX_EPOCH).then_some((start, end))
}

/// A part of a query between spaces.
struct Word<'a> {
    /// What stands before the first colon.
    operator: Option<&'a str>,
    /// What stands after it.
    text: String,
    is_quoted: bool,
}

impl Word<'_> {
    /// As it was typed, but without quotes around it.
    fn whole(&self) -> String {
        match self.operator {
            Some(operator) => format!("{operator}:{}", self.text),
            None => self.text.clone(),
        }
    }
}

fn words(text: &str) -> Vec<Word<'_>> {
    let mut words = Vec::new();
    let mut rest = text.trim_start_matches(is_separator);
    while !rest.is_empty() {
        let (word, after) = word(rest);
        words.push(word);
        rest = after.trim_start_matches(is_separator);
    }
    words
}

/// The first word of a text, and what follows it.
fn word(text: &str) -> (Word<'_>, &str) {
    if let Some((quoted, after)) = quoted(text) {
        let word = Word {
            operator: None,
            text: quoted.to_owned(),
            is_quoted: true,
        };
        return (word, after);
    }
    if let Some((sign, (quoted, after))) = text
        .strip_prefix('-')
        .and_then(|text| Some(("-", quoted(text)?)))
    {
        let word = Word {
            operator: None,
            text: format!("{sign}{quoted}"),
            is_quoted: false,
        };
        return (word, after);
    }
    let end = text.find(is_separator).unwrap_or(text.len());
    let operator = text[..end]
        .split_once(':')
        .map(|(operator, _)| operator)
        .filter(|operator| !operator.is_empty());
    if let Some(operator) = operator {
        let value = &text[operator.len() + 1..];
        let sign = value.strip_prefix('#').map_or("", |_| "#");
        if let Some((quoted, after)) = quoted(&value[sign.len()..]) {
            let word = Word {
                operator: Some(operator),
                text: format!("{sign}{quoted}"),
                is_quoted: false,
            };
            return (word, after);
        }
    }
    let (whole, after) = text.split_at(end);
    let value = operator.map_or(whole, |operator| &whole[operator.len() + 1..]);
    let word = Word {
        // Without a value it is a word with a colon.
        operator: operator.filter(|_| !value.trim_matches(['@', '#']).is_empty()),
        text: match value.trim_matches(['@', '#']).is_empty() {
            true => whole.to_owned(),
            false => value.to_owned(),
        },
        is_quoted: false,
    };
    (word, after)
}

/// What stands in the quotes with which a text begins, and what follows them. A quote that is not closed goes to the end.
fn quoted(text: &str) -> Option<(&str, &str)> {
    let inside = text.strip_prefix(is_quote)?;
    let (inside, after) = match inside.find(is_quote) {
        Some(end) => {
            let after = inside[end..].trim_start_matches(is_quote);
            (&inside[..end], after)
        }
        None => (inside, ""),
    };
    inside
        .contains(|c| !is_separator(c))
        .then_some((inside, after))
}

fn unquoted(text: &str) -> &str {
    text.trim_matches(is_quote)
}

fn is_quote(c: char) -> bool {
    matches!(
        c,
        '"' | '\u{201c}' | '\u{201d}' | '\u{201e}' | '\u{ab}' | '\u{bb}'
    )
}

/// NUL and its like are in no text, and Postgres takes none.
fn is_separator(c: char) -> bool {
    c.is_whitespace() || c.is_control()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(text: &str) -> Option<Timestamp> {
        Some(text.parse().unwrap())
    }

    fn required(texts: &[&str]) -> SearchQuery {
        SearchQuery {
            required: texts.iter().map(|&text| text.to_owned()).collect(),
            ..SearchQuery::default()
        }
    }

    #[test]
    fn operators_are_understood() {
        let named = |name: &str| Sender::Named(name.into());
        let cases = [
            ("foo bar", required(&["foo", "bar"])),
            ("  foo\u{3000}\n\0bar ", required(&["foo", "bar"])),
            ("\"two words\" three", required(&["two words", "three"])),
            ("\u{201c}two words\u{201d}", required(&["two words"])),
            ("\u{201e}two words\u{201c}", required(&["two words"])),
            ("\"not closed", required(&["not closed"])),
            (
                "-foo -\"two words\" bar",
                SearchQuery {
                    excluded: vec!["foo".into(), "two words".into()],
                    ..required(&["bar"])
                },
            ),
            (
                "from:@Ada FROM:bob from:me",
                SearchQuery {
                    senders: vec![named("ada"), named("bob"), Sender::Caller],
                    ..SearchQuery::default()
                },
            ),
            (
                "in:#Lunch in:\"Two words\" in:#\"Two words\" in:@Bob",
                SearchQuery {
                    chats: vec![
                        ChatName::Named("Lunch".into()),
                        ChatName::Named("Two words".into()),
                        ChatName::Named("Two words".into()),
                        ChatName::DirectWith("bob".into()),
                    ],
                    ..SearchQuery::default()
                },
            ),
            (
                "has:link has:file",
                SearchQuery {
                    has_link: true,
                    has_file: true,
                    ..SearchQuery::default()
                },
            ),
            (
                "mentions:Me",
                SearchQuery {
                    mentions_caller: true,
                    ..SearchQuery::default()
                },
            ),
            (
                "on:2026-02-28",
                SearchQuery {
                    since: at("2026-02-28T00:00:00Z"),
                    before: at("2026-03-01T00:00:00Z"),
                    ..SearchQuery::default()
                },
            ),
            (
                "after:2026-01-31 before:2026-03-01 before:2026-02-01",
                SearchQuery {
                    since: at("2026-02-01T00:00:00Z"),
                    before: at("2026-02-01T00:00:00Z"),
                    ..SearchQuery::default()
                },
            ),
        ];
        for (text, expected) in cases {
            assert_eq!(SearchQuery::parse(text), expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_operator_is_text() {
        for text in [
            "foo:bar",
            "https://example.com",
            "has:everything",
            "before:yesterday",
            "on:2026-02-30",
            "on:20260228",
            "after:1969-12-31",
            "from:",
            "from:@",
            "in:#",
            "mentions:@ada",
            ":",
            "-",
            "a-b",
            "12:30",
        ] {
            assert_eq!(SearchQuery::parse(text), required(&[text]), "{text}");
        }
        for text in ["", " ", "\0\0", "\"", "\"\"", "-\"\"", "\" \""] {
            assert!(SearchQuery::parse(text).is_empty(), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn every_text_is_a_query(text in "[-\":@#a-z \u{0}\u{201c}\u{4e0a}]{0,40}") {
            let query = SearchQuery::parse(&text);
            let texts = query.required.iter().chain(&query.excluded);
            for found in texts {
                prop_assert!(!found.contains('\0') || text.contains('\0'));
            }
        }
    }
}
