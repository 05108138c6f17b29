//! Finds the places in a text that may mention somebody. Who that is, is decided later, against the participants.
//!
//! The text is read as Markdown: code, links, quotes and HTML mention nobody, nor does what follows a backslash or belongs
//! to an address.

use std::{collections::HashSet, ops::Range};

use pulldown_cmark::{Event, Parser, Tag, TagEnd};

/// What mentions all participants. It is no participant's name, even if somebody has it as their username.
const ALL: &str = "all";

/// How long usernames are.
const NAME_BYTES: std::ops::RangeInclusive<usize> = 3..=50;

/// The places of a text that may mention somebody.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MentionTokens(Vec<Token>);

/// An `@` with what follows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// Where the `@` stands, in UTF-16 units.
    pub start: i32,
    /// All characters after the `@` that a username can have, in lower case.
    word: String,
}

/// What a token may mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning<'a> {
    All,
    /// The participant with this username.
    Person(&'a str),
}

impl Token {
    /// What it may mean, the likeliest first: the whole word, or the word without the `_` and `-` at its end, which may belong
    /// to the sentence, as in `_@ada_`.
    pub fn meanings(&self) -> impl Iterator<Item = Meaning<'_>> {
        let whole = self.word.as_str();
        let trimmed = whole.trim_end_matches(['_', '-']);
        let trimmed = Some(trimmed).filter(|trimmed| *trimmed != whole);
        [Some(whole), trimmed]
            .into_iter()
            .flatten()
            .filter(|name| NAME_BYTES.contains(&name.len()))
            .map(|name| match name {
                ALL => Meaning::All,
                name => Meaning::Person(name),
            })
    }
}

impl MentionTokens {
    /// The places in this text.
    pub fn of(text: &str) -> Self {
        // Most texts have none and need no parser.
        if !text.contains('@') {
            return Self::default();
        }
        let mut tokens = vec![];
        let (mut read, mut units) = (0, 0);
        for range in prose(text) {
            for (at, _) in text[range.clone()].match_indices('@') {
                let at = range.start + at;
                units += text[read..at].encode_utf16().count();
                read = at;
                let start = i32::try_from(units);
                if let (Some(word), Ok(start)) = (word_at(text, at), start) {
                    tokens.push(Token {
                        start,
                        word: word.to_ascii_lowercase(),
                    });
                }
            }
        }
        Self(tokens)
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn iter(&self) -> impl Iterator<Item = &Token> {
        self.0.iter()
    }

    /// Whether some place may mention all.
    pub fn may_mention_all(&self) -> bool {
        self.meanings().any(|meaning| meaning == Meaning::All)
    }

    /// The different names that may be participants'.
    pub fn names(&self) -> HashSet<&str> {
        self.meanings()
            .filter_map(|meaning| match meaning {
                Meaning::Person(name) => Some(name),
                Meaning::All => None,
            })
            .collect()
    }

    fn meanings(&self) -> impl Iterator<Item = Meaning<'_>> {
        self.0.iter().flat_map(Token::meanings)
    }
}

/// The parts of a text in which its author speaks, in order.
fn prose(text: &str) -> impl Iterator<Item = Range<usize>> {
    let mut depth = 0_u32;
    Parser::new(text)
        .into_offset_iter()
        .filter_map(move |(event, range)| {
            match event {
                Event::Start(tag) if is_silent(&tag) => depth += 1,
                Event::End(end) if ends_silence(end) => depth = depth.saturating_sub(1),
                Event::Text(_) if depth == 0 => return Some(range),
                _ => {}
            }
            None
        })
}

/// Whether a part of a text mentions nobody.
fn is_silent(tag: &Tag<'_>) -> bool {
    ends_silence(tag.to_end())
}

fn ends_silence(end: TagEnd) -> bool {
    matches!(
        end,
        TagEnd::BlockQuote(_)
            | TagEnd::CodeBlock
            | TagEnd::HtmlBlock
            | TagEnd::Link
            | TagEnd::Image
            | TagEnd::MetadataBlock(_)
    )
}

/// The word after the `@` at this byte, if that may mention somebody.
fn word_at(text: &str, at: usize) -> Option<&str> {
    let (before, after) = (&text[..at], &text[at + 1..]);
    let end = after.find(|c| !is_of_name(c)).unwrap_or(after.len());
    let (word, rest) = after.split_at(end);
    // What looks back furthest comes last.
    let stands_alone =
        !word.is_empty() && !goes_on_with(rest) && !is_escaped(before) && !is_of_address(before);
    stands_alone.then_some(word)
}

fn is_of_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '-')
}

/// Whether what follows is escaped.
fn is_escaped(before: &str) -> bool {
    let backslashes = before.bytes().rev().take_while(|byte| *byte == b'\\');
    backslashes.count() % 2 == 1
}

/// Whether an `@` after this belongs to an e-mail address, a web address or another `@`.
fn is_of_address(before: &str) -> bool {
    let word = before.rsplit(char::is_whitespace).next().unwrap_or(before);
    let is_web = word.contains("://") || (word.contains('/') && word.contains('.'));
    // What an address may have at the end of its first half, after a letter or a digit. `_` may also begin an emphasis.
    let mailbox = word.trim_end_matches(['_', '-', '+', '%']);
    is_web || word.ends_with('@') || mailbox.ends_with(is_of_spaced_word)
}

/// Whether the word after an `@` goes on with characters that no username has.
fn goes_on_with(rest: &str) -> bool {
    let mut next = rest.chars();
    match next.next() {
        Some('@') => true,
        Some('\\') => next.next().is_some_and(is_of_name),
        Some(c) => {
            is_of_spaced_word(c) || (text::is_letter_mark_or_number(c) && !c.is_alphabetic())
        }
        None => false,
    }
}

/// Whether it is a digit, or a letter of a script with capitals: these put spaces between words. Others may not, and an `@`
/// between their characters begins a word.
fn is_of_spaced_word(c: char) -> bool {
    c.is_numeric() || c.is_lowercase() || c.is_uppercase()
}

#[cfg(test)]
mod tests;
