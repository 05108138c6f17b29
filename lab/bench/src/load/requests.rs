//! `createMessage` as bytes.

use std::fmt::Write;
use std::net::SocketAddr;

use uuid::Uuid;

use super::scan::STAMP_DIGITS;

/// The mutation. The bare server accepts the same document.
const DOCUMENT: &str = "mutation ($input: CreateMessageInput!) { createMessage(input: $input) { message { id seq number } cursor } }";

/// Follows the time stamp, to make a message of 80 characters.
const MESSAGE_TEXT: &str = " The second half of the choir answers from the other side now.";

/// A request to send a message as one user into one chat, without id and time.
#[derive(Clone, Debug)]
pub struct MessageTemplate {
    /// The chat, as an index into the chats of the scenario.
    pub chat: u32,
    before_id: Vec<u8>,
    after_id: Vec<u8>,
    end: Vec<u8>,
}

impl MessageTemplate {
    /// A template for the user with this token in this chat.
    pub fn new(token: &str, chat: u32, chat_id: Uuid) -> MessageTemplate {
        let opening = format!("{{\"query\":\"{DOCUMENT}\",\"variables\":{{\"input\":{{\"id\":\"");
        let middle = format!("\",\"chatId\":\"{chat_id}\",\"content\":\"@");
        let end = format!("{MESSAGE_TEXT}\"}}}}}}");
        let length = opening.len() + 36 + middle.len() + STAMP_DIGITS + end.len();
        let mut before_id = post("/graphql", token, length).into_bytes();
        before_id.extend(opening.bytes());
        MessageTemplate {
            chat,
            before_id,
            after_id: middle.into_bytes(),
            end: end.into_bytes(),
        }
    }

    /// The same, for the path at the load balancer.
    pub fn through_balancer(mut self) -> MessageTemplate {
        let path = b"POST /graphql";
        self.before_id
            .splice(..path.len(), *b"POST /sender/graphql");
        self
    }

    /// Writes a request with this id that contains the time at which it was sent.
    pub fn write_request(&self, id: Uuid, sent: u64, out: &mut Vec<u8>) {
        out.extend(&self.before_id);
        let mut hyphenated = [0; 36];
        id.hyphenated().encode_lower(&mut hyphenated);
        out.extend(hyphenated);
        out.extend(&self.after_id);
        out.extend(format!("{sent:0STAMP_DIGITS$}").bytes());
        out.extend(&self.end);
    }
}

/// A complete request for a query that does not change.
pub fn query(path: &str, token: &str, body: &str) -> Vec<u8> {
    let mut request = post(path, token, body.len());
    request.push_str(body);
    request.into_bytes()
}

/// The head of a request with a JSON body.
fn post(path: &str, token: &str, length: usize) -> String {
    let mut head = format!(
        "POST {path} HTTP/1.1\r\nhost: antiphon\r\ncontent-type: application/json\r\naccept: application/json\r\n"
    );
    if !token.is_empty() {
        // Writing to a string cannot fail.
        let _ = write!(head, "authorization: Bearer {token}\r\n");
    }
    let _ = write!(head, "content-length: {length}\r\n\r\n");
    head
}

/// Generates ids of version 7 without asking the system for randomness each time.
#[derive(Debug)]
pub struct IdGenerator {
    salt: u128,
    generated: u128,
}

impl Default for IdGenerator {
    fn default() -> Self {
        IdGenerator {
            salt: Uuid::now_v7().as_u128(),
            generated: 0,
        }
    }
}

impl IdGenerator {
    /// The next id, for this time.
    pub fn next(&mut self, micros: u64) -> Uuid {
        self.generated += 1;
        let random = self.salt.wrapping_add(self.generated).to_be_bytes();
        let mut tail = [0; 10];
        tail.copy_from_slice(&random[6..]);
        uuid::Builder::from_unix_timestamp_millis(micros / 1_000, &tail).into_uuid()
    }
}

/// The addresses that connections use, in turn.
pub fn round_robin(addresses: &[SocketAddr], connections: usize) -> Vec<SocketAddr> {
    addresses
        .iter()
        .copied()
        .cycle()
        .take(connections)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_as_long_as_it_says() {
        let mut out = Vec::new();
        MessageTemplate::new("token", 0, Uuid::now_v7()).write_request(
            Uuid::now_v7(),
            1_763_650_000_000_000,
            &mut out,
        );
        let text = String::from_utf8(out).unwrap_or_default();
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or_default();
        assert!(head.ends_with(&format!("content-length: {}", body.len())));
        let body: serde_json::Value = serde_json::from_str(body).unwrap_or_default();
        let content = body["variables"]["input"]["content"].as_str();
        assert!(content.is_some_and(|content| content.starts_with("@1763650000000000 ")));
    }

    #[test]
    fn ids_are_different_and_of_version_7() {
        let mut generator = IdGenerator::default();
        let generated: std::collections::HashSet<_> =
            (0..1_000).map(|_| generator.next(5_000)).collect();
        assert_eq!(generated.len(), 1_000);
        assert!(generated.iter().all(|id| id.get_version_num() == 7));
    }
}
