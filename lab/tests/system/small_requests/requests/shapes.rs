//! Shapes of documents with large results.

use serde_json::json;

use super::MAX_REQUEST;

/// Aliases in a document.
const MAX_ALIASES: usize = 20;

/// As many repetitions as fit into a request of the maximum size.
pub fn filled(wrap: impl Fn(&str) -> String, unit: impl Fn(usize) -> String) -> String {
    let mut inner = String::new();
    for nth in 0.. {
        let longer = inner.clone() + &unit(nth);
        if body(&wrap(&longer)).len() > MAX_REQUEST {
            break;
        }
        inner = longer;
    }
    wrap(&inner)
}

pub fn body(document: &str) -> String {
    json!({ "query": document }).to_string()
}

pub fn repeated(text: &'static str) -> impl Fn(usize) -> String {
    move |_| text.to_owned()
}

/// Aliases `a:`, `b:` and so on, as many as are allowed, and then none.
pub fn aliased(text: &'static str) -> impl Fn(usize) -> String {
    move |nth| match u8::try_from(nth) {
        Ok(nth) if usize::from(nth) < MAX_ALIASES => format!("{}:{text} ", char::from(b'a' + nth)),
        _ => format!("{text} "),
    }
}

/// As many levels as fit into a request of the maximum size. They are inserted at the `$` in `root`.
pub fn nested(root: &str, open: &str, inner: &str, close: &str) -> String {
    let wrap = |times: usize| {
        let levels = format!("{}{inner}{}", open.repeat(times), close.repeat(times));
        root.replace('$', &levels)
    };
    let fitting = (1..MAX_REQUEST).take_while(|times| body(&wrap(*times)).len() <= MAX_REQUEST);
    wrap(fitting.last().unwrap_or(1))
}

/// A document in which fragments spread each other this many times.
pub fn spread(root: &str, on: &str, times: usize, leaf: &str) -> String {
    let mut fragments = String::new();
    let levels = 4;
    for level in 0..levels {
        let name = char::from(b'A' + level);
        let next = char::from(b'B' + level);
        let inner = match level + 1 < levels {
            true => format!("...{next} ").repeat(times),
            false => leaf.to_owned(),
        };
        fragments += &format!("fragment {name} on {on}{{{inner}}}");
    }
    format!("{}{fragments}", root.replace('$', "...A"))
}
