//! The name of a chat.

use chassis::Error;
use shared_schema::Reason;

/// Most characters of a name.
const MAX_CHARACTERS: u32 = 100;

/// A chat's name: 1 to 100 characters on one line, without space around it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChatName(String);

impl ChatName {
    pub fn parse(text: &str) -> Result<Self, Error> {
        let text = text.trim();
        if text.is_empty() {
            return Err(Error::bad_input("name", Reason::NothingVisible));
        }
        if text.chars().count() > MAX_CHARACTERS as usize {
            let max = MAX_CHARACTERS;
            return Err(Error::bad_input("name", Reason::TooLong { max }));
        }
        if text.chars().any(char::is_control) {
            return Err(Error::bad_input("name", Reason::ControlCharacter));
        }
        Ok(Self(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}
