//! The name of a chat.

use chassis::Error;

/// Most characters of a name.
const MAX_CHARACTERS: usize = 100;

/// A chat's name: 1 to 100 characters on one line, without space around it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChatName(String);

impl ChatName {
    pub fn parse(text: &str) -> Result<Self, Error> {
        let text = text.trim();
        if text.is_empty() || text.chars().count() > MAX_CHARACTERS {
            return Err(Error::bad_input("name", "must have 1 to 100 characters"));
        }
        if text.chars().any(char::is_control) {
            return Err(Error::bad_input("name", "must be one line of text"));
        }
        Ok(Self(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}
