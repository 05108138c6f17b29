//! The history in memory: what each device observed in order, what clients requested, and the dump.

mod fields;
mod observation;
mod stored_settings;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use serde_json::Value;
use uuid::Uuid;

pub(super) use fields::id;
use fields::{optional_id, users};
use observation::observation;
use stored_settings::StoredSettings;

pub use observation::{Observation, ReceivedEvent};

/// A line that is neither an observation of a device nor a row of the dump.
pub struct HistoryEntry {
    pub t: u64,
    pub kind: String,
    pub fields: Value,
}

impl HistoryEntry {
    pub fn text(&self, field: &str) -> &str {
        self.fields[field].as_str().unwrap_or_default()
    }

    pub fn id(&self, field: &str) -> Uuid {
        id(&self.fields[field])
    }

    pub fn number(&self, field: &str) -> u64 {
        self.fields[field].as_u64().unwrap_or_default()
    }
}

/// A device and its observations, in order, with times.
pub struct Device {
    pub name: String,
    pub user: Uuid,
    pub observations: Vec<(u64, Observation)>,
    /// Whether it was stopped for good, so that it need not receive more.
    pub stopped: bool,
}

/// An event of the dump.
pub struct StoredEvent {
    pub seq: u64,
    pub id: Uuid,
    pub prev: Option<Uuid>,
    pub kind: String,
    pub at: u64,
    pub message: Option<Uuid>,
    /// Users that it adds or removes.
    pub users: Vec<Uuid>,
    /// The reaction that it adds or removes.
    pub reaction: Option<ReactionChange>,
}

/// A reaction that an event of the dump adds or removes.
pub struct ReactionChange {
    pub key: ReactionKey,
    /// The emoji with the skin tone that the user chose.
    pub variant: String,
    pub added: bool,
    /// The number of reactions with this emoji that the event says.
    pub count: u64,
}

/// A reaction in its chat.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ReactionKey {
    pub message: Uuid,
    pub emoji: String,
    pub user: Uuid,
}

/// A feed of the dump.
#[derive(Default)]
pub struct Feed {
    pub last_seq: u64,
    pub head: Option<Uuid>,
    pub message_count: u64,
    pub events: Vec<StoredEvent>,
}

impl Feed {
    pub fn at(&self, seq: u64) -> Option<&StoredEvent> {
        let position = self.events.binary_search_by_key(&seq, |event| event.seq);
        position.ok().map(|position| &self.events[position])
    }
}

/// A message of the dump.
pub struct Message {
    pub number: u64,
    pub seq: u64,
    pub revision: u64,
    pub removed: bool,
    pub sender: Uuid,
    pub mentions_all: bool,
    /// The root of the thread that it is a reply in, and which reply it is there.
    pub thread: Option<(Uuid, u64)>,
}

impl Message {
    /// Whether someone with this mark has not read it, and it is still there.
    pub fn is_unread_above(&self, mark: u64) -> bool {
        self.number > mark && !self.removed
    }

    /// Whether it is a reply of this user in a thread.
    pub fn is_reply_of(&self, user: Uuid) -> bool {
        self.thread.is_some() && self.sender == user
    }
}

/// A thread of the dump.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Thread {
    pub reply_count: u64,
    pub last_number: u64,
}

/// Where a user stands with a thread, in the dump.
pub struct ThreadFollow {
    pub chat: Uuid,
    pub root: Uuid,
    pub user: Uuid,
    pub following: bool,
    pub last_read: u64,
}

/// A participant of the dump.
pub struct Participant {
    pub last_read: u64,
    /// What was read was delivered.
    pub delivered: u64,
    /// The newest number when they joined.
    pub joined: u64,
    pub left: bool,
}

/// The events that a participant may receive live: after `joined`, up to and including `left`.
#[derive(Clone, Copy, Debug)]
pub struct ParticipationWindow {
    pub joined: u64,
    pub left: Option<u64>,
}

