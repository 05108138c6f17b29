//! Small requests with large results: each has at most 400 bytes.

mod any_service;
mod receiver;
mod shapes;
mod writers;

use lab_stack::stack::Service;
use serde_json::{Value, json};

use super::data::Data;
use shapes::body;

/// The maximum size of a request: of its body, or of its URL.
const MAX_REQUEST: usize = 400;

/// How a request is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport {
    /// A body of this content type.
    Post(&'static str),
    /// The same, asking for server-sent events; the stream is read for a moment.
    Stream,
    /// In the URL.
    Get,
    /// As the text of a frame, after the handshake.
    Frame,
}

/// A request, anonymous or with the caller's token.
#[derive(Clone, Debug)]
pub struct Request {
    pub name: String,
    pub service: Service,
    pub transport: Transport,
    pub text: String,
    pub signed_in: bool,
}

const JSON: Transport = Transport::Post("application/json");

/// All requests, anonymous and with the caller's token.
pub fn all(data: &Data) -> Vec<Request> {
    let mut all = Vec::new();
    let mut add = |name: &str, service, transport, text: String| {
        assert!(text.len() <= MAX_REQUEST, "{name} has {} bytes", text.len());
        for signed_in in [false, true] {
            let (name, text) = (name.to_owned(), text.clone());
            all.push(Request {
                name,
                service,
                transport,
                text,
                signed_in,
            });
        }
    };
    for service in Service::BALANCED {
        for (name, document) in any_service::of_schema()
            .into_iter()
            .chain(any_service::of_syntax())
        {
            add(name, service, JSON, body(&document));
        }
        for (name, transport, text) in any_service::bodies() {
            add(name, service, transport, text);
        }
        let own = match service {
            Service::Receiver => receiver::queries(data),
            Service::Users => writers::of_users(data),
            Service::Sender => writers::of_sender(data),
            Service::Worker => Vec::new(),
        };
        for (name, document) in own {
            add(name, service, JSON, body(&document));
        }
    }
    for (name, document) in receiver::subscriptions(data) {
        add(name, Service::Receiver, JSON, body(&document));
        add(name, Service::Receiver, Transport::Stream, body(&document));
        let payload: Value = json!({ "query": document });
        let frame = json!({ "type": "subscribe", "id": "1", "payload": payload }).to_string();
        if frame.len() <= MAX_REQUEST {
            add(name, Service::Receiver, Transport::Frame, frame);
        }
    }
    all
}
