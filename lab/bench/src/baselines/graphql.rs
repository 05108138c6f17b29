//! async-graphql over axum and nothing else: no checks, no storage, no limits.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use async_graphql::{
    Context, EmptySubscription, ID, InputObject, Object, Request, Schema, SimpleObject,
};
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Router, routing::post};
use tokio::sync::broadcast;

use super::listener::listen;
use lab_stack::Error;

/// Messages of a page: Antiphon's default.
const PAGE_SIZE: u64 = 50;

/// Messages that may wait for one subscriber: far more than a second's worth. A loss would show in the audit.
const MAX_QUEUED_MESSAGES: usize = 1 << 16;

type BaselineSchema = Schema<Query, Mutation, EmptySubscription>;

/// The fields that the measured documents ask for.
#[derive(Clone, SimpleObject)]
pub(super) struct Message {
    pub(super) id: ID,
    chat_id: ID,
    number: u64,
    pub(super) seq: u64,
    revision: u32,
    pub(super) sender_id: ID,
    sender_username: String,
    content: Option<String>,
    created_at: String,
    edited_at: Option<String>,
    removed_at: Option<String>,
    reply_to_id: Option<ID>,
}

#[derive(SimpleObject)]
struct Payload {
    message: Arc<Message>,
    cursor: String,
}

#[derive(InputObject)]
struct CreateMessageInput {
    id: ID,
    chat_id: ID,
    content: String,
}

struct Page(Arc<Vec<Message>>);

#[Object]
impl Page {
    async fn nodes(&self) -> &[Message] {
        &self.0
    }
}

/// What the resolvers share.
pub(super) struct ServerState {
    pub(super) sent: AtomicU64,
    pub(super) messages: broadcast::Sender<Arc<Message>>,
    page: Arc<Vec<Message>>,
}

impl ServerState {
    pub(super) fn new() -> Self {
        let id = || ID::from(uuid::Uuid::now_v7());
        let chat = id();
        let text =
            "@1763650000000000 The second half of the choir answers from the other side now.";
        let page =
            (1..=PAGE_SIZE).map(|number| Message::new(id(), chat.clone(), number, text.to_owned()));
        ServerState {
            sent: AtomicU64::new(0),
            messages: broadcast::channel(MAX_QUEUED_MESSAGES).0,
            page: Arc::new(page.collect()),
        }
    }

    /// Sends a message to all subscribers.
    pub(super) fn send(&self, message: Arc<Message>) {
        // Fails without subscribers, which is fine.
        let _ = self.messages.send(message);
    }
}

pub(super) struct Query;

#[Object]
impl Query {
    async fn messages(
        &self,
        context: &Context<'_>,
        chat_id: ID,
        last: Option<i32>,
        before: Option<String>,
    ) -> async_graphql::Result<Page> {
        // The response is always the same page.
        let _ = (chat_id, last, before);
        Ok(Page(Arc::clone(&context.data::<Arc<ServerState>>()?.page)))
    }
}

pub(super) struct Mutation;

#[Object]
impl Mutation {
    async fn create_message(
        &self,
        context: &Context<'_>,
        input: CreateMessageInput,
    ) -> async_graphql::Result<Payload> {
        let state = context.data::<Arc<ServerState>>()?;
        let number = state.sent.fetch_add(1, Ordering::Relaxed) + 1;
        let message = Message::new(input.id, input.chat_id, number, input.content);
        let message = Arc::new(message);
        state.send(Arc::clone(&message));
        Ok(Payload {
            cursor: format!("{}.{number}", message.chat_id.as_str()),
            message,
        })
    }
}

impl Message {
    pub(super) fn new(id: ID, chat_id: ID, number: u64, content: String) -> Self {
        Message {
            id,
            chat_id,
            number,
            seq: number,
            revision: 1,
            sender_id: ID::from("0190a000-0000-7000-8000-00000000002a"),
            sender_username: "bench-1234".to_owned(),
            content: Some(content),
            created_at: "2026-01-01T00:00:00.000000Z".to_owned(),
            edited_at: None,
            removed_at: None,
            reply_to_id: None,
        }
    }
}

pub(super) async fn serve(port: u16) -> Result<(), Error> {
    let state = Arc::new(ServerState::new());
    let mut first = state.messages.subscribe();
    tokio::spawn(async move { while first.recv().await.is_ok() {} });
    let schema = Schema::build(Query, Mutation, EmptySubscription)
        .data(state)
        .finish();
    let router = Router::new()
        .route("/graphql", post(execute))
        .with_state(schema);
    axum::serve(listen(port).await?, router)
        .await
        .map_err(|cause| Error::io("serve", cause))
}

async fn execute(State(schema): State<BaselineSchema>, body: Bytes) -> Response {
    let Ok(request) = serde_json::from_slice::<Request>(&body) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let answer = schema.execute(request).await;
    match serde_json::to_vec(&answer) {
        Ok(body) => ([(header::CONTENT_TYPE, "application/json")], body).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
