//! Finds the few fields of a response or frame that the audit needs.

use memchr::memmem::Finder;

/// Digits of the time stamp at the beginning of a message's content: when it was sent, in microseconds.
pub const STAMP_DIGITS: usize = 16;

/// Searches, prepared once.
#[derive(Clone, Debug)]
pub struct Scanner {
    seq: Finder<'static>,
    stamp: Finder<'static>,
    reset: Finder<'static>,
    number: Finder<'static>,
    id: Finder<'static>,
    errors: Finder<'static>,
    feed: Finder<'static>,
}

impl Default for Scanner {
    fn default() -> Self {
        Scanner {
            seq: Finder::new("\"seq\":"),
            stamp: Finder::new("\"content\":\"@"),
            reset: Finder::new("\"reset\":\""),
            number: Finder::new("\"number\":"),
            id: Finder::new("\"message\":{\"id\":\""),
            errors: Finder::new("\"errors\":["),
            feed: Finder::new("\"feedId\":\""),
        }
    }
}

/// An event of a feed in a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReceivedEvent {
    /// Its position in the feed.
    pub seq: u64,
    /// When its message was sent, if the load generator sent it.
    pub sent: Option<u64>,
}

impl Scanner {
    /// All events in a frame, in order. The document must select `seq` once per event, before the content.
    pub fn events<'a>(&'a self, text: &'a [u8]) -> impl Iterator<Item = ReceivedEvent> + 'a {
        let mut rest = self.seq.find(text).map(|at| &text[at + 6..]);
        std::iter::from_fn(move || {
            let from = rest?;
            let next = self.seq.find(from);
            let (own, behind) = match next {
                Some(at) => (&from[..at], Some(&from[at + 6..])),
                None => (from, None),
            };
            rest = behind;
            let stamp = self.stamp.find(own).map(|at| digits(&own[at + 12..]));
            Some(ReceivedEvent {
                seq: digits(own),
                sent: stamp,
            })
        })
    }

    /// The feed of a batch.
    pub fn feed(&self, text: &[u8]) -> Option<u128> {
        let at = self.feed.find(text)? + 10;
        let id = uuid::Uuid::try_parse_ascii(text.get(at..at + 36)?).ok()?;
        Some(id.as_u128())
    }

    /// Whether a frame contains a reset.
    pub fn is_reset(&self, text: &[u8]) -> bool {
        self.reset.find(text).is_some()
    }

    /// The id and number of the message in the response to a mutation.
    pub fn acknowledged(&self, body: &[u8]) -> Option<(u128, u64)> {
        let id = self.id.find(body)? + 17;
        let id = uuid::Uuid::try_parse_ascii(body.get(id..id + 36)?).ok()?;
        let number = self.number.find(body)? + 9;
        Some((id.as_u128(), digits(&body[number..])))
    }

    /// Whether a response contains errors.
    pub fn has_errors(&self, body: &[u8]) -> bool {
        self.errors.find(body).is_some()
    }
}

/// The number at the beginning of a text.
pub fn digits(text: &[u8]) -> u64 {
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit());
    digits.fold(0, |number: u64, digit| {
        number
            .wrapping_mul(10)
            .wrapping_add(u64::from(digit - b'0'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_found_with_their_seqs_and_times() {
        let frame = br#"{"type":"next","id":"1","payload":{"data":{"chatEvents":{"reset":null,"events":[
            {"__typename":"MessageAdded","id":"a","seq":7,"message":{"content":"@1763650000000001 hello"}},
            {"__typename":"ChatUpdated","id":"b","seq":8},
            {"__typename":"MessageAdded","id":"c","seq":9,"message":{"content":"@1763650000000002"}}]}}}}"#;
        let events: Vec<_> = Scanner::default()
            .events(frame)
            .map(|event| (event.seq, event.sent))
            .collect();
        assert_eq!(
            events,
            [
                (7, Some(1_763_650_000_000_001)),
                (8, None),
                (9, Some(1_763_650_000_000_002))
            ]
        );
        assert!(!Scanner::default().is_reset(frame));
        assert!(Scanner::default().is_reset(br#"{"reset":"FORKED"}"#));
    }

    #[test]
    fn an_acknowledgement_is_read_and_an_error_is_none() {
        let body = br#"{"data":{"createMessage":{"message":{"id":"0190a000-0000-7000-8000-00000000002a","seq":3,"number":2}}}}"#;
        let (id, number) = Scanner::default().acknowledged(body).unwrap_or_default();
        assert_eq!((id & 0xff, number), (0x2a, 2));
        let error = br#"{"data":null,"errors":[{"message":"no"}]}"#;
        assert_eq!(Scanner::default().acknowledged(error), None);
        assert!(Scanner::default().has_errors(error));
        assert!(!Scanner::default().has_errors(body));
    }
}
