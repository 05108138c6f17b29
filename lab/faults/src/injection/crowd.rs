//! Many users at one message: all toggle the same few reactions through both senders, while instances are killed.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::try_join_all;
use serde_json::json;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};
use uuid::Uuid;

use super::context::InjectionContext;
use crate::client::device::Device;
use crate::client::mutation::ClientMutation;
use crate::client::test_user::TestUser;
use crate::history::History;
use crate::seeded_rng::SeededRng;
use crate::workload::{create_group, register_user};
use lab_stack::Error;
use lab_stack::stack::Service;

/// Users of the crowd, each with a device that keeps the reactions it was told of.
const CROWD: usize = 64;

/// What they toggle.
const EMOJI: [&str; 5] = ["👍", "❤️", "😂", "🎉", "👀"];

/// Between two reactions of one user, in milliseconds.
const PAUSE_MS: (u64, u64) = (200, 800);

/// Users that register at a time: each costs a password hash.
const REGISTRATIONS: usize = 4;

/// How long an instance is away.
const DOWNTIME: Duration = Duration::from_millis(700);

/// The time between two kills.
const KILL_INTERVAL: Duration = Duration::from_secs(4);

/// Everyone reacts to one message until the fault is over. Instances of sender and receiver are killed meanwhile, one at a
/// time.
pub async fn reaction_crowd(context: &mut InjectionContext<'_>) -> Result<u32, Error> {
    let users = gather(context).await?;
    let members: Vec<usize> = (0..users.len()).collect();
    let chat = create_group(&users, 0, &members)
        .await
        .map_err(|refusal| Error::failed("making a group", refusal))?;
    context.workload.more_chats.write().await.push(chat);
    let message = send(context, &users[0], chat).await?;
    watch_chat(context, &users).await?;

    let (running, _) = watch::channel(true);
    let mut crowd = JoinSet::new();
    for (index, user) in users.iter().enumerate() {
        let member = Member {
            user: Arc::clone(user),
            history: context.workload.history.clone(),
            rng: context
                .rng
                .fork(&format!("crowd {} {index}", context.round)),
            chat,
            message,
            reactions: HashSet::new(),
        };
        crowd.spawn(member.toggle(running.subscribe()));
    }
    let killed = kill_instances(context).await;
    running.send_replace(false);
    let toggled: usize = crowd.join_all().await.into_iter().sum();
    context.note(format!("{toggled} reactions were added and removed"));
    killed
}

/// Registers the crowd.
async fn gather(context: &InjectionContext<'_>) -> Result<Vec<Arc<TestUser>>, Error> {
    let workload = context.workload;
    let mut users = Vec::with_capacity(CROWD);
    let numbers: Vec<usize> = (0..CROWD).collect();
    for batch in numbers.chunks(REGISTRATIONS) {
        let registrations = batch.iter().map(|number| {
            let name = format!("c{}-{number}", context.round);
            async move { register_user(&workload.environment, &name).await }
        });
        let registered = try_join_all(registrations).await;
        users.extend(registered.map_err(|refusal| Error::failed("registering", refusal))?);
    }
    for user in &users {
        let fields = json!({ "name": user.name, "uid": user.user_id });
        workload.history.write("user", &fields);
    }
    Ok(users)
}

async fn send(
    context: &InjectionContext<'_>,
    author: &TestUser,
    chat: Uuid,
) -> Result<Uuid, Error> {
    let sent = ClientMutation::send_message(chat, "what do you all think?")
        .execute(author, &context.workload.history)
        .await;
    let id = sent.and_then(|payload| payload["message"]["id"].as_str()?.parse().ok());
    id.ok_or_else(|| Error::failed("the crowd", "its message was not sent"))
}

/// Gives everyone a device.
async fn watch_chat(context: &InjectionContext<'_>, users: &[Arc<TestUser>]) -> Result<(), Error> {
    let workload = context.workload;
    let url = workload.environment.url();
    let devices: Vec<Device> = users
        .iter()
        .map(|user| {
            let name = format!("{}.0", user.name);
            Device::start(&name, user, &url, true, &workload.history)
        })
        .collect();
    for device in &devices {
        if !device.caught_up(Duration::from_secs(60)).await {
            return Err(Error::failed("the crowd", "a device did not catch up"));
        }
    }
    workload.devices.write().await.extend(devices);
    Ok(())
}

/// Kills one instance after the other until the fault is over.
async fn kill_instances(context: &mut InjectionContext<'_>) -> Result<u32, Error> {
    let until = Instant::now() + context.fault_duration;
    let mut killed = 0;
    while Instant::now() + KILL_INTERVAL < until {
        sleep(KILL_INTERVAL).await;
        let number = context.rng.instance();
        // Two senders for each receiver: they are what counts.
        let service = match killed % 3 {
            2 => Service::Receiver,
            _ => Service::Sender,
        };
        let instance = service.instance(number);
        context.note(format!("kill {instance}"));
        context.stack().kill(instance);
        sleep(DOWNTIME).await;
        context.start_again(instance).await?;
        killed += 1;
    }
    sleep(until.saturating_duration_since(Instant::now())).await;
    Ok(killed)
}

/// One of the crowd.
struct Member {
    user: Arc<TestUser>,
    history: History,
    rng: SeededRng,
    chat: Uuid,
    message: Uuid,
    /// Their reactions, as they believe.
    reactions: HashSet<&'static str>,
}

impl Member {
    /// Adds and removes reactions. Returns how many were acknowledged.
    async fn toggle(mut self, mut running: watch::Receiver<bool>) -> usize {
        let mut toggled = 0;
        while *running.borrow() {
            let pause = self.rng.millis(PAUSE_MS.0, PAUSE_MS.1);
            tokio::select! {
                () = sleep(pause) => {}
                _ = running.changed() => break,
            }
            let emoji = EMOJI[self.rng.below(EMOJI.len())];
            let mutation = if self.reactions.remove(emoji) {
                ClientMutation::remove_reaction(self.chat, self.message, emoji)
            } else {
                self.reactions.insert(emoji);
                ClientMutation::add_reaction(self.chat, self.message, emoji)
            };
            let answered = mutation.execute(&self.user, &self.history).await;
            toggled += usize::from(answered.is_some());
        }
        toggled
    }
}
