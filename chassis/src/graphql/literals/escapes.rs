//! Escapes in strings.

/// Adds a character as it stands in a string.
pub(super) fn push_escaped(out: &mut String, c: char) {
    match c {
        '"' => out.push_str("\\\""),
        '\\' => out.push_str("\\\\"),
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        c => out.push(c),
    }
}

/// The string with its escapes of surrogate pairs and of code points in braces replaced. Other escapes stay.
pub(super) fn unescaped(token: &str) -> Result<String, &'static str> {
    let mut out = String::with_capacity(token.len());
    let mut rest = token;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let Some(digits) = rest.strip_prefix("\\u") else {
            let length = rest.chars().take(2).map(char::len_utf8).sum();
            out.push_str(&rest[..length]);
            rest = &rest[length..];
            continue;
        };
        let (c, left) = match digits.strip_prefix('{') {
            Some(braced) => in_braces(braced)?,
            None => of_four_digits(digits)?,
        };
        push_escaped(&mut out, c);
        rest = left;
    }
    out.push_str(rest);
    Ok(out)
}

const NO_CHARACTER: &str = "an escape that is no Unicode character";
const HALF: &str = "half of a surrogate pair";

fn in_braces(text: &str) -> Result<(char, &str), &'static str> {
    let (digits, rest) = text.split_once('}').ok_or(NO_CHARACTER)?;
    let significant = digits.trim_start_matches('0');
    let hexadecimal = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    if digits.is_empty() || !hexadecimal || significant.len() > 6 {
        return Err(NO_CHARACTER);
    }
    let code = u32::from_str_radix(
        digits
            .get(digits.len().saturating_sub(6)..)
            .unwrap_or(digits),
        16,
    );
    let code = code.map_err(|_| NO_CHARACTER)?;
    let c = char::from_u32(code).ok_or(NO_CHARACTER)?;
    Ok((c, rest))
}

fn of_four_digits(text: &str) -> Result<(char, &str), &'static str> {
    let (first, rest) = unit(text).ok_or(NO_CHARACTER)?;
    match first {
        0xd800..=0xdbff => {
            let second = rest.strip_prefix("\\u").and_then(unit);
            let (second, rest) = second.ok_or(HALF)?;
            let pair = char::decode_utf16([first, second]).next();
            let c = pair.and_then(Result::ok).ok_or(HALF)?;
            Ok((c, rest))
        }
        0xdc00..=0xdfff => Err(HALF),
        _ => {
            let c = char::from_u32(u32::from(first)).ok_or(NO_CHARACTER)?;
            Ok((c, rest))
        }
    }
}

fn unit(text: &str) -> Option<(u16, &str)> {
    let digits = text.get(..4)?;
    let hexadecimal = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    let code = u16::from_str_radix(digits, 16).ok()?;
    hexadecimal.then_some((code, &text[4..]))
}
