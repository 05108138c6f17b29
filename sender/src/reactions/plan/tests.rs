use shared_schema::{ChatId, ChatKind, ErrorCode, Instant, ParticipantRole};

use super::*;

/// A chat in which these users take part, with two messages, of which the second was removed.
struct Fixture {
    chat: ChatId,
    users: Vec<UserId>,
    message: MessageId,
    removed: MessageId,
}

impl Fixture {
    fn new(users: usize) -> Self {
        Self {
            chat: ChatId::new(),
            users: (0..users).map(|_| UserId::new()).collect(),
            message: MessageId::new(),
            removed: MessageId::new(),
        }
    }

    fn snapshot(&self) -> Snapshot {
        let participant = |user: &UserId| {
            let participant = Participant {
                chat_id: self.chat,
                user_id: *user,
                role: ParticipantRole::Member,
                last_read_number: 0,
                joined_number: 0,
                joined_at: Instant(jiff::Timestamp::UNIX_EPOCH),
            };
            (*user, participant)
        };
        Snapshot {
            chat: Some(StoredChat {
                id: self.chat,
                kind: ChatKind::Group,
                name: None,
                description: String::new(),
                reactions_allowed: true,
                threads_allowed: true,
                participant_count: 0,
                created_by: UserId::new(),
                created_at: Instant(jiff::Timestamp::UNIX_EPOCH),
                request_hash: vec![],
                removed: false,
            }),
            participants: self.users.iter().map(participant).collect(),
            accounts: self.users.iter().copied().collect(),
            messages: HashMap::from([(self.message, false), (self.removed, true)]),
            groups: BTreeMap::new(),
            own: HashMap::new(),
        }
    }

    fn toggle(&self, user: usize, emoji: &str, add: bool) -> Toggle {
        Toggle {
            user_id: self.users[user],
            chat_id: self.chat,
            message_id: self.message,
            emoji: Emoji::parse(emoji).unwrap(),
            add,
        }
    }
}

fn counts(plan: &Plan) -> Vec<(i32, bool)> {
    let result = |result: &Result<(ReactionGroup, bool), Error>| {
        let (group, changed) = result.as_ref().unwrap();
        (group.count, *changed)
    };
    plan.results.iter().map(result).collect()
}

#[test]
fn a_reaction_counts_once_however_often_it_is_added_or_removed() {
    let fixture = Fixture::new(2);
    let toggles = [
        fixture.toggle(0, "👍", true),
        fixture.toggle(0, "👍", true),
        fixture.toggle(1, "👍", true),
        fixture.toggle(0, "👍", false),
        fixture.toggle(0, "👍", false),
    ];
    let plan = plan(&toggles, fixture.snapshot());
    assert_eq!(
        counts(&plan),
        [(1, true), (1, false), (2, true), (1, true), (1, false)]
    );
    // What changes nothing writes no event, and a reaction that was taken back is not stored.
    assert_eq!(plan.changes.len(), 3);
    assert_eq!(plan.upserted.len(), 1);
    assert_eq!(plan.deleted.len(), 1);
}

#[test]
fn another_skin_tone_replaces_the_reaction() {
    let fixture = Fixture::new(1);
    let toggles = [
        fixture.toggle(0, "👍", true),
        fixture.toggle(0, "👍🏽", true),
        fixture.toggle(0, "👍🏿", false),
    ];
    let plan = plan(&toggles, fixture.snapshot());
    assert_eq!(counts(&plan), [(1, true), (1, true), (0, true)]);
    let variants: Vec<&str> = plan
        .changes
        .iter()
        .map(|(_, change)| match change {
            Change::ReactionChanged { variant, .. } => variant.as_str(),
            other => panic!("{other:?}"),
        })
        .collect();
    // What is removed is what the user had.
    assert_eq!(variants, ["👍", "👍🏽", "👍🏽"]);
}

#[test]
fn groups_keep_their_places_and_a_message_has_room_for_twenty() {
    let fixture = Fixture::new(2);
    let emoji = [
        "😀", "😁", "😂", "🤣", "😃", "😄", "😅", "😆", "😉", "😊", "😋", "😎", "😍", "😘", "🥰",
        "😗", "😙", "🥲", "😚", "🙂",
    ];
    let mut toggles: Vec<Toggle> = emoji
        .iter()
        .map(|emoji| fixture.toggle(0, emoji, true))
        .collect();
    toggles.push(fixture.toggle(1, "🤗", true));
    toggles.push(fixture.toggle(1, emoji[0], true));
    toggles.push(fixture.toggle(0, emoji[1], false));
    toggles.push(fixture.toggle(1, "🤗", true));
    let plan = plan(&toggles, fixture.snapshot());
    let error = plan.results[20].as_ref().unwrap_err();
    assert_eq!(error.code(), ErrorCode::Conflict);
    assert_eq!(
        error.reason(),
        Some(Reason::TooManyReactions {
            max: MAX_GROUPS_PER_MESSAGE as u32
        })
    );
    let position = |index: usize| plan.results[index].as_ref().unwrap().0.position;
    assert_eq!(position(21), 1, "joining is always possible");
    assert_eq!(position(23), 21, "the next place, not the one that is free");
}

