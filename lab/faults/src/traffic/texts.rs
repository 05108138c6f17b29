//! The texts that users write. Some mention other participants, and some only look as if they did: a name in code, in a quote
//! or in a link mentions nobody. The writer knows whom a text mentions without parsing it.

use uuid::Uuid;

use crate::client::mutation::ClientMutation;
use crate::seeded_rng::SeededRng;

/// A participant who can be mentioned: one who never leaves.
#[derive(Clone, Copy, Debug)]
pub struct Mentionable<'a> {
    pub username: &'a str,
    pub user_id: Uuid,
}

/// A text, and whom it mentions.
#[derive(Clone, Debug)]
pub struct Text {
    content: String,
    mentions: Vec<Uuid>,
    all: bool,
}

impl Text {
    /// A text that begins like this and mentions some of these people, or none.
    pub fn new(rng: &mut SeededRng, beginning: &str, people: &[Mentionable<'_>]) -> Text {
        let mut text = Text {
            content: beginning.to_owned(),
            mentions: Vec::new(),
            all: false,
        };
        let (Some(one), Some(other)) = (rng.pick(people).copied(), rng.pick(people).copied())
        else {
            return text;
        };
        let (name, decoy) = (one.username, other.username);
        let ending = match rng.below(10) {
            0 | 1 => format!(" for @{name}"),
            2 => format!(" for @{name}, not for `@{decoy}`"),
            3 => format!(" for [@{decoy}](https://example.org) and, _@{name}_"),
            4 => {
                text.content = format!("> @{decoy} wrote\n\n{beginning}");
                return text;
            }
            5 => {
                text.content = format!("```\n@all and @{decoy}\n```\n{beginning}");
                return text;
            }
            _ => return text,
        };
        text.content.push_str(&ending);
        text.mentions.push(one.user_id);
        text
    }

    /// The same, and it mentions all.
    pub fn mentioning_all(mut self) -> Text {
        self.content.push_str(" @all");
        self.all = true;
        self
    }

    /// The text as it is sent.
    pub fn content(&self) -> &str {
        &self.content
    }

    /// Records with a mutation that sends the text whom it mentions.
    pub fn describe(&self, mut mutation: ClientMutation) -> ClientMutation {
        mutation.fields["mentions"] = self.mentions.iter().map(Uuid::to_string).collect();
        mutation.fields["all"] = self.all.into();
        mutation
    }
}
