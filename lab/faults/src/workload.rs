//! The users, chats and devices of a run.

mod final_state;

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use futures_util::future::{join_all, try_join_all};
use serde_json::json;
use tokio::sync::{Mutex, RwLock};
use tokio::time::{Instant, sleep};
use uuid::Uuid;

use super::client::device::Device;
use super::client::test_user::{Backoff, TestUser, is_retryable};
use super::environment::FaultEnvironment;
use super::history::History;
use lab_stack::Error;
use lab_stack::client::Refusal;
use lab_stack::stack::Service;
use lab_stack::tcp_proxy::TcpProxy;

/// Maximum number of attempts to create a user or a chat.
const MAX_SETUP_ATTEMPTS: u32 = 20;

/// Maximum number of messages of a chat that users react to: few, so that they meet.
const MAX_REMEMBERED_PER_CHAT: usize = 3;

/// The size of a workload.
#[derive(Clone, Copy, Debug)]
pub struct WorkloadSize {
    /// Users.
    pub users: usize,
    /// Devices of each user.
    pub devices: usize,
    /// Group chats.
    pub chats: usize,
    /// Participants of each chat, one or two of whom leave and return.
    pub participants: usize,
    /// Operations per second of all users together.
    pub rate: f64,
}

impl WorkloadSize {
    /// For a smoke test on a shared machine.
    pub const SMALL: WorkloadSize = WorkloadSize {
        users: 10,
        devices: 2,
        chats: 6,
        participants: 5,
        rate: 25.0,
    };
    /// For runs of several hours.
    pub const STEADY: WorkloadSize = WorkloadSize {
        users: 20,
        devices: 2,
        chats: 10,
        participants: 8,
        rate: 25.0,
    };
    /// For the whole matrix.
    pub const FULL: WorkloadSize = WorkloadSize {
        users: 40,
        devices: 2,
        chats: 24,
        participants: 12,
        rate: 40.0,
    };
}

/// A chat and its participants, as indexes of users.
pub struct Chat {
    /// Its id.
    pub id: Uuid,
    /// Its owner, who never leaves.
    pub owner: usize,
    /// Participants who never leave.
    pub members: Vec<usize>,
    /// Participants who leave and return, and whether they are currently in the chat.
    pub rotating_members: Vec<(usize, AtomicBool)>,
    /// Whether a message has mentioned all. One does, because the next one would have to wait for a minute.
    pub is_all_mentioned: AtomicBool,
}

/// Users, chats and devices in an environment.
pub struct Workload {
    /// The environment.
    pub environment: Arc<FaultEnvironment>,
    /// The history in which everything is recorded.
    pub history: History,
    /// Users.
    pub users: Vec<Arc<TestUser>>,
    /// Chats.
    pub chats: Vec<Chat>,
    /// By chat: the ids and numbers of the newest messages, which users react to.
    newest_messages: std::sync::Mutex<HashMap<Uuid, VecDeque<(Uuid, u64)>>>,
    /// Devices. Faults may add some.
    pub devices: RwLock<Vec<Device>>,
    /// Chats that faults have created.
    pub more_chats: RwLock<Vec<Uuid>>,
    /// Proxies in front of some clients, until the row ends.
    pub proxies: Mutex<Vec<TcpProxy>>,
}

impl Workload {
    /// Registers the users and creates the chats.
    pub async fn create(
        environment: &Arc<FaultEnvironment>,
        size: WorkloadSize,
        history: &History,
    ) -> Result<Workload, Error> {
        let mut users = Vec::new();
        for batch in (0..size.users).collect::<Vec<_>>().chunks(4) {
            let registrations = batch
                .iter()
                .map(async |number| register_user(environment, &format!("u{number}")).await);
            users.extend(try_join_all(registrations).await.map_err(setup_failed)?);
        }
        for user in &users {
            let fields = json!({ "name": user.name, "uid": user.user_id });
            history.write("user", &fields);
        }
        // One of them does not tell what they have read.
        if let Some(user) = users.first() {
            hide_reads(user).await.map_err(setup_failed)?;
            history.write("hides", &json!({ "user": user.name }));
        }
        let chats = (0..size.chats).map(|number| create_chat(&users, number, size));
        let chats = try_join_all(chats).await.map_err(setup_failed)?;
        let workload = Workload {
            environment: Arc::clone(environment),
            history: history.clone(),
            users,
            chats,
            newest_messages: std::sync::Mutex::default(),
            devices: RwLock::default(),
            more_chats: RwLock::default(),
            proxies: Mutex::default(),
        };
        Ok(workload)
    }