/// The whole history.
#[derive(Default)]
pub struct HistoryIndex {
    pub meta: Value,
    pub entries: Vec<HistoryEntry>,
    pub devices: Vec<Device>,
    pub feeds: BTreeMap<Uuid, Feed>,
    pub messages: HashMap<(Uuid, Uuid), Message>,
    pub participants: BTreeMap<(Uuid, Uuid), Participant>,
    /// By chat.
    pub reactions: HashMap<Uuid, HashSet<ReactionKey>>,
    /// By chat: message, emoji, count.
    pub reaction_groups: HashMap<Uuid, Vec<(Uuid, String, u64)>>,
    /// By chat and root.
    pub threads: BTreeMap<(Uuid, Uuid), Thread>,
    pub thread_follows: Vec<ThreadFollow>,
    /// The people whom a message mentions, by chat and number.
    pub mentions: HashMap<(Uuid, u64), BTreeSet<Uuid>>,
    /// Which earlier texts of a message are kept, by chat and message.
    pub revisions: HashMap<(Uuid, Uuid), BTreeSet<u64>>,
    pub settings: StoredSettings,
    /// Events that were lost in a failover, as the run found them in the dead primary.
    pub lost: HashSet<(Uuid, u64, Uuid)>,
    pub windows: HashMap<(Uuid, Uuid), Vec<ParticipationWindow>>,
    users: HashMap<String, Uuid>,
    positions: HashMap<String, usize>,
}

impl HistoryIndex {
    pub fn read(lines: &str) -> Result<HistoryIndex, String> {
        let mut index = HistoryIndex::default();
        for (number, line) in lines.lines().enumerate() {
            let value: Value = serde_json::from_str(line)
                .map_err(|cause| format!("line {}: {cause}", number + 1))?;
            index.add_line(value);
        }
        for feed in index.feeds.values_mut() {
            feed.events.sort_by_key(|event| event.seq);
        }
        index.build_windows();
        Ok(index)
    }

    /// The id of the user with this name in the history.
    pub fn user(&self, name: &str) -> Uuid {
        self.users.get(name).copied().unwrap_or_default()
    }

    /// Entries of this kind, in order of time.
    pub fn entries<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a HistoryEntry> {
        self.entries.iter().filter(move |entry| entry.kind == kind)
    }

    fn add_line(&mut self, value: Value) {
        let t = value["t"].as_u64().unwrap_or_default();
        let kind = value["k"].as_str().unwrap_or_default().to_owned();
        match kind.as_str() {
            "meta" => self.meta = value,
            "user" => {
                let name = value["name"].as_str().unwrap_or_default().to_owned();
                self.users.insert(name, id(&value["uid"]));
            }
            "device" => self.add_device(&value),
            "gone" => {
                if let Some(device) = self.device(&value) {
                    device.stopped = true;
                }
            }
            "sub" | "pos" | "reset" | "recv" | "conn.end" => {
                let observation = observation(&kind, &value);
                if let Some(device) = self.device(&value) {
                    device.observations.push((t, observation));
                }
            }
            "lost" => {
                let seq = value["seq"].as_u64().unwrap_or_default();
                self.lost
                    .insert((id(&value["feed"]), seq, id(&value["id"])));
            }
            _ if kind.starts_with("dump.") => self.add_row(&kind, &value),
            _ => self.entries.push(HistoryEntry {
                t,
                kind,
                fields: value,
            }),
        }
    }

    fn add_device(&mut self, value: &Value) {
        let name = value["d"].as_str().unwrap_or_default().to_owned();
        let user = id(&value["uid"]);
        self.users
            .insert(value["user"].as_str().unwrap_or_default().to_owned(), user);
        self.positions.insert(name.clone(), self.devices.len());
        self.devices.push(Device {
            name,
            user,
            observations: Vec::new(),
            stopped: false,
        });
    }

    fn device(&mut self, value: &Value) -> Option<&mut Device> {
        let position = *self.positions.get(value["d"].as_str()?)?;
        self.devices.get_mut(position)
    }

