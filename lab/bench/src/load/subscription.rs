//! A subscription, from the connection to its first response.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};
use std::time::Duration;

use memchr::memmem;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};

use super::frames;

const OPEN_TIMEOUT: Duration = Duration::from_secs(20);

/// A subscription to open.
#[derive(Clone, Debug)]
pub struct Subscription {
    /// The server.
    pub address: SocketAddr,
    /// The loopback address to connect from: one address has ports for some 28,000 connections.
    pub from: Ipv4Addr,
    /// The frames that are sent after the upgrade, each with a word that its response contains.
    pub handshake: Vec<(Vec<u8>, &'static str)>,
}

/// A connection with an open subscription.
#[derive(Debug)]
pub struct OpenSubscription {
    /// The connection.
    pub stream: std::net::TcpStream,
    /// Bytes that were read after the last response of the handshake.
    pub rest: Vec<u8>,
}

impl Subscription {
    /// A subscription to Antiphon.
    pub fn to(address: SocketAddr, token: &str, document: &str, variables: &Value) -> Self {
        let init = json!({ "type": "connection_init", "payload": { "accessToken": token } });
        let payload = json!({ "query": document, "variables": variables });
        let subscribe = json!({ "type": "subscribe", "id": "1", "payload": payload });
        let frame =
            |message: Value| frames::client_frame(frames::TEXT, message.to_string().as_bytes());
        Subscription {
            address,
            from: Ipv4Addr::LOCALHOST,
            handshake: vec![
                (frame(init), "connection_ack"),
                // The first batch contains the position of the subscription.
                (frame(subscribe), "\"next\""),
            ],
        }
    }

    /// A subscription to a baseline server, which echoes the first frame.
    pub fn baseline(address: SocketAddr) -> Self {
        Subscription {
            address,
            from: Ipv4Addr::LOCALHOST,
            handshake: vec![(frames::client_frame(frames::TEXT, b"hello"), "hello")],
        }
    }

    /// Connects and subscribes.
    ///
    /// # Errors
    /// If the server refuses or does not respond in time.
    pub async fn open(&self) -> io::Result<OpenSubscription> {
        tokio::time::timeout(OPEN_TIMEOUT, self.attempt())
            .await
            .map_err(|_| io::Error::new(io::ErrorKind::TimedOut, "no response to a subscription"))?
    }

    async fn attempt(&self) -> io::Result<OpenSubscription> {
        let socket = TcpSocket::new_v4()?;
        if self.from != Ipv4Addr::LOCALHOST {
            socket.bind(SocketAddr::V4(SocketAddrV4::new(self.from, 0)))?;
        }
        let mut stream = socket.connect(self.address).await?;
        stream.set_nodelay(true)?;
        let upgrade = "GET /graphql HTTP/1.1\r\nhost: antiphon\r\nupgrade: websocket\r\nconnection: upgrade\r\n\
            sec-websocket-version: 13\r\nsec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\
            sec-websocket-protocol: graphql-transport-ws\r\n\r\n";
        stream.write_all(upgrade.as_bytes()).await?;
        let mut rest = Vec::new();
        let end = loop {
            if let Some(end) = memmem::find(&rest, b"\r\n\r\n") {
                break end + 4;
            }
            read_more(&mut stream, &mut rest).await?;
        };
        if !rest.starts_with(b"HTTP/1.1 101") {
            return Err(connection_refused(&rest));
        }
        rest.drain(..end);
        for (frame, answer) in &self.handshake {
            stream.write_all(frame).await?;
            expect(&mut stream, &mut rest, answer).await?;
        }
        Ok(OpenSubscription {
            stream: stream.into_std()?,
            rest,
        })
    }
}

/// Reads the next text frame, which must contain this word.
async fn expect(stream: &mut TcpStream, rest: &mut Vec<u8>, word: &str) -> io::Result<()> {
    loop {
        let frame = frames::parse_frame(rest).map_err(io::Error::other)?;
        let found = frame.map(|(frame, end)| (frame.opcode, frame.payload.to_vec(), end));
        let Some((opcode, payload, end)) = found else {
            read_more(stream, rest).await?;
            continue;
        };
        rest.drain(..end);
        match opcode {
            frames::PING => {}
            frames::TEXT if memmem::find(&payload, word.as_bytes()).is_some() => return Ok(()),
            _ => return Err(connection_refused(&payload)),
        }
    }
}

async fn read_more(stream: &mut TcpStream, rest: &mut Vec<u8>) -> io::Result<()> {
    match stream.read_buf(rest).await? {
        0 => Err(io::ErrorKind::UnexpectedEof.into()),
        _ => Ok(()),
    }
}

fn connection_refused(answer: &[u8]) -> io::Error {
    let text = String::from_utf8_lossy(answer).into_owned();
    io::Error::new(io::ErrorKind::ConnectionRefused, text)
}
