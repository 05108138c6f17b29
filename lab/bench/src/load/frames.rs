//! WebSocket frames, as far as a load generator needs them.

/// Opcode of a text frame.
pub const TEXT: u8 = 0x1;
/// Opcode of a close frame.
pub const CLOSE: u8 = 0x8;
/// Opcode of a ping.
pub const PING: u8 = 0x9;
/// Opcode of a pong.
pub const PONG: u8 = 0xA;

/// Bytes that none of our servers sends.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a frame of a server: {0}")]
pub struct InvalidFrame(&'static str);

/// One complete frame of a server.
#[derive(Debug, PartialEq, Eq)]
pub struct Frame<'a> {
    /// The opcode.
    pub opcode: u8,
    /// The payload.
    pub payload: &'a [u8],
}

/// The first frame in `bytes` and its length; none while it is incomplete.
///
/// # Errors
/// If the frame is masked, which only clients' frames are, or fragmented, which our services never send.
pub fn parse_frame(bytes: &[u8]) -> Result<Option<(Frame<'_>, usize)>, InvalidFrame> {
    let [head, size, rest @ ..] = bytes else {
        return Ok(None);
    };
    if size & 0x80 != 0 {
        return Err(InvalidFrame("masked"));
    }
    if head & 0x80 == 0 || head & 0x0f == 0 {
        return Err(InvalidFrame("fragmented"));
    }
    let (skip, length) = match size & 0x7f {
        126 => match rest {
            [a, b, ..] => (4, u64::from(u16::from_be_bytes([*a, *b]))),
            _ => return Ok(None),
        },
        127 => match rest.first_chunk::<8>() {
            Some(length) => (10, u64::from_be_bytes(*length)),
            None => return Ok(None),
        },
        size => (2, u64::from(size)),
    };
    let end = usize::try_from(length)
        .ok()
        .and_then(|length| length.checked_add(skip))
        .ok_or(InvalidFrame("longer than memory"))?;
    let Some(payload) = bytes.get(skip..end) else {
        return Ok(None);
    };
    let opcode = head & 0x0f;
    Ok(Some((Frame { opcode, payload }, end)))
}

/// A frame of a client. The mask is zero, which a server must accept and which costs nothing. Masks protect proxies, and
/// there are none here.
pub fn client_frame(opcode: u8, payload: &[u8]) -> Vec<u8> {
    let mut frame = vec![0x80 | opcode];
    match payload.len() {
        length @ 0..=125 => frame.push(0x80 | length as u8),
        length @ 126..=0xffff => {
            frame.push(0x80 | 126);
            frame.extend((length as u16).to_be_bytes());
        }
        length => {
            frame.push(0x80 | 127);
            frame.extend((length as u64).to_be_bytes());
        }
    }
    frame.extend([0; 4]);
    frame.extend(payload);
    frame
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn server_frame(opcode: u8, payload: &[u8]) -> Vec<u8> {
        let mut frame = client_frame(opcode, payload);
        // Without the mask it is a frame of a server.
        frame[1] &= 0x7f;
        let mask = match frame[1] {
            126 => 4,
            127 => 10,
            _ => 2,
        };
        frame.drain(mask..mask + 4);
        frame
    }

    #[test]
    fn frames_of_all_three_length_forms_are_read_back() {
        for length in [0, 1, 125, 126, 65_535, 65_536, 200_000] {
            let payload = vec![b'x'; length];
            let mut bytes = server_frame(TEXT, &payload);
            let whole = bytes.len();
            bytes.extend(server_frame(PING, b"next"));
            let (frame, end) = parse_frame(&bytes).unwrap().unwrap();
            assert_eq!(
                (frame.opcode, frame.payload, end),
                (TEXT, &payload[..], whole)
            );
            let (next, _) = parse_frame(&bytes[end..]).unwrap().unwrap();
            assert_eq!((next.opcode, next.payload), (PING, &b"next"[..]));
        }
    }

    #[test]
    fn a_frame_that_is_not_whole_is_none_wherever_it_is_cut() {
        for length in [5, 300, 70_000] {
            let bytes = server_frame(TEXT, &vec![b'x'; length]);
            for cut in (0..20)
                .chain([bytes.len() - 1])
                .filter(|cut| *cut < bytes.len())
            {
                assert_eq!(
                    parse_frame(&bytes[..cut]).unwrap(),
                    None,
                    "{length} cut at {cut}"
                );
            }
        }
    }

    #[test]
    fn masked_and_fragmented_frames_are_refused() {
        assert!(parse_frame(&client_frame(TEXT, b"masked")).is_err());
        let mut fragment = server_frame(TEXT, b"part");
        fragment[0] &= 0x7f;
        assert!(parse_frame(&fragment).is_err());
    }
}