    fn add_row(&mut self, kind: &str, row: &Value) {
        let number = |field: &str| row[field].as_u64().unwrap_or_default();
        match kind {
            "dump.feed" => {
                let feed = self.feeds.entry(id(&row["id"])).or_default();
                feed.last_seq = number("last_seq");
                feed.head = optional_id(&row["head_id"]);
                feed.message_count = number("message_count");
            }
            "dump.event" => {
                let event = StoredEvent {
                    seq: number("seq"),
                    id: id(&row["id"]),
                    prev: optional_id(&row["prev_id"]),
                    kind: row["kind"].as_str().unwrap_or_default().to_owned(),
                    at: number("at"),
                    message: optional_id(&row["message_id"]),
                    users: users(&row["data"]),
                    reaction: reaction_change(row),
                };
                let feed = self.feeds.entry(id(&row["feed_id"])).or_default();
                feed.events.push(event);
            }
            "dump.message" => {
                self.messages
                    .insert((id(&row["chat_id"]), id(&row["id"])), message(row));
            }
            "dump.reaction" => {
                let reactions = self.reactions.entry(id(&row["chat_id"])).or_default();
                reactions.insert(ReactionKey {
                    message: id(&row["message_id"]),
                    emoji: row["emoji"].as_str().unwrap_or_default().to_owned(),
                    user: id(&row["user_id"]),
                });
            }
            "dump.reaction_group" => {
                let emoji = row["emoji"].as_str().unwrap_or_default().to_owned();
                let group = (id(&row["message_id"]), emoji, number("count"));
                let groups = self.reaction_groups.entry(id(&row["chat_id"])).or_default();
                groups.push(group);
            }
            "dump.thread" => {
                let thread = Thread {
                    reply_count: number("reply_count"),
                    last_number: number("last_number"),
                };
                let key = (id(&row["chat_id"]), id(&row["root_id"]));
                self.threads.insert(key, thread);
            }
            "dump.mention" => {
                let key = (id(&row["chat_id"]), number("number"));
                let people = self.mentions.entry(key).or_default();
                people.insert(id(&row["user_id"]));
            }
            "dump.revision" => {
                let key = (id(&row["chat_id"]), id(&row["message_id"]));
                let revisions = self.revisions.entry(key).or_default();
                revisions.insert(number("revision"));
            }
            "dump.chat_settings" | "dump.draft" => self.settings.add(kind, row),
            "dump.thread_follow" => self.thread_follows.push(ThreadFollow {
                chat: id(&row["chat_id"]),
                root: id(&row["root_id"]),
                user: id(&row["user_id"]),
                following: row["following"] == Value::Bool(true),
                last_read: number("last_read_number"),
            }),
            _ => {
                let participant = Participant {
                    last_read: number("last_read_number"),
                    delivered: number("last_delivered_number").max(number("last_read_number")),
                    joined: number("joined_number"),
                    left: !row["left_seq"].is_null(),
                };
                self.participants
                    .insert((id(&row["chat_id"]), id(&row["user_id"])), participant);
            }
        }
    }

    fn build_windows(&mut self) {
        for (chat, feed) in &self.feeds {
            for event in &feed.events {
                for user in &event.users {
                    let windows = self.windows.entry((*chat, *user)).or_default();
                    match event.kind.as_str() {
                        "PARTICIPANTS_ADDED" => windows.push(ParticipationWindow {
                            joined: event.seq,
                            left: None,
                        }),
                        "PARTICIPANT_REMOVED" => {
                            if let Some(window) = windows.last_mut() {
                                window.left.get_or_insert(event.seq);
                            }
                        }
                        _ => {}
                    }
                }
            }
        }
    }
}

fn reaction_change(row: &Value) -> Option<ReactionChange> {
    let data = &row["data"];
    if row["kind"] != "REACTION_CHANGED" {
        return None;
    }
    Some(ReactionChange {
        key: ReactionKey {
            message: id(&data["message_id"]),
            emoji: data["group"]["emoji"]
                .as_str()
                .unwrap_or_default()
                .to_owned(),
            user: id(&row["actor_id"]),
        },
        variant: data["variant"].as_str().unwrap_or_default().to_owned(),
        added: data["added"] == Value::Bool(true),
        count: data["group"]["count"].as_u64().unwrap_or_default(),
    })
}

fn message(row: &Value) -> Message {
    let number = |field: &str| row[field].as_u64().unwrap_or_default();
    Message {
        number: number("number"),
        seq: number("seq"),
        revision: number("revision"),
        removed: row["removed"] == Value::Bool(true),
        sender: id(&row["sender_id"]),
        mentions_all: row["mentions_all"] == Value::Bool(true),
        thread: optional_id(&row["thread_root_id"]).map(|root| (root, number("thread_ordinal"))),
    }
}
