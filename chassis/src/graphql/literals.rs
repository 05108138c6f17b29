//! What the specification allows in a document's text and async-graphql's parser does not read.
//!
//! The text is rewritten to what the parser takes for the same: surrogate pairs and `\u{…}` become the character that they
//! stand for, block strings become plain ones, space goes out of types, and descriptions become space. What gets shorter
//! is filled up, so that everything else stays in its line and column, and errors point to where the client wrote it.

mod block;
mod escapes;

use std::borrow::Cow;

use self::{
    block::{block, block_value},
    escapes::{push_escaped, unescaped},
};
use super::lexical_limits::string_end;
use crate::error::Error;

/// The text as the parser reads it.
///
/// # Errors
/// `BAD_USER_INPUT` when an escape is no character.
pub(super) fn readable(text: &str) -> Result<Cow<'_, str>, Error> {
    let bytes = text.as_bytes();
    let plain = |byte: &u8| !matches!(byte, b'"' | b'$');
    if bytes.iter().all(plain) {
        return Ok(Cow::Borrowed(text));
    }
    let mut out = Rewriter::new(text);
    while let Some(byte) = bytes.get(out.at) {
        match byte {
            b'"' => out.string()?,
            b'#' => out.comment(),
            b'$' => out.variable(),
            b'(' | b'[' | b'{' => out.bracket(1),
            b')' | b']' | b'}' => out.bracket(-1),
            _ => out.keep(1),
        }
    }
    Ok(Cow::Owned(out.finish()))
}

struct Rewriter<'a> {
    text: &'a str,
    out: String,
    /// Everything before this is in `out`; at a boundary of characters whenever it is looked at.
    at: usize,
    /// Not copied yet.
    kept_from: usize,
    depth: i32,
    /// The last byte that meant something.
    before: u8,
}

impl<'a> Rewriter<'a> {
    fn new(text: &'a str) -> Self {
        Self {
            text,
            out: String::with_capacity(text.len()),
            at: 0,
            kept_from: 0,
            depth: 0,
            before: b' ',
        }
    }

    fn keep(&mut self, bytes: usize) {
        let kept = &self.text.as_bytes()[self.at..self.at + bytes];
        if let Some(last) = kept.iter().rfind(|byte| !is_ignored(**byte)) {
            self.before = *last;
        }
        self.at += bytes;
    }

    fn bracket(&mut self, by: i32) {
        self.depth += by;
        self.keep(1);
    }

    fn comment(&mut self) {
        self.at += comment_length(&self.text[self.at..]);
    }

    /// Puts `instead` where the text up to `end` is, and fills up what is missing.
    fn replace(&mut self, end: usize, instead: &str) {
        self.out.push_str(&self.text[self.kept_from..self.at]);
        self.out.push_str(instead);
        let old = &self.text[self.at..end];
        let breaks = line_breaks(old);
        let mut missing = old.chars().count().saturating_sub(instead.chars().count());
        if breaks > 0 {
            self.out.extend(std::iter::repeat_n('\n', breaks));
            let last = old.rsplit(['\n', '\r']).next().unwrap_or_default();
            missing = last.chars().count();
        }
        self.out.extend(std::iter::repeat_n(' ', missing));
        self.at = end;
        self.kept_from = end;
    }

