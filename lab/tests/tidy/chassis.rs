//! The chassis is for any product: it contains what every service needs, and nothing of the chat domain.

use proc_macro2::TokenTree;

use crate::{
    assert_none,
    sql::{production_code, tokens, walk},
};

/// Words of the chat domain. The name of the product is not among them, because headers contain it.
const CHAT_WORDS: [&str; 12] = [
    "chat",
    "chats",
    "conversation",
    "conversations",
    "participant",
    "participants",
    "inbox",
    "typing",
    "unread",
    "emoji",
    "reaction",
    "reactions",
];

#[test]
fn chassis_knows_no_chat_word() {
    let mut offences = Vec::new();
    for path in production_code().filter(|path| path.starts_with("chassis")) {
        walk(tokens(&path), &mut |token| {
            let text = match token {
                TokenTree::Group(_) => return,
                token => token.to_string().to_lowercase(),
            };
            let mut words = text.split(|letter: char| !letter.is_alphanumeric());
            if let Some(word) = words.find(|word| CHAT_WORDS.contains(word)) {
                offences.push(format!("{} says {word}", path.display()));
            }
        });
    }
    assert_none("chassis would serve any product", offences);
}
