//! Checks what each device received, in order. (I2, I3, I6, I7, I8, I11, I13)

use std::collections::{BTreeMap, HashMap, HashSet};

use uuid::Uuid;

use super::findings::{Findings, Invariant};
use super::history_index::{Device, HistoryIndex, Observation, ParticipationWindow, ReceivedEvent};

/// The largest gap that the server replays instead of resetting.
const RESUME_LIMIT: u64 = 500;

pub(super) fn check(index: &HistoryIndex, findings: &mut Findings) {
    let mut first_seen: HashMap<(Uuid, u64), Uuid> = HashMap::new();
    let invitations = invitations(index);
    for device in &index.devices {
        let mut replay = DeviceReplay {
            index,
            device,
            invitations: &invitations,
            positions: BTreeMap::new(),
            applied: HashSet::new(),
            left_chats: HashSet::new(),
            refetched_chat_list: false,
            reconnected: HashSet::new(),
        };
        for (t, observation) in &device.observations {
            replay.apply(*t, observation, &mut first_seen, findings);
        }
        if !device.stopped {
            replay.check_completeness(findings);
        }
    }
}

/// The times at which users were added to chats. Nobody can be in a chat before that.
fn invitations(index: &HistoryIndex) -> HashMap<(Uuid, Uuid), Vec<u64>> {
    let mut times: HashMap<(Uuid, Uuid), Vec<u64>> = HashMap::new();
    for entry in index.entries("add.invoke") {
        let key = (entry.id("chat"), entry.id("whom"));
        times.entry(key).or_default().push(entry.t);
    }
    times
}

/// Replays the observations of one device.
struct DeviceReplay<'a> {
    index: &'a HistoryIndex,
    device: &'a Device,
    invitations: &'a HashMap<(Uuid, Uuid), Vec<u64>>,
    positions: BTreeMap<Uuid, u64>,
    applied: HashSet<(Uuid, u64)>,
    /// Chats that the user has left, according to the user's own feed.
    left_chats: HashSet<Uuid>,
    /// Whether the user's own feed was reset, so that the device has loaded its list of chats again.
    refetched_chat_list: bool,
    /// Chats whose position comes from an earlier connection.
    reconnected: HashSet<Uuid>,
}

