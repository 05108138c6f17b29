//! Refresh tokens that are used concurrently and repeatedly, through the load balancer.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine};
use futures_util::future::join_all;
use lab_stack::client::{Refusal, Socket, SocketEnd, Visitor};
use lab_stack::stack::{Service, Stack};
use serde_json::{Value, json};

use crate::shared_stack::{PASSWORD, assert_no_panic, lock_stack, unique_username};

/// The tokens of a device.
#[derive(Clone)]
struct Tokens {
    access: String,
    refresh: String,
}

impl Tokens {
    fn of(payload: &Value) -> Tokens {
        let text = |name: &str| payload[name].as_str().unwrap().to_owned();
        Tokens {
            access: text("accessToken"),
            refresh: text("refreshToken"),
        }
    }
}

async fn register(visitor: &Visitor, username: &str) -> Tokens {
    let document = "mutation ($input: RegisterInput!) { register(input: $input) { accessToken refreshToken } }";
    let email = format!("{username}@example.org");
    let input = json!({ "email": email, "username": username, "password": PASSWORD });
    let data = visitor
        .ask(Service::Users, document, json!({ "input": input }), None)
        .await;
    Tokens::of(&data.unwrap()["register"])
}

async fn refresh(visitor: &Visitor, token: &str) -> Result<Tokens, Refusal> {
    let document = "mutation ($input: RefreshSessionInput!) { refreshSession(input: $input) {
        accessToken refreshToken } }";
    let variables = json!({ "input": { "refreshToken": token } });
    let answer = visitor.ask(Service::Users, document, variables, None).await;
    answer.map(|data| Tokens::of(&data["refreshSession"]))
}

/// Whether this refresh token could still be used.
async fn is_live(stack: &Stack, token: &str) -> bool {
    let database = lab_stack::servers::connect(&stack.database_url(None)).await;
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(token).unwrap();
    let query = "SELECT count(*) FROM refresh_tokens token JOIN sessions session ON session.id = token.session_id
        WHERE token.hash = sha256($1) AND token.consumed_at IS NULL AND session.revoked_at IS NULL";
    let row = database.query_one(query, &[&bytes]).await.unwrap();
    row.get::<_, i64>(0) == 1
}

async fn socket(stack: &Stack, instance: u8, token: &str) -> Result<Socket, SocketEnd> {
    let base = stack.url().replacen("http", "ws", 1);
    let url = format!("{base}/receiver/graphql?instance={instance}");
    Socket::open(&url, token).await
}

async fn is_signed_in(visitor: &Visitor, token: &str) -> Result<Value, Refusal> {
    visitor
        .ask(Service::Users, "{ me { version } }", json!({}), Some(token))
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn twenty_refreshes_at_once_leave_one_branch_and_a_token_that_comes_back_ends_it_with_its_sockets()
 {
    let guard = lock_stack().await;
    let stack = guard.stack;
    let visitor = Visitor::new(&stack.url());
    let username = unique_username("ada");
    let first = register(&visitor, &username).await;
    let elsewhere = visitor.sign_in(&username, PASSWORD).await.unwrap();

    let answers = join_all((0..20).map(|_| refresh(&visitor, &first.refresh))).await;
    let grants: Vec<Tokens> = answers.into_iter().flatten().collect();
    assert!(grants.len() > 1, "nobody raced");
    let different: HashSet<&str> = grants.iter().map(|tokens| &*tokens.refresh).collect();
    assert_eq!(different.len(), 1, "all who raced have the same next token");
    assert!(is_live(stack, &grants[0].refresh).await);

    let branch = refresh(&visitor, &grants[0].refresh).await.unwrap();
    is_signed_in(&visitor, &branch.access).await.unwrap();
    let mut sockets = Vec::new();
    for instance in [1, 2] {
        sockets.push(socket(stack, instance, &branch.access).await.unwrap());
    }
    let mut bystander = socket(stack, 1, elsewhere.token()).await.unwrap();

    let reuse = refresh(&visitor, &first.refresh).await.map(drop);
    assert_eq!(reuse.unwrap_err().code(), Some("UNAUTHENTICATED"));
    let revoked = Instant::now();
    let ends = join_all(sockets.iter_mut().map(|socket| async {
        let read = tokio::time::timeout(Duration::from_secs(10), socket.read());
        read.await
            .expect("a revoked session's socket stays open")
            .unwrap_err()
    }));
    for end in ends.await {
        assert!(
            matches!(end, SocketEnd::Closed { code: 4403, .. }),
            "{end:?}"
        );
    }
    let took = revoked.elapsed();
    assert!(
        took < Duration::from_secs(2),
        "the sockets closed after {took:?}"
    );

    let next = refresh(&visitor, &branch.refresh).await.map(drop);
    assert_eq!(next.unwrap_err().code(), Some("UNAUTHENTICATED"));
    let refused = is_signed_in(&visitor, &branch.access).await;
    assert_eq!(refused.unwrap_err().code(), Some("UNAUTHENTICATED"));
    let refused = socket(stack, 2, &branch.access).await.map(drop);
    assert!(
        matches!(refused, Err(SocketEnd::Closed { code: 4403, .. })),
        "{refused:?}"
    );

    // The user's other session is not affected.
    is_signed_in(&visitor, elsewhere.token()).await.unwrap();
    bystander
        .subscribe("subscription { inbox { caughtUp } }", json!({}))
        .await
        .unwrap();
    assert_eq!(bystander.read().await.unwrap()["type"], "next");
    assert_no_panic(stack);
}
