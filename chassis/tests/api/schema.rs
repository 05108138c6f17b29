//! A schema with one field per thing that can go well or wrong.

use std::{sync::Arc, time::Duration};

use async_graphql::{Context, EmptySubscription, MaybeUndefined, Object, Result, Schema};
use chassis::{Caller, Error, graphql::Limits};
use shared_schema::Reason;

pub type TestSchema = Schema<Query, Mutation, EmptySubscription>;

pub fn build() -> TestSchema {
    let schema = Schema::build(Query, Mutation, EmptySubscription);
    Limits::default().apply(schema).finish()
}

/// Limits in which `prove` weighs more than half of what a request may have at the top.
pub fn weighed() -> Limits {
    Limits {
        weights: &[("prove", 6)],
        ..Limits::default()
    }
}

/// What the endpoint's `per_request` adds.
pub struct Greeting(pub &'static str);

pub struct Query;

#[Object]
impl Query {
    async fn greeting(&self, ctx: &Context<'_>) -> Result<&'static str> {
        Ok(ctx.data::<Greeting>()?.0)
    }

    async fn echo(&self, text: String) -> String {
        text
    }

    async fn nested(&self, values: async_graphql::Json<serde_json::Value>) -> String {
        values.0.to_string()
    }

    async fn number(&self, value: i32) -> i32 {
        value
    }

    async fn given(&self, value: MaybeUndefined<i32>) -> String {
        match value {
            MaybeUndefined::Undefined => "nothing".to_owned(),
            MaybeUndefined::Null => "null".to_owned(),
            MaybeUndefined::Value(value) => value.to_string(),
        }
    }

    async fn page(&self, #[graphql(default = 20)] first: i32) -> i32 {
        first
    }

    async fn node(&self) -> Node {
        Node
    }

    #[graphql(complexity = "first as usize * child_complexity")]
    async fn nodes(&self, first: i32) -> Vec<Node> {
        (0..first).map(|_| Node).collect()
    }

    async fn whoami(&self, ctx: &Context<'_>) -> Result<String> {
        Ok(Caller::of(ctx)?.username.clone())
    }

    async fn fail(&self, how: String) -> Result<Option<i32>> {
        Err(match how.as_str() {
            "forbidden" => Error::forbidden(Reason::OwnersOnly),
            "not found" => Error::not_found("chat"),
            "not found in" => Error::not_found_in("replyToId", "message"),
            "bad input" => Error::bad_input("content", Reason::TooLong { max: 500 }),
            "conflict" => Error::conflict_on("username", Reason::Taken),
            "rate limited" => Error::rate_limited(Duration::from_millis(1500)),
            "unavailable" => Error::unavailable("the primary at 10.0.0.7 is away"),
            "internal" => Error::internal("relation \"secrets\" does not exist"),
            "shared" => return Err(Arc::new(Error::not_found("user")).into()),
            "foreign" => return Err(std::io::Error::other("/etc/secret").into()),
            _ => return Err("a bare string with a secret".into()),
        }
        .into())
    }

    async fn slow(&self) -> i32 {
        tokio::time::sleep(Duration::from_secs(60)).await;
        1
    }

    async fn half_a_second(&self) -> i32 {
        tokio::time::sleep(Duration::from_millis(500)).await;
        1
    }

    async fn panics(&self, divisor: i32) -> i32 {
        assert!(divisor != 0, "a resolver's bug");
        1 / divisor
    }
}

pub struct Node;

#[Object]
impl Node {
    async fn id(&self) -> i32 {
        1
    }

    async fn child(&self) -> Self {
        Self
    }

    async fn broken(&self) -> Result<i32> {
        Err(Error::not_found("part").into())
    }

    async fn broken_alone(&self) -> Option<Result<i32>> {
        Some(Err(Error::not_found("part").into()))
    }
}

pub struct Mutation;

#[Object]
impl Mutation {
    async fn touch(&self) -> i32 {
        1
    }

    async fn prove(&self) -> i32 {
        1
    }
}
