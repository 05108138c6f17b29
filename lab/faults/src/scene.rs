//! Who is there while a fault happens: people, chats, devices.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use futures_util::future::{join_all, try_join_all};
use serde_json::json;
use tokio::sync::{Mutex, RwLock};
use tokio::time::{Instant, sleep};
use uuid::Uuid;

use super::client::account::{Account, Pause, may_pass};
use super::client::device::Device;
use super::history::History;
use super::stage::Stage;
use lab_stack::Error;
use lab_stack::client::Refusal;
use lab_stack::stack::Service;
use lab_stack::tcp_proxy::TcpProxy;

/// How often the scene is tried to be set before it is an error.
const ATTEMPTS: u32 = 20;

/// How much happens.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    /// Users.
    pub people: usize,
    /// Devices of each user.
    pub devices: usize,
    /// Group chats.
    pub chats: usize,
    /// Participants of each, one or two of whom come and go.
    pub members: usize,
    /// Operations a second, all together.
    pub rate: f64,
}

impl Size {
    /// For a smoke test that shares its machine.
    pub const SMALL: Size = Size {
        people: 10,
        devices: 2,
        chats: 6,
        members: 5,
        rate: 25.0,
    };
    /// For hours.
    pub const STEADY: Size = Size {
        people: 20,
        devices: 2,
        chats: 10,
        members: 8,
        rate: 25.0,
    };
    /// For the whole matrix.
    pub const FULL: Size = Size {
        people: 40,
        devices: 2,
        chats: 24,
        members: 12,
        rate: 40.0,
    };
}

/// A chat and who is in it, as indices of people.
pub struct Chat {
    /// Its id.
    pub id: Uuid,
    /// Its owner, who stays and may do everything.
    pub owner: usize,
    /// Those who stay.
    pub members: Vec<usize>,
    /// Those who come and go, and whether they are in.
    pub floaters: Vec<(usize, AtomicBool)>,
}

/// Everyone and everything.
pub struct Scene {
    /// Under test.
    pub stage: Arc<Stage>,
    /// Where everything is written.
    pub history: History,
    /// Users.
    pub people: Vec<Arc<Account>>,
    /// Chats.
    pub chats: Vec<Chat>,
    /// Devices; faults may add some.
    pub devices: RwLock<Vec<Device>>,
    /// Chats that faults have made.
    pub more_chats: RwLock<Vec<Uuid>>,
    /// Networks of clients, for as long as the row lasts.
    pub proxies: Mutex<Vec<TcpProxy>>,
}

impl Scene {
    /// Makes accounts and chats.
    pub async fn set(stage: &Arc<Stage>, size: Size, history: &History) -> Result<Scene, Error> {
        let mut people = Vec::new();
        for some in (0..size.people).collect::<Vec<_>>().chunks(4) {
            let coming = some.iter().map(|number| newcomer(stage, *number));
            people.extend(try_join_all(coming).await.map_err(refused)?);
        }
        for person in &people {
            let facts = json!({ "name": person.name, "uid": person.user_id });
            history.write("user", &facts);
        }
        let making = (0..size.chats).map(|number| make_chat(&people, number, size));
        let chats = try_join_all(making).await.map_err(refused)?;
        let scene = Scene {
            stage: Arc::clone(stage),
            history: history.clone(),
            people,
            chats,
            devices: RwLock::default(),
            more_chats: RwLock::default(),
            proxies: Mutex::default(),
        };
        Ok(scene)
    }

    /// Switches all devices on.
    pub async fn switch_on(&self, size: Size) -> Result<(), Error> {
        let mut devices = self.devices.write().await;
        for (index, person) in self.people.iter().enumerate() {
            for number in 0..size.devices {
                let name = format!("{}.{number}", person.name);
                // A copy costs queries; a few are enough to compare.
                let keeps_copy = number == 0 && index < 8;
                let url = self.stage.url();
                let device = Device::start(&name, person, &url, keeps_copy, &self.history);
                devices.push(device);
            }
        }
        let waiting = devices
            .iter()
            .map(|device| device.caught_up(Duration::from_secs(60)));
        if join_all(waiting).await.contains(&false) {
            return Err(Error::Failed {
                program: "the fault lab".to_owned(),
                output: "a device did not catch up before anything was broken".to_owned(),
            });
        }
        Ok(())
    }

    /// One more device, which the checker holds to everything from its first position on.
    pub async fn add_device(&self, name: &str, account: &Arc<Account>) {
        self.add_device_at(name, account, &self.stage.url()).await;
    }

    /// One that reaches the system at another address.
    pub async fn add_device_at(&self, name: &str, account: &Arc<Account>, base: &str) {
        let device = Device::start(name, account, base, false, &self.history);
        device.caught_up(Duration::from_secs(30)).await;
        self.devices.write().await.push(device);
    }

    /// Every feed of this scene.
    pub async fn feeds(&self) -> Vec<Uuid> {
        let people = self.people.iter().map(|person| person.user_id);
        let chats = self.chats.iter().map(|chat| chat.id);
        let more = self.more_chats.read().await.clone();
        people.chain(chats).chain(more).collect()
    }

