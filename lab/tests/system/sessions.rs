//! S2, B18: a session that has ended is refused by every service and every instance, with and without Redis.

use std::time::{Duration, Instant};

use lab_stack::client::{Client, NewMessage, Visitor};
use lab_stack::stack::{Options, Service, Stack};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::shared_stack::{PASSWORD, create_group, lock_machine, register_user, start_stack};

/// The promise.
const MAX_REVOCATION_DELAY: Duration = Duration::from_secs(1);

const REVOCATIONS: [&str; 5] = [
    "logout",
    "revokeSession",
    "changePassword",
    "refreshSession",
    "deactivateUser",
];

/// A user with two devices, in their own group.
struct Owner {
    kept: Client,
    lost: Client,
    lost_session: Value,
    lost_refresh_token: Value,
    chat: Uuid,
}

impl Owner {
    async fn on(stack: &Stack) -> Owner {
        let kept = register_user(stack, "owner").await;
        let visitor = Visitor::new(&stack.url());
        let lost = visitor.sign_in(kept.username(), PASSWORD).await.unwrap();
        // The same device again, for tokens that the client of the lab does not keep.
        let refresh = "mutation ($input: LoginInput!) { login(input: $input) {
            accessToken refreshToken session { id } } }";
        let input = json!({ "login": kept.username(), "password": PASSWORD });
        let signed_in = visitor
            .ask(Service::Users, refresh, json!({ "input": input }), None)
            .await
            .unwrap();
        let lost = lost.with_token(signed_in["login"]["accessToken"].as_str().unwrap());
        let chat = create_group(&kept, &[]).await;
        Owner {
            kept,
            lost,
            lost_session: signed_in["login"]["session"]["id"].clone(),
            lost_refresh_token: signed_in["login"]["refreshToken"].clone(),
            chat,
        }
    }

    async fn end(&self, revocation: &str) {
        let session = json!({ "sessionId": self.lost_session });
        let password =
            json!({ "currentPassword": PASSWORD, "newPassword": "brittle marmot 77 plover" });
        let (who, document, input) = match revocation {
            "logout" => (&self.lost, "mutation { logout { sessionId } }", json!({})),
            "revokeSession" => (
                &self.kept,
                "mutation ($input: RevokeSessionInput!) { revokeSession(input: $input) { sessionId } }",
                session,
            ),
            "changePassword" => (
                &self.kept,
                "mutation ($input: ChangePasswordInput!) { changePassword(input: $input) { account { version } } }",
                password,
            ),
            "deactivateUser" => (
                &self.kept,
                "mutation ($input: DeactivateUserInput!) { deactivateUser(input: $input) { userId } }",
                json!({ "password": PASSWORD }),
            ),
            _ => return self.reuse().await,
        };
        let variables = json!({ "input": input });
        who.ask(Service::Users, document, variables).await.unwrap();
    }

    /// Uses the refresh token that this device has already used.
    async fn reuse(&self) {
        let document = "mutation ($input: RefreshSessionInput!) { refreshSession(input: $input) { accessToken } }";
        let exchange = async |id: &str| {
            let input = json!({ "refreshToken": self.lost_refresh_token, "requestId": id });
            self.kept
                .ask(Service::Users, document, json!({ "input": input }))
                .await
        };
        exchange("mine").await.unwrap();
        let refused = exchange("not mine").await.unwrap_err();
        assert_eq!(refused.code(), Some("UNAUTHENTICATED"));
    }
}

/// Whether each service still accepts this token, on this instance.
async fn taken(client: &Client, chat: Uuid, instance: u8) -> [bool; 3] {
    let client = client.pinned(instance);
    let profile = json!({ "id": client.user_id() });
    let message = json!({ "input": { "chatId": chat, "content": "still here" } });
    let asks = [
        (
            Service::Users,
            "query ($id: ID!) { user(id: $id) { id } }",
            profile,
        ),
        (
            Service::Sender,
            "mutation ($input: CreateMessageInput!) { createMessage(input: $input) { cursor } }",
            message,
        ),
        (Service::Receiver, "{ chats { nodes { id } } }", json!({})),
    ];
    let mut taken = [false; 3];
    for (taken, (service, document, variables)) in taken.iter_mut().zip(asks) {
        match client.ask(service, document, variables).await {
            Ok(_) => *taken = true,
            Err(refusal) => assert_eq!(refusal.code(), Some("UNAUTHENTICATED"), "{refusal}"),
        }
    }
    taken
}

async fn each_revocation_ends_everywhere(stack: &Stack) {
    for revocation in REVOCATIONS {
        let owner = Owner::on(stack).await;
        for instance in [1, 2] {
            // From now on all of them have cached the token.
            let known = taken(&owner.lost, owner.chat, instance).await;
            assert_eq!(known, [true; 3], "{revocation} {instance}");
        }
        owner.end(revocation).await;
        let ended = Instant::now();
        let mut last = Duration::ZERO;
        for instance in [1, 2] {
            while taken(&owner.lost, owner.chat, instance).await != [false; 3] {
                last = ended.elapsed();
                assert!(last < Duration::from_secs(10), "{revocation} {instance}");
            }
        }
        assert!(last < MAX_REVOCATION_DELAY, "{revocation}: {last:?}");
        let socket = owner.lost.pinned(1).socket().await;
        assert!(socket.is_err(), "{revocation}: a socket opens");
        if revocation != "deactivateUser" {
            let message = NewMessage::new(owner.chat, "the other device goes on");
            owner.kept.send(&message).await.unwrap();
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_ended_session_is_refused_by_every_service_within_a_second() {
    let _alone = lock_machine().await;
    let stack = start_stack(Options::for_tests()).await;
    each_revocation_ends_everywhere(&stack).await;
    // And without Redis.
    stack.redis().stop();
    each_revocation_ends_everywhere(&stack).await;
}
