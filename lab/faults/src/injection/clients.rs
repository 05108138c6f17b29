//! Faults of users: they are removed, their sessions are revoked, they send everything eight times.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use serde_json::json;
use tokio::time::sleep;
use uuid::Uuid;

use super::context::InjectionContext;
use crate::client::mutation::ClientMutation;
use crate::workload::{Workload, create_group};
use lab_stack::Error;
use lab_stack::stack::Service;

/// Close code of a socket whose session was revoked.
const SESSION_REVOKED_CODE: u16 = 4403;

/// How long the lab waits for a socket to close, or for a device to catch up.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(20);

/// Number of writers in the chat from which a participant is removed.
const WRITER_COUNT: usize = 4;

/// A participant is removed while fifty messages per second are sent to the chat.
pub async fn remove_participant(context: &mut InjectionContext<'_>) -> Result<u32, Error> {
    let workload = context.workload;
    let count = workload.users.len();
    let members: Vec<usize> = (0..=WRITER_COUNT)
        .map(|offset| (context.round as usize + offset) % count)
        .collect();
    let (owner, removed) = (members[0], members[WRITER_COUNT]);
    let chat = create_group(&workload.users, owner, &members)
        .await
        .map_err(|refusal| Error::failed("making a group", refusal))?;
    workload.more_chats.write().await.push(chat);
    let writers: Vec<_> = members[..WRITER_COUNT]
        .iter()
        .map(|member| {
            tokio::spawn(send_until(
                Arc::clone(workload),
                *member,
                chat,
                context.fault_duration,
            ))
        })
        .collect();
    sleep(context.fault_duration / 2).await;
    let user = workload.users[removed].user_id;
    let mutation = ClientMutation::remove_participant(chat, user);
    let done = mutation
        .execute(&workload.users[owner], &workload.history)
        .await;
    join_all(writers).await;
    if done.is_none() {
        return Err(Error::failed(
            "removing a participant",
            "the request did not succeed",
        ));
    }
    sleep(Duration::from_secs(2)).await;
    workload.probe_access(&workload.users[removed], chat).await;
    Ok(1)
}

async fn send_until(workload: Arc<Workload>, member: usize, chat: Uuid, span: Duration) {
    let deadline = tokio::time::Instant::now() + span;
    let mut number = 0;
    while tokio::time::Instant::now() < deadline {
        number += 1;
        let mutation = ClientMutation::send_message(chat, &format!("{member} in flow {number}"));
        let pause = sleep(Duration::from_millis(80));
        tokio::join!(
            pause,
            mutation.execute(&workload.users[member], &workload.history)
        );
    }
}

/// The second session of a user is revoked from the first. Its socket must be closed.
pub async fn revoke_session(context: &mut InjectionContext<'_>) -> Result<u32, Error> {
    let workload = context.workload;
    let users = &workload.users;
    let user = &users[context.rng.below(users.len())];
    let other = user
        .another_session(&workload.environment.url())
        .await
        .map_err(|refusal| Error::failed("signing in", refusal))?;
    let name = format!("{}.revoked{}", user.name, context.round);
    let session = other.session_id;
    workload.add_device(&name, &Arc::new(other)).await;
    sleep(context.fault_duration).await;

    let began = workload.history.now();
    let document =
        "mutation ($input: RevokeSessionInput!) { revokeSession(input: $input) { sessionId } }";
    let input = json!({ "input": { "sessionId": session } });
    let mut attempts = 0;
    while let Err(refusal) = user.ask(Service::Users, document, input.clone()).await {
        attempts += 1;
        if attempts > 20 {
            return Err(Error::failed("revoking a session", refusal));
        }
        sleep(Duration::from_millis(100)).await;
    }
    let fields = json!({ "d": name, "begun": began });
    workload.history.write("revoke.ok", &fields);
    let device = {
        let mut devices = workload.devices.write().await;
        let index = devices.iter().position(|device| device.name == name);
        index.map(|index| devices.swap_remove(index))
    };
    let Some(device) = device else {
        return Err(Error::failed("the fault lab", "a device is missing"));
    };
    let closed = device.ended_with(SESSION_REVOKED_CODE, CLOSE_TIMEOUT).await;
    let took = workload.history.now() - began;
    workload.history.write(
        "gone",
        &json!({ "d": name, "closed": closed, "took": took }),
    );
    device.stop().await;
    match closed {
        true => Ok(1),
        false => Err(Error::failed(
            "a revoked session",
            "the socket stayed open for 20 s",
        )),
    }
}

/// A device is offline while messages are sent and removed. What it receives afterwards must not contain their text.
pub async fn return_after_removal(context: &mut InjectionContext<'_>) -> Result<u32, Error> {
    let workload = context.workload;
    let chat = &workload.chats[context.rng.below(workload.chats.len())];
    let (absent, writer) = (chat.members[0], chat.members[chat.members.len() - 1]);
    let devices = workload.devices.read().await;
    let device = devices
        .iter()
        .find(|device| device.user.user_id == workload.users[absent].user_id)
        .ok_or_else(|| Error::failed("the fault lab", "a user has no device"))?;
    workload.history.write("away", &json!({ "d": device.name }));
    device.go_offline();
    sleep(Duration::from_millis(200)).await;
    let mut written = Vec::new();
    for number in 0..3 {
        let mutation = ClientMutation::send_message(chat.id, &format!("regretted {number}"));
        let payload = mutation
            .execute(&workload.users[writer], &workload.history)
            .await;
        let id =
            payload.and_then(|payload| payload["message"]["id"].as_str()?.parse::<Uuid>().ok());
        written.extend(id);
    }
    for message in written {
        let mutation = ClientMutation::remove_message(chat.id, message);
        mutation
            .execute(&workload.users[writer], &workload.history)
            .await;
    }
    sleep(context.fault_duration).await;
    device.go_online();
    match device.caught_up(CLOSE_TIMEOUT).await {
        true => Ok(1),
        false => Err(Error::failed(
            "a device that came back",
            "it did not catch up",
        )),
    }
}

/// Each message is sent over eight connections at once, to both senders.
pub async fn send_eight_times(context: &mut InjectionContext<'_>) -> Result<u32, Error> {
    let workload = context.workload;
    let mut sends = Vec::new();
    for _ in 0..5 {
        let chat = &workload.chats[context.rng.below(workload.chats.len())];
        let user = &workload.users[chat.members[context.rng.below(chat.members.len())]];
        let mutation = ClientMutation::send_message(
            chat.id,
            &format!("eightfold {:x}", context.rng.next_u64()),
        );
        sends.extend((0..8).map(|_| {
            let mutation = mutation.clone();
            async move { mutation.execute(user, &workload.history).await.is_some() }
        }));
    }
    let answered = join_all(sends).await;
    match answered.iter().all(|answered| *answered) {
        true => Ok(1),
        false => Err(Error::failed(
            "eight equal sends",
            "one of them was not acknowledged",
        )),
    }
}
