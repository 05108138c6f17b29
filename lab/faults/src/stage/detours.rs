//! A detour of its own from each service to Postgres and to Redis.

use std::collections::HashMap;

use tokio::sync::watch;

use crate::dice::Dice;
use crate::interceptors::byte_trigger::ByteTrigger;
use crate::interceptors::message_corruption::{Damage, MessageCorrupter};
use lab_stack::Error;
use lab_stack::stack::{Instance, Options, Service};
use lab_stack::tcp_proxy::{NetworkConditions, TcpProxy};

/// What a service talks to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Part {
    /// The database.
    Postgres,
    /// The messenger.
    Redis,
}

/// All detours.
pub struct Detours {
    proxies: HashMap<(Instance, Part), TcpProxy>,
    tripwires: HashMap<(Instance, Part), ByteTrigger>,
    damage: watch::Sender<Damage>,
}

impl Detours {
    /// Lays them, and tells the services in their environments.
    pub async fn lay(options: &mut Options, seed: u64) -> Result<Detours, Error> {
        let (damage, damages) = watch::channel(Damage::default());
        let mut detours = Detours {
            proxies: HashMap::new(),
            tripwires: HashMap::new(),
            damage,
        };
        let ports = options.ports.clone();
        for instance in Instance::all() {
            let service = instance.service.name();
            let wire = detours.tripwire(instance, Part::Postgres).clone();
            let postgres =
                TcpProxy::with_interceptor(ports.postgres, move || Box::new(wire.clone())).await?;
            let redis = match instance.service {
                Service::Receiver => {
                    let dice = Dice::new(seed).for_part(&instance.to_string());
                    let damages = damages.clone();
                    let mangler = move || {
                        Box::new(MessageCorrupter::new(dice.clone(), damages.clone())) as Box<_>
                    };
                    TcpProxy::with_interceptor(ports.redis, mangler).await?
                }
                _ => {
                    let wire = detours.tripwire(instance, Part::Redis).clone();
                    TcpProxy::with_interceptor(ports.redis, move || Box::new(wire.clone())).await?
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
            detours.proxies.insert((instance, Part::Postgres), postgres);
            detours.proxies.insert((instance, Part::Redis), redis);
        }
        Ok(detours)
    }

    /// The tripwire of a detour.
    pub fn tripwire(&mut self, instance: Instance, part: Part) -> &ByteTrigger {
        self.tripwires.entry((instance, part)).or_default()
    }

    /// The tripwire of a detour that was laid.
    pub fn wire(&self, instance: Instance, part: Part) -> Option<ByteTrigger> {
        self.tripwires.get(&(instance, part)).cloned()
    }

    /// How a detour is from now on.
    pub fn set(&self, instance: Instance, part: Part, conditions: NetworkConditions) {
        if let Some(proxy) = self.proxies.get(&(instance, part)) {
            proxy.set(conditions);
        }
    }

    /// Breaks what runs over a detour.
    pub fn cut(&self, instance: Instance, part: Part) {
        if let Some(proxy) = self.proxies.get(&(instance, part)) {
            proxy.cut();
        }
    }

    /// What is done to messages from Redis from now on.
    pub fn damage(&self, damage: Damage) {
        self.damage.send_replace(damage);
    }

    /// Leads every service to the Postgres on this port.
    pub fn lead_to_postgres(&self, port: u16) {
        for ((_, part), proxy) in &self.proxies {
            if *part == Part::Postgres {
                proxy.redirect_to(port);
            }
        }
    }
}