#[test]
fn who_may_not_react_is_refused_and_others_in_the_batch_are_not_affected() {
    let fixture = Fixture::new(2);
    let mut stranger = fixture.toggle(0, "👍", true);
    stranger.user_id = UserId::new();
    let mut nowhere = fixture.toggle(0, "👍", true);
    nowhere.message_id = MessageId::new();
    let mut late = fixture.toggle(0, "👍", true);
    late.message_id = fixture.removed;
    let mut taken_back_late = late.clone();
    taken_back_late.add = false;
    let toggles = [
        stranger,
        nowhere,
        late,
        taken_back_late,
        fixture.toggle(1, "👍", true),
    ];
    let codes = |snapshot| -> Vec<Option<ErrorCode>> {
        let plan = plan(&toggles, snapshot);
        plan.results
            .iter()
            .map(|result| result.as_ref().err().map(Error::code))
            .collect()
    };
    let refused = [
        Some(ErrorCode::Unauthenticated),
        Some(ErrorCode::NotFound),
        Some(ErrorCode::Conflict),
        None,
    ];
    assert_eq!(codes(fixture.snapshot()), [&refused[..], &[None]].concat());

    let mut without_reactions = fixture.snapshot();
    without_reactions.chat.as_mut().unwrap().reactions_allowed = false;
    let codes = codes(without_reactions);
    assert_eq!(codes[2], Some(ErrorCode::Forbidden));
    assert_eq!(codes[3], None, "taking back is always possible");
    assert_eq!(codes[4], Some(ErrorCode::Forbidden));
}

/// The plan of any sequence equals counting, also when it is cut into batches.
#[test]
fn any_sequence_in_any_batches_equals_counting() {
    const EMOJI: [&str; 3] = ["👍", "❤️", "😂"];
    let fixture = Fixture::new(8);
    for seed in 0..200_u64 {
        let mut random = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
        let mut next = |below: u64| {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            random % below
        };
        let mut snapshot = fixture.snapshot();
        let mut counted: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for _ in 0..4 {
            let mut toggles = vec![];
            for _ in 0..next(20) {
                let (user, emoji) = (next(8) as usize, EMOJI[next(3) as usize]);
                let add = next(2) == 0;
                toggles.push(fixture.toggle(user, emoji, add));
                let users = counted.entry(emoji).or_default();
                if add && !users.contains(&user) {
                    users.insert(0, user);
                } else if !add {
                    users.retain(|other| *other != user);
                }
                if users.is_empty() {
                    counted.remove(emoji);
                }
            }
            let plan = plan(&toggles, snapshot);
            snapshot = after(&fixture, &plan, &counted);
            for (key, group) in &plan.groups {
                let users = counted.get(key.emoji.as_str()).cloned().unwrap_or_default();
                let ids: Vec<UserId> = users.iter().map(|user| fixture.users[*user]).collect();
                assert_eq!(group.count as usize, ids.len(), "seed {seed}: {key:?}");
                assert_eq!(group.last_users, ids, "seed {seed}: {key:?}");
            }
        }
    }
}

/// What would be read after the plan was written.
fn after(fixture: &Fixture, plan: &Plan, counted: &BTreeMap<&str, Vec<usize>>) -> Snapshot {
    let mut snapshot = fixture.snapshot();
    for (position, (emoji, users)) in counted.iter().enumerate() {
        let key = GroupKey {
            message_id: fixture.message,
            emoji: (*emoji).to_owned(),
        };
        let last_users: Vec<UserId> = users.iter().map(|user| fixture.users[*user]).collect();
        for user in &last_users {
            let own = ReactionKey {
                message_id: fixture.message,
                emoji: (*emoji).to_owned(),
                user_id: *user,
            };
            snapshot.own.insert(own, (*emoji).to_owned());
        }
        let known = plan.groups.get(&key).map(|group| group.position);
        let group = StoredGroup {
            count: i32::try_from(users.len()).unwrap(),
            position: known.unwrap_or(position as i32 + 1),
            last_users,
        };
        snapshot.groups.insert(key, group);
    }
    snapshot
}
