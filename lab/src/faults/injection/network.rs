//! Links between processes that die, and networks of clients that are bad.

use tokio::time::sleep;

use super::Turn;
use crate::Error;
use crate::faults::link::{Link, Weather};
use crate::faults::stage::Part;
use crate::stack::Service;

/// Nothing passes between one instance, or both, and Postgres or Redis.
pub async fn partition(turn: &mut Turn<'_>) -> Result<u32, Error> {
    let (service, part) = match turn.round % 4 {
        0 => (Service::Receiver, Part::Redis),
        1 => (Service::Receiver, Part::Postgres),
        2 => (Service::Sender, Part::Redis),
        _ => (Service::Sender, Part::Postgres),
    };
    let numbers: &[u8] = match turn.dice.below(3) {
        0 => &[1],
        1 => &[2],
        _ => &[1, 2],
    };
    turn.note(format!("{service:?} {numbers:?} and {part:?}"));
    let detours = turn.detours()?;
    let set = |weather| {
        for number in numbers {
            detours.set(service.instance(*number), part, weather);
        }
    };
    set(Weather {
        stalled: true,
        ..Weather::default()
    });
    sleep(turn.hold).await;
    set(Weather::default());
    Ok(1)
}

/// Some devices get 1 Mbit/s and a hiccup in every twentieth packet, for the whole row; now
/// and then their connections break.
pub async fn bad_network(turn: &mut Turn<'_>) -> Result<u32, Error> {
    let mut links = turn.scene.links.lock().await;
    if links.is_empty() {
        let port = turn
            .stack()
            .url()
            .rsplit(':')
            .next()
            .and_then(|port| port.parse().ok());
        let link = Link::to(port.unwrap_or_default()).await?;
        let base = format!("http://127.0.0.1:{}", link.port());
        for (number, person) in turn.scene.people.iter().take(6).enumerate() {
            let name = format!("{}.far{number}", person.name);
            turn.scene.add_device_at(&name, person, &base).await;
        }
        links.push(link);
    }
    for link in links.iter() {
        link.set(Weather {
            rate: Some(125_000),
            hiccups: 5,
            ..Weather::default()
        });
    }
    sleep(turn.hold).await;
    if turn.round % 4 == 3 {
        turn.note("cut");
        links.iter().for_each(Link::cut);
    }
    Ok(1)
}
