//! What a chat says it is about.

use chassis::Error;
use shared_schema::Reason;

/// Most characters of a description.
const MAX_CHARACTERS: u32 = 500;

/// A chat's description: at most 500 characters, without space around it, without NUL; may be empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Description(String);

impl Description {
    pub fn parse(text: &str) -> Result<Self, Error> {
        let text = text.trim();
        if text.chars().count() > MAX_CHARACTERS as usize {
            let max = MAX_CHARACTERS;
            return Err(Error::bad_input("description", Reason::TooLong { max }));
        }
        if text.contains('\0') {
            return Err(Error::bad_input("description", Reason::ControlCharacter));
        }
        Ok(Self(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}
