//! Requests to users and the sender.

use super::shapes::{aliased, filled, repeated};
use crate::small_requests::data::Data;

/// Documents for users.
pub fn of_users(data: &Data) -> Vec<(&'static str, String)> {
    let search =
        |inner: &str| format!("{{searchUsers(query:\"long\",first:100){{nodes{{{inner}}}}}}}");
    let ids = vec![format!("\"{}\"", data.own_id); 8].join(",");
    vec![
        (
            "people who are found",
            search("id username displayName about createdAt"),
        ),
        (
            "people who are found often",
            filled(search, aliased("about")),
        ),
        (
            "people without an alias",
            filled(search, repeated("about ")),
        ),
        (
            "edges of people",
            "{searchUsers(query:\"long\",first:100){nodes{about}edges{node{about displayName}}}}"
                .to_owned(),
        ),
        (
            "searches",
            filled(
                |inner| format!("{{{inner}}}fragment F on UserConnection{{nodes{{about}}}}"),
                |nth| format!("s{nth}:searchUsers(query:\"o\",first:90){{...F}}"),
            ),
        ),
        (
            "a search of four-byte letters",
            format!(
                "{{searchUsers(query:\"{}\"){{nodes{{id}}}}}}",
                "\u{1F600}".repeat(60)
            ),
        ),
        (
            "the same person",
            format!("{{users(ids:[{ids}]){{about}}}}"),
        ),
        (
            "sessions",
            filled(
                |inner| format!("{{sessions{{{inner}}}}}"),
                aliased("userAgent"),
            ),
        ),
        (
            "sign-ins",
            filled(
                |inner| format!("mutation{{{inner}}}"),
                |nth| format!("l{nth}:login(input:{{login:\"a\",password:\"b\"}}){{accessToken}}"),
            ),
        ),
    ]
}

/// Documents for the sender.
pub fn of_sender(data: &Data) -> Vec<(&'static str, String)> {
    let chat = data.chat_id;
    vec![
        (
            "messages",
            filled(
                |inner| format!("mutation{{{inner}}}"),
                |nth| {
                    format!(
                        "c{nth}:createMessage(input:{{chatId:\"{chat}\",content:\"a\"}}){{message{{content}}}}"
                    )
                },
            ),
        ),
        (
            "the same message",
            filled(
                |inner| {
                    format!(
                        "mutation{{createMessage(input:{{chatId:\"{chat}\",content:\"a\"}}){{message{{{inner}}}}}}}"
                    )
                },
                aliased("content"),
            ),
        ),
        (
            "marks",
            filled(
                |inner| format!("mutation{{{inner}}}"),
                |nth| {
                    format!(
                        "m{nth}:markAsRead(input:{{chatId:\"{chat}\",number:1}}){{lastReadNumber}}"
                    )
                },
            ),
        ),
    ]
}
