//! The text of a message.

use chassis::Error;
use shared_schema::Reason;

/// Most characters of a message.
pub const MAX_CHARACTERS: u32 = 5000;

/// A message's text: 1 to 5,000 characters, at least one of them visible, without space around it, without NUL. Stored as
/// it was written: what turns the direction of words is isolated where it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Content(String);

impl Content {
    pub fn parse(text: &str) -> Result<Self, Error> {
        let text = text.trim();
        if !text::shows_something(text) {
            return Err(Error::bad_input("content", Reason::NothingVisible));
        }
        if text.chars().count() > MAX_CHARACTERS as usize {
            let max = MAX_CHARACTERS;
            return Err(Error::bad_input("content", Reason::TooLong { max }));
        }
        if text.contains('\0') {
            return Err(Error::bad_input("content", Reason::ControlCharacter));
        }
        Ok(Self(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}