    fn string(&mut self) -> Result<(), Error> {
        let (end, _) = string_end(self.text.as_bytes(), self.at);
        let token = &self.text[self.at..end];
        if self.is_description(end) {
            self.replace(end, "");
            return Ok(());
        }
        if let Some(raw) = block(token) {
            let value = block_value(&raw.replace(r#"\""""#, r#"""""#));
            let mut plain = String::from('"');
            value.chars().for_each(|c| push_escaped(&mut plain, c));
            plain.push('"');
            self.replace(end, &plain);
        } else if token.contains("\\u") {
            let plain = unescaped(token).map_err(|what| self.error(what))?;
            self.replace(end, &plain);
        } else {
            self.at = end;
        }
        self.before = b'"';
        Ok(())
    }

    /// Whether the string that ends there describes an operation, a fragment or a variable.
    fn is_description(&self, end: usize) -> bool {
        let after = end + ignored_length(&self.text[end..]);
        let rest = &self.text[after..];
        let word = rest
            .split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
            .next();
        match self.depth {
            0 => matches!(
                word,
                Some("query" | "mutation" | "subscription" | "fragment")
            ),
            1 => rest.starts_with('$') && !matches!(self.before, b':' | b'='),
            _ => false,
        }
    }

    /// A variable, and its type if this is its definition.
    fn variable(&mut self) {
        self.keep(1);
        self.skip_ignored();
        let name = self.text[self.at..]
            .bytes()
            .take_while(|byte| is_name(*byte))
            .count();
        self.keep(name);
        let colon = self.at + ignored_length(&self.text[self.at..]);
        if self.text.as_bytes().get(colon) != Some(&b':') {
            return;
        }
        self.at = colon;
        self.keep(1);
        self.skip_ignored();
        let (end, compact) = self.compact_type();
        if compact.len() < end - self.at {
            self.replace(end, &compact);
        }
        self.at = end;
        self.before = b'!';
    }

    fn skip_ignored(&mut self) {
        self.at += ignored_length(&self.text[self.at..]);
    }

    /// Where the type that begins here ends, and the type without the space inside it.
    fn compact_type(&self) -> (usize, String) {
        let bytes = self.text.as_bytes();
        let (mut at, mut end) = (self.at, self.at);
        let (mut compact, mut open, mut named) = (String::new(), 0_usize, false);
        while let Some(&byte) = bytes.get(at) {
            match byte {
                b'[' if !named => open += 1,
                b']' if open > 0 => open -= 1,
                b'!' if named => {}
                byte if is_name(byte) && !named => {
                    let length = bytes[at..].iter().take_while(|b| is_name(**b)).count();
                    compact.push_str(&self.text[at..at + length]);
                    named = true;
                    at += length;
                    end = at;
                    at += ignored_length(&self.text[at..]);
                    continue;
                }
                _ => break,
            }
            compact.push(char::from(byte));
            at += 1;
            end = at;
            at += ignored_length(&self.text[at..]);
        }
        (end, compact)
    }

    fn error(&self, what: &str) -> Error {
        let before = &self.text[..self.at];
        let line = line_breaks(before) + 1;
        let start = before.rsplit(['\n', '\r']).next().unwrap_or_default();
        let column = start.chars().count() + 1;
        Error::bad_request(format!("in the string at {line}:{column}: {what}"))
    }

    fn finish(mut self) -> String {
        self.out.push_str(&self.text[self.kept_from..]);
        self.out
    }
}

fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

fn is_ignored(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | b',')
}

fn comment_length(text: &str) -> usize {
    text.find(['\n', '\r']).unwrap_or(text.len())
}

/// The bytes at the beginning that mean nothing.
fn ignored_length(text: &str) -> usize {
    let mut at = 0;
    loop {
        let rest = &text[at..];
        match rest.bytes().next() {
            Some(byte) if is_ignored(byte) => at += 1,
            Some(b'#') => at += comment_length(rest),
            _ if rest.starts_with('\u{feff}') => at += '\u{feff}'.len_utf8(),
            _ => return at,
        }
    }
}

fn line_breaks(text: &str) -> usize {
    let all = text.bytes().filter(|byte| matches!(byte, b'\n' | b'\r'));
    all.count() - text.matches("\r\n").count()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use async_graphql::{
        Value,
        parser::{parse_query, types::Selection},
    };

    use super::readable;

    fn read(literal: &str) -> Option<String> {
        let text = format!("{{ f(a: {literal}) }}");
        let document = parse_query(readable(&text).ok()?).ok()?;
        let (_, operation) = document.operations.iter().next()?;
        let Selection::Field(field) = &operation.node.selection_set.node.items[0].node else {
            return None;
        };
        match field.node.arguments[0].1.node.clone().into_const()? {
            Value::String(value) => Some(value),
            _ => None,
        }
    }

    #[test]
    fn escapes_are_read_as_the_specification_says() {
        let cases = [
            (r#""\uD83D\uDE00""#, Some("😀")),
            (r#""\ud83d\ude00!""#, Some("😀!")),
            (r#""\u{1F600}""#, Some("😀")),
            (r#""\u{00000041}""#, Some("A")),
            (r#""\u00E9\n\t\\u{41}\"""#, Some("é\n\t\\u{41}\"")),
            (r#""\u{22}\u{5c}\u{a}\u{d}""#, Some("\"\\\n\r")),
            (r#""\u0022""#, Some("\"")),
            (r#""\uD83D""#, None),
            (r#""\uDE00\uD83D""#, None),
            (r#""\uD83D\n""#, None),
            (r#""\uD83D\u0041""#, None),
            (r#""\uD83Dx""#, None),
            (r#""\u{D83D}""#, None),
            (r#""\u{D83D}\u{DE00}""#, None),
            (r#""\u{110000}""#, None),
            (r#""\u{}""#, None),
            (r#""\u{ 41}""#, None),
            (r#""\u{+41}""#, None),
            (r#""\u+041""#, None),
            (r#""\u12""#, None),
            (r#""\u{41""#, None),
            (r#""\x41""#, None),
            (r#""""#, Some("")),
        ];
        for (literal, value) in cases {
            assert_eq!(read(literal).as_deref(), value, "{literal}");
        }
    }

    #[test]
    fn block_strings_are_read_as_the_specification_says() {
        let cases = [
            ("\"\"\"a \\\"\"\" b\"\"\"", "a \"\"\" b"),
            ("\"\"\"\\\"\"\"\"\"\"", "\"\"\""),
            (
                "\"\"\"no \\u0041 escapes \\n\"\"\"",
                "no \\u0041 escapes \\n",
            ),
            ("\"\"\"a \"quoted\" \\ word\"\"\"", "a \"quoted\" \\ word"),
            ("\"\"\"\n    a\n  \n      b\r\n    \"\"\"", "a\n\n  b"),
            ("\"\"\"\"\"\"", ""),
            ("\"\"\"\n  \n\"\"\"", ""),
        ];
        for (literal, value) in cases {
            assert_eq!(read(literal).as_deref(), Some(value), "{literal}");
        }
    }

    #[test]
    fn everything_else_stays_where_it_was() {
        let texts = [
            r#"{ a(b: "\u{1F600}\uD83D\uDE00") @ c }"#,
            "{ a(b: \"\"\"\n one\r\n \\\"\"\" two\n\"\"\", c: 1) d }",
            "query($a: [ Int\n ! ] ! = [1]) { a(b: $a) d }",
            "\"what it\ndoes\" query Q(\"what it is\" $a: Int) { d }",
        ];
        for text in texts {
            let read = readable(text).unwrap();
            let last = text.rfind(['@', 'd']).unwrap();
            let place = |text: &str, at: usize| {
                let before = text[..at].replace("\r\n", "\n");
                let line = before.matches('\n').count();
                (line, before.rsplit('\n').next().unwrap().chars().count())
            };
            let now = read.rfind(['@', 'd']).unwrap();
            assert_eq!(place(&read, now), place(text, last), "{text}: {read}");
        }
    }

    #[test]
    fn types_may_be_spaced_and_definitions_described() {
        for text in [
            "query ( $a : [ [ Int ! ] ] ! , # comment\n $b:Int) { a(b: $a, c: $b) }",
            "\"one\" query Q { ...F } \"\"\"two\"\"\" fragment F on Query { a }",
            "query Q(\"one\" $a: String = \"x\" \"\"\"two\"\"\" $b: [Int] = [1]) { a(b: $a, c: [\"s\" $b]) }",
        ] {
            assert!(parse_query(text).is_err(), "needs no help: {text}");
            let read = readable(text).unwrap();
            assert!(parse_query(&read).is_ok(), "{text}: {read}");
        }
        for text in ["\"one\" { a }", "{ a } \"one\"", "{ \"one\" a }"] {
            let read = readable(text).unwrap();
            assert!(parse_query(&read).is_err(), "{text}: {read}");
        }
    }
}
