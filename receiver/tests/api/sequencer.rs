//! Properties of the sequencer: whatever arrives, in whatever order, each event passes once and in order.

use std::{collections::BTreeSet, sync::Arc};

use proptest::{collection::vec, prelude::*};
use receiver::sequencer::{OfferResult, Sequencer, Step};
use shared_schema::{
    Change, ChatId, Cursor, Event, EventId, FeedRef, Instant, Message, MessageId, Publication,
    UserId,
};
use uuid::Uuid;

const CHAT: ChatId = ChatId(Uuid::from_u128(7));
const FEED: FeedRef = FeedRef::Chat(CHAT);

fn id(history: u128, seq: i64) -> EventId {
    if seq == 0 {
        return EventId::NIL;
    }
    EventId(Uuid::from_u128(
        history << 64 | u128::from(seq.unsigned_abs()),
    ))
}

fn event_with(history: u128, seq: i64, change: Change) -> Arc<Event> {
    Arc::new(Event {
        feed: FEED,
        seq,
        id: id(history, seq),
        prev: (seq > 1).then(|| id(history, seq - 1)),
        at: Instant(jiff::Timestamp::UNIX_EPOCH),
        actor: None,
        change,
    })
}

fn event(seq: i64) -> Arc<Event> {
    event_with(1, seq, Change::ChatUpdated)
}

fn position(seq: i64) -> Cursor {
    Cursor {
        feed: FEED,
        seq,
        event: id(1, seq),
    }
}

fn message(number: i64, content: Option<&str>) -> Message {
    Message {
        id: MessageId(id(1, number).0),
        chat_id: CHAT,
        number,
        seq: number,
        revision: 1,
        sender_id: UserId(CHAT.0),
        sender_username: "ada".into(),
        content: content.map(Into::into),
        reply_to_id: None,
        thread_root_id: None,
        thread_ordinal: None,
        mentions_all: false,
        mention_count: 0,
        created_at: Instant(jiff::Timestamp::UNIX_EPOCH),
        edited_at: None,
        removed_at: None,
    }
}

/// Reads on from a position until there is nothing more, in steps of this size.
fn drain(sequencer: &Sequencer, mut from: Cursor, limit: usize) -> Vec<i64> {
    let mut seen = vec![];
    loop {
        match sequencer.after(from, limit) {
            Step::Events(events) => {
                assert!(!events.is_empty() && events.len() <= limit);
                seen.extend(events.iter().map(|event| event.seq));
                from = events.last().unwrap().cursor();
            }
            Step::AtHead => return seen,
            Step::BeforeWindow | Step::Diverged | Step::Ahead => panic!("{from:?}"),
        }
    }
}

