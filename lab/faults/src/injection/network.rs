//! Links between processes that die, and networks of clients that are bad.

use tokio::time::sleep;

use super::turn::Turn;
use crate::stage::Part;
use lab_stack::Error;
use lab_stack::stack::Service;
use lab_stack::tcp_proxy::{NetworkConditions, TcpProxy};

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
    let set = |conditions| {
        for number in numbers {
            detours.set(service.instance(*number), part, conditions);
        }
    };
    set(NetworkConditions {
        stalled: true,
        ..NetworkConditions::default()
    });
    sleep(turn.hold).await;
    set(NetworkConditions::default());
    Ok(1)
}

/// Some devices get 1 Mbit/s and a hiccup in every twentieth packet, for the whole row; now
/// and then their connections break.
pub async fn bad_network(turn: &mut Turn<'_>) -> Result<u32, Error> {
    let mut proxies = turn.scene.proxies.lock().await;
    if proxies.is_empty() {
        let port = turn
            .stack()
            .url()
            .rsplit(':')
            .next()
            .and_then(|port| port.parse().ok());
        let proxy = TcpProxy::to(port.unwrap_or_default()).await?;
        let base = format!("http://127.0.0.1:{}", proxy.port());
        for (number, person) in turn.scene.people.iter().take(6).enumerate() {
            let name = format!("{}.far{number}", person.name);
            turn.scene.add_device_at(&name, person, &base).await;
        }
        proxies.push(proxy);
    }
    for proxy in proxies.iter() {
        proxy.set(NetworkConditions {
            rate: Some(125_000),
            late_percent: 5,
            ..NetworkConditions::default()
        });
    }
    sleep(turn.hold).await;
    if turn.round % 4 == 3 {
        turn.note("cut");
        proxies.iter().for_each(TcpProxy::cut);
    }
    Ok(1)
}
