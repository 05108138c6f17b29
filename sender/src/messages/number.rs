//! The number of a message, as clients give it.

use chassis::Error;
use shared_schema::{Number, Reason};

/// Refuses a number that no message can have.
///
/// # Errors
/// `BAD_USER_INPUT` for this field.
pub fn require_number(field: &'static str, number: Number) -> Result<(), Error> {
    if number < 1 {
        return Err(Error::bad_input(
            field,
            Reason::OutOfRange {
                min: 1,
                max: i64::MAX,
            },
        ));
    }
    Ok(())
}
