//! What queries answered, and what is left at rest. (I11, I12, I14, I15)

use std::collections::{BTreeMap, HashMap, HashSet};

use serde_json::Value;
use uuid::Uuid;

use super::book::{Book, Sight};
use super::findings::{Findings, Invariant};

/// Microseconds after which a removed message's text may not be sent any more, and a removed
/// participant's query not be answered, beyond the fault's own bound on delays.
const GRACE: u64 = 2_000_000;

pub(super) fn check(book: &Book, findings: &mut Findings) {
    let bound = book.meta["bound_ms"].as_u64().unwrap_or(0) * 1_000;
    let slack = book.meta["slack"].as_u64().unwrap_or(1);
    // What travels may be late; what is asked for later may not.
    let grace = GRACE + bound * slack;
    probes(book, GRACE + bound, findings);
    revoked(book, grace, findings);
    unread(book, findings);
    marks(book, findings);
    copies(book, findings);
    removed_texts(book, grace, findings);
}

/// Queries of people who had to go, asked after they were told.
fn probes(book: &Book, grace: u64, findings: &mut Findings) {
    // A removal that was lost with its history did not happen.
    let lost: HashSet<(Uuid, u64)> = book.lost.iter().map(|event| (event.0, event.1)).collect();
    let mut moves: BTreeMap<(Uuid, Uuid), Vec<(u64, bool)>> = BTreeMap::new();
    for step in &book.steps {
        let lets_in = match step.kind.as_str() {
            "add.invoke" => true,
            "drop.ok" => false,
            _ => continue,
        };
        let key = (step.id("chat"), step.id("whom"));
        if lost.contains(&(key.0, step.number("seq"))) {
            continue;
        }
        moves.entry(key).or_default().push((step.t, lets_in));
    }
    for step in book.steps("probe") {
        let key = (step.id("chat"), book.user(step.text("user")));
        // The last thing that happened to them before the answer.
        let moves = moves.get(&key).into_iter().flatten();
        let last = moves.filter(|(t, _)| *t <= step.t).max();
        let out_for_long = matches!(last, Some((t, false)) if t + grace < step.number("begun"));
        if step.facts["answered"] == Value::Bool(true) && out_for_long {
            let what = format!("{} could still read chat {}", step.text("user"), key.0);
            findings.accuse(Invariant::Visibility, what);
        }
    }
}

/// Devices of a revoked session see nothing from a moment after the revocation on.
fn revoked(book: &Book, grace: u64, findings: &mut Findings) {
    for step in book.steps("revoke.ok") {
        let bound = step.t + grace;
        let device = book
            .devices
            .iter()
            .find(|device| device.name == step.text("d"));
        let Some(device) = device else { continue };
        let late = device
            .sights
            .iter()
            .find(|(t, sight)| *t > bound && matches!(sight, Sight::Received(_)));
        let closed = device
            .sights
            .iter()
            .any(|(t, sight)| *t >= step.number("begun") && matches!(sight, Sight::Ended));
        if late.is_some() || !closed {
            let what = format!("the revoked session of {} stayed open", device.name);
            findings.accuse(Invariant::Visibility, what);
        }
    }
}

/// At rest the answer is what counting gives: messages above the mark that have not been removed.
fn unread(book: &Book, findings: &mut Findings) {
    let mut numbers: HashMap<Uuid, Vec<u64>> = HashMap::new();
    for ((chat, _), message) in &book.messages {
        if !message.removed {
            numbers.entry(*chat).or_default().push(message.number);
        }
    }
    numbers
        .values_mut()
        .for_each(|numbers| numbers.sort_unstable());
    for step in book.steps("unread") {
        let (chat, user) = (step.id("chat"), book.user(step.text("user")));
        let Some(participant) = book.participants.get(&(chat, user)) else {
            continue;
        };
        let numbers = numbers.get(&chat).map(Vec::as_slice).unwrap_or_default();
        let read = numbers.partition_point(|number| *number <= participant.last_read);
        let counted = (numbers.len() - read) as u64;
        if participant.left || step.number("unread") != counted {
            let what = format!(
                "{} is told {} unread in {chat}, counting gives {counted}",
                step.text("user"),
                step.number("unread")
            );
            findings.accuse(Invariant::Unread, what);
        }
    }
}