proptest! {
    #[test]
    fn any_mix_of_reordered_repeated_and_lost_events_passes_once_and_in_order(
        start in 0_i64..5,
        arrivals in vec(1_i64..30, 0..200),
        capacity in 0_usize..40,
    ) {
        let mut sequencer = Sequencer::new(position(start), capacity);
        let mut delivered = vec![];
        for seq in &arrivals {
            let head = sequencer.head().seq;
            match sequencer.offer(event(*seq)) {
                OfferResult::Accepted => delivered.push(*seq),
                OfferResult::Duplicate => prop_assert!(*seq <= head),
                OfferResult::Gap => prop_assert!(*seq > head + 1),
            }
        }
        let expected: Vec<i64> = (start + 1..=sequencer.head().seq).collect();
        prop_assert_eq!(&delivered, &expected, "once, in order, up to the first hole");
        prop_assert!(sequencer.head().seq == start || arrivals.contains(&sequencer.head().seq));
    }

    #[test]
    fn asking_for_what_is_missing_fills_every_hole(
        arrivals in vec(1_i64..60, 1..120),
        capacity in 0_usize..80,
    ) {
        // A suspect makes the receiver read everything after the head, which is what this does.
        let newest = arrivals.iter().copied().max().unwrap_or_default();
        let mut sequencer = Sequencer::new(position(0), capacity);
        let mut delivered = vec![];
        for seq in arrivals {
            if sequencer.offer(event(seq)) == OfferResult::Accepted {
                delivered.push(seq);
            }
            for missing in sequencer.head().seq + 1..=seq {
                prop_assert_eq!(sequencer.offer(event(missing)), OfferResult::Accepted);
                delivered.push(missing);
            }
        }
        prop_assert_eq!(delivered, (1..=newest).collect::<Vec<_>>());
    }

    #[test]
    fn reading_on_never_skips_and_never_repeats(
        events in 0_i64..60,
        capacity in 0_usize..70,
        from in 0_i64..60,
        limit in 1_usize..10,
    ) {
        let mut sequencer = Sequencer::new(position(0), capacity);
        for seq in 1..=events {
            sequencer.offer(event(seq));
        }
        let held = i64::try_from(capacity).unwrap().min(events);
        match sequencer.after(position(from), limit) {
            Step::Ahead => prop_assert!(from > events),
            Step::BeforeWindow => prop_assert!(from < events - held),
            Step::Diverged => prop_assert!(false, "it is this history"),
            Step::AtHead => prop_assert_eq!(from, events),
            Step::Events(_) => {
                prop_assert!(from >= events - held);
                let seen = drain(&sequencer, position(from), limit);
                prop_assert_eq!(seen, (from + 1..=events).collect::<Vec<_>>());
            }
        }
    }

    #[test]
    fn another_history_is_suspect_wherever_the_window_can_tell(
        events in 2_i64..40,
        capacity in 0_usize..50,
        seq in 1_i64..45,
    ) {
        let mut sequencer = Sequencer::new(position(0), capacity);
        for seq in 1..=events {
            sequencer.offer(event(seq));
        }
        let held = i64::try_from(capacity).unwrap().min(events);
        let known = seq == events || (seq <= events && seq >= events - held);
        let other = Cursor { event: id(2, seq), ..position(seq) };
        let result = sequencer.offer(event_with(2, seq, Change::ChatUpdated));
        if seq > events || known {
            prop_assert_eq!(result, OfferResult::Gap);
            prop_assert_eq!(sequencer.has_had(other), Some(false));
        } else {
            prop_assert_eq!(result, OfferResult::Duplicate, "Postgres will say");
            prop_assert_eq!(sequencer.has_had(other), None);
        }
        if known {
            prop_assert!(matches!(sequencer.after(other, 10), Step::Diverged));
            prop_assert_eq!(sequencer.has_had(position(seq)), Some(true));
        }
        prop_assert_eq!(sequencer.head(), position(events), "nothing of it got in");
    }

    #[test]
    fn no_step_after_a_removal_shows_the_text_of_the_message(
        before in 1_i64..10,
        edits in 0_i64..4,
        between in 0_i64..6,
        capacity in 1_usize..30,
    ) {
        let mut sequencer = Sequencer::new(position(0), capacity);
        let mut seq = 0;
        let mut offer = |sequencer: &mut Sequencer, change: Change| {
            seq += 1;
            assert_eq!(sequencer.offer(event_with(1, seq, change)), OfferResult::Accepted);
        };
        for number in 1..=before {
            offer(&mut sequencer, Change::MessageAdded(message(number, Some("text"))));
        }
        for _ in 0..edits {
            offer(&mut sequencer, Change::MessageUpdated(message(1, Some("edited text"))));
        }
        for _ in 0..between {
            offer(&mut sequencer, Change::ChatUpdated);
        }
        offer(&mut sequencer, Change::MessageRemoved(message(1, None)));
        let held = i64::try_from(capacity).unwrap().min(seq);
        let Step::Events(events) = sequencer.after(position(seq - held), capacity) else {
            panic!("the window holds {held}");
        };
        prop_assert_eq!(i64::try_from(events.len()).unwrap(), held);
        for event in events {
            if let Some(shown) = event.change.message() {
                let gone = shown.number == 1;
                prop_assert_eq!(shown.content.is_none(), gone, "{:?}", event);
            }
        }
    }

    #[test]
    fn what_redis_makes_up_is_never_a_panic(seq in any::<i64>(), prev in any::<u128>(), capacity in 0_usize..4) {
        let mut sequencer = Sequencer::new(position(3), capacity);
        sequencer.offer(event(4));
        let forged = Arc::new(Event {
            seq,
            prev: Some(EventId(Uuid::from_u128(prev))),
            id: EventId(Uuid::from_u128(prev ^ 1)),
            ..Event::clone(&event(4))
        });
        prop_assert_ne!(sequencer.offer(forged), OfferResult::Accepted);
        prop_assert_eq!(sequencer.head(), position(4));
    }
}