impl DeviceReplay<'_> {
    fn apply(
        &mut self,
        t: u64,
        observation: &Observation,
        first_seen: &mut HashMap<(Uuid, u64), Uuid>,
        findings: &mut Findings,
    ) {
        match observation {
            Observation::Subscribed(after) => self.check_subscription(after, findings),
            Observation::Position { feed, seq } => self.check_position(*feed, *seq, findings),
            Observation::Reset { feed, seq, reason } => {
                self.check_reset(*feed, *seq, reason, findings)
            }
            Observation::Received(event) => {
                findings.deliveries += 1;
                self.check_agreement(event, first_seen, findings);
                self.check_visibility(t, event, findings);
                self.check_received(event, findings);
            }
            Observation::Ended => self.reconnected.extend(self.positions.keys()),
        }
    }

    /// A client must resume with the cursors that it was given. Otherwise the other checks mean nothing.
    fn check_subscription(&mut self, after: &HashMap<Uuid, u64>, findings: &mut Findings) {
        for (feed, seq) in after {
            if self.positions.get(feed) != Some(seq) {
                let what = format!(
                    "{} resumed {feed} at {seq} and had received it up to {:?}",
                    self.device.name,
                    self.positions.get(feed)
                );
                findings.violation(Invariant::StreamShape, what);
            }
        }
    }

    fn check_position(&mut self, feed: Uuid, seq: u64, findings: &mut Findings) {
        match self.positions.insert(feed, seq) {
            // Whoever is added again, and is still connected, is given the position of the event that added them.
            Some(before) if before != seq && !self.joined_at(feed, seq, Some(before)) => {
                let what = format!(
                    "{} was at {before} of {feed} and was told that it is at {seq}",
                    self.device.name
                );
                findings.violation(Invariant::StreamShape, what);
            }
            _ => {}
        }
    }

    fn check_reset(&mut self, feed: Uuid, seq: u64, reason: &str, findings: &mut Findings) {
        *findings.resets.entry(reason.to_owned()).or_default() += 1;
        let before = self.positions.insert(feed, seq);
        self.refetched_chat_list |= feed == self.device.user;
        // An event that was lost in a failover may still be delivered, and is taken back by another reset.
        let lost = &self.index.lost;
        self.applied
            .retain(|&(event, seq)| !lost.contains(&(feed, seq, event)));
        let allowed = self.index.meta["resets"]
            .as_array()
            .is_some_and(|allowed| allowed.iter().any(|word| word == reason));
        let large_gap = before.is_some_and(|before| seq.saturating_sub(before) > RESUME_LIMIT);
        if !allowed || (reason == "GAP_TOO_LARGE" && !large_gap) {
            let what = format!(
                "{} was at {before:?} of {feed} and was reset to {seq}: {reason}",
                self.device.name
            );
            findings.violation(Invariant::HonestReset, what);
        }
    }

    /// At a seq, all devices and the database have the same event.
    fn check_agreement(
        &self,
        event: &ReceivedEvent,
        first_seen: &mut HashMap<(Uuid, u64), Uuid>,
        findings: &mut Findings,
    ) {
        if self.index.lost.contains(&(event.feed, event.seq, event.id)) {
            return;
        }
        let position = (event.feed, event.seq);
        let first = *first_seen.entry(position).or_insert(event.id);
        if first != event.id {
            let what = format!(
                "{} received {} at seq {} of {}, where another device received {first}",
                self.device.name, event.id, event.seq, event.feed
            );
            findings.violation(Invariant::Agreement, what);
        }
        let stored = self.index.feeds.get(&event.feed);
        let stored = stored.and_then(|feed| feed.at(event.seq));
        if stored.is_none_or(|stored| stored.id != event.id) {
            let what = format!(
                "{} received {} at seq {} of {}, which is not stored",
                self.device.name, event.id, event.seq, event.feed
            );
            findings.violation(Invariant::NoPhantom, what);
        }
    }

    fn check_received(&mut self, event: &ReceivedEvent, findings: &mut Findings) {
        if event.kind == "ChatLeft" {
            self.left_chats.extend(event.chat);
        }
        self.reconnected.remove(&event.feed);
        let name = &self.device.name;
        let before = self.positions.get(&event.feed).copied();
        if !self.applied.insert((event.id, event.seq)) {
            let what = format!("{name} received seq {} of {} twice", event.seq, event.feed);
            findings.violation(Invariant::Once, what);
            return;
        }
        let next = before.map(|before| before + 1);
        if next != Some(event.seq)
            && !self.joined_at(event.feed, event.seq - 1, before)
            && !self.rejoined_in_lost_history(event, before)
        {
            let what = format!(
                "{name} was at {before:?} of {} and received seq {}",
                event.feed, event.seq
            );
            findings.violation(Invariant::StreamShape, what);
        }
        self.positions.insert(event.feed, event.seq);
    }

    /// A stream may start, or start again, right after the event that added the user.
    fn joined_at(&self, feed: Uuid, seq: u64, before: Option<u64>) -> bool {
        let joined = self.windows(feed).iter().any(|window| window.joined == seq);
        joined && before.is_none_or(|before| before < seq)
    }

    /// Whether the user was removed and added again in a history that was lost, so that the event that added them is unknown.
    fn rejoined_in_lost_history(&self, event: &ReceivedEvent, before: Option<u64>) -> bool {
        // The user's own feed may have reported the removal before the feed of the chat, which was then replaced.
        let was_told = self.left_chats.contains(&event.feed);
        let left = self.windows(event.feed).iter().any(|window| {
            let stopped_at_removal = window.left == before || (was_told && before < window.left);
            window.left.is_some_and(|left| left < event.seq) && stopped_at_removal
        });
        left && self.index.lost.contains(&(event.feed, event.seq, event.id))
    }

    /// A user receives nothing after the event that removed them, unless they were added again.
    fn check_visibility(&self, t: u64, event: &ReceivedEvent, findings: &mut Findings) {
        // For a history that was lost, the participants are unknown.
        let lost = (event.feed, event.seq, event.id);
        if event.feed == self.device.user || self.index.lost.contains(&lost) {
            return;
        }
        let windows = self.windows(event.feed);
        // New participants may also see everything before they joined.
        let inside =
            |window: &ParticipationWindow| window.left.is_none_or(|left| event.seq <= left);
        if !windows.iter().any(inside) && !self.invited_again_later(event, t) {
            let what = format!(
                "{} received seq {} of {} after the user was removed",
                self.device.name, event.seq, event.feed
            );
            findings.violation(Invariant::Visibility, what);
            return;
        }
        // Events between two windows only if the user was being added again.
        let stopped =
            |window: &ParticipationWindow| window.left.is_some_and(|left| left < event.seq);
        let still_in = |window: &ParticipationWindow| window.joined <= event.seq && inside(window);
        if windows.iter().any(stopped)
            && !windows.iter().any(still_in)
            && !self.invited_again_later(event, t)
        {
            let what = format!(
                "{} received seq {} of {} while the user was not a participant",
                self.device.name, event.seq, event.feed
            );
            findings.violation(Invariant::Visibility, what);
        }
    }

    /// A user who was added again may see what happened in between.
    fn invited_again_later(&self, event: &ReceivedEvent, t: u64) -> bool {
        let later = self
            .windows(event.feed)
            .iter()
            .any(|window| window.joined > event.seq);
        let invited = self.invitations.get(&(event.feed, self.device.user));
        later && invited.is_some_and(|times| times.iter().any(|invited| *invited < t))
    }

    fn windows(&self, feed: Uuid) -> &[ParticipationWindow] {
        let windows = self.index.windows.get(&(feed, self.device.user));
        windows.map(Vec::as_slice).unwrap_or_default()
    }

    /// At rest, the device has its user's feed up to the head, and each chat up to the head or the user's removal.
    fn check_completeness(&self, findings: &mut Findings) {
        let mut expected: Vec<(Uuid, u64)> = Vec::new();
        if let Some(own) = self.index.feeds.get(&self.device.user) {
            expected.push((self.device.user, own.last_seq));
        }
        for ((chat, user), windows) in &self.index.windows {
            let (Some(window), Some(feed)) = (windows.last(), self.index.feeds.get(chat)) else {
                continue;
            };
            if *user != self.device.user {
                continue;
            }
            match window.left {
                // A user who was added by the last event of the chat learns that from their own feed.
                None if feed.last_seq == window.joined => {}
                None => expected.push((*chat, feed.last_seq)),
                // A user who was offline during the removal only learns of the removal.
                Some(_) if self.knows_of_removal(*chat) && self.may_have_missed(*chat) => {}
                Some(left) => expected.push((*chat, left)),
            }
        }
        for (feed, until) in expected {
            let position = self.positions.get(&feed).copied();
            if position.is_none_or(|position| position < until) {
                let what = format!(
                    "{} is at {position:?} of {feed} and should be at {until}",
                    self.device.name
                );
                findings.violation(Invariant::Completeness, what);
            }
        }
    }

    /// Whether the device knows that its user has left: from the user's own feed, or from the list of chats that it loaded
    /// after a reset.
    fn knows_of_removal(&self, chat: Uuid) -> bool {
        self.left_chats.contains(&chat) || self.refetched_chat_list
    }

    /// Whether the last event of the chat came over an earlier connection.
    fn may_have_missed(&self, chat: Uuid) -> bool {
        self.reconnected.contains(&chat) || !self.positions.contains_key(&chat)
    }
}
