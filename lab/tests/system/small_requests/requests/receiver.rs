//! Requests to the receiver for the largest parts of the data.

use super::shapes::{aliased, filled, repeated, spread};
use crate::small_requests::data::Data;

/// Every query.
pub fn queries(data: &Data) -> Vec<(&'static str, String)> {
    [pages(data), lists(data), feeds(data)].concat()
}

/// Pages of messages.
fn pages(data: &Data) -> Vec<(&'static str, String)> {
    let chat = data.chat_id;
    let page =
        |inner: &str| format!("{{messages(chatId:\"{chat}\",last:100){{nodes{{{inner}}}}}}}");
    vec![
        ("texts", page("content")),
        ("texts with their answers", page("content replyTo{content}")),
        (
            "answers of answers",
            page("replyTo{replyTo{replyTo{replyTo{content}}}}"),
        ),
        (
            "answers of answers with texts",
            page("content replyTo{content replyTo{content replyTo{content replyTo{content}}}}"),
        ),
        ("texts often", filled(page, aliased("content"))),
        ("texts without an alias", filled(page, repeated("content "))),
        (
            "one text by fragments",
            spread(
                &format!("{{messages(chatId:\"{chat}\",last:4){{nodes{{$}}}}}}"),
                "Message",
                6,
                "content content content content",
            ),
        ),
        (
            "texts around one",
            format!(
                "{{messages(chatId:\"{chat}\",first:100,around:\"{}\"){{nodes{{content replyTo{{content}}}}}}}}",
                data.message_id
            ),
        ),
        (
            "several pages",
            filled(
                |inner| format!("{{{inner}}}fragment F on Message{{content replyTo{{content}}}}"),
                |nth| format!("m{nth}:messages(chatId:\"{chat}\",first:9){{nodes{{...F}}}}"),
            ),
        ),
        (
            "senders",
            page("sender{about displayName username}replyTo{sender{about displayName}}"),
        ),
        (
            "senders often",
            filled(
                |inner| page(&format!("sender{{{inner}}}")),
                aliased("about"),
            ),
        ),
        (
            "every field of a page",
            page(
                "id chatId number seq revision senderId senderUsername content createdAt editedAt removedAt cursor replyToId sender{id username displayName about createdAt}replyTo{id content}",
            ),
        ),
    ]
}

/// Lists of chats and users.
fn lists(data: &Data) -> Vec<(&'static str, String)> {
    let chat = data.chat_id;
    let chats = |inner: &str| format!("{{chats(first:100){{nodes{{{inner}}}}}}}");
    let public = |inner: &str| format!("{{publicChats(first:100){{nodes{{{inner}}}}}}}");
    let people = |inner: &str| {
        format!("{{chat(id:\"{chat}\"){{participants(first:100){{nodes{{{inner}}}}}}}}}")
    };
    vec![
        (
            "newest messages",
            chats("lastMessage{content replyTo{content}}"),
        ),
        (
            "newest messages often",
            filled(
                |inner| chats(&format!("lastMessage{{{inner}}}")),
                aliased("content"),
            ),
        ),
        (
            "newest messages of public chats",
            public("lastMessage{content replyTo{content}}"),
        ),
        (
            "answers below newest messages",
            chats("lastMessage{replyTo{replyTo{content}}content}"),
        ),
        ("descriptions", filled(chats, aliased("description"))),
        (
            "descriptions of public chats",
            filled(public, aliased("description")),
        ),
        ("removed numbers", chats("removedNumbers")),
        (
            "removed numbers often",
            filled(chats, aliased("removedNumbers")),
        ),
        (
            "people of chats",
            chats("participants(first:49){nodes{user{about}}}"),
        ),
        (
            "people",
            people("user{about displayName username id createdAt}joinedAt role userId"),
        ),
        (
            "people often",
            filled(
                |inner| people(&format!("user{{{inner}}}")),
                aliased("about"),
            ),
        ),
        (
            "unread chats",
            filled(
                |inner| format!("{{{inner}}}"),
                |nth| format!("u{nth}:unreadCounts{{chatId}}"),
            ),
        ),
        (
            "a search",
            format!(
                "{{publicChats(first:100,query:\"{}\"){{nodes{{name}}}}}}",
                "\u{1F600}".repeat(60)
            ),
        ),
    ]
}

/// Feeds.
fn feeds(data: &Data) -> Vec<(&'static str, String)> {
    let chat = data.chat_id;
    let feed = |inner: &str| {
        format!(
            "{{feed(id:\"{chat}\",after:\"{}\"){{events{{{inner}}}}}}}",
            data.chat_feed
        )
    };
    let own = |inner: &str| {
        let (id, after) = (data.own_id, &data.own_feed);
        format!("{{feed(id:\"{id}\",after:\"{after}\"){{events{{...on ChatAdded{{{inner}}}}}}}}}")
    };
    vec![
        (
            "events",
            feed("...on MessageAdded{message{content replyTo{content}}}"),
        ),
        (
            "events often",
            filled(
                |inner| feed(&format!("...on MessageAdded{{message{{{inner}}}}}")),
                aliased("content"),
            ),
        ),
        (
            "chats that were added",
            own("chat{description lastMessage{content replyTo{content}}}"),
        ),
        (
            "removed numbers of chats that were added",
            own("chat{a:removedNumbers b:removedNumbers c:removedNumbers}"),
        ),
        (
            "people that were added",
            feed_of_people(data, "user{about displayName}"),
        ),
        (
            "people that were added often",
            filled(
                |inner| feed_of_people(data, &format!("user{{{inner}}}")),
                aliased("about"),
            ),
        ),
        (
            "fields of people that were added",
            filled(|inner| feed_of_people(data, inner), aliased("role")),
        ),
    ]
}

fn feed_of_people(data: &Data, inner: &str) -> String {
    let (chat, after) = (data.chat_id, &data.people_feed);
    format!(
        "{{feed(id:\"{chat}\",after:\"{after}\"){{events{{...on ParticipantsAdded{{participants{{{inner}}}}}}}}}}}"
    )
}

/// Subscriptions for the receiver.
pub fn subscriptions(data: &Data) -> Vec<(&'static str, String)> {
    let chat = data.chat_id;
    let events = |after: &str, inner: &str| {
        format!(
            "subscription{{chatEvents(chatId:\"{chat}\",after:\"{after}\"){{events{{{inner}}}}}}}"
        )
    };
    vec![
        (
            "live events",
            events(
                &data.chat_feed,
                "...on MessageAdded{message{content replyTo{content}}}",
            ),
        ),
        (
            "live events often",
            filled(
                |inner| {
                    events(
                        &data.chat_feed,
                        &format!("...on MessageAdded{{message{{{inner}}}}}"),
                    )
                },
                aliased("content"),
            ),
        ),
        (
            "live people",
            filled(
                |inner| {
                    events(
                        &data.people_feed,
                        &format!("...on ParticipantsAdded{{participants{{user{{{inner}}}}}}}"),
                    )
                },
                aliased("about"),
            ),
        ),
        (
            "two fields at the top",
            "subscription{inbox{cursor}chatAdded{id}}".to_owned(),
        ),
        (
            "the schema in a subscription",
            "subscription{inbox{cursor}__schema{types{name}}}".to_owned(),
        ),
    ]
}
