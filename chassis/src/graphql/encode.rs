//! JSON that is encoded no further than an answer may be large.

use std::io::{self, Write};

use serde::Serialize;

/// The value as JSON, if that has at most so many bytes. Encoding stops there.
#[must_use]
pub fn encode(value: &impl Serialize, most: usize) -> Option<String> {
    let mut bounded = Bounded {
        bytes: Vec::new(),
        most,
    };
    serde_json::to_writer(&mut bounded, value).ok()?;
    String::from_utf8(bounded.bytes).ok()
}

struct Bounded {
    bytes: Vec<u8>,
    most: usize,
}

impl Write for Bounded {
    fn write(&mut self, part: &[u8]) -> io::Result<usize> {
        if self.bytes.len() + part.len() > self.most {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.bytes.extend_from_slice(part);
        Ok(part.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::encode;

    #[test]
    fn what_fits_is_encoded_and_what_does_not_is_not() {
        assert_eq!(encode(&["a", "b"], 9).as_deref(), Some(r#"["a","b"]"#));
        assert_eq!(encode(&["a", "b"], 8), None);
    }
}
