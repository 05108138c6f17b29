//! Demo data for a fresh database, created through the public API.

use std::path::Path;

use serde_json::json;
use uuid::Uuid;

use crate::Error;
use crate::client::{Client, NewMessage, Refusal, Visitor};

/// Usernames of the demo accounts.
pub const USERNAMES: [&str; 3] = ["ada", "grace", "linus"];

/// Their display names, in the same order.
const DISPLAY_NAMES: [&str; 3] = ["Ada Lovelace", "Grace Hopper", "Linus Pauling"];

/// The password of all demo accounts. It is public: it is in the documentation.
pub const PASSWORD: &str = "call and response";

/// The file that marks that the demo data was created.
const MARKER_FILE: &str = "demo-was-made";

/// Creates the demo data, unless the marker file in `data` shows that it was created before. An interrupted attempt can be
/// repeated: accounts are reused and everything else has a fixed id.
pub async fn seed_once(url: &str, data: &Path) -> Result<(), Error> {
    let marker = data.join(MARKER_FILE);
    if marker.exists() {
        return Ok(());
    }
    println!("lab: creating demo accounts and chats");
    seed(url).await.map_err(|refusal| Error::Failed {
        program: "making the demo".to_owned(),
        output: refusal.to_string(),
    })?;
    std::fs::write(&marker, "").map_err(|cause| Error::Io {
        what: format!("write {}", marker.display()),
        cause,
    })
}

async fn seed(url: &str) -> Result<(), Refusal> {
    let visitor = Visitor::new(url);
    let mut participants = Vec::new();
    for (username, name) in USERNAMES.into_iter().zip(DISPLAY_NAMES) {
        participants.push(visitor.register_as(username, name, PASSWORD).await?);
    }
    let [ada, grace, linus] = &participants[..] else {
        return Ok(());
    };

    // Ada joins first, so it is hers.
    let lobby = migrations::LOBBY;
    ada.join_chat(lobby).await?;
    grace.join_chat(lobby).await?;
    linus.join_chat(lobby).await?;
    send_conversation(lobby, 1, &participants, LOBBY).await?;

    let members = [grace.user_id(), linus.user_id()];
    let group = ada
        .create_chat(fixed(2, 0), "GROUP", Some("Engine room"), &members)
        .await?;
    send_conversation(group, 2, &participants, ENGINE_ROOM).await?;
    let (editor, message, content) = ENGINE_ROOM_EDIT;
    participants[editor]
        .edit(group, fixed(2, message), content)
        .await?;
    for (message, emoji, reactors) in ENGINE_ROOM_REACTIONS {
        for reactor in *reactors {
            let message = fixed(2, *message);
            participants[*reactor].react(group, message, emoji).await?;
        }
    }

    ada.pin_message(group, fixed(2, ENGINE_ROOM_PINNED)).await?;

    for (index, (speaker, content)) in (1..).zip(ENGINE_ROOM_THREAD) {
        let reply = NewMessage {
            id: fixed(4, index),
            thread_root: Some(fixed(2, ENGINE_ROOM_THREAD_ROOT)),
            ..NewMessage::new(group, *content)
        };
        participants[*speaker].send(&reply).await?;
    }

    ada.set_for_chat(group, json!({ "isPinned": true })).await?;
    ada.draft(group, "And who writes the changelog?").await?;
    ada.set_for_chat(lobby, json!({ "mutedUntil": "9999-01-01T00:00:00Z" }))
        .await?;

    let direct = grace
        .create_chat(fixed(3, 0), "DIRECT", None, &[ada.user_id()])
        .await?;
    send_conversation(direct, 3, &participants, DIRECT).await?;
    // Ada has it on a device, and has not read it yet.
    ada.mark_as_delivered(direct, DIRECT.len() as u64).await
}

/// Messages, each with its sender as an index into [`USERNAMES`].
async fn send_conversation(
    chat_id: Uuid,
    chat: u8,
    participants: &[Client],
    lines: &[(usize, &str)],
) -> Result<(), Refusal> {
    for (index, (speaker, content)) in (1..).zip(lines) {
        let message = NewMessage {
            id: fixed(chat, index),
            ..NewMessage::new(chat_id, *content)
        };
        participants[*speaker].send(&message).await?;
    }
    Ok(())
}

