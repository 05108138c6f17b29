//! Where SQL may be, and what the receiver's SQL may do.
//!
//! Rust is read with a Rust lexer, so that comments and documentation do not count as SQL.

use std::path::{Path, PathBuf};

use proc_macro2::{Delimiter, TokenStream, TokenTree};

use crate::{assert_none, checkout, manifests::members};

/// SQL outside `*/src/db` and the migrations, with the reason.
const EXCEPTIONS: [(&str, &str); 6] = [
    (
        "chassis/src/health.rs",
        "asks whether the database answers at all",
    ),
    (
        "chassis/src/postgres.rs",
        "asks for the schema's version before there is a service",
    ),
    (
        "lab/stack/src/servers/database.rs",
        "makes and drops whole databases",
    ),
    (
        "migrations/src/folding.rs",
        "is the part of the migrations that SQL cannot do",
    ),
    ("migrations/src/lib.rs", "is the migrations"),
    (
        "migrations/src/lobby.rs",
        "writes what a new installation begins with",
    ),
];

/// How a statement begins. In upper case, as SQL is written here and prose is not.
const STATEMENTS: [&str; 14] = [
    "SELECT", "INSERT", "UPDATE", "DELETE", "WITH", "CREATE", "ALTER", "DROP", "TRUNCATE", "GRANT",
    "REVOKE", "LOCK", "COPY", "SET",
];

/// What a reader must not contain. `FOR UPDATE` is among them, because it takes locks.
const WRITES: [&str; 8] = [
    "INSERT", "UPDATE", "DELETE", "TRUNCATE", "CREATE", "ALTER", "DROP", "LOCK",
];

#[derive(Debug)]
pub(crate) struct Text {
    line: usize,
    pub(crate) value: String,
}

impl Text {
    fn words(&self) -> impl Iterator<Item = &str> {
        self.value
            .split(|letter: char| !letter.is_alphanumeric() && letter != '_')
    }

    /// A statement with an ellipsis is mentioned, not executed.
    fn is_sql(&self) -> bool {
        if self.value.contains('…') {
            return false;
        }
        let mut words = self.words().filter(|word| !word.is_empty());
        words
            .next()
            .is_some_and(|first| STATEMENTS.contains(&first))
            && words.next().is_some()
    }
}

/// Every string in the code, except documentation.
pub(crate) fn strings(path: &Path) -> Vec<Text> {
    let mut found = Vec::new();
    walk(tokens(path), &mut |token| found.extend(text_of(token)));
    found
}

