//! Names are words of the field. The words that we used instead must not come back.
//!
//! Only names are checked (of files and folders, and in code), not comments: most of these words are good English elsewhere.

use std::path::Path;

use proc_macro2::TokenTree;

use crate::{
    assert_none,
    sql::{production_code, tokens, walk},
};

/// Words that names in a crate must not contain, with their replacements.
const RETIRED: [(&str, &[(&str, &str)]); 8] = [
    (
        "chassis",
        &[
            ("comer", "requester"),
            ("comers", "requesters"),
            ("holes", "null propagation"),
            ("hurry", "refresh"),
            ("patience", "timeout"),
            ("stranger", "anonymous"),
            ("void", "discard"),
        ],
    ),
    (
        "sender",
        &[
            ("admission", "join"),
            ("admit", "join"),
            ("admitted", "joined"),
            ("apart", "isolated"),
            ("delivery", "committer"),
            ("departed", "left"),
            ("departure", "leave"),
            ("dissolve", "remove_chat"),
            ("docket", "plan"),
            ("facts", "snapshot"),
            ("hints", "pending events"),
            ("lane", "chat permit"),
            ("lanes", "chat permits"),
            ("lines", "pending"),
            ("news", "publication"),
            ("numbered", "assigned numbers"),
            ("pace", "linger"),
            ("patience", "timeout"),
            ("questions", "lookup"),
            ("ruling", "decision"),
            ("sending", "queued message"),
            ("sendings", "queued messages"),
            ("settled", "decision"),
            ("settlement", "committed batch"),
            ("standing", "access"),
            ("stuck", "contended"),
            ("told", "events"),
            ("verdict", "decision"),
            ("withdrawn", "cancelled"),
            ("writer", "transaction runner"),
        ],
    ),
    (
        "receiver",
        &[
            ("admission", "preauthorized chat"),
            ("alarm", "expired"),
            ("converse", "run loop"),
            ("cut", "flush, or trim"),
            ("cuts", "live batches"),
            ("farewell", "close"),
            ("fill", "backfill"),
            ("follower", "authorized reader"),
            ("greet", "handshake"),
            ("handover", "stream handoff"),
            ("hear", "apply, or handle"),
            ("hint", "publication"),
            ("hints", "redis listener"),
            ("late", "catch up"),
            ("ledger", "subscription quota"),
            ("member", "participant, or followed chat"),
            ("members", "followed chats"),
            ("patience", "timeout"),
            ("press", "shared execution"),
            ("presses", "shared executor"),
            ("printed", "rendered"),
            ("printing", "pending result"),
            ("prints", "payload cache"),
            ("said", "chat item"),
            ("sentinel", "session guard"),
            ("sources", "databases"),
            ("standing", "status"),
            ("told", "sent"),
            ("verdict", "offer result"),
            ("wish", "query, or group key"),
        ],
    ),
    (
        "users",
        &[
            ("applicant", "registration"),
            ("claimed", "password attempt"),
            ("line", "hash queue"),
            ("verdict", "password check"),
            ("wanted", "new password"),
        ],
    ),
    (
        "lab/src",
        &[
            ("deed", "action"),
            ("patience", "timeout"),
            ("play", "run"),
            ("scene", "workload"),
            ("stage", "environment"),
        ],
    ),
    (
        "lab/stack",
        &[
            ("front", "edge"),
            ("holder", "listener owner"),
            ("insist", "retries"),
            ("patience", "timeout"),
            ("recipe", "process spec"),
            ("wish", "condition"),
        ],
    ),
    (
        "lab/faults",
        &[
            ("accuse", "violation"),
            ("book", "history index"),
            ("complaint", "violation"),
            ("complaints", "violations"),
            ("cramped", "small disk"),
            ("deed", "mutation"),
            ("detour", "proxy"),
            ("detours", "proxies"),
            ("dice", "rng"),
            ("flavor", "environment kind"),
            ("floaters", "rotating members"),
            ("heard", "received"),
            ("judge", "check"),
            ("mangle", "corrupt"),
            ("patience", "timeout"),
            ("scene", "workload"),
            ("sight", "observation"),
            ("sights", "observations"),
            ("stage", "environment"),
            ("tripwire", "byte trigger"),
            ("turn", "injection context"),
            ("upkeep", "resource watch"),
            ("verdict", "errors, or result"),
            ("walk", "replay"),
            ("wire", "connection"),
            ("wish", "desired state, or condition"),
        ],
    ),
    (
        "lab/bench",
        &[
            ("crowd", "users"),
            ("ear", "subscriber socket"),
            ("ears", "subscriber sockets"),
            ("gauge", "load counters"),
            ("hall", "state, or target"),
            ("heard", "received, or results"),
            ("ledger", "database"),
            ("look", "snapshot"),
            ("pace", "load model"),
            ("patience", "timeout"),
            ("person", "user"),
            ("play", "run"),
            ("room", "subscriber loop"),
            ("stage", "environment"),
            ("strange", "invalid frame"),
            ("toll", "database counters"),
            ("verdict", "totals"),
            ("voice", "message template"),
        ],
    ),
];

#[test]
fn no_name_holds_a_retired_word() {
    let mut offences = Vec::new();
    for (member, retired) in RETIRED {
        for path in production_code().filter(|path| path.starts_with(member)) {
            let mut names = vec![path.with_extension("").display().to_string()];
            walk(tokens(&path), &mut |token| {
                if let TokenTree::Ident(name) = token {
                    names.push(name.to_string());
                }
            });
            names.sort();
            names.dedup();
            offences.extend(
                names
                    .iter()
                    .filter_map(|name| offence(&path, name, retired)),
            );
        }
    }
    assert_none("the field has a word for this", offences);
}

fn offence(path: &Path, name: &str, retired: &[(&str, &str)]) -> Option<String> {
    let words = words(name);
    let (word, instead) = retired
        .iter()
        .find(|(word, _)| words.iter().any(|held| held == word))?;
    let path = path.display();
    Some(format!(
        "{path}: {name} holds \"{word}\"; say \"{instead}\""
    ))
}

/// The words of a name in any of the cases that Rust and paths use, in lower case.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut before = None;
    for letter in name.chars() {
        let begins = letter.is_uppercase() && before.is_some_and(char::is_lowercase);
        if begins || !letter.is_alphanumeric() {
            words.push(String::new());
        }
        if letter.is_alphanumeric() {
            words.last_mut().unwrap().extend(letter.to_lowercase());
        }
        before = Some(letter);
    }
    words.retain(|word| !word.is_empty());
    words
}

#[test]
fn the_words_of_a_name_are_found_in_every_case() {
    assert_eq!(words("ChatPermit"), ["chat", "permit"]);
    assert_eq!(words("MAX_QUEUED_MESSAGES"), ["max", "queued", "messages"]);
    assert_eq!(
        words("sender/src/chat_permits"),
        ["sender", "src", "chat", "permits"]
    );
    let retired = [("lane", "chat permit")];
    assert!(offence(Path::new("a.rs"), "open_lane", &retired).is_some());
    assert!(offence(Path::new("a.rs"), "planes", &retired).is_none());
}
