//! Small requests that ask for much: each has at most 400 bytes.

use lab::stack::Service;
use serde_json::{Value, json};

use super::data::Data;

/// What a request may weigh: its body, or its address.
const MAX_REQUEST: usize = 400;

/// How a request is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A body of this content type.
    Post(&'static str),
    /// The same, asking for server-sent events; the stream is read for a moment.
    Stream,
    /// In the address.
    Get,
    /// As the text of a frame, after the handshake.
    Frame,
}

/// A request of a stranger or of the caller.
#[derive(Clone, Debug)]
pub struct Request {
    pub name: String,
    pub service: Service,
    pub form: Form,
    pub text: String,
    pub signed_in: bool,
}

const JSON: Form = Form::Post("application/json");

/// As many repetitions as leave a request of the largest size.
fn filled(wrap: impl Fn(&str) -> String, unit: impl Fn(usize) -> String) -> String {
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

fn body(document: &str) -> String {
    json!({ "query": document }).to_string()
}

fn repeated(text: &'static str) -> impl Fn(usize) -> String {
    move |_| text.to_owned()
}

/// `a:`, `b:` and so on.
fn aliased(text: &'static str) -> impl Fn(usize) -> String {
    move |nth| {
        let letter = char::from(b'a' + u8::try_from(nth % 26).unwrap_or(0));
        format!("{letter}{}:{text} ", if nth < 26 { "" } else { "2" })
    }
}

/// As many levels as leave a request of the largest size. A `$` in `root` is where they stand.
fn nested(root: &str, open: &str, inner: &str, close: &str) -> String {
    let wrap = |times: usize| {
        let levels = format!("{}{inner}{}", open.repeat(times), close.repeat(times));
        root.replace('$', &levels)
    };
    let fitting = (1..MAX_REQUEST).take_while(|times| body(&wrap(*times)).len() <= MAX_REQUEST);
    wrap(fitting.last().unwrap_or(1))
}

/// A document in which fragments spread each other so many times.
fn spread(root: &str, on: &str, times: usize, leaf: &str) -> String {
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

/// Documents that any service can be sent.
fn of_any_service() -> Vec<(&'static str, String)> {
    let types = |inner: &str| format!("{{__schema{{types{{{inner}}}}}}}");
    vec![
        (
            "every type in full",
            types(
                "name description fields{name description args{name description type{name ofType{name ofType{name}}}}type{name ofType{name ofType{name}}}}inputFields{name description}enumValues{name description}",
            ),
        ),
        (
            "the same value of every type",
            filled(types, aliased("description")),
        ),
        (
            "the same value without an alias",
            filled(types, repeated("description ")),
        ),
        (
            "possible types and interfaces",
            nested(
                "{__type(name:\"FeedEvent\")$}",
                "{possibleTypes{interfaces",
                "{name}",
                "}}",
            ),
        ),
        (
            "fields of fields",
            nested("{__schema{types$}}", "{fields{type", "{name}", "}}"),
        ),
        (
            "types of types",
            nested("{__schema{types$}}", "{ofType", "{name}", "}"),
        ),
        (
            "every type often",
            filled(
                |inner| format!("{{__schema{{{inner}}}}}"),
                aliased("types{fields{args{description}}}"),
            ),
        ),
        (
            "the schema often",
            filled(
                |inner| format!("{{{inner}}}"),
                aliased("__schema{types{fields{name}}}"),
            ),
        ),
        (
            "fragments of the schema",
            spread("{__schema{types{$}}}", "__Type", 9, "description name"),
        ),
        (
            "skipped types",
            types("fields@skip(if:false){description@include(if:true)args{description}}"),
        ),
        (
            "type names",
            filled(|inner| format!("{{{inner}}}"), repeated("__typename ")),
        ),
        (
            "aliased type names",
            filled(|inner| format!("{{{inner}}}"), aliased("__typename")),
        ),
        (
            "directives",
            filled(
                |inner| format!("{{__typename{inner}}}"),
                repeated("@skip(if:false)"),
            ),
        ),
        (
            "a cycle of fragments",
            "{...A}fragment A on Query{...B}fragment B on Query{...A ...B}".to_owned(),
        ),
        (
            "fragments that multiply",
            spread("{$}", "Query", 12, "__typename"),
        ),
        ("brackets", nested("$", "{a", "", "}")),
        ("lists in an argument", nested("{a(b:$)}", "[", "1", "]")),
        (
            "objects in an argument",
            nested("{a(b:$)}", "{c:", "1", "}"),
        ),
        (
            "a wide list",
            filled(|inner| format!("{{a(b:[{inner}])}}"), repeated("1 ")),
        ),
        (
            "a huge number",
            filled(|inner| format!("{{a(b:1{inner})}}"), repeated("0")),
        ),
        ("a huge exponent", "{a(b:1e999999999)}".to_owned()),
        (
            "escapes",
            filled(
                |inner| format!("{{a(b:\"{inner}\")}}"),
                repeated("\\u{1F600}"),
            ),
        ),
        (
            "a block string of quotes",
            filled(
                |inner| format!("{{a(b:\"\"\"{inner}\"\"\")}}"),
                repeated("\\\"\"\""),
            ),
        ),
        (
            "a block string of lines",
            filled(
                |inner| format!("{{a(b:\"\"\"{inner}\"\"\")}}"),
                repeated("\n "),
            ),
        ),
        (
            "a string without an end",
            filled(|inner| format!("{{a(b:\"{inner}"), repeated("\\\\")),
        ),
        (
            "comments",
            filled(|inner| format!("{{a{inner}\n}}"), repeated("#")),
        ),
        (
            "commas",
            filled(|inner| format!("{{a{inner}}}"), repeated(",")),
        ),
        (
            "operations",
            filled(
                |inner| format!("{inner}{{a}}"),
                |nth| format!("query q{nth}{{a}}"),
            ),
        ),
        (
            "variables",
            filled(
                |inner| format!("query({inner}){{a}}"),
                |nth| format!("$v{nth}:[[Int!]!]=[[1]]"),
            ),
        ),
        (
            "a type of brackets",
            filled(|inner| format!("query($a:{inner}Int){{a}}"), repeated("[")),
        ),
        ("nothing", String::new()),
        ("no document", "\u{feff}\u{0}".to_owned()),
    ]
}

/// Bodies that are no documents.
fn bodies() -> Vec<(&'static str, Form, String)> {
    let multipart = "multipart/form-data; boundary=x";
    let part = "--x\r\ncontent-disposition: form-data; name=\"operations\"\r\n\r\n{\"query\":\"{__typename}\"}\r\n";
    vec![
        (
            "a batch",
            JSON,
            format!("[{}]", vec![body("{__typename}"); 12].join(",")),
        ),
        ("brackets of JSON", JSON, "[".repeat(MAX_REQUEST)),
        ("objects of JSON", JSON, "{\"a\":".repeat(79)),
        (
            "a deep variable",
            JSON,
            format!(
                "{{\"query\":\"{{a}}\",\"variables\":{{\"a\":{}1{}}}}}",
                "[".repeat(120),
                "]".repeat(120)
            ),
        ),
        (
            "a number of JSON",
            JSON,
            format!(
                "{{\"query\":\"{{a}}\",\"variables\":{{\"a\":{}}}}}",
                "9".repeat(350)
            ),
        ),
        (
            "an exponent of JSON",
            JSON,
            "{\"query\":\"{a}\",\"variables\":{\"a\":1e-999999999}}".to_owned(),
        ),
        (
            "extensions",
            JSON,
            format!(
                "{{\"query\":\"{{a}}\",\"extensions\":{{\"a\":\"{}\"}}}}",
                "\\u0000".repeat(55)
            ),
        ),
        ("multipart", Form::Post(multipart), part.to_owned()),
        (
            "a form",
            Form::Post("application/x-www-form-urlencoded"),
            "query={__typename}&".repeat(20),
        ),
        ("plain text", Form::Post("text/plain"), body("{__typename}")),
        (
            "another charset",
            Form::Post("application/json; charset=utf-16"),
            body("{__typename}"),
        ),
        (
            "graphql as such",
            Form::Post("application/graphql"),
            "{__typename}".to_owned(),
        ),
        (
            "an address",
            Form::Get,
            format!("query={}", "%7Ba".repeat(90)),
        ),
        (
            "an address of variables",
            Form::Get,
            format!("query=%7Ba%7D&variables={}", "%5B".repeat(100)),
        ),
        (
            "an address of parameters",
            Form::Get,
            "query=%7B__typename%7D&".repeat(16),
        ),
    ]
}

/// Documents for the receiver, with what the data has most of.
fn of_receiver(data: &Data) -> Vec<(&'static str, String)> {
    let chat = data.chat_id;
    let page =
        |inner: &str| format!("{{messages(chatId:\"{chat}\",last:100){{nodes{{{inner}}}}}}}");
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
    let chats = |inner: &str| format!("{{chats(first:100){{nodes{{{inner}}}}}}}");
    let public = |inner: &str| format!("{{publicChats(first:100){{nodes{{{inner}}}}}}}");
    let people = |inner: &str| {
        format!("{{chat(id:\"{chat}\"){{participants(first:100){{nodes{{{inner}}}}}}}}}")
    };
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
                &format!("{{messages(chatId:\"{chat}\",last:9){{nodes{{$}}}}}}"),
                "Message",
                8,
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
        (
            "a search",
            format!(
                "{{publicChats(first:100,query:\"{}\"){{nodes{{name}}}}}}",
                "\u{1F600}".repeat(60)
            ),
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
fn of_subscriptions(data: &Data) -> Vec<(&'static str, String)> {
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

/// Documents for users.
fn of_users(data: &Data) -> Vec<(&'static str, String)> {
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
fn of_sender(data: &Data) -> Vec<(&'static str, String)> {
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

/// Every request, by strangers and by the caller.
pub fn all(data: &Data) -> Vec<Request> {
    let mut all = Vec::new();
    let mut add = |name: &str, service, form, text: String| {
        assert!(text.len() <= MAX_REQUEST, "{name} has {} bytes", text.len());
        for signed_in in [false, true] {
            let (name, text) = (name.to_owned(), text.clone());
            all.push(Request {
                name,
                service,
                form,
                text,
                signed_in,
            });
        }
    };
    for service in Service::ALL {
        for (name, document) in of_any_service() {
            add(name, service, JSON, body(&document));
        }
        for (name, form, text) in bodies() {
            add(name, service, form, text);
        }
        let own = match service {
            Service::Receiver => of_receiver(data),
            Service::Users => of_users(data),
            Service::Sender => of_sender(data),
        };
        for (name, document) in own {
            add(name, service, JSON, body(&document));
        }
    }
    for (name, document) in of_subscriptions(data) {
        add(name, Service::Receiver, JSON, body(&document));
        add(name, Service::Receiver, Form::Stream, body(&document));
        let payload: Value = json!({ "query": document });
        let frame = json!({ "type": "subscribe", "id": "1", "payload": payload }).to_string();
        if frame.len() <= MAX_REQUEST {
            add(name, Service::Receiver, Form::Frame, frame);
        }
    }
    all
}
