//! Decides what a batch of toggles changes, under the lock of the chat: each with the same result as if it had come alone.
//!
//! Pure: the rows were read before, and are written afterwards.

use std::collections::{BTreeMap, HashMap, HashSet};

use chassis::Error;
use shared_schema::{Change, MessageId, Participant, ReactionGroup, Reason, UserId};

use super::{emoji::Emoji, toggle::Toggle};
use crate::{
    db::{
        chats::StoredChat,
        reactions::{GroupKey, ReactionKey, StoredGroup},
    },
    participants::access::ChatAccess,
};

/// Maximum different emoji on a message. Whoever comes later can only join one of them.
pub const MAX_GROUPS_PER_MESSAGE: usize = 20;

/// What was read for a batch.
pub struct Snapshot {
    pub chat: Option<StoredChat>,
    /// The users who take part, of those in the batch.
    pub participants: HashMap<UserId, Participant>,
    /// The users who have an account, of those in the batch.
    pub accounts: HashSet<UserId>,
    /// The messages of the batch; true for those that were removed.
    pub messages: HashMap<MessageId, bool>,
    /// All groups of these messages. Of those in the batch, with as many of the last users as the batch may need.
    pub groups: BTreeMap<GroupKey, StoredGroup>,
    /// The variants of the users' own reactions, of those in the batch.
    pub own: HashMap<ReactionKey, String>,
}

/// What a batch changes.
#[derive(Default)]
pub struct Plan {
    /// One for each toggle, in this order: the group after it, and whether it changed anything.
    pub results: Vec<Result<(ReactionGroup, bool), Error>>,
    /// One for each change, in this order.
    pub changes: Vec<(UserId, Change)>,
    /// The reactions to store, each with the index of the last change that set it.
    pub upserted: HashMap<ReactionKey, (String, usize)>,
    /// The reactions to delete.
    pub deleted: Vec<ReactionKey>,
    /// The groups that changed; those with a count of 0 are to be deleted.
    pub groups: BTreeMap<GroupKey, StoredGroup>,
}

/// Decides the toggles in their order.
pub fn plan(toggles: &[Toggle], mut snapshot: Snapshot) -> Plan {
    let mut plan = Plan::default();
    let mut touched: HashMap<ReactionKey, Option<(String, usize)>> = HashMap::new();
    for toggle in toggles {
        let result = snapshot.decide(toggle).map(|outcome| {
            let Some(change) = outcome.change else {
                return (outcome.group, false);
            };
            let index = plan.changes.len();
            plan.changes.push((toggle.user_id, change));
            let stored = toggle.add.then(|| (toggle.emoji.variant.to_owned(), index));
            touched.insert(toggle.into(), stored);
            let key = GroupKey::from(toggle);
            let group = snapshot.groups.get(&key).cloned();
            plan.groups
                .insert(key, group.unwrap_or_else(StoredGroup::gone));
            (outcome.group, true)
        });
        plan.results.push(result);
    }
    for (key, stored) in touched {
        match stored {
            Some(stored) => drop(plan.upserted.insert(key, stored)),
            None => plan.deleted.push(key),
        }
    }
    plan
}

/// What one toggle leads to.
struct Decided {
    group: ReactionGroup,
    /// None if the user had what they want.
    change: Option<Change>,
}

impl Snapshot {
    /// Decides one toggle and brings the snapshot to the state after it.
    fn decide(&mut self, toggle: &Toggle) -> Result<Decided, Error> {
        let is_removed = self.authorize(toggle)?;
        let key = GroupKey::from(toggle);
        let own = self.own.get(&toggle.into()).cloned();
        let Emoji { base, variant } = toggle.emoji;
        let variant = match (own, toggle.add) {
            (Some(own), true) if own == variant => return Ok(self.unchanged(&key)),
            (None, false) => return Ok(self.unchanged(&key)),
            (_, true) => {
                self.add(&key, toggle, is_removed)?;
                variant.to_owned()
            }
            (Some(own), false) => {
                self.remove(&key, toggle);
                own
            }
        };
        let group = self.group(&key);
        debug_assert_eq!(group.emoji, base);
        let change = Change::ReactionChanged {
            message_id: toggle.message_id,
            variant,
            added: toggle.add,
            group: group.clone(),
        };
        Ok(Decided {
            group,
            change: Some(change),
        })
    }

    /// Whether the user may react to the message; whether that message was removed.
    fn authorize(&self, toggle: &Toggle) -> Result<bool, Error> {
        let access = ChatAccess::from_rows(
            self.chat.as_ref(),
            self.participants.get(&toggle.user_id),
            self.accounts.get(&toggle.user_id),
        )
        .require_participant()?;
        let is_removed = *self
            .messages
            .get(&toggle.message_id)
            .ok_or_else(|| Error::not_found_in("messageId", "message"))?;
        if toggle.add && !access.chat.reactions_allowed {
            return Err(Error::forbidden(Reason::ReactionsNotAllowed));
        }
        Ok(is_removed)
    }

    fn add(&mut self, key: &GroupKey, toggle: &Toggle, is_removed: bool) -> Result<(), Error> {
        if is_removed {
            return Err(Error::conflict_on("messageId", Reason::MessageRemoved));
        }
        let positions = self
            .groups
            .iter()
            .filter(|(other, _)| other.message_id == key.message_id)
            .map(|(_, group)| group.position);
        let (count, last) = positions.fold((0, 0), |(count, last), position| {
            (count + 1, position.max(last))
        });
        if !self.groups.contains_key(key) && count >= MAX_GROUPS_PER_MESSAGE {
            let max = u32::try_from(MAX_GROUPS_PER_MESSAGE).unwrap_or(u32::MAX);
            return Err(Error::conflict_on(
                "emoji",
                Reason::TooManyReactions { max },
            ));
        }
        let group = self.groups.entry(key.clone()).or_insert(StoredGroup {
            count: 0,
            position: last + 1,
            last_users: vec![],
        });
        // Who chooses another skin tone has the reaction already.
        let own = self
            .own
            .insert(toggle.into(), toggle.emoji.variant.to_owned());
        if own.is_none() {
            group.count += 1;
        }
        group.last_users.retain(|user| *user != toggle.user_id);
        group.last_users.insert(0, toggle.user_id);
        Ok(())
    }

    fn remove(&mut self, key: &GroupKey, toggle: &Toggle) {
        self.own.remove(&toggle.into());
        if let Some(group) = self.groups.get_mut(key) {
            group.count -= 1;
            group.last_users.retain(|user| *user != toggle.user_id);
            if group.count <= 0 {
                self.groups.remove(key);
            }
        }
    }

    fn unchanged(&self, key: &GroupKey) -> Decided {
        Decided {
            group: self.group(key),
            change: None,
        }
    }

    fn group(&self, key: &GroupKey) -> ReactionGroup {
        let group = self.groups.get(key).cloned();
        group.unwrap_or_else(StoredGroup::gone).shown(key)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
