//! The history in memory: what each device saw in order, what was asked for, and the dump.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde_json::Value;
use uuid::Uuid;

/// A line that is not about a stream or the dump.
pub struct Step {
    pub t: u64,
    pub kind: String,
    pub facts: Value,
}

impl Step {
    pub fn text(&self, field: &str) -> &str {
        self.facts[field].as_str().unwrap_or_default()
    }

    pub fn id(&self, field: &str) -> Uuid {
        id(&self.facts[field])
    }

    pub fn number(&self, field: &str) -> u64 {
        self.facts[field].as_u64().unwrap_or_default()
    }
}

/// What a device saw.
pub enum Sight {
    /// A subscription began with these cursors.
    Subscribed(HashMap<Uuid, u64>),
    /// The server said where a feed stands.
    Position { feed: Uuid, seq: u64 },
    /// The server gave up and named where to go on.
    Reset {
        feed: Uuid,
        seq: u64,
        reason: String,
    },
    /// An event.
    Received(Received),
    /// The connection ended.
    Ended,
}

/// One event as it arrived.
pub struct Received {
    pub feed: Uuid,
    pub seq: u64,
    pub id: Uuid,
    pub kind: String,
    pub message: Option<Uuid>,
    /// The message came without its text.
    pub empty: bool,
    /// In a user's own feed: which chat it is about.
    pub chat: Option<Uuid>,
    /// Of a read mark.
    pub read: Option<u64>,
}

/// A device and all it saw, in order, with times.
pub struct Device {
    pub name: String,
    pub user: Uuid,
    pub sights: Vec<(u64, Sight)>,
    /// It was switched off for good: nothing more is owed to it.
    pub gone: bool,
}

/// An event of the dump.
pub struct Stored {
    pub seq: u64,
    pub id: Uuid,
    pub prev: Option<Uuid>,
    pub kind: String,
    pub at: u64,
    pub message: Option<Uuid>,
    /// Users whom it lets in or makes go.
    pub users: Vec<Uuid>,
}

/// A feed of the dump.
#[derive(Default)]
pub struct Feed {
    pub last_seq: u64,
    pub head: Option<Uuid>,
    pub message_count: u64,
    pub events: Vec<Stored>,
}

impl Feed {
    pub fn at(&self, seq: u64) -> Option<&Stored> {
        let place = self.events.binary_search_by_key(&seq, |event| event.seq);
        place.ok().map(|place| &self.events[place])
    }
}

/// A message of the dump.
pub struct Message {
    pub number: u64,
    pub seq: u64,
    pub removed: bool,
}

/// A participant of the dump.
pub struct Participant {
    pub last_read: u64,
    pub left: bool,
}

/// From one event, exclusive, to another one, inclusive: what a participant may see live.
#[derive(Clone, Copy, Debug)]
pub struct Window {
    pub joined: u64,
    pub left: Option<u64>,
}

/// Everything.
#[derive(Default)]
pub struct Book {
    pub meta: Value,
    pub steps: Vec<Step>,
    pub devices: Vec<Device>,
    pub feeds: BTreeMap<Uuid, Feed>,
    pub messages: HashMap<(Uuid, Uuid), Message>,
    pub participants: BTreeMap<(Uuid, Uuid), Participant>,
    /// Events that a lossy failover took, as the run found them in the dead primary.
    pub lost: HashSet<(Uuid, u64, Uuid)>,
    pub windows: HashMap<(Uuid, Uuid), Vec<Window>>,
    users: HashMap<String, Uuid>,
    places: HashMap<String, usize>,
}

impl Book {
    pub fn read(lines: &str) -> Result<Book, String> {
        let mut book = Book::default();
        for (number, line) in lines.lines().enumerate() {
            let value: Value = serde_json::from_str(line)
                .map_err(|cause| format!("line {}: {cause}", number + 1))?;
            book.enter(value);
        }
        for feed in book.feeds.values_mut() {
            feed.events.sort_by_key(|event| event.seq);
        }
        book.open_windows();
        Ok(book)
    }

    /// The user whom the history calls so.
    pub fn user(&self, name: &str) -> Uuid {
        self.users.get(name).copied().unwrap_or_default()
    }

    /// Steps of this kind, in order of time.
    pub fn steps<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a Step> {
        self.steps.iter().filter(move |step| step.kind == kind)
    }

