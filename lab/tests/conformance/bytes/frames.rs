//! Writes and parses WebSocket frames, so that invalid ones can be sent and every frame of the server checked.

use serde_json::Value;

/// The maximum payload of a control frame.
const MAX_CONTROL_PAYLOAD: usize = 125;

/// How to write a frame.
#[derive(Clone, Copy)]
pub struct FrameSpec {
    /// FIN, the three reserved bits, the opcode.
    pub first: u8,
    pub masked: bool,
    /// By how much the length in the header exceeds the payload.
    pub exaggeration: u64,
}

impl FrameSpec {
    pub const TEXT: FrameSpec = FrameSpec::plain(0x81);
    pub const CLOSE: FrameSpec = FrameSpec::plain(0x88);

    pub const fn plain(first: u8) -> FrameSpec {
        FrameSpec {
            first,
            masked: true,
            exaggeration: 0,
        }
    }
}

/// A frame from a client.
pub fn frame(spec: FrameSpec, payload: &[u8]) -> Vec<u8> {
    let mut bytes = vec![spec.first];
    let length = (payload.len() as u64).saturating_add(spec.exaggeration);
    let mask_bit = if spec.masked { 0x80 } else { 0 };
    match length {
        0..=125 => bytes.push(mask_bit | length as u8),
        126..=0xffff => {
            bytes.push(mask_bit | 126);
            bytes.extend((length as u16).to_be_bytes());
        }
        _ => {
            bytes.push(mask_bit | 127);
            bytes.extend(length.to_be_bytes());
        }
    }
    let mask = if spec.masked {
        [0x37, 0xfa, 0x21, 0x3d]
    } else {
        [0; 4]
    };
    if spec.masked {
        bytes.extend(mask);
    }
    bytes.extend(
        payload
            .iter()
            .zip(mask.iter().cycle())
            .map(|(byte, mask)| byte ^ mask),
    );
    bytes
}

/// What is wrong with the frames that a server sent, if anything.
pub fn check_frames(mut bytes: &[u8]) -> Result<(), String> {
    let mut closed = false;
    while !bytes.is_empty() {
        if closed {
            return Err("something follows the close frame".to_owned());
        }
        let (first, payload, rest) = split(bytes)?;
        bytes = rest;
        match first {
            0x81 => judge_message(payload)?,
            0x88 => {
                closed = true;
                judge_close(payload)?;
            }
            0x89 | 0x8a if payload.len() <= MAX_CONTROL_PAYLOAD => {}
            first => return Err(format!("a frame that begins with {first:#x}")),
        }
    }
    Ok(())
}

/// The first byte, the payload, and the rest. None if the frame is incomplete.
fn split(bytes: &[u8]) -> Result<(u8, &[u8], &[u8]), String> {
    let cut = || "the last frame is cut off".to_owned();
    let [first, second, rest @ ..] = bytes else {
        return Err(cut());
    };
    let (length, rest) = match second {
        0..=125 => (usize::from(*second), rest),
        126 => (
            usize::from(u16::from_be_bytes(*rest.first_chunk().ok_or_else(cut)?)),
            &rest[2..],
        ),
        second => return Err(format!("a frame with the second byte {second:#x}")),
    };
    let (payload, rest) = rest.split_at_checked(length).ok_or_else(cut)?;
    Ok((*first, payload, rest))
}

fn judge_message(payload: &[u8]) -> Result<(), String> {
    let message: Value =
        serde_json::from_slice(payload).map_err(|cause| format!("not JSON: {cause}"))?;
    match message["type"].as_str() {
        Some("connection_ack" | "next" | "error" | "complete" | "ping" | "pong") => Ok(()),
        _ => Err(format!("not a message of the protocol: {message}")),
    }
}

fn judge_close(payload: &[u8]) -> Result<(), String> {
    let Some(code) = payload.first_chunk() else {
        return payload
            .is_empty()
            .then_some(())
            .ok_or_else(|| "half a close code".to_owned());
    };
    let code = u16::from_be_bytes(*code);
    let known =
        matches!(code, 1000..=1003 | 1005..=1014 | 4400 | 4401 | 4403 | 4406 | 4408 | 4409 | 4429);
    let reason =
        std::str::from_utf8(&payload[2..]).map_err(|_| "a reason that is no text".to_owned())?;
    match known && payload.len() <= MAX_CONTROL_PAYLOAD {
        true => Ok(()),
        false => Err(format!("closed with {code} {reason:?}")),
    }
}
