//! Proxies between each instance and its servers, Postgres and Redis.

use std::collections::HashMap;

use tokio::sync::watch;

use crate::interceptors::byte_trigger::ByteTrigger;
use crate::interceptors::message_corruption::{Damage, MessageCorrupter};
use crate::seeded_rng::SeededRng;
use lab_stack::Error;
use lab_stack::stack::{Instance, Options, Service};
use lab_stack::tcp_proxy::{NetworkConditions, TcpProxy};

/// A server that the services depend on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Dependency {
    /// The database.
    Postgres,
    /// Pub/Sub.
    Redis,
}

/// The proxies of all instances.
pub struct ServiceProxies {
    proxies: HashMap<(Instance, Dependency), TcpProxy>,
    triggers: HashMap<(Instance, Dependency), ByteTrigger>,
    damage: watch::Sender<Damage>,
}

impl ServiceProxies {
    /// Starts the proxies and configures the services to use them.
    pub async fn start(options: &mut Options, seed: u64) -> Result<ServiceProxies, Error> {
        let (damage, damage_changes) = watch::channel(Damage::default());
        let mut proxies = ServiceProxies {
            proxies: HashMap::new(),
            triggers: HashMap::new(),
            damage,
        };
        let ports = options.ports.clone();
        for instance in Instance::all() {
            let service = instance.service.name();
            let trigger = proxies.trigger(instance, Dependency::Postgres).clone();
            let postgres =
                TcpProxy::with_interceptor(ports.postgres, move || Box::new(trigger.clone()))
                    .await?;
            let redis = match instance.service {
                Service::Receiver => {
                    let rng = SeededRng::new(seed).fork(&instance.to_string());
                    let damage_changes = damage_changes.clone();
                    let corrupter = move || {
                        Box::new(MessageCorrupter::new(rng.clone(), damage_changes.clone()))
                            as Box<_>
                    };
                    TcpProxy::with_interceptor(ports.redis, corrupter).await?
                }
                _ => {
                    let trigger = proxies.trigger(instance, Dependency::Redis).clone();
                    TcpProxy::with_interceptor(ports.redis, move || Box::new(trigger.clone()))
                        .await?
                }
            };
            let database = format!(
                "postgres://antiphon_{service}@127.0.0.1:{}/antiphon",
                postgres.port()
            );
            let messenger = format!("redis://127.0.0.1:{}", redis.port());
            let environment = options.environment_of.entry(instance).or_default();
            environment.push(("DATABASE_URL".to_owned(), database));
            environment.push(("REDIS_URL".to_owned(), messenger));
            proxies
                .proxies
                .insert((instance, Dependency::Postgres), postgres);
            proxies.proxies.insert((instance, Dependency::Redis), redis);
        }
        Ok(proxies)
    }

    /// The trigger of a proxy, created if necessary.
    pub fn trigger(&mut self, instance: Instance, dependency: Dependency) -> &ByteTrigger {
        self.triggers.entry((instance, dependency)).or_default()
    }

    /// The trigger of a proxy, if it has one.
    pub fn trigger_of(&self, instance: Instance, dependency: Dependency) -> Option<ByteTrigger> {
        self.triggers.get(&(instance, dependency)).cloned()
    }

    /// Sets the network conditions of a proxy.
    pub fn set(&self, instance: Instance, dependency: Dependency, conditions: NetworkConditions) {
        if let Some(proxy) = self.proxies.get(&(instance, dependency)) {
            proxy.set(conditions);
        }
    }

    /// Breaks the connections of a proxy.
    pub fn cut(&self, instance: Instance, dependency: Dependency) {
        if let Some(proxy) = self.proxies.get(&(instance, dependency)) {
            proxy.cut();
        }
    }

    /// Sets the damage to messages from Redis.
    pub fn damage(&self, damage: Damage) {
        self.damage.send_replace(damage);
    }

    /// Redirects every service to the Postgres on this port.
    pub fn redirect_postgres_to(&self, port: u16) {
        for ((_, dependency), proxy) in &self.proxies {
            if *dependency == Dependency::Postgres {
                proxy.redirect_to(port);
            }
        }
    }
}
