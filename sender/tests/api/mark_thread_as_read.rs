//! `markThreadAsRead`, and the rule of the badges.

use std::collections::{BTreeMap, HashMap};

use serde_json::{Value, json};
use uuid::Uuid;

use crate::app::{Person, TestApp, cursor};

#[tokio::test]
async fn a_mark_only_grows_up_to_the_newest_reply_and_is_told_when_it_moves() {
    let app = TestApp::new().await;
    let (ada, bob) = (app.person("ada").await, app.person("bob").await);
    let chat = app.group(&ada, &[&bob]).await;
    let root = app.say(&ada, &chat, "a question").await["id"].clone();
    for _ in 0..3 {
        let reply = json!({ "chatId": chat, "threadRootId": root, "content": "an answer" });
        app.call(&bob, "createMessage", reply).await.ok();
    }
    app.say(&bob, &chat, "in the timeline").await;
    let mut events = app.feed(&ada.id).await.len();
    for (number, mark, is_told) in [(2, 2, 1), (1, 2, 0), (2, 2, 0), (99, 4, 1), (5, 4, 0)] {
        let input = json!({ "chatId": chat, "rootId": root, "number": number });
        let payload = app.call(&ada, "markThreadAsRead", input).await.ok();
        assert_eq!(
            payload["viewerThread"],
            json!({ "chatId": chat, "rootId": root, "following": true, "lastReadNumber": mark })
        );
        events += is_told;
        let told = app.feed(&ada.id).await;
        assert_eq!(told.len(), events, "{number}");
        let last = told.last().unwrap();
        assert_eq!(cursor(&payload["cursor"]).event.0, last.id);
        if is_told == 1 {
            assert_eq!(last.kind, "THREAD_FOLLOW_CHANGED");
            assert_eq!(last.data.as_ref().unwrap()["last_read_number"], mark);
        }
    }
    let sql = "SELECT last_read_number FROM participants WHERE chat_id = $1 AND role = 'OWNER'";
    assert_eq!(
        app.number(sql, &chat).await,
        1,
        "the mark of the chat stays"
    );
    let input = json!({ "chatId": chat, "rootId": root, "number": 0 });
    app.call(&ada, "markThreadAsRead", input)
        .await
        .assert_refused("BAD_USER_INPUT", "number");
}

#[tokio::test]
async fn who_never_followed_has_no_mark() {
    let app = TestApp::new().await;
    let (ada, bob) = (app.person("ada").await, app.person("bob").await);
    let chat = app.group(&ada, &[&bob]).await;
    let root = app.say(&ada, &chat, "a question").await["id"].clone();
    let reply = json!({ "chatId": chat, "threadRootId": root, "content": "an answer" });
    app.call(&ada, "createMessage", reply).await.ok();
    let before = app.tables().await;
    let input = json!({ "chatId": chat, "rootId": root, "number": 2 });
    let payload = app.call(&bob, "markThreadAsRead", input).await.ok();
    assert_eq!(
        payload["viewerThread"],
        json!({ "chatId": chat, "rootId": root, "following": false, "lastReadNumber": 0 })
    );
    assert_eq!(app.tables().await, before);
}

/// A chat as it is told to one who counts.
#[derive(Default)]
struct Model {
    /// Sender, root and whether it was removed; the number is the place, from 1.
    messages: Vec<(usize, Option<usize>, bool)>,
    /// The mark in the chat, and the newest number when they joined.
    marks: Vec<(usize, usize)>,
    /// By root and user: following, and the mark.
    follows: BTreeMap<(usize, usize), (bool, usize)>,
}

impl Model {
    fn root_of(&self, number: usize) -> usize {
        self.messages[number - 1].1.unwrap_or(number)
    }

    fn last_of(&self, root: usize) -> Option<usize> {
        let of_thread = |message: &(usize, Option<usize>, bool)| message.1 == Some(root);
        self.messages
            .iter()
            .rposition(of_thread)
            .map(|place| place + 1)
    }

    fn send(&mut self, user: usize, root: Option<usize>) {
        let is_first = root.is_some_and(|root| self.last_of(root).is_none());
        self.messages.push((user, root, false));
        let number = self.messages.len();
        let Some(root) = root else {
            self.marks[user].0 = number;
            return;
        };
        if is_first {
            let author = self.messages[root - 1].0;
            self.follows.entry((root, author)).or_insert((true, 0));
        }
        self.follows.insert((root, user), (true, number));
    }

    /// Messages that are new to the user: others', still there, and not read.
    fn unread(&self, user: usize, root: Option<usize>, mark: usize) -> i64 {
        let places = self.messages.iter().enumerate().skip(mark);
        let new = places.filter(|(_, (sender, thread, is_removed))| {
            *sender != user && !is_removed && (root.is_none() || *thread == root)
        });
        new.count() as i64
    }

    fn unread_in_chat(&self, user: usize) -> i64 {
        self.unread(user, None, self.marks[user].0)
    }

    /// The unread replies of each thread that has replies and of which the user has a row.
    fn unread_in_threads(&self, user: usize) -> BTreeMap<usize, i64> {
        let rows = self.follows.iter().filter(|((_, who), _)| *who == user);
        let (mark, joined) = self.marks[user];
        rows.filter(|((root, _), _)| self.last_of(*root).is_some())
            .map(|((root, _), (_, read))| {
                let mark = mark.max(joined).max(*read);
                (*root, self.unread(user, Some(*root), mark))
            })
            .collect()
    }
}

struct Random(u64);

impl Random {
    fn below(&mut self, below: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % below as u64) as usize
    }
}

/// The chat of the property, as the service has it.
struct Chat<'a> {
    app: &'a TestApp,
    people: &'a [Person],
    id: String,
    /// By number, from 1.
    messages: Vec<Value>,
}