/// Ids that are the same in every attempt: version 7, with a time early in 2026 and a part for what they name.
fn fixed(chat: u8, index: u8) -> Uuid {
    let made = 1_767_225_600_000_u64.to_be_bytes();
    let mut bytes = [0; 16];
    bytes[..6].copy_from_slice(&made[2..]);
    bytes[6] = 0x70;
    bytes[8] = 0x80;
    bytes[14] = chat;
    bytes[15] = index;
    Uuid::from_bytes(bytes)
}

const LOBBY: &[(usize, &str)] = &[
    (
        0,
        "Welcome to the lobby. Everyone may come in and read from the start.",
    ),
    (1, "Hello! What is this place called?"),
    (0, "Antiphon: the musical word for call and response."),
    (2, "One half of the choir sings, the other half answers."),
    (1, "So writes go one way and reads come back another?"),
    (
        0,
        "Exactly. Open a second window, sign in as someone else, and look at both.",
    ),
    (
        2,
        "The developer panel lets each window choose its own instances.",
    ),
    (1, "And if I stop Redis?"),
    (
        2,
        "Then messages arrive about a second later. Nothing is lost.",
    ),
    (1, "I am going to try that."),
];

const ENGINE_ROOM: &[(usize, &str)] = &[
    (0, "This is a group: only the three of us see it."),
    (
        2,
        "I have been reading the feed of this chat. Every change has a number.",
    ),
    (1, "Dense numbers?"),
    (
        2,
        "Dense, from 1. A hole would mean that something went missing.",
    ),
    (
        0,
        "Which is how a client can prove that it has everything, @grace.",
    ),
    (1, "I like proofs."),
    (2, "Try this: close the lid and open it again."),
    (1, "It came back with exactly what I had missed."),
    (0, "From whichever instance answered first."),
    (2, "@all: kill one of them while you type. I dare you."),
    (1, "Done. My message went through the other one."),
    (0, "Once?"),
    (1, "Once."),
    (
        2,
        "Search for \"dense numbers\" and you are back where this began.",
    ),
    (1, "In every language? 我家在上海东边"),
    (2, "上海 finds it. So does 边."),
];

/// Who edits which message, and what it says from then on.
const ENGINE_ROOM_EDIT: (usize, u8, &str) = (2, 7, "Try this: close the lid, wait, open it again.");

/// Reactions: the number of the message, the emoji, and who reacts.
const ENGINE_ROOM_REACTIONS: &[(u8, &str, &[usize])] = &[
    (5, "🤯", &[1]),
    (6, "❤️", &[0, 2]),
    (6, "💯", &[2]),
    (8, "🎉", &[0, 1, 2]),
    (11, "👍🏽", &[1]),
    (11, "👍", &[0]),
    (13, "👏", &[0, 2]),
];

/// The number of the message that is pinned.
const ENGINE_ROOM_PINNED: u8 = 10;

/// The number of the message that has a thread under it.
const ENGINE_ROOM_THREAD_ROOT: u8 = 4;

/// The replies in that thread.
const ENGINE_ROOM_THREAD: &[(usize, &str)] = &[
    (1, "What if two people write at the same moment?"),
    (
        2,
        "One of them holds the lock of the chat first. That one gets the smaller number.",
    ),
    (0, "And if the second one gives up?"),
    (
        2,
        "Then nobody gets that number in the end: a rollback takes it back.",
    ),
    (
        1,
        "So the replies here are counted in the same line as everything else.",
    ),
    (0, "Yes. Whoever has read the chat has read its threads."),
];

const DIRECT: &[(usize, &str)] = &[
    (1, "Just the two of us here."),
    (
        0,
        "There is only one direct chat for each pair, whoever starts it.",
    ),
    (1, "Even if we both start it at the same moment?"),
    (0, "Even then."),
    (1, "Shall we show it to someone, @ada?"),
    (0, "They only have to sign up."),
];
