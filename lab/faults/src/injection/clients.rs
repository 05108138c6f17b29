//! What happens to people: they have to go, they are signed out, they send eightfold.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use serde_json::json;
use tokio::time::sleep;
use uuid::Uuid;

use super::turn::Turn;
use crate::client::deed::Deed;
use crate::scene::{Scene, make_group};
use lab_stack::Error;
use lab_stack::stack::Service;

/// Close code of a socket whose session has ended.
const FORBIDDEN: u16 = 4403;

/// How long a revocation may take until the lab gives up waiting.
const PATIENCE: Duration = Duration::from_secs(20);

/// Writers in the chat of a removal.
const WRITERS: usize = 4;

/// Fifty messages a second in one chat, and in their middle someone has to go.
pub async fn remove_participant(turn: &mut Turn<'_>) -> Result<u32, Error> {
    let scene = turn.scene;
    let count = scene.people.len();
    let members: Vec<usize> = (0..=WRITERS)
        .map(|place| (turn.round as usize + place) % count)
        .collect();
    let (owner, victim) = (members[0], members[WRITERS]);
    let chat = make_group(&scene.people, owner, &members)
        .await
        .map_err(|refusal| Error::failed("making a group", refusal))?;
    scene.more_chats.write().await.push(chat);
    let flows: Vec<_> = members[..WRITERS]
        .iter()
        .map(|member| tokio::spawn(flow(Arc::clone(scene), *member, chat, turn.hold)))
        .collect();
    sleep(turn.hold / 2).await;
    let user = scene.people[victim].user_id;
    let gone = Deed::drop(chat, user);
    let done = gone.perform(&scene.people[owner], &scene.history).await;
    join_all(flows).await;
    if done.is_none() {
        return Err(Error::failed(
            "removing a participant",
            "nobody would do it",
        ));
    }
    sleep(Duration::from_secs(2)).await;
    scene.probe(&scene.people[victim], chat).await;
    Ok(1)
}

async fn flow(scene: Arc<Scene>, member: usize, chat: Uuid, span: Duration) {
    let deadline = tokio::time::Instant::now() + span;
    let mut number = 0;
    while tokio::time::Instant::now() < deadline {
        number += 1;
        let deed = Deed::send(chat, &format!("{member} in flow {number}"));
        let pause = sleep(Duration::from_millis(80));
        tokio::join!(pause, deed.perform(&scene.people[member], &scene.history));
    }
}

/// A second session of someone is revoked from the first; its socket has to close.
pub async fn revoke_session(turn: &mut Turn<'_>) -> Result<u32, Error> {
    let scene = turn.scene;
    let people = &scene.people;
    let person = &people[turn.dice.below(people.len())];
    let other = person
        .another_session(&scene.stage.url())
        .await
        .map_err(|refusal| Error::failed("signing in", refusal))?;
    let name = format!("{}.revoked{}", person.name, turn.round);
    let session = other.session_id;
    scene.add_device(&name, &Arc::new(other)).await;
    sleep(turn.hold).await;

    let begun = scene.history.now();
    let document =
        "mutation ($input: RevokeSessionInput!) { revokeSession(input: $input) { sessionId } }";
    let input = json!({ "input": { "sessionId": session } });
    let mut attempts = 0;
    while let Err(refusal) = person.ask(Service::Users, document, input.clone()).await {
        attempts += 1;
        if attempts > 20 {
            return Err(Error::failed("revoking a session", refusal));
        }
        sleep(Duration::from_millis(100)).await;
    }
    let facts = json!({ "d": name, "begun": begun });
    scene.history.write("revoke.ok", &facts);
    let device = {
        let mut devices = scene.devices.write().await;
        let place = devices.iter().position(|device| device.name == name);
        place.map(|place| devices.swap_remove(place))
    };
    let Some(device) = device else {
        return Err(Error::failed("the fault lab", "a device has gone"));
    };
    let closed = device.ended_with(FORBIDDEN, PATIENCE).await;
    let took = scene.history.now() - begun;
    scene.history.write(
        "gone",
        &json!({ "d": name, "closed": closed, "took": took }),
    );
    device.stop().await;
    match closed {
        true => Ok(1),
        false => Err(Error::failed(
            "a revoked session",
            "its socket stayed open for 20 s",
        )),
    }
}

/// A device is off while messages are written and removed. What it is given when it comes
/// back, from whichever window, must not have their text any more.
pub async fn return_after_removal(turn: &mut Turn<'_>) -> Result<u32, Error> {
    let scene = turn.scene;
    let chat = &scene.chats[turn.dice.below(scene.chats.len())];
    let (absent, writer) = (chat.members[0], chat.members[chat.members.len() - 1]);
    let devices = scene.devices.read().await;
    let device = devices
        .iter()
        .find(|device| device.account.user_id == scene.people[absent].user_id)
        .ok_or_else(|| Error::failed("the fault lab", "a person without a device"))?;
    scene.history.write("away", &json!({ "d": device.name }));
    device.go_offline();
    sleep(Duration::from_millis(200)).await;
    let mut written = Vec::new();
    for number in 0..3 {
        let deed = Deed::send(chat.id, &format!("regretted {number}"));
        let payload = deed.perform(&scene.people[writer], &scene.history).await;
        let id =
            payload.and_then(|payload| payload["message"]["id"].as_str()?.parse::<Uuid>().ok());
        written.extend(id);
    }
    for message in written {
        let deed = Deed::remove(chat.id, message);
        deed.perform(&scene.people[writer], &scene.history).await;
    }
    sleep(turn.hold).await;
    device.go_online();
    match device.caught_up(PATIENCE).await {
        true => Ok(1),
        false => Err(Error::failed(
            "a device that came back",
            "it did not catch up",
        )),
    }
}

/// The same sends, each from eight connections at once, through both senders.
pub async fn send_eightfold(turn: &mut Turn<'_>) -> Result<u32, Error> {
    let scene = turn.scene;
    let mut sends = Vec::new();
    for _ in 0..5 {
        let chat = &scene.chats[turn.dice.below(scene.chats.len())];
        let person = &scene.people[chat.members[turn.dice.below(chat.members.len())]];
        let deed = Deed::send(chat.id, &format!("eightfold {:x}", turn.dice.roll()));
        sends.extend((0..8).map(|_| {
            let deed = deed.clone();
            async move { deed.perform(person, &scene.history).await.is_some() }
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
