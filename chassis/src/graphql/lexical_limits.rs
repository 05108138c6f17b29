//! Counts a document's tokens before anything recursive looks at it.

/// What the text holds, as far as it can be said without parsing it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct LexicalSize {
    pub(super) tokens: usize,
    /// How deep brackets of any kind nest.
    pub(super) nesting: usize,
    /// A string does not end where it should. The parser would look for other strings in it, and find brackets between
    /// them that were not counted.
    pub(super) unfinished: bool,
}

/// Measures the text. It need not be valid: the parser says so later, on input that is now known to be small.
pub(super) fn scan(text: &str) -> LexicalSize {
    let bytes = text.as_bytes();
    let mut size = LexicalSize {
        tokens: 0,
        nesting: 0,
        unfinished: false,
    };
    let mut open = 0_usize;
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        at = match byte {
            b' ' | b'\t' | b'\r' | b'\n' | b',' => at + 1,
            b'#' => skip(bytes, at, |b| !matches!(b, b'\n' | b'\r')),
            b'"' => {
                size.tokens += 1;
                let (end, whole) = string_end(bytes, at);
                size.unfinished |= !whole;
                end
            }
            b'{' | b'[' | b'(' => {
                size.tokens += 1;
                open += 1;
                size.nesting = size.nesting.max(open);
                at + 1
            }
            b'}' | b']' | b')' => {
                size.tokens += 1;
                open = open.saturating_sub(1);
                at + 1
            }
            b'.' => {
                size.tokens += 1;
                skip(bytes, at, |b| b == b'.')
            }
            b'0'..=b'9' | b'-' => {
                size.tokens += 1;
                skip(bytes, at, |b| is_word(b) || matches!(b, b'.' | b'-' | b'+'))
            }
            b if is_word(*b) => {
                size.tokens += 1;
                skip(bytes, at, is_word)
            }
            _ => {
                size.tokens += 1;
                at + 1
            }
        };
    }
    size
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

fn skip(bytes: &[u8], from: usize, within: impl Fn(u8) -> bool) -> usize {
    bytes[from..]
        .iter()
        .position(|byte| !within(*byte))
        .map_or(bytes.len(), |length| from + length)
}

/// Where the string that starts at `from` ends, and whether it does so as it should.
pub(super) fn string_end(bytes: &[u8], from: usize) -> (usize, bool) {
    let block = bytes[from..].starts_with(b"\"\"\"");
    let mut at = from + if block { 3 } else { 1 };
    while at < bytes.len() {
        let rest = &bytes[at..];
        if block && rest.starts_with(b"\\\"\"\"") {
            at += 4;
        } else if block && rest.starts_with(b"\"\"\"") {
            return (at + 3, true);
        } else if !block && rest[0] == b'\\' {
            at += 2;
        } else if !block && matches!(rest[0], b'"' | b'\n' | b'\r') {
            return (at + 1, rest[0] == b'"');
        } else {
            at += 1;
        }
    }
    (bytes.len(), false)
}

#[cfg(test)]
mod tests {
    use super::{LexicalSize, scan};

    #[test]
    fn words_punctuation_and_strings_are_one_token_each() {
        let size = scan("{ a(b: \"x { y\", c: [-1.5e+3]) ...f } # { not this");
        assert_eq!(
            size,
            LexicalSize {
                tokens: 15,
                nesting: 3,
                unfinished: false
            }
        );
    }

    #[test]
    fn a_block_string_is_one_token() {
        let text = r#"{ a(b: """ { "one" \""" two } """) }"#;
        assert_eq!(
            scan(text),
            LexicalSize {
                tokens: 8,
                nesting: 2,
                unfinished: false
            }
        );
    }

    #[test]
    fn an_unfinished_string_is_noticed() {
        for text in [
            "\"abc\\",
            "\"abc\\\"",
            "\"",
            "\"\"\"abc",
            "\"\"\"\" [[[[ \\\"\"\"",
            "\"\"\"\"\"",
            "{ a(b: [\"\"\" \" [[[[ ]]]] ]) }",
            "{ a(b: \"one\n two\") }",
            "{ a(b: \"one\r two\") }",
        ] {
            assert!(scan(text).unfinished, "{text}");
        }
        for text in ["\"\"", "\"\"\"\"\"\"", "\"a\" \"b\\\\\"", "# \" not one"] {
            assert!(!scan(text).unfinished, "{text}");
        }
    }

    #[test]
    fn a_comment_ends_with_its_line_whatever_ends_the_line() {
        for text in ["# one\n{ a }", "# one\r{ a }", "# one\r\n{ a }"] {
            assert_eq!(scan(text).tokens, 3, "{text:?}");
        }
    }
}
