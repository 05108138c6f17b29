//! A detour of its own from each service to Postgres and to Redis.

use std::collections::HashMap;

use tokio::sync::watch;

use crate::Error;
use crate::faults::dice::Dice;
use crate::faults::link::mangle::{Damage, Mangler};
use crate::faults::link::tripwire::Tripwire;
use crate::faults::link::{Link, Weather};
use crate::stack::{Instance, Options, Service};

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
    links: HashMap<(Instance, Part), Link>,
    tripwires: HashMap<(Instance, Part), Tripwire>,
    damage: watch::Sender<Damage>,
}

impl Detours {
    /// Lays them, and tells the services in their environments.
    pub async fn lay(options: &mut Options, seed: u64) -> Result<Detours, Error> {
        let (damage, damages) = watch::channel(Damage::default());
        let mut detours = Detours {
            links: HashMap::new(),
            tripwires: HashMap::new(),
            damage,
        };
        let ports = options.ports.clone();
        for instance in Instance::all() {
            let service = instance.service.name();
            let wire = detours.tripwire(instance, Part::Postgres).clone();
            let postgres = Link::tapped(ports.postgres, move || Box::new(wire.clone())).await?;
            let redis = match instance.service {
                Service::Receiver => {
                    let dice = Dice::new(seed).for_part(&instance.to_string());
                    let damages = damages.clone();
                    let mangler =
                        move || Box::new(Mangler::new(dice.clone(), damages.clone())) as Box<_>;
                    Link::tapped(ports.redis, mangler).await?
                }
                _ => {
                    let wire = detours.tripwire(instance, Part::Redis).clone();
                    Link::tapped(ports.redis, move || Box::new(wire.clone())).await?
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
            detours.links.insert((instance, Part::Postgres), postgres);
            detours.links.insert((instance, Part::Redis), redis);
        }
        Ok(detours)
    }

    /// The tripwire of a detour.
    pub fn tripwire(&mut self, instance: Instance, part: Part) -> &Tripwire {
        self.tripwires.entry((instance, part)).or_default()
    }

    /// The tripwire of a detour that was laid.
    pub fn wire(&self, instance: Instance, part: Part) -> Option<Tripwire> {
        self.tripwires.get(&(instance, part)).cloned()
    }

    /// How a detour is from now on.
    pub fn set(&self, instance: Instance, part: Part, weather: Weather) {
        if let Some(link) = self.links.get(&(instance, part)) {
            link.set(weather);
        }
    }

    /// Breaks what runs over a detour.
    pub fn cut(&self, instance: Instance, part: Part) {
        if let Some(link) = self.links.get(&(instance, part)) {
            link.cut();
        }
    }

    /// What is done to messages from Redis from now on.
    pub fn damage(&self, damage: Damage) {
        self.damage.send_replace(damage);
    }

    /// Leads every service to the Postgres on this port.
    pub fn lead_to_postgres(&self, port: u16) {
        for ((_, part), link) in &self.links {
            if *part == Part::Postgres {
                link.lead_to(port);
            }
        }
    }
}