/// Marks only grow: acknowledged ones are stored, and each device sees them rise.
fn marks(book: &Book, findings: &mut Findings) {
    for step in book.steps("read.ok") {
        let key = (step.id("chat"), book.user(step.text("user")));
        let held = book.participants.get(&key);
        // Coming back starts anew, and a lossy failover takes marks with it.
        let comparable = held.is_some_and(|held| !held.left) && book.lost.is_empty();
        let windows = book.windows.get(&key).map_or(0, Vec::len);
        if comparable
            && windows <= 1
            && held.is_some_and(|held| held.last_read < step.number("number"))
        {
            let what = format!("{} has lost a read mark in {}", step.text("user"), key.0);
            findings.accuse(Invariant::Unread, what);
        }
    }
    for device in &book.devices {
        let mut marks: HashMap<Uuid, u64> = HashMap::new();
        for (_, sight) in &device.sights {
            let Sight::Received(event) = sight else {
                continue;
            };
            if let (Some(chat), Some(read)) = (event.chat, event.read) {
                let before = marks.insert(chat, read).unwrap_or(0);
                if read < before {
                    let what = format!(
                        "{} sees a read mark fall from {before} to {read}",
                        device.name
                    );
                    findings.accuse(Invariant::Unread, what);
                }
            }
        }
    }
}

/// What a device built from events is what a fresh load shows.
fn copies(book: &Book, findings: &mut Findings) {
    let sides = |kind| {
        book.steps(kind)
            .map(|step| {
                (
                    (step.text("d").to_owned(), step.id("chat")),
                    &step.facts["state"],
                )
            })
            .collect::<BTreeMap<_, _>>()
    };
    let (copies, fresh) = (sides("copy"), sides("fresh"));
    for key in copies
        .keys()
        .chain(fresh.keys().filter(|key| !copies.contains_key(*key)))
    {
        let (copy, fresh) = (copies.get(key), fresh.get(key));
        if copy != fresh {
            let what = format!(
                "{} has another copy of {}: {}",
                key.0,
                key.1,
                difference(copy, fresh)
            );
            findings.accuse(Invariant::HybridState, what);
        }
    }
}

/// The first thing that differs, short enough for a report.
fn difference(copy: Option<&&Value>, fresh: Option<&&Value>) -> String {
    let (Some(copy), Some(fresh)) = (copy, fresh) else {
        return format!("in the copy {}, fresh {}", copy.is_some(), fresh.is_some());
    };
    let sections = ["name", "read", "people", "messages"];
    let section = sections
        .iter()
        .find(|section| copy[**section] != fresh[**section]);
    let section = section.copied().unwrap_or("name");
    let (copy, fresh) = (&copy[section], &fresh[section]);
    let keys = |value: &Value| value.as_object().cloned().unwrap_or_default();
    let (left, right) = (keys(copy), keys(fresh));
    let key = left
        .keys()
        .chain(right.keys())
        .find(|key| left.get(*key) != right.get(*key));
    match key {
        Some(key) => format!(
            "{section} {key}: {:?}, fresh {:?}",
            left.get(key),
            right.get(key)
        ),
        None => format!("{section}: {copy}, fresh {fresh}"),
    }
}

/// No text of a removed message in anything that arrives later.
fn removed_texts(book: &Book, grace: u64, findings: &mut Findings) {
    let mut removed: HashMap<Uuid, u64> = HashMap::new();
    for step in book.steps("remove.ok") {
        let over = removed.entry(step.id("id")).or_insert(step.t);
        *over = step.t.min(*over);
    }
    for device in &book.devices {
        let mut begun = 0;
        for (t, sight) in &device.sights {
            let event = match sight {
                Sight::Received(event) => event,
                Sight::Subscribed(_) => {
                    begun = *t;
                    continue;
                }
                _ => continue,
            };
            let over = event.message.and_then(|message| removed.get(&message));
            // Nothing in a stream is older than its beginning.
            let late = |over: &u64| begun > over + GRACE || *t > over + grace;
            if over.is_some_and(late) && !event.empty {
                let what = format!(
                    "{} was sent the text of {:?}, long removed",
                    device.name, event.message
                );
                findings.accuse(Invariant::Deletion, what);
            }
        }
    }
    for step in book.steps("remove.ok") {
        let row = book.messages.get(&(step.id("chat"), step.id("id")));
        if book.lost.is_empty() && row.is_some_and(|row| !row.removed) {
            let what = format!("message {} was removed and has its text", step.id("id"));
            findings.accuse(Invariant::Deletion, what);
        }
    }
}
