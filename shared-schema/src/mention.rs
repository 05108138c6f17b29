//! The fields of mentions that all services share.

use async_graphql::SimpleObject;
use serde::{Deserialize, Serialize};

use crate::ids::UserId;

/// The shared fields of a place in the text of a message that mentions a participant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, SimpleObject)]
#[graphql(name = "MentionFacts")]
pub struct Mention {
    /// The id of the mentioned user.
    pub user_id: UserId,
    /// Where the place begins, at its `@`: its offset in `content`, in UTF-16 code units.
    pub start: i32,
    /// How long the place is, with its `@`, in UTF-16 code units.
    pub length: i32,
}

impl Mention {
    /// Those places that stand in this text, in its order. The rows of mentions are read after the text and may be those of a
    /// later edit: a place that the text does not have is left out, and the edit brings its own text.
    #[must_use]
    pub fn in_text(mut places: Vec<Self>, text: &str) -> Vec<Self> {
        let units: Vec<u16> = text.encode_utf16().collect();
        places.retain(|place| place.stands_in(&units));
        places.sort_unstable_by_key(|place| place.start);
        places
    }

    fn stands_in(&self, units: &[u16]) -> bool {
        let (Ok(start), Ok(length)) = (usize::try_from(self.start), usize::try_from(self.length))
        else {
            return false;
        };
        let place = units.get(start..start.saturating_add(length));
        place.is_some_and(|place| place.first() == Some(&u16::from(b'@')))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(start: i32, length: i32) -> Mention {
        Mention {
            user_id: UserId::new(),
            start,
            length,
        }
    }

    #[test]
    fn places_are_those_of_the_text_in_its_order() {
        let text = "🙂 @ada and @bob";
        let (ada, bob) = (at(3, 4), at(12, 4));
        let elsewhere = [
            at(0, 4),
            at(12, 5),
            at(-1, 4),
            at(99, 4),
            at(i32::MAX, i32::MAX),
        ];
        let mut places = vec![bob, ada];
        places.extend(elsewhere);
        assert_eq!(Mention::in_text(places, text), [ada, bob]);
        assert_eq!(Mention::in_text(vec![ada], ""), []);
    }
}