    fn enter(&mut self, value: Value) {
        let t = value["t"].as_u64().unwrap_or_default();
        let kind = value["k"].as_str().unwrap_or_default().to_owned();
        match kind.as_str() {
            "meta" => self.meta = value,
            "user" => {
                let name = value["name"].as_str().unwrap_or_default().to_owned();
                self.users.insert(name, id(&value["uid"]));
            }
            "device" => self.enter_device(&value),
            "gone" => {
                if let Some(device) = self.device(&value) {
                    device.gone = true;
                }
            }
            "sub" | "pos" | "reset" | "recv" | "conn.end" => {
                let sight = sight(&kind, &value);
                if let Some(device) = self.device(&value) {
                    device.sights.push((t, sight));
                }
            }
            "lost" => {
                let seq = value["seq"].as_u64().unwrap_or_default();
                self.lost
                    .insert((id(&value["feed"]), seq, id(&value["id"])));
            }
            _ if kind.starts_with("dump.") => self.enter_row(&kind, &value),
            _ => self.steps.push(Step {
                t,
                kind,
                facts: value,
            }),
        }
    }

    fn enter_device(&mut self, value: &Value) {
        let name = value["d"].as_str().unwrap_or_default().to_owned();
        let user = id(&value["uid"]);
        self.users
            .insert(value["user"].as_str().unwrap_or_default().to_owned(), user);
        self.places.insert(name.clone(), self.devices.len());
        self.devices.push(Device {
            name,
            user,
            sights: Vec::new(),
            gone: false,
        });
    }

    fn device(&mut self, value: &Value) -> Option<&mut Device> {
        let place = *self.places.get(value["d"].as_str()?)?;
        self.devices.get_mut(place)
    }

    fn enter_row(&mut self, kind: &str, row: &Value) {
        let number = |field: &str| row[field].as_u64().unwrap_or_default();
        match kind {
            "dump.feed" => {
                let feed = self.feeds.entry(id(&row["id"])).or_default();
                feed.last_seq = number("last_seq");
                feed.head = maybe(&row["head_id"]);
                feed.message_count = number("message_count");
            }
            "dump.event" => {
                let event = Stored {
                    seq: number("seq"),
                    id: id(&row["id"]),
                    prev: maybe(&row["prev_id"]),
                    kind: row["kind"].as_str().unwrap_or_default().to_owned(),
                    at: number("at"),
                    message: maybe(&row["message_id"]),
                    users: users(&row["data"]),
                };
                let feed = self.feeds.entry(id(&row["feed_id"])).or_default();
                feed.events.push(event);
            }
            "dump.message" => {
                let message = Message {
                    number: number("number"),
                    seq: number("seq"),
                    removed: row["removed"] == Value::Bool(true),
                };
                self.messages
                    .insert((id(&row["chat_id"]), id(&row["id"])), message);
            }
            _ => {
                let participant = Participant {
                    last_read: number("last_read_number"),
                    left: !row["left_seq"].is_null(),
                };
                self.participants
                    .insert((id(&row["chat_id"]), id(&row["user_id"])), participant);
            }
        }
    }

    fn open_windows(&mut self) {
        for (chat, feed) in &self.feeds {
            for event in &feed.events {
                for user in &event.users {
                    let windows = self.windows.entry((*chat, *user)).or_default();
                    match event.kind.as_str() {
                        "PARTICIPANTS_ADDED" => windows.push(Window {
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

fn sight(kind: &str, value: &Value) -> Sight {
    let (feed, seq) = (id(&value["f"]), value["s"].as_u64().unwrap_or_default());
    let text = |field: &str| value[field].as_str().unwrap_or_default().to_owned();
    match kind {
        "sub" => {
            let after = value["after"].as_object().into_iter().flatten();
            let seqs = after.filter_map(|(feed, seq)| Some((feed.parse().ok()?, seq.as_u64()?)));
            Sight::Subscribed(seqs.collect())
        }
        "pos" => Sight::Position { feed, seq },
        "reset" => Sight::Reset {
            feed,
            seq,
            reason: text("reason"),
        },
        "recv" => Sight::Received(Received {
            feed,
            seq,
            id: id(&value["e"]),
            kind: text("kind"),
            message: maybe(&value["m"]),
            empty: value["x"] == Value::Bool(true),
            chat: maybe(&value["chatId"]),
            read: value["lastReadNumber"].as_u64(),
        }),
        _ => Sight::Ended,
    }
}

/// Whom an event's data is about: `user_id` itself, or that of each of `participants`.
fn users(data: &Value) -> Vec<Uuid> {
    let one = |value: &Value| maybe(&value["user_id"]).or_else(|| maybe(&value["userId"]));
    let several = data["participants"].as_array().into_iter().flatten();
    several.filter_map(one).chain(one(data)).collect()
}

fn maybe(value: &Value) -> Option<Uuid> {
    value.as_str()?.parse().ok()
}

fn id(value: &Value) -> Uuid {
    maybe(value).unwrap_or_default()
}
