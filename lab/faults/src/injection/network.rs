//! Network faults: partitions between processes, and bad networks of clients.

use tokio::time::sleep;

use super::context::InjectionContext;
use crate::environment::Dependency;
use lab_stack::Error;
use lab_stack::stack::Service;
use lab_stack::tcp_proxy::{NetworkConditions, TcpProxy};

/// Partitions one or both instances of a service from Postgres or Redis.
pub async fn partition(context: &mut InjectionContext<'_>) -> Result<u32, Error> {
    let (service, dependency) = match context.round % 4 {
        0 => (Service::Receiver, Dependency::Redis),
        1 => (Service::Receiver, Dependency::Postgres),
        2 => (Service::Sender, Dependency::Redis),
        _ => (Service::Sender, Dependency::Postgres),
    };
    let numbers: &[u8] = match context.rng.below(3) {
        0 => &[1],
        1 => &[2],
        _ => &[1, 2],
    };
    context.note(format!("{service:?} {numbers:?} and {dependency:?}"));
    let proxies = context.proxies()?;
    let set = |conditions| {
        for number in numbers {
            proxies.set(service.instance(*number), dependency, conditions);
        }
    };
    set(NetworkConditions {
        stalled: true,
        ..NetworkConditions::default()
    });
    sleep(context.fault_duration).await;
    set(NetworkConditions::default());
    Ok(1)
}

/// Some devices have 1 Mbit/s and a delay in every twentieth packet, until the row ends. Now and then their connections
/// break.
pub async fn bad_network(context: &mut InjectionContext<'_>) -> Result<u32, Error> {
    let mut proxies = context.workload.proxies.lock().await;
    if proxies.is_empty() {
        let port = context
            .stack()
            .url()
            .rsplit(':')
            .next()
            .and_then(|port| port.parse().ok());
        let proxy = TcpProxy::to(port.unwrap_or_default()).await?;
        let base = format!("http://127.0.0.1:{}", proxy.port());
        for (number, user) in context.workload.users.iter().take(6).enumerate() {
            let name = format!("{}.far{number}", user.name);
            context.workload.add_device_at(&name, user, &base).await;
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
    sleep(context.fault_duration).await;
    if context.round % 4 == 3 {
        context.note("cut");
        proxies.iter().for_each(TcpProxy::cut);
    }
    Ok(1)
}