    /// Waits until every device that is on stands where its feeds end; the time it took, or
    /// none when `patience` ran out.
    pub async fn converge(&self, patience: Duration) -> Option<Duration> {
        let begun = Instant::now();
        while begun.elapsed() < patience {
            if self.is_at_rest().await.unwrap_or(false) {
                return Some(begun.elapsed());
            }
            sleep(Duration::from_millis(100)).await;
        }
        None
    }

    async fn is_at_rest(&self) -> Result<bool, Error> {
        let observer = self.stage.observer().await?;
        let feeds = self.feeds().await;
        let heads: std::collections::HashMap<Uuid, u64> =
            observer.heads(&feeds).await?.into_iter().collect();
        let within = observer.participants(&feeds).await?;
        let devices = self.devices.read().await;
        let stands = |device: &Device, feed: &Uuid| {
            device.position(*feed).unwrap_or(0) >= heads.get(feed).copied().unwrap_or(0)
        };
        let rests = |device: &&Device| {
            let user = device.account.user_id;
            let mut own = within.iter().filter(|(_, member)| *member == user);
            stands(device, &user) && own.all(|(chat, _)| stands(device, chat))
        };
        let mut on = devices.iter().filter(|device| device.is_online());
        Ok(on.all(|device| rests(&device)))
    }

    /// The last questions: unread counts, and copies against fresh loads.
    pub async fn ask_at_rest(&self) {
        for person in &self.people {
            let document = "{ unreadCounts { chatId unreadCount } }";
            let Ok(data) = person.query(document, json!({})).await else {
                continue;
            };
            for count in data["unreadCounts"].as_array().into_iter().flatten() {
                let facts = json!({ "user": person.name, "chat": count["chatId"],
                    "unread": count["unreadCount"] });
                self.history.write("unread", &facts);
            }
        }
        for device in self.devices.read().await.iter() {
            device.compare(&self.history).await;
        }
    }

    /// Switches everything off.
    pub async fn leave(&self) {
        let devices = std::mem::take(&mut *self.devices.write().await);
        join_all(devices.into_iter().map(Device::stop)).await;
    }

    /// Asks a person for a chat, as someone who may have had to go, and records the answer.
    pub async fn probe(&self, person: &Account, chat: Uuid) {
        let begun = self.history.now();
        let document = "query ($id: ID!) { messages(chatId: $id, last: 1) { nodes { id } } }";
        let answer = person
            .ask(Service::Receiver, document, json!({ "id": chat }))
            .await;
        let facts = json!({ "user": person.name, "chat": chat, "begun": begun,
            "answered": answer.is_ok() });
        self.history.write("probe", &facts);
    }
}

/// Someone new, who tries again with another name while nobody answers.
async fn newcomer(stage: &Stage, number: usize) -> Result<Arc<Account>, Refusal> {
    let mut pause = Pause::default();
    for _ in 0..ATTEMPTS {
        match Account::register(&stage.url(), &format!("u{number}")).await {
            Err(refusal) if may_pass(&refusal) => pause.wait(&refusal).await,
            account => return account.map(Arc::new),
        }
    }
    Account::register(&stage.url(), &format!("u{number}"))
        .await
        .map(Arc::new)
}

async fn make_chat(people: &[Arc<Account>], number: usize, size: Size) -> Result<Chat, Refusal> {
    let mut members: Vec<usize> = (0..size.members.min(people.len()))
        .map(|place| (number * 3 + place) % people.len())
        .collect();
    let owner = members[number % members.len()];
    let floating: Vec<usize> = members
        .iter()
        .copied()
        .filter(|member| *member != owner)
        .take(if size.members > 8 { 2 } else { 1 })
        .collect();
    let id = make_group(people, owner, &members).await?;
    members.retain(|member| !floating.contains(member));
    Ok(Chat {
        id,
        owner,
        members,
        floaters: floating
            .into_iter()
            .map(|member| (member, AtomicBool::new(true)))
            .collect(),
    })
}

/// A group of these people.
pub async fn make_group(
    people: &[Arc<Account>],
    owner: usize,
    members: &[usize],
) -> Result<Uuid, Refusal> {
    let others: Vec<Uuid> = members
        .iter()
        .filter(|member| **member != owner)
        .map(|member| people[*member].user_id)
        .collect();
    let document =
        "mutation ($input: CreateChatInput!) { createChat(input: $input) { chat { id } } }";
    let id = Uuid::now_v7();
    let input = json!({ "input": { "id": id, "kind": "GROUP", "name": "A group",
        "participantIds": others } });
    let mut pause = Pause::default();
    for _ in 0..ATTEMPTS {
        let asked = people[owner].ask(Service::Sender, document, input.clone());
        match asked.await {
            Err(refusal) if may_pass(&refusal) => pause.wait(&refusal).await,
            answer => return answer.map(|_| id),
        }
    }
    people[owner]
        .ask(Service::Sender, document, input)
        .await
        .map(|_| id)
}

fn refused(refusal: Refusal) -> Error {
    Error::Failed {
        program: "setting the scene".to_owned(),
        output: refusal.to_string(),
    }
}
