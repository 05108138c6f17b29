//! The name of a chat.

use chassis::Error;
use shared_schema::Reason;
use text::Flaw;

/// Most characters of a name.
const MAX_CHARACTERS: u32 = 100;

/// A chat's name: 1 to 100 characters on one line, at least one of them visible, none of them there to deceive
/// ([`text::name`]).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChatName(String);

impl ChatName {
    pub fn parse(text: &str) -> Result<Self, Error> {
        let refused = |reason| Error::bad_input("name", reason);
        let name = text::name(text).map_err(|flaw| {
            refused(match flaw {
                Flaw::ControlCharacter => Reason::ControlCharacter,
                Flaw::NothingVisible => Reason::NothingVisible,
            })
        })?;
        if name.chars().count() > MAX_CHARACTERS as usize {
            let max = MAX_CHARACTERS;
            return Err(refused(Reason::TooLong { max }));
        }
        Ok(Self(name))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}
