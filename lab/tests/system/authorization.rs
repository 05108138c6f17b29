//! Who may see what: every root field of the receiver and of users, for every relation of the caller to a chat. The sender's
//! matrix is in its own tests, because there every cell also asserts that nothing was written.
//!
//! The list of fields is taken from the committed schemas, so that the test fails for a new field without a row.
//!
//! Defect 4 of the earlier implementations: they never checked whether the caller is a participant.

use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{TypeKind, TypeSystemDefinition};
use lab_stack::client::{Client, Refusal, Visitor};
use lab_stack::stack::Service;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::shared_stack::{self, PASSWORD};

const POSITIONS: [&str; 5] = ["anonymous", "stranger", "former", "participant", "admin"];

const U: &str = "UNAUTHENTICATED";
const N: &str = "NOT_FOUND";
const B: &str = "BAD_USER_INPUT";
const NULL: &str = "null";
const OK: &str = "ok";

/// The fields of a root type, as the committed schema has them.
fn root_fields(service: &str, root: &str) -> Vec<String> {
    let path = format!(
        "{}/../shared-schema/{service}.graphql",
        env!("CARGO_MANIFEST_DIR")
    );
    let schema = parse_schema(std::fs::read_to_string(path).unwrap()).unwrap();
    let fields = schema.definitions.into_iter().find_map(|definition| {
        let TypeSystemDefinition::Type(definition) = definition else {
            return None;
        };
        match definition.node.kind {
            TypeKind::Object(object) if definition.node.name.node == root => Some(object.fields),
            _ => None,
        }
    });
    let fields = fields.unwrap_or_default().into_iter();
    fields
        .map(|field| field.node.name.node.to_string())
        .collect()
}

/// A chat with its contents, and users with every relation to it.
struct ChatFixture {
    visitor: Visitor,
    people: [Option<Client>; 5],
    chat_id: Uuid,
    message_id: Uuid,
    cursor: Value,
    /// A session of the admin, which belongs to nobody else.
    session_id: Value,
}

impl ChatFixture {
    /// Around a group.
    async fn gather() -> ChatFixture {
        Self::around("GROUP").await
    }

    async fn around(kind: &str) -> ChatFixture {
        let stack = shared_stack::shared().await;
        let admin = shared_stack::register_user(stack, "admin").await;
        let former = shared_stack::register_user(stack, "former").await;
        let participant = shared_stack::register_user(stack, "participant").await;
        let other_user = shared_stack::register_user(stack, "stranger").await;
        let people = json!([former.user_id(), participant.user_id()]);
        let chat = json!({ "kind": kind, "name": "A chat", "participantIds": people });
        let create =
            "mutation ($input: CreateChatInput!) { createChat(input: $input) { chat { id } } }";
        let created = admin.mutate(create, chat).await.unwrap();
        let chat_id = created["createChat"]["chat"]["id"]
            .as_str()
            .unwrap()
            .parse()
            .unwrap();
        let message = lab_stack::client::NewMessage::new(chat_id, "only for us");
        admin.send(&message).await.unwrap();
        let reply = lab_stack::client::NewMessage {
            thread_root: Some(message.id),
            ..lab_stack::client::NewMessage::new(chat_id, "in a thread")
        };
        admin.send(&reply).await.unwrap();
        let removal = "mutation ($input: RemoveParticipantInput!) { removeParticipant(input: $input) { userId } }";
        let who = json!({ "chatId": chat_id, "userId": former.user_id() });
        admin.mutate(removal, who).await.unwrap();
        let chat = "query ($id: ID!) { chat(id: $id) { feedCursor } }";
        let cursor =
            admin.query(chat, json!({ "id": chat_id })).await.unwrap()["chat"]["feedCursor"].take();
        let sessions = admin
            .ask(Service::Users, "{ sessions { id } }", json!({}))
            .await
            .unwrap();
        ChatFixture {
            visitor: Visitor::new(&stack.url()),
            chat_id,
            message_id: message.id,
            cursor,
            session_id: sessions["sessions"][0]["id"].clone(),
            people: [
                None,
                Some(other_user),
                Some(former),
                Some(participant),
                Some(admin),
            ],
        }
    }