pub(crate) fn tokens(path: &Path) -> TokenStream {
    checkout::read(path)
        .parse()
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn text_of(token: &TokenTree) -> Option<Text> {
    let TokenTree::Literal(literal) = token else {
        return None;
    };
    let text = syn::parse_str::<syn::LitStr>(&literal.to_string()).ok()?;
    Some(Text {
        line: literal.span().start().line,
        value: text.value(),
    })
}

/// Visits every token outside attributes. Documentation is an attribute.
pub(crate) fn walk(tokens: TokenStream, visit: &mut impl FnMut(&TokenTree)) {
    let mut previous = None;
    for token in tokens {
        visit(&token);
        if let TokenTree::Group(group) = &token {
            let is_attribute =
                group.delimiter() == Delimiter::Bracket && matches!(previous, Some('#' | '!'));
            if !is_attribute {
                walk(group.stream(), visit);
            }
        }
        previous = match token {
            TokenTree::Punct(punct) => Some(punct.as_char()),
            _ => None,
        };
    }
}

pub(crate) fn production_code() -> impl Iterator<Item = PathBuf> {
    let files = checkout::files(&[".rs"]).into_iter();
    files.filter(|path| inside_src(path).is_some())
}

/// The path of a file of a crate, from the crate's `src` on.
fn inside_src(path: &Path) -> Option<&Path> {
    members()
        .iter()
        .find_map(|member| path.strip_prefix(Path::new(member).join("src")).ok())
}

fn is_database_code(path: &Path) -> bool {
    let first = inside_src(path).and_then(|path| path.components().next());
    first.is_some_and(|part| part.as_os_str() == "db" || part.as_os_str() == "db.rs")
}

#[test]
fn sql_stands_in_the_db_folders_and_the_migrations_only() {
    let mut offences = Vec::new();
    let mut used = Vec::new();
    for path in production_code().filter(|path| !is_database_code(path)) {
        let exception = EXCEPTIONS
            .iter()
            .find(|(excepted, _)| path == Path::new(excepted));
        for text in strings(&path).iter().filter(|text| text.is_sql()) {
            match exception {
                Some((excepted, _)) => used.push(*excepted),
                None => offences.push(format!("{}:{}: {}", path.display(), text.line, text.value)),
            }
        }
    }
    assert_none("SQL outside */src/db", offences);
    let idle = EXCEPTIONS
        .iter()
        .filter(|(excepted, _)| !used.contains(excepted));
    assert_none(
        "exceptions that nothing needs",
        idle.map(|(path, reason)| format!("{path}: {reason}"))
            .collect(),
    );
}

/// The functions that write to feeds, and the folder whose statements may call them.
const FEED_WRITERS: [(&str, &str); 3] = [
    ("append_events", "feed-log/src/db"),
    ("append_messages", "sender/src/db"),
    ("append_to_feed", "feed-log/src/db"),
];

#[test]
fn there_is_one_way_to_write_to_a_feed() {
    let mut found = Vec::new();
    let mut offences = Vec::new();
    // The migrations define the functions, and lab fills feeds in bulk.
    let elsewhere = |path: &PathBuf| path.starts_with("migrations") || path.starts_with("lab");
    for path in production_code().filter(|path| !elsewhere(path)) {
        for text in strings(&path).iter().filter(|text| text.is_sql()) {
            for (function, folder) in FEED_WRITERS {
                if !text.words().any(|word| word == function) {
                    continue;
                }
                found.push(function);
                if !path.starts_with(folder) {
                    offences.push(format!("{}:{}: {function}", path.display(), text.line));
                }
            }
            let mut words = text.words().filter(|word| !word.is_empty());
            let inserts = words.any(|word| word == "INTO") && words.next() == Some("feed_events");
            offences.extend(inserts.then(|| format!("{}:{}: INSERT", path.display(), text.line)));
        }
    }
    assert_none("who writes to a feed does so through feed-log", offences);
    for (function, _) in FEED_WRITERS {
        assert!(found.contains(&function), "nobody calls {function}");
    }
}

#[test]
fn the_receivers_sql_only_reads() {
    let mut statements = 0;
    let mut offences = Vec::new();
    for path in production_code().filter(|path| path.starts_with("receiver")) {
        for text in strings(&path).iter().filter(|text| text.is_sql()) {
            statements += 1;
            let writes = text.words().find(|word| WRITES.contains(word));
            offences.extend(writes.map(|word| format!("{}:{}: {word}", path.display(), text.line)));
        }
    }
    assert_none("the read side writes", offences);
    assert!(
        statements > 0,
        "this test has found no SQL of the receiver at all"
    );
}

/// What compares or changes text by a collation. With the collation of the database, it works only for ASCII if that is `C`,
/// and differs between machines, so that two foldings of one identifier may differ.
const BY_COLLATION: [&str; 9] = [
    "lower(",
    "upper(",
    "initcap(",
    "ILIKE",
    "SIMILAR TO",
    "~*",
    "regexp_",
    " ~ ",
    "citext",
];

/// The scripts of older releases, which are never edited. V5 replaces what they compare.
const RELEASED: [&str; 4] = ["V1__", "V2__", "V3__", "V4__"];

/// The uses of [`BY_COLLATION`] that do not name their collation on the same line.
fn bare_comparisons(sql: &str) -> Vec<String> {
    let lines = sql
        .lines()
        .map(|line| line.split("--").next().unwrap_or_default());
    lines
        .filter(|line| !line.contains("COLLATE \""))
        .flat_map(|line| {
            let used = BY_COLLATION.iter().filter(|word| line.contains(**word));
            used.map(|word| format!("{word} in: {}", line.trim()))
        })
        .collect()
}

/// Prevents bugs like B15: the crate `text` folds text, and SQL compares the folded text.
#[test]
fn b15_sql_compares_text_under_a_named_collation_only() {
    let mut offences = Vec::new();
    for path in production_code().filter(|path| is_database_code(path)) {
        for text in strings(&path) {
            let bare = bare_comparisons(&text.value).into_iter();
            offences.extend(bare.map(|what| format!("{}:{}: {what}", path.display(), text.line)));
        }
    }
    for path in checkout::files(&[".sql"]) {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if RELEASED.iter().any(|released| name.starts_with(released)) {
            continue;
        }
        let bare = bare_comparisons(&checkout::read(&path)).into_iter();
        offences.extend(bare.map(|what| format!("{}: {what}", path.display())));
    }
    assert_none("text is compared as the database was made", offences);
    assert_eq!(bare_comparisons("WHERE lower(email) = $1").len(), 1);
    assert_eq!(bare_comparisons("WHERE name ILIKE $1 -- lower(x)").len(), 1);
    assert!(bare_comparisons(r#"lower(name COLLATE "und-x-icu")"#).is_empty());
}

#[test]
fn the_lexer_sees_sql_where_it_stands_and_not_where_it_is_talked_about() {
    let program = r##"
        #![doc = "SELECT the module docs"]
        /// SELECT the item docs
        fn f() { // SELECT a comment
            query(r#"SELECT id FROM chats"#);
            format!("DELETE FROM {table}");
            say("Select a chat", "SELECT … FOR UPDATE is held");
        }
    "##;
    let mut found = Vec::new();
    walk(program.parse().unwrap(), &mut |token| {
        found.extend(text_of(token))
    });
    let sql: Vec<&str> = found
        .iter()
        .filter(|text| text.is_sql())
        .map(|text| text.value.as_str())
        .collect();
    assert_eq!(sql, ["SELECT id FROM chats", "DELETE FROM {table}"]);
}