#[test]
fn the_ends_of_the_numbers_are_no_panic() {
    for capacity in [0, 4] {
        let mut sequencer = Sequencer::new(position(3), capacity);
        sequencer.offer(event(4));
        for seq in [i64::MIN, -1, 0, i64::MAX] {
            sequencer.offer(event_with(2, seq, Change::ChatUpdated));
        }
        assert_eq!(sequencer.head(), position(4));
    }
}

#[test]
fn a_window_of_long_texts_is_shorter_and_still_ends_at_the_head() {
    let mut sequencer = Sequencer::new(Cursor::start(FEED), 2_048);
    let text = "x".repeat(5_000);
    for seq in 1..=1_000 {
        let added = Change::MessageAdded(message(seq, Some(&text)));
        let result = sequencer.offer(event_with(1, seq, added));
        assert_eq!(result, OfferResult::Accepted);
    }
    assert_eq!(drain(&sequencer, position(900), 100).len(), 100);
    assert!(matches!(
        sequencer.after(position(500), 1),
        Step::BeforeWindow
    ));
    // A removal takes its text out of the count as well.
    for seq in 1_001..=1_100 {
        let removed = Change::MessageRemoved(message(seq - 101, None));
        sequencer.offer(event_with(1, seq, removed));
    }
    assert_eq!(drain(&sequencer, position(900), 100).len(), 200);
}

/// One event of every kind that this build knows, as the contract has them.
fn one_of_every_kind() -> Vec<Change> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared-schema/tests/golden");
    let mut changes = vec![];
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|end| end == "json") {
            let publication: Publication =
                serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
            changes.extend(publication.events.into_iter().map(|event| event.change));
        }
    }
    let kinds: BTreeSet<&str> = changes.iter().map(Change::kind).collect();
    assert_eq!(kinds, Change::KINDS.iter().copied().collect());
    changes
}

/// Whatever the kind of an event about it: the window shows nothing of a message that was removed.
#[test]
fn no_kind_of_event_keeps_the_text_of_a_removed_message() {
    let changes = one_of_every_kind();
    let message = changes
        .iter()
        .filter_map(Change::message)
        .find(|message| message.content.is_some())
        .unwrap();
    let text = message.content.clone().unwrap();
    let removed = Message {
        content: None,
        ..message.clone()
    };
    let mut sequencer = Sequencer::new(position(0), 100);
    let last = Change::MessageRemoved(removed);
    let count = i64::try_from(changes.len()).unwrap();
    for (seq, change) in (1..).zip(changes.into_iter().chain([last])) {
        let result = sequencer.offer(event_with(1, seq, change));
        assert_eq!(result, OfferResult::Accepted);
    }
    let Step::Events(events) = sequencer.after(position(0), 100) else {
        panic!("the window holds all of them");
    };
    assert_eq!(events.len() as i64, count + 1);
    for event in events {
        let shown = serde_json::to_string(&event.change).unwrap();
        assert!(!shown.contains(&text), "{shown}");
    }
}
