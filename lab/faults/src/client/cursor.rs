//! Decodes cursors. Clients must not do that, but the checker needs the position that the server claims. A cursor has a
//! version byte, a byte for the kind of feed, the feed's id, the seq and the event's id, in base64url.

/// The seq in a cursor; none if this is not one.
pub fn seq_of(cursor: &str) -> Option<u64> {
    let bytes = decode(cursor)?;
    let seq = bytes.get(18..26)?;
    (bytes.len() == 42).then(|| seq.iter().fold(0, |seq, byte| seq << 8 | u64::from(*byte)))
}

fn decode(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() * 3 / 4);
    let (mut held, mut bits) = (0_u32, 0);
    for letter in text.bytes() {
        let value = match letter {
            b'A'..=b'Z' => letter - b'A',
            b'a'..=b'z' => letter - b'a' + 26,
            b'0'..=b'9' => letter - b'0' + 52,
            b'-' => 62,
            b'_' => 63,
            _ => return None,
        };
        held = held << 6 | u32::from(value);
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            bytes.push((held >> bits & 0xff) as u8);
        }
    }
    Some(bytes)
}
