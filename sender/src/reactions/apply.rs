//! The rule of a batch of toggles of one chat: lock, read, plan, append, write.

use std::collections::{BTreeMap, HashSet};

use chassis::Error;
use deadpool_postgres::Transaction;
use feed_log::{Outcome, PendingEvents, append_all};
use futures_util::try_join;
use shared_schema::{ChatId, MessageId, ReactionGroup, UserId};

use super::{
    plan::{Snapshot, plan},
    toggle::{Toggle, Toggled},
};
use crate::{
    db::{
        chats, feeds, messages, participants, profiles,
        reactions::{self, GroupKey, ReactionKey},
    },
    participants::access::chat_not_found,
};

/// Applies the toggles, all of one chat, in their order. `traces` are those of the requests.
pub async fn apply(
    tx: &Transaction<'_>,
    chat: ChatId,
    toggles: &[Toggle],
    traces: &[Option<String>],
) -> Result<Outcome<Vec<Result<Toggled, Error>>>, Error> {
    let feed = feeds::lock(tx, chat).await?;
    let snapshot = read(tx, chat, toggles).await?;
    let plan = plan(toggles, snapshot);
    let Some(feed) = feed else {
        let refused = plan.results.into_iter().map(|result| {
            result?;
            Err(chat_not_found())
        });
        return Ok(Outcome::unchanged(refused.collect()));
    };
    if plan.changes.is_empty() {
        let unchanged = plan.results.into_iter().map(|result| {
            let (group, _) = result?;
            Ok(Toggled {
                group,
                cursor: feed.cursor(),
            })
        });
        return Ok(Outcome::unchanged(unchanged.collect()));
    }
    let events = append_all(tx, chat, plan.changes).await?;
    reactions::delete(tx, chat, &plan.deleted).await?;
    let upserted: Vec<_> = plan
        .upserted
        .iter()
        .map(|(key, (variant, change))| (key, variant.as_str(), &events[*change]))
        .collect();
    reactions::upsert(tx, chat, &upserted).await?;
    reactions::write_groups(tx, chat, &plan.groups).await?;

    let newest = events
        .last()
        .map_or_else(|| feed.cursor(), |event| event.cursor());
    let mut changed = events.iter();
    let toggled = plan.results.into_iter().map(|result| {
        let (group, is_changed) = result?;
        let event = is_changed.then(|| changed.next()).flatten();
        Ok(Toggled {
            group,
            cursor: event.map_or(newest, |event| event.cursor()),
        })
    });
    let payload: Vec<Result<Toggled, Error>> = toggled.collect();
    Ok(Outcome {
        events: pending(events, &payload, traces),
        payload,
    })
}

/// The events, each with the trace of the request that caused it.
fn pending(
    events: Vec<shared_schema::Event>,
    results: &[Result<Toggled, Error>],
    traces: &[Option<String>],
) -> PendingEvents {
    let mut pending = PendingEvents::default();
    for event in events {
        let cause = results
            .iter()
            .position(|result| matches!(result, Ok(toggled) if toggled.cursor == event.cursor()));
        let trace = cause.and_then(|cause| traces.get(cause)?.as_deref());
        pending.add(event, trace);
    }
    pending
}

async fn read(tx: &Transaction<'_>, chat: ChatId, toggles: &[Toggle]) -> Result<Snapshot, Error> {
    let users: HashSet<UserId> = toggles.iter().map(|toggle| toggle.user_id).collect();
    let users: Vec<UserId> = users.into_iter().collect();
    let messages: HashSet<MessageId> = toggles.iter().map(|toggle| toggle.message_id).collect();
    let messages: Vec<MessageId> = messages.into_iter().collect();
    let keys: HashSet<ReactionKey> = toggles.iter().map(ReactionKey::from).collect();
    let keys: Vec<ReactionKey> = keys.into_iter().collect();
    let touched: BTreeMap<GroupKey, usize> = removals(toggles);
    // Those who remove a reaction make room among the last users.
    let last_users = ReactionGroup::MAX_LAST_USERS + touched.values().max().copied().unwrap_or(0);
    let touched: Vec<GroupKey> = touched.into_keys().collect();
    let (stored_chat, participants, accounts, messages, mut groups, own, last_users) = try_join!(
        chats::find(tx, chat),
        participants::find_many(tx, chat, &users),
        profiles::existing_ids(tx, &users),
        messages::are_removed(tx, chat, &messages),
        reactions::groups_of(tx, chat, &messages),
        reactions::find_each(tx, chat, &keys),
        reactions::last_users(tx, chat, &touched, last_users),
    )?;
    for (key, users) in last_users {
        if let Some(group) = groups.get_mut(&key) {
            group.last_users = users;
        }
    }
    Ok(Snapshot {
        chat: stored_chat,
        participants: participants
            .into_iter()
            .map(|participant| (participant.user_id, participant))
            .collect(),
        accounts,
        messages,
        groups,
        own,
    })
}

/// The groups that the toggles may change, each with the number of toggles that may take a user from it.
fn removals(toggles: &[Toggle]) -> BTreeMap<GroupKey, usize> {
    let mut removals = BTreeMap::new();
    for toggle in toggles {
        *removals.entry(GroupKey::from(toggle)).or_default() += usize::from(!toggle.add);
    }
    removals
}