    async fn result(
        &self,
        position: usize,
        service: Service,
        document: &str,
        variables: Value,
    ) -> String {
        let answer = match &self.people[position] {
            Some(client) => client.ask(service, document, variables).await,
            None => self.visitor.ask(service, document, variables, None).await,
        };
        match answer {
            Err(Refusal::Refused { code, .. }) => code,
            Err(other) => panic!("{document}: {other}"),
            Ok(data) => match data.as_object().and_then(|data| data.values().next()) {
                Some(Value::Null) | None => NULL.to_owned(),
                Some(_) => OK.to_owned(),
            },
        }
    }
}

/// A query of the receiver for this group, and the expected results for all positions.
fn query(
    field: &str,
    fixture: &ChatFixture,
    chat_id: Uuid,
) -> (&'static str, Value, [&'static str; 5]) {
    let chat = json!({ "chatId": chat_id, "id": fixture.message_id, "after": fixture.cursor });
    match field {
        "chats" => ("{ chats { nodes { id } } }", json!({}), [U, OK, OK, OK, OK]),
        "publicChats" => (
            "{ publicChats { nodes { id } } }",
            json!({}),
            [U, OK, OK, OK, OK],
        ),
        "unreadCounts" => (
            "{ unreadCounts { chatId } }",
            json!({}),
            [U, OK, OK, OK, OK],
        ),
        "chat" => (
            "query ($chatId: ID!) { chat(id: $chatId) { id name lastMessage { content } } }",
            chat,
            [U, NULL, NULL, OK, OK],
        ),
        "messages" => (
            "query ($chatId: ID!) { messages(chatId: $chatId) { nodes { content } } }",
            chat,
            [U, N, N, OK, OK],
        ),
        "message" => (
            "query ($chatId: ID!, $id: ID!) { message(chatId: $chatId, id: $id) { content } }",
            chat,
            [U, NULL, NULL, OK, OK],
        ),
        "viewerState" => (
            "query ($chatId: ID!) { viewerState(chatId: $chatId, fromNumber: 1, toNumber: 9) { reactions { emoji } } }",
            chat,
            [U, N, N, OK, OK],
        ),
        "thread" => (
            "query ($chatId: ID!, $id: ID!) { thread(chatId: $chatId, rootId: $id) { replyCount root { content } } }",
            chat,
            [U, NULL, NULL, OK, OK],
        ),
        "followedThreads" => (
            "{ followedThreads { nodes { thread { rootId } } } }",
            json!({}),
            [U, OK, OK, OK, OK],
        ),
        "mentions" => (
            "{ mentions { nodes { content } } }",
            json!({}),
            [U, OK, OK, OK, OK],
        ),
        "messageRevisions" => (
            "query ($chatId: ID!, $id: ID!) { messageRevisions(chatId: $chatId, messageId: $id) { nodes { content } } }",
            chat,
            [U, N, N, OK, OK],
        ),
        "myMessages" => (
            "query ($chatId: ID!) { myMessages(chatId: $chatId) { edges { node { content } } } }",
            chat,
            [U, OK, OK, OK, OK],
        ),
        "drafts" => ("{ drafts { content } }", json!({}), [U, OK, OK, OK, OK]),
        "searchMessages" => (
            "query ($chatId: ID!) { searchMessages(query: \"only\", chatId: $chatId) { edges { node { content } } } }",
            chat,
            [U, N, N, OK, OK],
        ),
        "messageReceipts" => (
            "query ($chatId: ID!) { messageReceipts(chatId: $chatId, number: 1) { readCount nodes { readNumber } } }",
            chat,
            [U, N, N, OK, OK],
        ),
        "feed" => (
            "query ($chatId: ID!, $after: Cursor!) { feed(id: $chatId, after: $after) { cursor } }",
            chat,
            [U, N, N, OK, OK],
        ),
        "eventDigest" => (
            "query ($chatId: ID!) { eventDigest(chatId: $chatId, fromSeq: 1, toSeq: 9) { eventCount sha256 } }",
            chat,
            [U, N, N, OK, OK],
        ),
        new => panic!("{new} needs a row here"),
    }
}

#[tokio::test]
async fn every_query_of_the_receiver_from_every_position() {
    let _machine = shared_stack::lock_machine().await;
    let fixture = ChatFixture::gather().await;
    for field in root_fields("receiver", "Query") {
        let (document, variables, expected) = query(&field, &fixture, fixture.chat_id);
        for (position, expected) in expected.into_iter().enumerate() {
            let result = fixture
                .result(position, Service::Receiver, document, variables.clone())
                .await;
            assert_eq!(result, expected, "{field} by {}", POSITIONS[position]);
        }
    }
}

