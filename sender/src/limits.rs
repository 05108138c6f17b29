//! Rate limits of sending messages, of reactions, of new chats, and of adding users to chats.
//!
//! Invariants: a retry of a stored request is answered and never rate limited; only participants use up the limit of a
//! chat; sends are counted in this process, so that none waits for Redis; new chats and added users, which are rare and
//! affect other users without their consent, are counted across instances.

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

/// Maximum retry delay that is reported to a client.
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

/// The limits of sends.
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

    /// Permission to send one message, which is obtained in two steps: for the sender when the request arrives, and for
    /// the chat under its lock, once it is known that the sender is a participant and that the message is new. Each
    /// step counts once, however often the batch is retried.
    pub fn permit(&self, user: UserId, chat: ChatId) -> Arc<Permit> {
        Arc::new(Permit::new(Arc::clone(&self.0.sends), user, chat))
    }

    /// Counts a new chat and the users who are added to it.
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

    /// Counts users who are added to a chat by another user.
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

/// The limits of the root fields. Operations with a limit of their own are charged in their resolvers.
pub fn of_fields(limits: FieldLimits, args: &LimitArgs) -> FieldLimits {
    let edits = Class::new("edit", args.edits_per_user).longest_wait(MAX_WAIT);
    let reactions = Class::new("reaction", args.reactions_per_user).longest_wait(MAX_WAIT);
    let delivered = Class::new("delivered", args.delivered_per_user).longest_wait(MAX_WAIT);
    limits
        .field("markAsDelivered", delivered)
        .field("markManyAsDelivered", delivered)
        .field("addReaction", reactions)
        .field("removeReaction", reactions)
        .field("updateMessage", edits)
        .field("removeMessage", edits)
        .field("setTyping", Class::new("typing", args.typing_per_user))
        .in_resolver("createMessage")
        .in_resolver("createChat")
}

/// What was counted for a new chat and for added users.
pub struct Charged<'a> {
    limits: &'a Limits,
    user: Subject,
    chats: u32,
    people: u32,
}

impl Charged<'_> {
    /// The request has failed. An attempt to create a chat counts unless the failure is the server's; users who were
    /// not added do not count.
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

/// Permission to send one message, which is obtained in two steps: for the sender when the request arrives, and for the
/// chat under its lock, once it is known that the sender is a participant and that the message is new. Each step counts
/// once, however often the batch is retried.
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

    /// No limits.
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

/// Whether a failure is the server's fault, so that a retry should not cost the client anything.
pub fn is_ours(error: &Error) -> bool {
    matches!(
        error.code(),
        ErrorCode::Unavailable | ErrorCode::Internal | ErrorCode::RateLimited
    )
}
