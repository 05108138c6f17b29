//! What every mutation does, one row each. The tests that cover all mutations read these rows, and fail by the name of a
//! mutation that has none.

use serde_json::{Value, json};

use crate::app::{
    ChatFixture, FixturePeople,
    Position::{self, Admin, Author, Member, Newcomer, Owner, Stranger},
    schema,
};

pub struct Mutation {
    /// The field of the schema.
    pub name: &'static str,
    /// An input with which it does something to the fixture, unless the caller may not.
    pub input: fn(&FixturePeople, &ChatFixture) -> Value,
    /// What it answers in a group to a stranger, a former participant, a member, the author of the message (who is also
    /// the one to be removed or promoted), an admin and an owner.
    pub in_group: [&'static str; 6],
    /// The same in a public chat. It is visible to everyone: "not yours" is FORBIDDEN.
    pub in_public: [&'static str; 6],
    /// What it answers in a direct chat to a stranger, to the other participant and to the author of the message.
    pub in_direct: [&'static str; 3],
    /// Someone who may do it, in a chat of this kind.
    pub caller: (Position, &'static str),
    /// The events that it then appends to the feed of the chat.
    pub in_chat_feed: &'static [&'static str],
    /// The events that it then appends to the feeds of users.
    pub in_user_feeds: &'static [(Position, &'static str)],
    /// The tables that it then changes.
    pub tables: &'static [&'static str],
}

/// The rows of all mutations of the schema.
pub fn mutations() -> Vec<&'static Mutation> {
    let names = schema().field_names("Mutation");
    for row in MUTATIONS {
        let is_known = names.contains(&row.name);
        assert!(
            is_known,
            "the schema has no `{}`: its row in mutations.rs is old",
            row.name
        );
    }
    let row = |name: &str| MUTATIONS.iter().find(|row| row.name == name);
    let rows = names
        .into_iter()
        .map(|name| row(name).unwrap_or_else(|| panic!("`{name}` needs a row in mutations.rs")));
    rows.collect()
}

const OK: &str = "ok";
const N: &str = "NOT_FOUND";
const F: &str = "FORBIDDEN";
const C: &str = "CONFLICT";

