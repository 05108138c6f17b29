//! Connections that violate the protocols.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::Instant;

use super::damage_rng::DamageRng;
use super::frames::{FrameSpec, check_frames, frame};

/// How long the server may take to close after the client's last bytes.
const RESPONSE_TIMEOUT: Duration = Duration::from_secs(15);

/// The address of the server, and a valid token.
pub struct Target {
    pub address: String,
    pub token: String,
}

impl Target {
    fn upgrade(&self) -> String {
        format!(
            "GET /graphql HTTP/1.1\r\nHost: {}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
             Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\
             Sec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n",
            self.address
        )
    }

    fn query(&self) -> String {
        let body = r#"{"query":"query ($first: Int) { chats(first: $first) { nodes { id name } } }","variables":{"first":3}}"#;
        let (address, token, length) = (&self.address, &self.token, body.len());
        format!(
            "POST /graphql HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\n\
             Authorization: Bearer {token}\r\nContent-Length: {length}\r\n\r\n{body}"
        )
    }

    fn init(&self) -> String {
        format!(
            r#"{{"type":"connection_init","payload":{{"accessToken":"{}"}}}}"#,
            self.token
        )
    }

    /// A WebSocket after its handshake. Retries, earlier than advised, if the server asks to retry later.
    pub async fn upgraded(&self) -> Result<TcpStream, String> {
        let deadline = Instant::now() + RESPONSE_TIMEOUT;
        loop {
            let mut stream = self.connected().await?;
            let said = stream.write_all(self.upgrade().as_bytes()).await;
            said.map_err(|cause| format!("cannot ask for an upgrade: {cause}"))?;
            let mut answer = Vec::new();
            while !answer.ends_with(b"\r\n\r\n") {
                let byte = stream.read_u8().await;
                answer.push(byte.map_err(|cause| format!("no upgrade: {cause}"))?);
            }
            let answer = String::from_utf8_lossy(&answer);
            if answer.starts_with("HTTP/1.1 101") {
                return Ok(stream);
            }
            if !answer.contains("retry-after") || Instant::now() > deadline {
                return Err(format!("no upgrade: {answer}"));
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }

    /// An acknowledged socket with a subscription.
    pub async fn subscribed(&self) -> Result<TcpStream, String> {
        let mut stream = self.upgraded().await?;
        for message in [self.init().as_str(), SUBSCRIBE] {
            let said = stream
                .write_all(&frame(FrameSpec::TEXT, message.as_bytes()))
                .await;
            said.map_err(|cause| format!("cannot subscribe: {cause}"))?;
        }
        let mut some = [0; 64];
        let read = stream.read(&mut some).await;
        read.map_err(|cause| format!("no acknowledgement: {cause}"))?;
        Ok(stream)
    }

    pub async fn connected(&self) -> Result<TcpStream, String> {
        let connecting =
            tokio::time::timeout(RESPONSE_TIMEOUT, TcpStream::connect(&self.address)).await;
        let connected = connecting.map_err(|_| "no connection in time".to_owned())?;
        connected.map_err(|cause| format!("no connection: {cause}"))
    }
}

const SUBSCRIBE: &str = r#"{"type":"subscribe","id":"1","payload":{"query":"subscription { inbox { feedId cursor caughtUp events { id seq } } }"}}"#;

const MESSAGES: [&str; 5] = [
    SUBSCRIBE,
    r#"{"type":"subscribe","id":"2","payload":{"query":"subscription ($c: ID!) { chatEvents(chatId: $c) { cursor } }","variables":{"c":"0"}}}"#,
    r#"{"type":"complete","id":"1"}"#,
    r#"{"type":"ping","payload":{"a":[1,2,{"b":null}]}}"#,
    r#"{"type":"pong"}"#,
];

/// Sends a few frames over a socket, most of them invalid. Returns what is wrong with the server's frames.
pub async fn socket(target: &Target, mut rng: DamageRng) -> Result<(), String> {
    let mut stream = target.upgraded().await?;
    if rng.percent(60) {
        // The server is allowed to close before we have sent everything.
        let _ = stream
            .write_all(&frame(FrameSpec::TEXT, target.init().as_bytes()))
            .await;
    }
    for _ in 0..1 + rng.below(8) {
        let bytes = some_frames(target, &mut rng);
        let wanted = if rng.percent(10) {
            rng.below(bytes.len())
        } else {
            bytes.len()
        };
        if stream.write_all(&bytes[..wanted]).await.is_err() {
            break;
        }
    }
    match rng.below(4) {
        // Disconnected without a close frame, perhaps in the middle of a frame.
        0 => return Ok(()),
        1 => drop(
            stream
                .write_all(&frame(FrameSpec::CLOSE, &[0x03, 0xe8]))
                .await,
        ),
        _ => {}
    }
    check_frames(&rest_of(stream).await?)
}

fn some_frames(target: &Target, rng: &mut DamageRng) -> Vec<u8> {
    let init = target.init();
    let message = match rng.percent(20) {
        true => init.as_str(),
        false => rng.pick(&MESSAGES),
    };
    let message = message.as_bytes();
    let odd_opcodes = [
        0x80, 0x83, 0x87, 0x8b, 0x8f, 0xc1, 0xa1, 0x91, 0x82, 0x01, 0x09,
    ];
    match rng.below(10) {
        0 => frame(FrameSpec::TEXT, message),
        1 | 2 => frame(FrameSpec::TEXT, &rng.mutated(message)),
        3 => frame(
            FrameSpec::TEXT,
            b"{\"type\":\"ping\",\"payload\":\"\xc3\x28\xed\xa0\x80\"}",
        ),
        4 => frame(
            FrameSpec {
                masked: false,
                ..FrameSpec::TEXT
            },
            message,
        ),
        5 => frame(FrameSpec::plain(rng.pick(&odd_opcodes)), message),
        6 => fragments(message, rng),
        7 => {
            let exaggeration = rng.pick(&[1, 200, 70_000, 1 << 33, u64::MAX >> 1, u64::MAX]);
            frame(
                FrameSpec {
                    exaggeration,
                    ..FrameSpec::TEXT
                },
                message,
            )
        }
        8 => {
            let size = rng.pick(&[65_535, 65_536, 65_537, 200_000]);
            frame(FrameSpec::TEXT, &vec![b'x'; size])
        }
        _ => {
            let control = rng.pick(&[0x88, 0x89, 0x8a]);
            frame(FrameSpec::plain(control), &rng.bytes(200))
        }
    }
}

/// A fragmented message with a ping between the fragments, sometimes without its end.
fn fragments(message: &[u8], rng: &mut DamageRng) -> Vec<u8> {
    let (one, other) = message.split_at(rng.below(message.len()));
    let mut bytes = frame(FrameSpec::plain(0x01), one);
    bytes.extend(frame(FrameSpec::plain(0x89), b"between"));
    bytes.extend(frame(FrameSpec::plain(0x00), b""));
    if rng.percent(70) {
        bytes.extend(frame(FrameSpec::plain(0x80), other));
    }
    bytes
}

/// Sends one or more damaged requests over a connection.
pub async fn request(target: &Target, mut rng: DamageRng) -> Result<(), String> {
    let mut stream = target.connected().await?;
    let bytes = some_request(target, &mut rng);
    // The server is allowed to refuse before we have sent everything.
    let _ = stream.write_all(&bytes).await;
    if rng.percent(15) {
        return Ok(());
    }
    let answer = rest_of(stream).await?;
    let status = answer.get(9..12).map(String::from_utf8_lossy);
    match (answer.starts_with(b"HTTP/1.1 "), status) {
        (true, Some(status)) if !status.starts_with('5') => Ok(()),
        (false, _) if answer.is_empty() => Ok(()),
        _ => Err(format!(
            "{:?} was answered with {:?}",
            String::from_utf8_lossy(&bytes[..bytes.len().min(600)]),
            String::from_utf8_lossy(&answer[..answer.len().min(300)])
        )),
    }
}

fn some_request(target: &Target, rng: &mut DamageRng) -> Vec<u8> {
    let query = target.query();
    let (head, body) = query.split_once("\r\n\r\n").unwrap_or((&query, ""));
    let with_header = |header: String| format!("{head}\r\n{header}\r\n\r\n{body}").into_bytes();
    match rng.below(11) {
        0 => rng.mutated(query.as_bytes()),
        1 => format!("{head}\r\n\r\n")
            .into_bytes()
            .into_iter()
            .chain(rng.mutated(body.as_bytes()))
            .collect(),
        2 => rng.mutated(target.upgrade().as_bytes()),
        3 => with_header(format!(
            "X-Long: {}",
            "x".repeat(rng.pick(&[10_000, 100_000, 700_000]))
        )),
        4 => with_header(
            (0..300)
                .map(|n| format!("X-{n}: 1\r\n"))
                .collect::<String>()
                + "X: 1",
        ),
        5 => with_header("Content-Length: 7".to_owned()),
        6 => with_header("Transfer-Encoding: chunked".to_owned()),
        7 => query.repeat(1 + rng.below(5)).into_bytes(),
        8 => {
            let chunk = rng.pick(&[
                "5\r\nhello\r\n0\r\n\r\n",
                "zz\r\n",
                "ffffffffffffffff\r\nx",
                "5\r\nhel",
            ]);
            let head = head.replace("Content-Length", "X-Length");
            format!("{head}\r\nTransfer-Encoding: chunked\r\n\r\n{chunk}").into_bytes()
        }
        9 => {
            let method = rng.pick(&[
                "GET", "PUT", "TRACE", "CONNECT", "OPTIONS", "PRI", "\u{202e}",
            ]);
            let path = rng.pick(&[
                "/graphql?query=%ff",
                "//",
                "/../../etc/passwd",
                "*",
                "/graphql?query={%00}",
            ]);
            format!("{method} {path} HTTP/1.1\r\nHost: x\r\nAccept: */*\r\n\r\n").into_bytes()
        }
        _ => rng.bytes(3000),
    }
}

/// Stops sending, and reads until the server closes.
async fn rest_of(mut stream: TcpStream) -> Result<Vec<u8>, String> {
    let mut answer = Vec::new();
    let reading = async {
        // It may already be closed.
        let _ = stream.shutdown().await;
        // A reset is an end, too. What came before it counts.
        let _ = stream.read_to_end(&mut answer).await;
    };
    let read = tokio::time::timeout(RESPONSE_TIMEOUT, reading).await;
    read.map_err(|_| "the server does not let go".to_owned())?;
    Ok(answer)
}
