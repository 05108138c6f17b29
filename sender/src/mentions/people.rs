//! Who is mentioned: the places of a text, resolved against the participants of a chat.

use std::collections::HashMap;

use chassis::Error;
use shared_schema::{Mention, Reason, UserId};

use super::tokens::{Meaning, MentionTokens};

/// Maximum people whom a message mentions by name.
pub const MAX_PEOPLE: u32 = 50;

/// Maximum places at which a message mentions the same person. Further ones remain text.
const MAX_PLACES: usize = 10;

/// Maximum different names that are looked for. A text with more of them could not be a message to 50 people.
const MAX_NAMES: usize = 200;

/// Whom a text mentions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mentions {
    /// Each once, in the order in which the text names them.
    pub people: Vec<MentionedPerson>,
    /// Whether it mentions all participants.
    pub all: bool,
}

/// A person whom a text mentions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MentionedPerson {
    pub user_id: UserId,
    /// Where the places begin, ascending, in UTF-16 units.
    pub starts: Vec<i32>,
    /// How long each of them is, with its `@`.
    pub length: i16,
}

/// The text mentions more than [`MAX_PEOPLE`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooManyPeople;

impl From<TooManyPeople> for Error {
    fn from(TooManyPeople: TooManyPeople) -> Self {
        Self::bad_input("content", Reason::TooManyMentions { max: MAX_PEOPLE })
    }
}

/// The names to look for. None is looked for if there are so many that the text is refused.
pub fn names(tokens: &MentionTokens) -> impl Iterator<Item = &str> {
    let names = tokens.names();
    let names = (names.len() <= MAX_NAMES).then_some(names);
    names.into_iter().flatten()
}

impl Mentions {
    /// Whom these places mention, where `find` finds the participant with a username.
    pub fn resolve(
        tokens: &MentionTokens,
        find: impl Fn(&str) -> Option<UserId>,
    ) -> Result<Self, TooManyPeople> {
        if tokens.names().len() > MAX_NAMES {
            return Err(TooManyPeople);
        }
        let mut mentions = Self::default();
        let mut indexes: HashMap<UserId, usize> = HashMap::new();
        for token in tokens.iter() {
            for meaning in token.meanings() {
                let Meaning::Person(name) = meaning else {
                    mentions.all = true;
                    break;
                };
                let (Some(user), Ok(length)) = (find(name), i16::try_from(name.len() + 1)) else {
                    continue;
                };
                let people = &mut mentions.people;
                let index = *indexes.entry(user).or_insert(people.len());
                match people.get_mut(index) {
                    // An edit can name a person by a former and by their present name. One of them counts.
                    Some(known) if known.length == length && known.starts.len() < MAX_PLACES => {
                        known.starts.push(token.start);
                    }
                    Some(_) => {}
                    None => people.push(MentionedPerson {
                        user_id: user,
                        starts: vec![token.start],
                        length,
                    }),
                }
                break;
            }
        }
        match mentions.people.len() > MAX_PEOPLE as usize {
            true => Err(TooManyPeople),
            false => Ok(mentions),
        }
    }

    /// How many people it mentions by name, as it is stored with the message.
    pub fn count(&self) -> i16 {
        i16::try_from(self.people.len()).unwrap_or(i16::MAX)
    }
}

impl MentionedPerson {
    /// The rows of a person as places.
    pub fn places(&self) -> impl Iterator<Item = Mention> {
        self.starts.iter().map(|&start| Mention {
            user_id: self.user_id,
            start,
            length: self.length.into(),
        })
    }
}