/// F28: users who were never participants may read a public chat by query; users who left or were removed may not.
#[tokio::test]
async fn every_query_of_the_receiver_about_a_public_chat_from_every_position() {
    let _machine = shared_stack::lock_machine().await;
    let fixture = ChatFixture::around("PUBLIC").await;
    for field in root_fields("receiver", "Query") {
        let (document, variables, group) = query(&field, &fixture, fixture.chat_id);
        let expected = match field.as_str() {
            // A user who left still sees the chat, to join it again. The rest is about its messages.
            "chat" => [U, OK, OK, OK, OK],
            "messages" | "messageRevisions" | "viewerState" | "searchMessages" => {
                [U, OK, N, OK, OK]
            }
            "message" | "thread" => [U, OK, NULL, OK, OK],
            // Live delivery, polled or not, is only for participants.
            _ => group,
        };
        for (position, expected) in expected.into_iter().enumerate() {
            let result = fixture
                .result(position, Service::Receiver, document, variables.clone())
                .await;
            assert_eq!(result, expected, "{field} by {}", POSITIONS[position]);
        }
    }
    let inside = "query ($chatId: ID!) { chat(id: $chatId) { lastMessage { content } participants { nodes { userId } } } }";
    for (position, sees) in [(1, true), (2, false), (3, true), (4, true)] {
        let client = fixture.people[position].as_ref().unwrap();
        let of_chat = json!({ "chatId": fixture.chat_id });
        let data = client
            .ask(Service::Receiver, inside, of_chat)
            .await
            .unwrap();
        let people = data["chat"]["participants"]["nodes"].as_array().unwrap();
        let name = POSITIONS[position];
        assert_eq!(data["chat"]["lastMessage"].is_object(), sees, "{name}");
        assert_eq!(!people.is_empty(), sees, "{name}");
    }
}

/// FEATURES 10: a removed member still finds, in four systems. A search in all chats refuses nobody: it must find nothing.
#[tokio::test]
async fn a_search_in_all_chats_finds_what_the_caller_may_read() {
    let _machine = shared_stack::lock_machine().await;
    let fixture = ChatFixture::gather().await;
    let search = "{ searchMessages(query: \"only for us\") { edges { node { chatId } } } }";
    for (position, finds) in [(1, false), (2, false), (3, true), (4, true)] {
        let client = fixture.people[position].as_ref().unwrap();
        let data = client
            .ask(Service::Receiver, search, json!({}))
            .await
            .unwrap();
        let edges = data["searchMessages"]["edges"].as_array().unwrap();
        let name = POSITIONS[position];
        assert_eq!(edges.len(), usize::from(finds), "{name}");
        let of_chat = edges
            .iter()
            .filter(|edge| edge["node"]["chatId"] == json!(fixture.chat_id));
        assert_eq!(of_chat.count(), edges.len(), "{name}");
    }
}

#[tokio::test]
async fn what_is_not_yours_looks_like_what_is_not_there() {
    let _machine = shared_stack::lock_machine().await;
    let fixture = ChatFixture::gather().await;
    let other_user = fixture.people[1].as_ref().unwrap();
    for field in [
        "chat",
        "messages",
        "message",
        "thread",
        "messageRevisions",
        "myMessages",
        "viewerState",
        "searchMessages",
        "feed",
        "eventDigest",
    ] {
        let (document, foreign, _) = query(field, &fixture, fixture.chat_id);
        let nowhere = Uuid::now_v7();
        let (_, mut absent, _) = query(field, &fixture, nowhere);
        if field == "feed" {
            // A cursor contains its feed, so that for a nonexistent chat is made from another cursor.
            absent["after"] = json!(cursor_of(nowhere, fixture.cursor.as_str().unwrap()));
        }
        let foreign = other_user.ask(Service::Receiver, document, foreign).await;
        let absent = other_user.ask(Service::Receiver, document, absent).await;
        assert_eq!(foreign, absent, "{field}");
    }
}