const MUTATIONS: &[Mutation] = &[
    Mutation {
        name: "createChat",
        input: |people, _| json!({ "kind": "GROUP", "name": "New", "participantIds": [people.newcomer.id] }),
        in_group: [OK; 6],
        in_public: [OK; 6],
        in_direct: [OK; 3],
        caller: (Owner, "GROUP"),
        // Those of the new chat stand in its own feed.
        in_chat_feed: &[],
        in_user_feeds: &[(Owner, "CHAT_ADDED"), (Newcomer, "CHAT_ADDED")],
        tables: &["chats", "feed_events", "feeds", "participants"],
    },
    Mutation {
        name: "updateChat",
        input: |_, fixture| json!({ "chatId": fixture.chat, "name": "Another name" }),
        in_group: [N, N, F, F, OK, OK],
        in_public: [F, F, F, F, OK, OK],
        in_direct: [N, F, F],
        caller: (Owner, "GROUP"),
        in_chat_feed: &["CHAT_UPDATED"],
        in_user_feeds: &[],
        tables: &["chats", "feed_events", "feeds"],
    },
    Mutation {
        name: "removeChat",
        input: |_, fixture| json!({ "chatId": fixture.chat }),
        in_group: [N, N, F, F, F, OK],
        in_public: [F, F, F, F, F, OK],
        in_direct: [N, F, F],
        caller: (Owner, "GROUP"),
        in_chat_feed: &["CHAT_REMOVED"],
        in_user_feeds: &[
            (Owner, "CHAT_LEFT"),
            (Admin, "CHAT_LEFT"),
            (Member, "CHAT_LEFT"),
            (Author, "CHAT_LEFT"),
        ],
        tables: &["chats", "feed_events", "feeds", "participants"],
    },
    Mutation {
        name: "joinChat",
        input: |_, fixture| json!({ "chatId": fixture.chat }),
        in_group: [N, N, F, F, F, F],
        in_public: [OK; 6],
        in_direct: [N, F, F],
        caller: (Stranger, "PUBLIC"),
        in_chat_feed: &["PARTICIPANTS_ADDED"],
        in_user_feeds: &[(Stranger, "CHAT_ADDED")],
        tables: &["chats", "feed_events", "feeds", "participants"],
    },
    Mutation {
        name: "leaveChat",
        input: |_, fixture| json!({ "chatId": fixture.chat }),
        in_group: [N, N, OK, OK, OK, C],
        in_public: [F, F, OK, OK, OK, C],
        in_direct: [N, F, F],
        caller: (Member, "GROUP"),
        in_chat_feed: &["PARTICIPANT_REMOVED"],
        in_user_feeds: &[(Member, "CHAT_LEFT")],
        tables: &["chats", "feed_events", "feeds", "participants"],
    },
    Mutation {
        name: "addParticipant",
        input: |people, fixture| json!({ "chatId": fixture.chat, "userId": people.newcomer.id }),
        in_group: [N, N, F, F, OK, OK],
        in_public: [F, F, F, F, OK, OK],
        in_direct: [N, F, F],
        caller: (Owner, "GROUP"),
        in_chat_feed: &["PARTICIPANTS_ADDED"],
        in_user_feeds: &[(Newcomer, "CHAT_ADDED")],
        tables: &["chats", "feed_events", "feeds", "participants"],
    },
    Mutation {
        name: "addParticipants",
        input: |people, fixture| json!({ "chatId": fixture.chat, "userIds": [people.newcomer.id] }),
        in_group: [N, N, F, F, OK, OK],
        in_public: [F, F, F, F, OK, OK],
        in_direct: [N, F, F],
        caller: (Owner, "GROUP"),
        in_chat_feed: &["PARTICIPANTS_ADDED"],
        in_user_feeds: &[(Newcomer, "CHAT_ADDED")],
        tables: &["chats", "feed_events", "feeds", "participants"],
    },
    Mutation {
        name: "removeParticipant",
        input: |people, fixture| json!({ "chatId": fixture.chat, "userId": people.author.id }),
        in_group: [N, N, F, F, OK, OK],
        in_public: [F, F, F, F, OK, OK],
        in_direct: [N, F, F],
        caller: (Owner, "GROUP"),
        in_chat_feed: &["PARTICIPANT_REMOVED"],
        in_user_feeds: &[(Author, "CHAT_LEFT")],
        tables: &["chats", "feed_events", "feeds", "participants"],
    },
    Mutation {
        name: "changeParticipantRole",
        input: |people, fixture| json!({ "chatId": fixture.chat, "userId": people.author.id, "role": "ADMIN" }),
        in_group: [N, N, F, F, F, OK],
        in_public: [F, F, F, F, F, OK],
        in_direct: [N, F, F],
        caller: (Owner, "GROUP"),
        in_chat_feed: &["PARTICIPANT_ROLE_CHANGED"],
        in_user_feeds: &[],
        tables: &["feed_events", "feeds", "participants"],
    },
    Mutation {
        name: "createMessage",
        input: |_, fixture| json!({ "chatId": fixture.chat, "content": "another message" }),
        in_group: [N, N, OK, OK, OK, OK],
        in_public: [F, F, OK, OK, OK, OK],
        in_direct: [N, OK, OK],
        caller: (Member, "GROUP"),
        in_chat_feed: &["MESSAGE_ADDED"],
        in_user_feeds: &[],
        tables: &["feed_events", "feeds", "messages", "participants"],
    },
    Mutation {
        name: "updateMessage",
        input: |_, fixture| json!({ "chatId": fixture.chat, "id": fixture.message, "content": "edited" }),
        in_group: [N, N, F, OK, F, F],
        in_public: [F, F, F, OK, F, F],
        in_direct: [N, F, OK],
        caller: (Author, "GROUP"),
        in_chat_feed: &["MESSAGE_UPDATED"],
        in_user_feeds: &[],
        tables: &[
            "feed_events",
            "feeds",
            "message_revisions",
            "messages",
            "word_positions",
        ],
    },
    Mutation {
        name: "removeMessage",
        input: |_, fixture| json!({ "chatId": fixture.chat, "id": fixture.message }),
        in_group: [N, N, F, OK, OK, OK],
        in_public: [F, F, F, OK, OK, OK],
        in_direct: [N, F, OK],
        caller: (Author, "GROUP"),
        in_chat_feed: &["MESSAGE_REMOVED"],
        in_user_feeds: &[],
        tables: &[
            "feed_events",
            "feeds",
            "messages",
            "pinned_messages",
            "reaction_groups",
            "reactions",
            "word_positions",
        ],
    },
    Mutation {
        name: "pinMessage",
        input: |_, fixture| json!({ "chatId": fixture.chat, "id": fixture.newest_message }),
        in_group: [N, N, F, F, OK, OK],
        in_public: [F, F, F, F, OK, OK],
        in_direct: [N, OK, OK],
        caller: (Owner, "GROUP"),
        in_chat_feed: &["MESSAGE_PINNED"],
        in_user_feeds: &[],
        tables: &["feed_events", "feeds", "pinned_messages"],
    },
    Mutation {
        name: "unpinMessage",
        input: |_, fixture| json!({ "chatId": fixture.chat, "id": fixture.message }),
        in_group: [N, N, F, F, OK, OK],
        in_public: [F, F, F, F, OK, OK],
        in_direct: [N, OK, OK],
        caller: (Owner, "GROUP"),
        in_chat_feed: &["MESSAGE_UNPINNED"],
        in_user_feeds: &[],
        tables: &["feed_events", "feeds", "pinned_messages"],
    },
    Mutation {
        name: "addReaction",
        input: |_, fixture| json!({ "chatId": fixture.chat, "messageId": fixture.message, "emoji": "🎉" }),
        in_group: [N, N, OK, OK, OK, OK],
        in_public: [F, F, OK, OK, OK, OK],
        in_direct: [N, OK, OK],
        caller: (Member, "GROUP"),
        in_chat_feed: &["REACTION_CHANGED"],
        in_user_feeds: &[],
        tables: &["feed_events", "feeds", "reaction_groups", "reactions"],
    },
    Mutation {
        name: "removeReaction",
        input: |_, fixture| json!({ "chatId": fixture.chat, "messageId": fixture.message, "emoji": "👍" }),
        in_group: [N, N, OK, OK, OK, OK],
        in_public: [F, F, OK, OK, OK, OK],
        in_direct: [N, OK, OK],
        caller: (Member, "GROUP"),
        in_chat_feed: &["REACTION_CHANGED"],
        in_user_feeds: &[],
        tables: &["feed_events", "feeds", "reaction_groups", "reactions"],
    },
    Mutation {
        name: "markAsRead",
        input: |_, fixture| json!({ "chatId": fixture.chat, "number": fixture.number }),
        in_group: [N, N, OK, OK, OK, OK],
        in_public: [F, F, OK, OK, OK, OK],
        in_direct: [N, OK, OK],
        caller: (Member, "GROUP"),
        in_chat_feed: &[],
        in_user_feeds: &[(Member, "READ_MARK_MOVED")],
        tables: &["feed_events", "feeds", "participants"],
    },
    Mutation {
        name: "markAsDelivered",
        input: |_, fixture| json!({ "chatId": fixture.chat, "upToNumber": fixture.number }),
        in_group: [N, N, OK, OK, OK, OK],
        in_public: [F, F, OK, OK, OK, OK],
        in_direct: [N, OK, OK],
        caller: (Member, "GROUP"),
        in_chat_feed: &[],
        in_user_feeds: &[],
        tables: &["participants"],
    },
    Mutation {
        // Chats of others are passed over.
        name: "markManyAsDelivered",
        input: |_, fixture| json!({ "marks": [{ "chatId": fixture.chat, "upToNumber": fixture.number }] }),
        in_group: [OK; 6],
        in_public: [OK; 6],
        in_direct: [OK; 3],
        caller: (Member, "GROUP"),
        in_chat_feed: &[],
        in_user_feeds: &[],
        tables: &["participants"],
    },
    Mutation {
        name: "followThread",
        input: |_, fixture| json!({ "chatId": fixture.chat, "rootId": fixture.message }),
        in_group: [N, N, OK, OK, OK, OK],
        in_public: [F, F, OK, OK, OK, OK],
        in_direct: [N, OK, OK],
        caller: (Member, "GROUP"),
        in_chat_feed: &[],
        in_user_feeds: &[(Member, "THREAD_FOLLOW_CHANGED")],
        tables: &["feed_events", "feeds", "thread_follows"],
    },
    Mutation {
        name: "unfollowThread",
        input: |_, fixture| json!({ "chatId": fixture.chat, "rootId": fixture.message }),
        in_group: [N, N, OK, OK, OK, OK],
        in_public: [F, F, OK, OK, OK, OK],
        in_direct: [N, OK, OK],
        caller: (Author, "GROUP"),
        in_chat_feed: &[],
        in_user_feeds: &[(Author, "THREAD_FOLLOW_CHANGED")],
        tables: &["feed_events", "feeds", "thread_follows"],
    },
    Mutation {
        name: "markThreadAsRead",
        input: |_, fixture| json!({ "chatId": fixture.chat, "rootId": fixture.message, "number": fixture.newest }),
        in_group: [N, N, OK, OK, OK, OK],
        in_public: [F, F, OK, OK, OK, OK],
        in_direct: [N, OK, OK],
        caller: (Author, "GROUP"),
        in_chat_feed: &[],
        in_user_feeds: &[(Author, "THREAD_FOLLOW_CHANGED")],
        tables: &["feed_events", "feeds", "thread_follows"],
    },
    Mutation {
        name: "updateChatSettings",
        input: |_, fixture| json!({ "chatId": fixture.chat, "isPinned": true }),
        in_group: [N, N, OK, OK, OK, OK],
        in_public: [F, F, OK, OK, OK, OK],
        in_direct: [N, OK, OK],
        caller: (Member, "GROUP"),
        in_chat_feed: &[],
        in_user_feeds: &[(Member, "CHAT_SETTINGS_CHANGED")],
        tables: &["chat_settings", "feed_events", "feeds"],
    },
    Mutation {
        name: "updateDraft",
        input: |_, fixture| json!({ "chatId": fixture.chat, "content": "half a thou" }),
        in_group: [N, N, OK, OK, OK, OK],
        in_public: [F, F, OK, OK, OK, OK],
        in_direct: [N, OK, OK],
        caller: (Member, "GROUP"),
        in_chat_feed: &[],
        in_user_feeds: &[(Member, "DRAFT_CHANGED")],
        tables: &["drafts", "feed_events", "feeds"],
    },
    Mutation {
        name: "setTyping",
        input: |_, fixture| json!({ "chatId": fixture.chat, "typing": true }),
        in_group: [N, N, OK, OK, OK, OK],
        in_public: [F, F, OK, OK, OK, OK],
        in_direct: [N, OK, OK],
        caller: (Member, "GROUP"),
        in_chat_feed: &[],
        in_user_feeds: &[],
        tables: &[],
    },
];