    /// Starts all devices and waits until they have caught up.
    pub async fn start_devices(&self, size: WorkloadSize) -> Result<(), Error> {
        let mut devices = self.devices.write().await;
        for (index, user) in self.users.iter().enumerate() {
            for number in 0..size.devices {
                let name = format!("{}.{number}", user.name);
                // Keeping local state costs queries. A few devices are enough for the comparison.
                let keeps_local_state = number == 0 && index < 8;
                let url = self.environment.url();
                let device = Device::start(&name, user, &url, keeps_local_state, &self.history);
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

    /// Adds a device, which must receive everything from its first position on.
    pub async fn add_device(&self, name: &str, user: &Arc<TestUser>) {
        self.add_device_at(name, user, &self.environment.url())
            .await;
    }

    /// Adds a device that reaches the system at another address.
    pub async fn add_device_at(&self, name: &str, user: &Arc<TestUser>, base: &str) {
        let device = Device::start(name, user, base, false, &self.history);
        device.caught_up(Duration::from_secs(30)).await;
        self.devices.write().await.push(device);
    }

    /// Remembers a message that was sent, for others to react to.
    pub fn remember_message(&self, chat: Uuid, message: Uuid, number: u64) {
        let mut newest = self
            .newest_messages
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let messages = newest.entry(chat).or_default();
        messages.push_back((message, number));
        if messages.len() > MAX_REMEMBERED_PER_CHAT {
            messages.pop_front();
        }
    }

    /// The newest messages of a chat.
    pub fn newest_messages(&self, chat: Uuid) -> Vec<Uuid> {
        let newest = self
            .newest_messages
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let messages = newest.get(&chat).into_iter().flatten();
        messages.map(|(message, _)| *message).collect()
    }

    /// The highest number of the newest messages of a chat.
    pub fn newest_number(&self, chat: Uuid) -> Option<u64> {
        let newest = self
            .newest_messages
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let messages = newest.get(&chat).into_iter().flatten();
        messages.map(|(_, number)| *number).max()
    }

    /// All feeds of this workload.
    pub async fn feeds(&self) -> Vec<Uuid> {
        let users = self.users.iter().map(|user| user.user_id);
        let chats = self.chats.iter().map(|chat| chat.id);
        let more = self.more_chats.read().await.clone();
        users.chain(chats).chain(more).collect()
    }

    /// Waits until every online device has reached the ends of its feeds. Returns how long that took, or none after
    /// `timeout`.
    pub async fn converge(&self, timeout: Duration) -> Option<Duration> {
        let began = Instant::now();
        while began.elapsed() < timeout {
            if self.has_converged().await.unwrap_or(false) {
                return Some(began.elapsed());
            }
            sleep(Duration::from_millis(100)).await;
        }
        None
    }

    async fn has_converged(&self) -> Result<bool, Error> {
        let observer = self.environment.observer().await?;
        let feeds = self.feeds().await;
        let heads: HashMap<Uuid, u64> = observer.heads(&feeds).await?.into_iter().collect();
        let participants = observer.participants(&feeds).await?;
        let devices = self.devices.read().await;
        let has_position = |device: &Device, feed: &Uuid| {
            device.position(*feed).unwrap_or(0) >= heads.get(feed).copied().unwrap_or(0)
        };
        let has_everything = |device: &&Device| {
            let user = device.user.user_id;
            let mut own = participants.iter().filter(|(_, member)| *member == user);
            has_position(device, &user) && own.all(|(chat, _)| has_position(device, chat))
        };
        let mut on = devices.iter().filter(|device| device.is_online());
        Ok(on.all(|device| has_everything(&device)))
    }

    /// Stops all devices.
    pub async fn stop_devices(&self) {
        let devices = std::mem::take(&mut *self.devices.write().await);
        join_all(devices.into_iter().map(Device::stop)).await;
    }

    /// Queries a chat as a user who may have been removed from it, and records whether that succeeded.
    pub async fn probe_access(&self, user: &TestUser, chat: Uuid) {
        let began = self.history.now();
        let document = "query ($id: ID!) { messages(chatId: $id, last: 1) { nodes { id } } }";
        let answer = user
            .ask(Service::Receiver, document, json!({ "id": chat }))
            .await;
        let fields = json!({ "user": user.name, "chat": chat, "begun": began,
            "answered": answer.is_ok() });
        self.history.write("probe", &fields);
    }

    /// Searches all messages that the user may read for a word, and records in which chats it was found.
    pub async fn search(&self, user: &TestUser, word: &str) {
        let began = self.history.now();
        let document = "query ($query: String!) { searchMessages(query: $query, first: 50) {
            edges { node { chatId content } } } }";
        let answer = user
            .ask(Service::Receiver, document, json!({ "query": word }))
            .await;
        // Without an answer there is nothing to check.
        let Ok(data) = answer else { return };
        let edges = data["searchMessages"]["edges"].as_array();
        let hits = edges.into_iter().flatten().map(|edge| &edge["node"]);
        let (mut chats, mut others) = (BTreeSet::new(), Vec::new());
        for hit in hits {
            chats.insert(hit["chatId"].as_str().unwrap_or_default().to_owned());
            let text = hit["content"].as_str().unwrap_or_default();
            others.extend((!text.contains(word)).then(|| text.to_owned()));
        }
        let fields = json!({ "user": user.name, "begun": began, "word": word, "chats": chats,
            "others": others });
        self.history.write("search", &fields);
    }
}

/// Registers a user. Each attempt has a different username.
pub async fn register_user(
    environment: &FaultEnvironment,
    name: &str,
) -> Result<Arc<TestUser>, Refusal> {
    let mut backoff = Backoff::default();
    for _ in 0..MAX_SETUP_ATTEMPTS {
        match TestUser::register(&environment.url(), name).await {
            Err(refusal) if is_retryable(&refusal) => backoff.wait(&refusal).await,
            registered => return registered.map(Arc::new),
        }
    }
    TestUser::register(&environment.url(), name)
        .await
        .map(Arc::new)
}

async fn create_chat(
    users: &[Arc<TestUser>],
    number: usize,
    size: WorkloadSize,
) -> Result<Chat, Refusal> {
    let mut members: Vec<usize> = (0..size.participants.min(users.len()))
        .map(|offset| (number * 3 + offset) % users.len())
        .collect();
    let owner = members[number % members.len()];
    let rotating: Vec<usize> = members
        .iter()
        .copied()
        .filter(|member| *member != owner)
        .take(if size.participants > 8 { 2 } else { 1 })
        .collect();
    let id = create_group(users, owner, &members).await?;
    members.retain(|member| !rotating.contains(member));
    Ok(Chat {
        id,
        owner,
        members,
        rotating_members: rotating
            .into_iter()
            .map(|member| (member, AtomicBool::new(true)))
            .collect(),
        is_all_mentioned: AtomicBool::new(false),
    })
}

/// Creates a group of these users.
pub async fn create_group(
    users: &[Arc<TestUser>],
    owner: usize,
    members: &[usize],
) -> Result<Uuid, Refusal> {
    let others: Vec<Uuid> = members
        .iter()
        .filter(|member| **member != owner)
        .map(|member| users[*member].user_id)
        .collect();
    let document =
        "mutation ($input: CreateChatInput!) { createChat(input: $input) { chat { id } } }";
    let id = Uuid::now_v7();
    let input = json!({ "input": { "id": id, "kind": "GROUP", "name": "A group",
        "participantIds": others } });
    let mut backoff = Backoff::default();
    for _ in 0..MAX_SETUP_ATTEMPTS {
        let asked = users[owner].ask(Service::Sender, document, input.clone());
        match asked.await {
            Err(refusal) if is_retryable(&refusal) => backoff.wait(&refusal).await,
            answer => return answer.map(|_| id),
        }
    }
    users[owner]
        .ask(Service::Sender, document, input)
        .await
        .map(|_| id)
}

/// Switches read receipts of a user off.
async fn hide_reads(user: &TestUser) -> Result<(), Refusal> {
    let document = "mutation ($input: SetReadReceiptsInput!) { setReadReceipts(input: $input) {
        account { readReceipts } } }";
    let mut backoff = Backoff::default();
    for attempt in 1.. {
        let input = json!({ "input": { "enabled": false } });
        match user.ask(Service::Users, document, input).await {
            Err(refusal) if is_retryable(&refusal) && attempt < MAX_SETUP_ATTEMPTS => {
                backoff.wait(&refusal).await;
            }
            answer => return answer.map(drop),
        }
    }
    Ok(())
}

fn setup_failed(refusal: Refusal) -> Error {
    Error::Failed {
        program: "creating the workload".to_owned(),
        output: refusal.to_string(),
    }
}
