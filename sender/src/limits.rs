//! How fast one person may write, how much one chat takes, and how many others someone may bring in.
//!
//! Invariants: a repeated request is answered and never refused for having succeeded; only those who take part use up
//! what a chat takes; no send waits for Redis, so sends are counted in this process; what is rare and reaches other
//! people without being asked (new chats, people brought in) is counted across instances.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use chassis::{Error, Limiter, SharedLimiter, Subject, graphql::FieldLimits, rate_limit::Class};
use shared_schema::{ChatId, ErrorCode, UserId};

use crate::config::LimitArgs;

/// The longest wait that a client is told.
const MAX_WAIT: Duration = Duration::from_secs(60);

/// The limits of this service. Cheap to clone.
#[derive(Clone)]
pub struct Limits(Arc<Inner>);

struct Inner {
    sends: Arc<Sends>,
    shared: SharedLimiter,
    chats: Class,
    people: Class,
}

/// What limits sends.
struct Sends {
    limiter: Limiter,
    of_user: Class,
    to_chat: Class,
}

impl Limits {
    pub fn new(shared: SharedLimiter, args: &LimitArgs) -> Self {
        let class = |name, rate| Class::new(name, rate).longest_wait(MAX_WAIT);
        Self(Arc::new(Inner {
            sends: Arc::new(Sends {
                limiter: shared.local().clone(),
                of_user: class("send", args.sends_per_user),
                to_chat: class("send-to-chat", args.sends_per_chat),
            }),
            shared,
            chats: Class::new("create-chat", args.chats_per_user),
            people: Class::new("people", args.people_per_user),
        }))
    }

    /// Leave to send one message into a chat.
    pub fn permit(&self, user: UserId, chat: ChatId) -> Arc<Permit> {
        Arc::new(Permit::new(Arc::clone(&self.0.sends), user, chat))
    }

    /// Counts a new chat and those who are brought into it.
    ///
    /// # Errors
    /// `RATE_LIMITED` with the time to wait.
    pub async fn create_chat(&self, user: UserId, others: usize) -> Result<Charged<'_>, Error> {
        let mut charged = Charged {
            limits: self,
            user: Subject::user(user),
            chats: 1,
            people: 0,
        };
        self.0
            .shared
            .charge(&self.0.chats, charged.user, charged.chats)
            .await?;
        match self.bring_in(user, others).await {
            Ok(people) => {
                charged.people = people.people;
                Ok(charged)
            }
            Err(refused) => {
                charged.take_back().await;
                Err(refused)
            }
        }
    }

    /// Counts people who are brought into a chat by another.
    ///
    /// # Errors
    /// `RATE_LIMITED` with the time to wait.
    pub async fn bring_in(&self, user: UserId, others: usize) -> Result<Charged<'_>, Error> {
        let charged = Charged {
            limits: self,
            user: Subject::user(user),
            chats: 0,
            people: u32::try_from(others).unwrap_or(u32::MAX),
        };
        if charged.people > 0 {
            self.0
                .shared
                .charge(&self.0.people, charged.user, charged.people)
                .await?;
        }
        Ok(charged)
    }
}

/// The limits of the root fields. Those that know better what they cost are charged in their resolvers.
pub fn of_fields(limits: FieldLimits, args: &LimitArgs) -> FieldLimits {
    let edits = Class::new("edit", args.edits_per_user).longest_wait(MAX_WAIT);
    limits
        .field("updateMessage", edits)
        .field("removeMessage", edits)
        .field("setTyping", Class::new("typing", args.typing_per_user))
        .in_resolver("createMessage")
        .in_resolver("createChat")
}

/// What was counted for new chats and people.
pub struct Charged<'a> {
    limits: &'a Limits,
    user: Subject,
    chats: u32,
    people: u32,
}

impl Charged<'_> {
    /// It has failed. An attempt to create a chat counts unless the fault is ours; people who were not brought in do not.
    pub async fn failed(mut self, error: &Error) {
        if !is_ours(error) {
            self.chats = 0;
        }
        self.take_back().await;
    }

    async fn take_back(self) {
        let Inner {
            shared,
            chats,
            people,
            ..
        } = &*self.limits.0;
        if self.chats > 0 {
            shared.refund(chats, self.user, self.chats).await;
        }
        if self.people > 0 {
            shared.refund(people, self.user, self.people).await;
        }
    }
}

/// Leave to send one message, asked for in two steps: of its sender at the door, and of the chat under its lock, when it
/// is known that the sender takes part and that the message is a new one. However often a batch is tried, each step counts
/// once.
pub struct Permit {
    sends: Arc<Sends>,
    user: Subject,
    chat: Subject,
    is_charged: AtomicBool,
    is_charged_to_chat: AtomicBool,
}

impl Permit {
    fn new(sends: Arc<Sends>, user: UserId, chat: ChatId) -> Self {
        Self {
            sends,
            user: Subject::user(user),
            chat: Subject::of("chat", chat.0),
            is_charged: AtomicBool::new(false),
            is_charged_to_chat: AtomicBool::new(false),
        }
    }

    /// Without limits.
    #[cfg(test)]
    pub fn free() -> Arc<Self> {
        let sends = Sends {
            limiter: Limiter::new(&mut prometheus_client::registry::Registry::default()),
            of_user: Class::new("send", chassis::rate_limit::Rate::OFF),
            to_chat: Class::new("send-to-chat", chassis::rate_limit::Rate::OFF),
        };
        Arc::new(Self::new(Arc::new(sends), UserId::new(), ChatId::new()))
    }

    /// Counts the message as its sender's.
    ///
    /// # Errors
    /// `RATE_LIMITED` with the time to wait.
    pub fn charge(&self) -> Result<(), Error> {
        let sends = &self.sends;
        sends.limiter.charge(&sends.of_user, self.user, 1)?;
        self.is_charged.store(true, Ordering::Relaxed);
        Ok(())
    }

    /// Counts the message as the chat's.
    ///
    /// # Errors
    /// `RATE_LIMITED` with the time to wait.
    pub fn charge_to_chat(&self) -> Result<(), Error> {
        if self.is_charged_to_chat.load(Ordering::Relaxed) {
            return Ok(());
        }
        let sends = &self.sends;
        sends.limiter.charge(&sends.to_chat, self.chat, 1)?;
        self.is_charged_to_chat.store(true, Ordering::Relaxed);
        Ok(())
    }

    /// The message was sent before: this time it costs its sender nothing.
    pub fn take_back(&self) {
        if self.is_charged.swap(false, Ordering::Relaxed) {
            let sends = &self.sends;
            sends.limiter.refund(&sends.of_user, self.user, 1);
        }
    }
}

/// Whether a failure is ours, so that whoever tries again has lost nothing by it.
pub fn is_ours(error: &Error) -> bool {
    matches!(
        error.code(),
        ErrorCode::Unavailable | ErrorCode::Internal | ErrorCode::RateLimited
    )
}
