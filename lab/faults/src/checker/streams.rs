//! What each device received, in order. (I2, I3, I6, I7, I8, I11, I13)

use std::collections::{BTreeMap, HashMap, HashSet};

use uuid::Uuid;

use super::book::{Book, Device, Received, Sight, Window};
use super::findings::{Findings, Invariant};

/// The largest gap that the server replays instead of resetting.
const RESUME_LIMIT: u64 = 500;

pub(super) fn check(book: &Book, findings: &mut Findings) {
    let mut agreed: HashMap<(Uuid, u64), Uuid> = HashMap::new();
    let invited = invitations(book);
    for device in &book.devices {
        let mut walk = Walk {
            book,
            device,
            invited: &invited,
            positions: BTreeMap::new(),
            applied: HashSet::new(),
            told_to_leave: HashSet::new(),
            told_to_fetch: false,
            reconnected: HashSet::new(),
        };
        for (t, sight) in &device.sights {
            walk.step(*t, sight, &mut agreed, findings);
        }
        if !device.gone {
            walk.end(findings);
        }
    }
}

/// When each user was first asked into each chat: nobody can be in before.
fn invitations(book: &Book) -> HashMap<(Uuid, Uuid), Vec<u64>> {
    let mut times: HashMap<(Uuid, Uuid), Vec<u64>> = HashMap::new();
    for step in book.steps("add.invoke") {
        let key = (step.id("chat"), step.id("whom"));
        times.entry(key).or_default().push(step.t);
    }
    times
}

/// One device on its way through its own history.
struct Walk<'a> {
    book: &'a Book,
    device: &'a Device,
    invited: &'a HashMap<(Uuid, Uuid), Vec<u64>>,
    positions: BTreeMap<Uuid, u64>,
    applied: HashSet<(Uuid, u64)>,
    /// Chats of which the user's own feed said that they are over.
    told_to_leave: HashSet<Uuid>,
    /// The own feed was reset: the device has fetched the list of its chats.
    told_to_fetch: bool,
    /// Chats whose position comes from a connection before the present one.
    reconnected: HashSet<Uuid>,
}