/// The cursor of the same position in another feed.
fn cursor_of(feed: Uuid, cursor: &str) -> String {
    use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
    let mut bytes = BASE64_URL_SAFE_NO_PAD.decode(cursor).unwrap();
    // After the version and the kind of feed.
    bytes[2..18].copy_from_slice(feed.as_bytes());
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

#[tokio::test]
async fn every_subscription_from_every_position() {
    let _machine = shared_stack::lock_machine().await;
    let fixture = ChatFixture::gather().await;
    let of_chat = json!({ "chatId": fixture.chat_id });
    for field in root_fields("receiver", "Subscription") {
        let (document, expected) = match field.as_str() {
            // Everyone has an inbox. That of another user contains nothing of this chat, as the delivery tests show.
            "inbox" => ("subscription { inbox { feedId } }", [OK, OK, OK, OK]),
            "chatAdded" => ("subscription { chatAdded { id } }", [OK, OK, OK, OK]),
            "unreadCountUpdated" => (
                "subscription { unreadCountUpdated { chatId } }",
                [OK, OK, OK, OK],
            ),
            "chatEvents" => (
                "subscription ($chatId: ID!) { chatEvents(chatId: $chatId) { cursor } }",
                [N, N, OK, OK],
            ),
            "messageAdded" => (
                "subscription ($chatId: ID!) { messageAdded(chatId: $chatId) { id } }",
                [N, N, OK, OK],
            ),
            "messageUpdated" => (
                "subscription ($chatId: ID!) { messageUpdated(chatId: $chatId) { id } }",
                [N, N, OK, OK],
            ),
            "messageRemoved" => (
                "subscription ($chatId: ID!) { messageRemoved(chatId: $chatId) { id } }",
                [N, N, OK, OK],
            ),
            "messageReadUpdated" => (
                "subscription ($chatId: ID!) { messageReadUpdated(chatId: $chatId) { userId } }",
                [N, N, OK, OK],
            ),
            "chatUpdated" => (
                "subscription ($chatId: ID!) { chatUpdated(chatId: $chatId) { id } }",
                [N, N, OK, OK],
            ),
            new => panic!("{new} needs a row here"),
        };
        let variables = if document.contains("$chatId") {
            of_chat.clone()
        } else {
            json!({})
        };
        for (position, expected) in (1..).zip(expected) {
            let result = subscribe(
                fixture.people[position].as_ref().unwrap(),
                document,
                &variables,
            )
            .await;
            assert_eq!(result, expected, "{field} by {}", POSITIONS[position]);
        }
    }
}

/// The code of the error, or ok if the operation continues or sends something.
async fn subscribe(client: &Client, document: &str, variables: &Value) -> String {
    let mut socket = client.socket().await.unwrap();
    let id = socket.subscribe(document, variables.clone()).await.unwrap();
    // An error comes at once. A second operation that certainly fails shows when there is none.
    socket
        .subscribe("subscription { nothingOfThatName }", json!({}))
        .await
        .unwrap();
    loop {
        let message = socket.read().await.unwrap();
        match (message["type"].as_str(), message["id"] == json!(id)) {
            (Some("error"), true) => {
                let code = message["payload"][0]["extensions"]["code"]
                    .as_str()
                    .unwrap()
                    .to_owned();
                socket.close().await;
                return code;
            }
            (Some("next"), true) => break,
            (Some("error"), false) => {
                // The operation is still running a moment later.
                tokio::time::sleep(std::time::Duration::from_millis(100)).await;
                match tokio::time::timeout(std::time::Duration::from_millis(400), socket.read())
                    .await
                {
                    Err(_) => break,
                    Ok(message) => {
                        let message = message.unwrap();
                        if message["type"] == json!("error") {
                            return message["payload"][0]["extensions"]["code"]
                                .as_str()
                                .unwrap()
                                .to_owned();
                        }
                        break;
                    }
                }
            }
            _ => {}
        }
    }
    socket.close().await;
    OK.to_owned()
}

#[tokio::test]
async fn nobody_subscribes_without_a_token() {
    let _machine = shared_stack::lock_machine().await;
    let fixture = ChatFixture::gather().await;
    let stack = shared_stack::shared().await;
    let url = format!("{}/receiver/graphql", stack.url().replacen("http", "ws", 1));
    for token in ["", "not a token"] {
        let refused = lab_stack::client::Socket::open(&url, token)
            .await
            .unwrap_err();
        assert!(
            matches!(
                refused,
                lab_stack::client::SocketEnd::Closed { code: 4403, .. }
            ),
            "{token:?}: {refused:?}"
        );
    }
    drop(fixture);
}

#[tokio::test]
async fn every_root_field_of_users_for_anonymous_and_signed_in_people() {
    let _machine = shared_stack::lock_machine().await;
    let fixture = ChatFixture::gather().await;
    let admin_id = fixture.people[4].as_ref().unwrap().user_id();
    let mut fields = root_fields("users", "Query");
    fields.extend(root_fields("users", "Mutation"));
    for field in fields {
        // Anonymous, and another user who acts on what belongs to the admin. Nothing is changed.
        let (document, variables, expected) = match field.as_str() {
            "me" => ("{ me { email } }", json!({}), [U, OK]),
            "sessions" => ("{ sessions { id } }", json!({}), [U, OK]),
            "user" => (
                "query ($id: ID!) { user(id: $id) { username } }",
                json!({ "id": admin_id }),
                [U, OK],
            ),
            "users" => (
                "query ($ids: [ID!]!) { users(ids: $ids) { username } }",
                json!({ "ids": [admin_id] }),
                [U, OK],
            ),
            "userByUsername" => (
                "query ($name: String!) { userByUsername(username: $name) { id } }",
                json!({ "name": fixture.people[4].as_ref().unwrap().username() }),
                [U, OK],
            ),
            "searchUsers" => (
                "{ searchUsers(query: \"admin\") { nodes { id } } }",
                json!({}),
                [U, OK],
            ),
            "register" => (
                "mutation ($input: RegisterInput!) { register(input: $input) { accessToken } }",
                json!({ "input": { "email": "x", "username": "x", "password": PASSWORD } }),
                [B, B],
            ),
            "login" => (
                "mutation ($input: LoginInput!) { login(input: $input) { accessToken } }",
                json!({ "input": { "login": fixture.people[4].as_ref().unwrap().username(), "password": "a wrong one" } }),
                [U, U],
            ),
            "refreshSession" => (
                "mutation ($input: RefreshSessionInput!) { refreshSession(input: $input) { accessToken } }",
                json!({ "input": { "refreshToken": "made up" } }),
                [U, U],
            ),
            "revokeSession" => (
                "mutation ($input: RevokeSessionInput!) { revokeSession(input: $input) { sessionId } }",
                json!({ "input": { "sessionId": fixture.session_id } }),
                [U, N],
            ),
            "updateProfile" => (
                "mutation ($input: UpdateProfileInput!) { updateProfile(input: $input) { account { version } } }",
                json!({ "input": { "about": "changed", "version": 999 } }),
                [U, "CONFLICT"],
            ),
            "setReadReceipts" => (
                "mutation ($input: SetReadReceiptsInput!) { setReadReceipts(input: $input) { account { readReceipts } } }",
                json!({ "input": { "enabled": true } }),
                [U, OK],
            ),
            "changeUsername" => (
                "mutation ($input: ChangeUsernameInput!) { changeUsername(input: $input) { account { version } } }",
                json!({ "input": { "username": fixture.people[4].as_ref().unwrap().username() } }),
                [U, "CONFLICT"],
            ),
            "changePassword" => (
                "mutation ($input: ChangePasswordInput!) { changePassword(input: $input) { account { version } } }",
                json!({ "input": { "currentPassword": "a wrong one", "newPassword": "nightingales sing at dawn" } }),
                [U, B],
            ),
            "deactivateUser" => (
                "mutation ($input: DeactivateUserInput!) { deactivateUser(input: $input) { userId } }",
                json!({ "input": { "password": "a wrong one" } }),
                [U, B],
            ),
            // Ends only the session of the caller.
            "logout" => ("mutation { logout { sessionId } }", json!({}), [U, OK]),
            new => panic!("{new} needs a row here"),
        };
        for (position, expected) in expected.into_iter().enumerate() {
            if field == "logout" && position == 1 {
                continue; // The stranger is still needed; `users` tests it.
            }
            let result = fixture
                .result(position, Service::Users, document, variables.clone())
                .await;
            assert_eq!(result, expected, "{field} by {}", POSITIONS[position]);
        }
    }
}
