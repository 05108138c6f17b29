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

type BaselineSchema = Schema<Query, Mutation, EmptySubscription>;

/// The fields that the measured documents ask for.
#[derive(Clone, SimpleObject)]
struct Message {
    id: ID,
    chat_id: ID,
    number: u64,
    seq: u64,
    revision: u32,
    sender_id: ID,
    sender_username: String,
    content: Option<String>,
    created_at: String,
    edited_at: Option<String>,
    removed_at: Option<String>,
    reply_to_id: Option<ID>,
}

#[derive(SimpleObject)]
struct Payload {
    message: Message,
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

struct ServerState {
    sent: AtomicU64,
    messages: broadcast::Sender<Message>,
    page: Arc<Vec<Message>>,
}

struct Query;

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
        Ok(Page(Arc::clone(&context.data::<ServerState>()?.page)))
    }
}

struct Mutation;

#[Object]
impl Mutation {
    async fn create_message(
        &self,
        context: &Context<'_>,
        input: CreateMessageInput,
    ) -> async_graphql::Result<Payload> {
        let state = context.data::<ServerState>()?;
        let number = state.sent.fetch_add(1, Ordering::Relaxed) + 1;
        let message = message(input.id, input.chat_id, number, input.content);
        // Fails without receivers, which is fine.
        let _ = state.messages.send(message.clone());
        Ok(Payload {
            cursor: format!("{}.{number}", message.chat_id.as_str()),
            message,
        })
    }
}

fn message(id: ID, chat_id: ID, number: u64, content: String) -> Message {
    Message {
        id,
        chat_id,
        number,
        seq: number + 1,
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

pub(super) async fn serve(port: u16) -> Result<(), Error> {
    let (messages, mut first) = broadcast::channel(1024);
    tokio::spawn(async move { while first.recv().await.is_ok() {} });
    let id = || ID::from(uuid::Uuid::now_v7());
    let chat = id();
    let text = "@1763650000000000 The second half of the choir answers from the other side now.";
    let page = (1..=PAGE_SIZE).map(|number| message(id(), chat.clone(), number, text.to_owned()));
    let state = ServerState {
        sent: AtomicU64::new(0),
        messages,
        page: Arc::new(page.collect()),
    };
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