impl Walk<'_> {
    fn step(
        &mut self,
        t: u64,
        sight: &Sight,
        agreed: &mut HashMap<(Uuid, u64), Uuid>,
        findings: &mut Findings,
    ) {
        match sight {
            Sight::Subscribed(after) => self.subscribed(after, findings),
            Sight::Position { feed, seq } => self.position(*feed, *seq, findings),
            Sight::Reset { feed, seq, reason } => self.reset(*feed, *seq, reason, findings),
            Sight::Received(event) => {
                findings.deliveries += 1;
                self.agree(event, agreed, findings);
                self.visible(t, event, findings);
                self.received(event, findings);
            }
            Sight::Ended => self.reconnected.extend(self.positions.keys()),
        }
    }

    /// A client that hands back other cursors than it was given would make nonsense of all.
    fn subscribed(&mut self, after: &HashMap<Uuid, u64>, findings: &mut Findings) {
        for (feed, seq) in after {
            if self.positions.get(feed) != Some(seq) {
                let what = format!(
                    "{} resumes {feed} at {seq} and was left at {:?}",
                    self.device.name,
                    self.positions.get(feed)
                );
                findings.accuse(Invariant::StreamShape, what);
            }
        }
    }

    fn position(&mut self, feed: Uuid, seq: u64, findings: &mut Findings) {
        match self.positions.insert(feed, seq) {
            Some(before) if before != seq => {
                let what = format!(
                    "{} stood at {before} of {feed} and is told that it stands at {seq}",
                    self.device.name
                );
                findings.accuse(Invariant::StreamShape, what);
            }
            _ => {}
        }
    }

    fn reset(&mut self, feed: Uuid, seq: u64, reason: &str, findings: &mut Findings) {
        *findings.resets.entry(reason.to_owned()).or_default() += 1;
        let before = self.positions.insert(feed, seq);
        self.told_to_fetch |= feed == self.device.user;
        // What was lost may be heard of once more on its way, and is then taken back by another reset.
        let lost = &self.book.lost;
        self.applied
            .retain(|&(event, seq)| !lost.contains(&(feed, seq, event)));
        let allowed = self.book.meta["resets"]
            .as_array()
            .is_some_and(|allowed| allowed.iter().any(|word| word == reason));
        let far = before.is_some_and(|before| seq.saturating_sub(before) > RESUME_LIMIT);
        if !allowed || (reason == "GAP_TOO_LARGE" && !far) {
            let what = format!(
                "{} stood at {before:?} of {feed} and is reset to {seq}: {reason}",
                self.device.name
            );
            findings.accuse(Invariant::HonestReset, what);
        }
    }

    /// The same seq is the same event for everyone, and for the database.
    fn agree(
        &self,
        event: &Received,
        agreed: &mut HashMap<(Uuid, u64), Uuid>,
        findings: &mut Findings,
    ) {
        if self.book.lost.contains(&(event.feed, event.seq, event.id)) {
            return;
        }
        let place = (event.feed, event.seq);
        let first = *agreed.entry(place).or_insert(event.id);
        if first != event.id {
            let what = format!(
                "{} sees {} at seq {} of {}, where another one saw {first}",
                self.device.name, event.id, event.seq, event.feed
            );
            findings.accuse(Invariant::Agreement, what);
        }
        let stored = self.book.feeds.get(&event.feed);
        let stored = stored.and_then(|feed| feed.at(event.seq));
        if stored.is_none_or(|stored| stored.id != event.id) {
            let what = format!(
                "{} received {} at seq {} of {}, which is not stored",
                self.device.name, event.id, event.seq, event.feed
            );
            findings.accuse(Invariant::NoPhantom, what);
        }
    }

    fn received(&mut self, event: &Received, findings: &mut Findings) {
        if event.kind == "ChatLeft" {
            self.told_to_leave.extend(event.chat);
        }
        self.reconnected.remove(&event.feed);
        let name = &self.device.name;
        let before = self.positions.get(&event.feed).copied();
        if !self.applied.insert((event.id, event.seq)) {
            let what = format!("{name} was given seq {} of {} twice", event.seq, event.feed);
            findings.accuse(Invariant::Once, what);
            return;
        }
        let next = before.map(|before| before + 1);
        if next != Some(event.seq)
            && !self.joined_at(event.feed, event.seq - 1, before)
            && !self.joined_in_vain(event, before)
        {
            let what = format!(
                "{name} stood at {before:?} of {} and was given seq {}",
                event.feed, event.seq
            );
            findings.accuse(Invariant::StreamShape, what);
        }
        self.positions.insert(event.feed, event.seq);
    }

    /// A stream may begin, or begin again, right after the event that let the user in.
    fn joined_at(&self, feed: Uuid, seq: u64, before: Option<u64>) -> bool {
        let joined = self.windows(feed).iter().any(|window| window.joined == seq);
        joined && before.is_none_or(|before| before < seq)
    }

    /// Who had to go and was asked in again, in a history that was lost: nobody knows any more by which event.
    fn joined_in_vain(&self, event: &Received, before: Option<u64>) -> bool {
        // Their own feed may have told them to go, where the chat's was replaced before it came to that.
        let told = self.told_to_leave.contains(&event.feed);
        let left = self.windows(event.feed).iter().any(|window| {
            let at_the_farewell = window.left == before || (told && before < window.left);
            window.left.is_some_and(|left| left < event.seq) && at_the_farewell
        });
        left && self.book.lost.contains(&(event.feed, event.seq, event.id))
    }

    /// Nothing after the event that made the user go, unless they were asked in again.
    fn visible(&self, t: u64, event: &Received, findings: &mut Findings) {
        // Of a history that was lost, nobody knows any more who was in.
        let lost = (event.feed, event.seq, event.id);
        if event.feed == self.device.user || self.book.lost.contains(&lost) {
            return;
        }
        let windows = self.windows(event.feed);
        // New participants see everything before them, too.
        let inside = |window: &Window| window.left.is_none_or(|left| event.seq <= left);
        if !windows.iter().any(inside) && !self.asked_in_later(event, t) {
            let what = format!(
                "{} was sent seq {} of {}, where it had no business any more",
                self.device.name, event.seq, event.feed
            );
            findings.accuse(Invariant::Visibility, what);
            return;
        }
        // Between two windows only for those who are on their way back.
        let gone = |window: &Window| window.left.is_some_and(|left| left < event.seq);
        let held = |window: &Window| window.joined <= event.seq && inside(window);
        if windows.iter().any(gone) && !windows.iter().any(held) && !self.asked_in_later(event, t) {
            let what = format!(
                "{} was sent seq {} of {} while it was not in",
                self.device.name, event.seq, event.feed
            );
            findings.accuse(Invariant::Visibility, what);
        }
    }

    /// Someone who is back may see what happened meanwhile.
    fn asked_in_later(&self, event: &Received, t: u64) -> bool {
        let later = self
            .windows(event.feed)
            .iter()
            .any(|window| window.joined > event.seq);
        let asked = self.invited.get(&(event.feed, self.device.user));
        later && asked.is_some_and(|times| times.iter().any(|asked| *asked < t))
    }

    fn windows(&self, feed: Uuid) -> &[Window] {
        let windows = self.book.windows.get(&(feed, self.device.user));
        windows.map(Vec::as_slice).unwrap_or_default()
    }

    /// At rest: the own feed to its head, each chat to its head or to the farewell.
    fn end(&self, findings: &mut Findings) {
        let mut owed: Vec<(Uuid, u64)> = Vec::new();
        if let Some(own) = self.book.feeds.get(&self.device.user) {
            owed.push((self.device.user, own.last_seq));
        }
        for ((chat, user), windows) in &self.book.windows {
            let (Some(window), Some(feed)) = (windows.last(), self.book.feeds.get(chat)) else {
                continue;
            };
            if *user != self.device.user {
                continue;
            }
            match window.left {
                // Who was let in by the last event of all learns that from their own feed.
                None if feed.last_seq == window.joined => {}
                None => owed.push((*chat, feed.last_seq)),
                // Who was away when they had to go only learns that they did.
                Some(_) if self.knows_of_leaving(*chat) && self.may_have_missed(*chat) => {}
                Some(left) => owed.push((*chat, left)),
            }
        }
        for (feed, until) in owed {
            let stands = self.positions.get(&feed).copied();
            if stands.is_none_or(|stands| stands < until) {
                let what = format!(
                    "{} stands at {stands:?} of {feed}, which goes to {until}",
                    self.device.name
                );
                findings.accuse(Invariant::Completeness, what);
            }
        }
    }

    /// From their own feed, or from the list of their chats that they fetched after its reset.
    fn knows_of_leaving(&self, chat: Uuid) -> bool {
        self.told_to_leave.contains(&chat) || self.told_to_fetch
    }

    /// The connection that brought the last event of the chat is not the present one.
    fn may_have_missed(&self, chat: Uuid) -> bool {
        self.reconnected.contains(&chat) || !self.positions.contains_key(&chat)
    }
}