impl Chat<'_> {
    async fn call(&self, user: usize, mutation: &str, more: Value) -> Value {
        let mut input = json!({ "chatId": self.id });
        let more = more.as_object().unwrap().clone();
        input.as_object_mut().unwrap().extend(more);
        self.app
            .call(&self.people[user], mutation, input)
            .await
            .ok()
    }

    /// One random step, here and in the model.
    async fn step(&mut self, model: &mut Model, random: &mut Random) {
        let user = random.below(self.people.len());
        let count = self.messages.len();
        let number = random.below(count.max(1)) + 1;
        let kind = if count == 0 { 0 } else { random.below(12) };
        match kind {
            0 | 1 => {
                let sent = self
                    .call(user, "createMessage", json!({ "content": "x" }))
                    .await;
                self.messages.push(sent["message"]["id"].clone());
                model.send(user, None);
            }
            2..=5 => {
                // Often to one of the first, so that there are long threads, and sometimes to a reply.
                let number = if kind == 2 { number } else { number.min(3) };
                let more = json!({ "content": "x", "threadRootId": self.messages[number - 1] });
                let sent = self.call(user, "createMessage", more).await;
                self.messages.push(sent["message"]["id"].clone());
                model.send(user, Some(model.root_of(number)));
            }
            6 => {
                let author = model.messages[number - 1].0;
                let more = json!({ "id": self.messages[number - 1] });
                self.call(author, "removeMessage", more).await;
                model.messages[number - 1].2 = true;
            }
            7 => {
                self.call(user, "markAsRead", json!({ "number": number }))
                    .await;
                let mark = &mut model.marks[user].0;
                *mark = number.max(*mark);
            }
            8 | 9 => {
                let root = model.root_of(number);
                let more = json!({ "rootId": self.messages[root - 1], "number": number });
                self.call(user, "markThreadAsRead", more).await;
                let last = model.last_of(root);
                if let (Some(row), Some(last)) = (model.follows.get_mut(&(root, user)), last) {
                    row.1 = row.1.max(number.min(last));
                }
            }
            10 => {
                let root = model.root_of(number);
                let more = json!({ "rootId": self.messages[number - 1] });
                let is_following = random.below(2) == 0;
                let mutation = match is_following {
                    true => "followThread",
                    false => "unfollowThread",
                };
                self.call(user, mutation, more).await;
                if is_following {
                    model.follows.entry((root, user)).or_insert((true, 0)).0 = true;
                } else if let Some(row) = model.follows.get_mut(&(root, user)) {
                    row.0 = false;
                }
            }
            _ => {
                // Whoever comes back has nothing to catch up on. The owner stays.
                if user > 0 {
                    self.call(user, "leaveChat", json!({})).await;
                    let more = json!({ "userId": self.people[user].id });
                    self.call(0, "addParticipant", more).await;
                    model.marks[user] = (count, count);
                }
            }
        }
    }

    async fn check(&self, model: &Model, context: &str) {
        let chat: Uuid = self.id.parse().unwrap();
        let sql = "SELECT user_id, unread_count FROM unread_counts WHERE chat_id = $1";
        let rows = self.app.owner.query(sql, &[&chat]).await.unwrap();
        let in_chat: HashMap<Uuid, i64> = rows.iter().map(|row| (row.get(0), row.get(1))).collect();
        let sql =
            "SELECT user_id, root_id, unread_count FROM thread_unread_counts WHERE chat_id = $1";
        let rows = self.app.owner.query(sql, &[&chat]).await.unwrap();
        for (user, person) in self.people.iter().enumerate() {
            let id: Uuid = person.id.parse().unwrap();
            let unread = in_chat[&id];
            assert_eq!(unread, model.unread_in_chat(user), "{context}: {user}");
            let of_user = rows.iter().filter(|row| row.get::<_, Uuid>(0) == id);
            let in_threads: BTreeMap<usize, i64> = of_user
                .map(|row| {
                    let root = json!(row.get::<_, Uuid>(1));
                    let place = self.messages.iter().position(|id| *id == root).unwrap();
                    (place + 1, row.get(2))
                })
                .collect();
            let expected = model.unread_in_threads(user);
            assert_eq!(in_threads, expected, "{context}: {user}");
            if unread == 0 {
                let nothing = in_threads.values().all(|unread| *unread == 0);
                assert!(nothing, "{context}: {user}: {in_threads:?}");
            }
        }
    }
}

/// Whatever is sent, replied, removed, read, followed or left, in any order: badges equal counting, and whoever has nothing
/// unread in a chat has nothing unread in its threads.
#[tokio::test]
async fn badges_equal_counting_after_any_sequence_and_clear_with_the_chat() {
    let app = TestApp::new().await;
    let people = app.people(3).await;
    for seed in 1..=5_u64 {
        let mut random = Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        let mut chat = Chat {
            app: &app,
            people: &people,
            id: app.group(&people[0], &[&people[1], &people[2]]).await,
            messages: vec![],
        };
        let mut model = Model {
            marks: vec![(0, 0); people.len()],
            ..Model::default()
        };
        for step in 0..60 {
            chat.step(&mut model, &mut random).await;
            chat.check(&model, &format!("seed {seed}, step {step}"))
                .await;
        }
        // Reading the chat to its end clears everything.
        for user in 0..people.len() {
            let number = chat.messages.len();
            chat.call(user, "markAsRead", json!({ "number": number }))
                .await;
            model.marks[user].0 = number;
            assert_eq!(model.unread_in_chat(user), 0);
        }
        chat.check(&model, &format!("seed {seed}, at the end"))
            .await;
    }
}
