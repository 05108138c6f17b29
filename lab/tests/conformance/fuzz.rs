//! Schemathesis sends generated requests to every query and mutation of the three schemas.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{TypeKind, TypeSystemDefinition};
use lab_stack::client::{Client, Visitor};
use lab_stack::stack::{Service, Stack};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::kits;
use crate::shared_stack::{PASSWORD, assert_no_panic, create_group, lock_stack, register_user};

/// Two checks of Schemathesis, and ours from `schemathesis_hooks.py`.
const CHECKS: &str = "response_schema_conformance,negative_data_rejection,is_answered_as_promised";

/// Cases per service. A release is tested with 20,000: CONFORMANCE_CASES=20000.
fn cases() -> usize {
    let wish = std::env::var("CONFORMANCE_CASES").ok();
    wish.map_or(600, |cases| {
        cases.parse().expect("CONFORMANCE_CASES is a number")
    })
}

/// The number of root fields that Schemathesis calls.
fn operations(schema: &str) -> usize {
    let definitions = parse_schema(schema).unwrap().definitions.into_iter();
    let fields = definitions.filter_map(|definition| match definition {
        TypeSystemDefinition::Type(definition) => match &definition.node.kind {
            TypeKind::Object(object)
                if ["Query", "Mutation"].contains(&definition.node.name.node.as_str()) =>
            {
                Some(object.fields.len())
            }
            _ => None,
        },
        _ => None,
    });
    fields.sum()
}

/// Sends a message and returns its id and the cursor after it.
async fn message(writer: &Client, chat: Uuid) -> (String, String) {
    let document = "mutation ($input: CreateMessageInput!) { createMessage(input: $input) { cursor message { id } } }";
    let input = json!({ "chatId": chat, "content": "something to be found" });
    let data = writer.mutate(document, input).await.unwrap();
    let text = |pointer: &str| {
        data.pointer(pointer)
            .and_then(Value::as_str)
            .unwrap()
            .to_owned()
    };
    (
        text("/createMessage/message/id"),
        text("/createMessage/cursor"),
    )
}

/// Ids of existing data, by their names in `schemathesis.toml`.
async fn world(stack: &Stack, ada: &Client) -> Vec<(&'static str, String)> {
    let (bob, eve) = (
        register_user(stack, "bob").await,
        register_user(stack, "eve").await,
    );
    let chat = create_group(ada, &[&bob]).await;
    let public = bob
        .create_chat(Uuid::now_v7(), "PUBLIC", Some("Everyone"), &[])
        .await;
    let (own, cursor) = message(ada, chat).await;
    let chats = ada
        .query("{ chats { feedCursor } }", json!({}))
        .await
        .unwrap();
    let feed_cursor = chats["chats"]["feedCursor"].as_str().unwrap();
    let visitor = Visitor::new(&stack.url());
    let doomed = visitor.sign_in(bob.username(), PASSWORD).await.unwrap();
    let sessions = bob
        .ask(Service::Users, "{ sessions { id current } }", json!({}))
        .await
        .unwrap();
    let session = sessions["sessions"][0]["id"].as_str().unwrap();
    vec![
        ("GROUP", chat.to_string()),
        ("PUBLIC", public.unwrap().to_string()),
        ("FOREIGN", create_group(&bob, &[&eve]).await.to_string()),
        ("DOOMED", create_group(ada, &[&bob]).await.to_string()),
        ("OWN_MESSAGE", own),
        ("OTHER_MESSAGE", message(&bob, chat).await.0),
        ("DOOMED_MESSAGE", message(ada, chat).await.0),
        ("SELF", ada.user_id().to_string()),
        ("FRIEND", bob.user_id().to_string()),
        ("STRANGER", eve.user_id().to_string()),
        ("SESSION", session.to_owned()),
        ("CURSORS", format!("{cursor} {feed_cursor}")),
        ("TOKEN", ada.token().to_owned()),
        ("DOOMED_TOKEN", doomed.token().to_owned()),
    ]
}

/// `schemathesis.toml` with these ids.
fn configuration(directory: &Path, world: &[(&str, String)]) -> PathBuf {
    let mut text = std::fs::read_to_string(kits::scripts().join("schemathesis.toml")).unwrap();
    for (name, value) in world {
        text = text.replace(&format!("${{{name}}}"), value);
    }
    assert!(!text.contains("${"), "a name is left in {text}");
    let path = directory.join("schemathesis.toml");
    std::fs::write(&path, text).unwrap();
    path
}

async fn fuzz(service: Service) {
    let guard = lock_stack().await;
    let ada = register_user(guard.stack, "ada").await;
    let name = service.name();
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../shared-schema/{name}.graphql"));
    let per_operation = (cases() / operations(&std::fs::read_to_string(&path).unwrap())).max(1);
    let mut command = kits::python("st").await;
    let world = world(guard.stack, &ada).await;
    let cursors = world.iter().find(|(name, _)| *name == "CURSORS").unwrap();
    command
        .arg("--config-file")
        .arg(configuration(guard.stack.directory(), &world))
        .arg("run")
        .arg(&path)
        .args(["--url", &format!("{}/{name}/graphql", guard.stack.url())])
        .args([
            "--header",
            &format!("Authorization: Bearer {}", ada.token()),
        ])
        .args(["--phases", "fuzzing"])
        .args(["--checks", CHECKS])
        .args(["--max-examples", &per_operation.to_string()])
        .args([
            "--generation-database",
            "none",
            "--no-color",
            "--warnings",
            "off",
        ])
        .args(["--suppress-health-check", "all", "--continue-on-failure"])
        .env("SCHEMATHESIS_HOOKS", "schemathesis_hooks")
        .env("FUZZ_CURSORS", &cursors.1)
        .stdin(Stdio::null());
    let outcome = command.output().await.unwrap();
    let report = String::from_utf8_lossy(&outcome.stdout);
    let generated = report.split(" generated").next().unwrap_or_default();
    let generated: usize = generated
        .rsplit(' ')
        .next()
        .unwrap_or_default()
        .parse()
        .unwrap_or(0);
    println!("{report}");
    let said = String::from_utf8_lossy(&outcome.stderr);
    assert!(outcome.status.success(), "{report}\n{said}");
    assert!(generated >= cases() / 2, "only {generated} cases: {report}");
    assert_no_panic(guard.stack);
}

#[tokio::test(flavor = "multi_thread")]
async fn schemathesis_finds_no_server_error_and_no_unexpected_shape_in_users() {
    fuzz(Service::Users).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn schemathesis_finds_no_server_error_and_no_unexpected_shape_in_sender() {
    fuzz(Service::Sender).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn schemathesis_finds_no_server_error_and_no_unexpected_shape_in_receiver() {
    fuzz(Service::Receiver).await;
}
