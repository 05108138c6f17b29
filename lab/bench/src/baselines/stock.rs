//! The same schema behind async-graphql's own HTTP and WebSocket integration, set up as its documentation does it. What our
//! endpoint costs or saves is the distance to this server: it executes every subscription for every subscriber.

use std::sync::Arc;

use async_graphql::{Context, ID, Interface, Schema, SimpleObject, Subscription};
use async_graphql_axum::{GraphQL, GraphQLSubscription};
use axum::routing::get_service;
use futures_util::{Stream, StreamExt, stream};
use tokio::sync::broadcast::{Receiver, error::RecvError};

use super::graphql::{Message, Mutation, Query, ServerState};
use super::listener::listen;
use super::message_source::MessageSource;
use lab_stack::Error;

/// What follows the time stamp of a message, as in the messages that clients send.
const TEXT: &str = "The second half of the choir answers from the other side now.";

#[derive(SimpleObject)]
struct FeedBatch {
    feed_id: ID,
    cursor: String,
    caught_up: bool,
    reset: Option<String>,
    events: Vec<FeedEvent>,
}

#[derive(Interface)]
#[graphql(
    field(name = "id", ty = "&ID"),
    field(name = "seq", ty = "&u64"),
    field(name = "actor_id", ty = "&Option<ID>")
)]
enum FeedEvent {
    MessageAdded(MessageAdded),
}

#[derive(SimpleObject)]
struct MessageAdded {
    id: ID,
    seq: u64,
    actor_id: Option<ID>,
    message: Arc<Message>,
}

struct Subscriptions;

#[Subscription]
impl Subscriptions {
    async fn chat_events(
        &self,
        context: &Context<'_>,
        chat_id: ID,
    ) -> async_graphql::Result<impl Stream<Item = FeedBatch> + use<>> {
        let received = context.data::<Arc<ServerState>>()?.messages.subscribe();
        // The first batch says where the subscription stands.
        let first = stream::iter([batch(&chat_id, None)]);
        Ok(first.chain(messages(received).map(move |message| batch(&chat_id, Some(message)))))
    }
}

/// What is received. A subscriber that is too far behind misses messages: the listener's audit shows it.
fn messages(received: Receiver<Arc<Message>>) -> impl Stream<Item = Arc<Message>> {
    stream::unfold(received, |mut received| async move {
        loop {
            match received.recv().await {
                Ok(message) => return Some((message, received)),
                Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => return None,
            }
        }
    })
}

fn batch(chat_id: &ID, message: Option<Arc<Message>>) -> FeedBatch {
    let seq = message.as_ref().map_or(0, |message| message.seq);
    let added = |message: Arc<Message>| MessageAdded {
        id: message.id.clone(),
        seq: message.seq,
        actor_id: Some(message.sender_id.clone()),
        message,
    };
    FeedBatch {
        feed_id: chat_id.clone(),
        cursor: format!("{}.{seq}", chat_id.as_str()),
        caught_up: true,
        reset: None,
        events: message
            .map(added)
            .map(FeedEvent::MessageAdded)
            .into_iter()
            .collect(),
    }
}

pub(super) async fn serve(port: u16) -> Result<(), Error> {
    let state = Arc::new(ServerState::new());
    let source = MessageSource::default();
    let schema = Schema::build(Query, Mutation, Subscriptions)
        .data(Arc::clone(&state))
        .finish();
    let endpoint =
        get_service(GraphQLSubscription::new(schema.clone())).post_service(GraphQL::new(schema));
    let router = source.routes().route("/graphql", endpoint);
    let (id, chat) = (
        ID::from(uuid::Uuid::now_v7()),
        ID::from(uuid::Uuid::now_v7()),
    );
    tokio::spawn(source.run(move |number, due| {
        let content = format!("@{due:016} {TEXT}");
        state.send(Arc::new(Message::new(
            id.clone(),
            chat.clone(),
            number,
            content,
        )));
    }));
    axum::serve(listen(port).await?, router)
        .await
        .map_err(|cause| Error::io("serve", cause))
}
