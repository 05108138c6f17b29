//! Block strings.

/// What stands between the quotes of a block string; none if it is another string, or does not end.
pub(super) fn block(token: &str) -> Option<&str> {
    token
        .strip_prefix(r#"""""#)
        .filter(|rest| rest.len() >= 3)?
        .strip_suffix(r#"""""#)
}

/// The value of a block string: without the indentation that its lines share, and without blank lines around it.
pub(super) fn block_value(raw: &str) -> String {
    let raw = raw.replace("\r\n", "\n");
    let lines: Vec<&str> = raw.split(['\n', '\r']).collect();
    let indent = |line: &&str| line.find(|c| c != ' ' && c != '\t');
    let common = lines.iter().skip(1).filter_map(indent).min().unwrap_or(0);
    let first = lines.iter().position(|line| indent(line).is_some());
    let last = lines.iter().rposition(|line| indent(line).is_some());
    let (Some(first), Some(last)) = (first, last) else {
        return String::new();
    };
    let dedented: Vec<&str> = (first..=last)
        .map(|number| match number {
            0 => lines[0],
            _ => lines[number].get(common..).unwrap_or_default(),
        })
        .collect();
    dedented.join("\n")
}
