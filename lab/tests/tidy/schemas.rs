//! The three committed SDL files, read with a GraphQL parser.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use async_graphql::Positioned;
use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{
    FieldDefinition, InputValueDefinition, ServiceDocument, TypeDefinition, TypeKind,
    TypeSystemDefinition,
};

use crate::{assert_none, checkout};

const SERVICES: [&str; 3] = ["users", "sender", "receiver"];
const ROOTS: [(&str, &str); 3] = [
    ("Query", "queries"),
    ("Mutation", "mutations"),
    ("Subscription", "subscriptions"),
];

fn schema(service: &str) -> ServiceDocument {
    let path = PathBuf::from(format!("shared-schema/{service}.graphql"));
    parse_schema(checkout::read(&path)).unwrap_or_else(|error| panic!("{service}: {error}"))
}

fn types(service: &str) -> BTreeMap<String, TypeDefinition> {
    let definitions = schema(service).definitions.into_iter();
    definitions
        .filter_map(|definition| match definition {
            TypeSystemDefinition::Type(definition) => {
                Some((definition.node.name.node.to_string(), definition.node))
            }
            _ => None,
        })
        .collect()
}

fn fields(definition: &TypeDefinition) -> &[Positioned<FieldDefinition>] {
    match &definition.kind {
        TypeKind::Object(object) => &object.fields,
        TypeKind::Interface(interface) => &interface.fields,
        _ => &[],
    }
}

fn inputs(definition: &TypeDefinition) -> &[Positioned<InputValueDefinition>] {
    match &definition.kind {
        TypeKind::InputObject(input) => &input.fields,
        _ => &[],
    }
}

fn values(definition: &TypeDefinition) -> Vec<String> {
    match &definition.kind {
        TypeKind::Enum(choice) => choice
            .values
            .iter()
            .map(|value| value.node.value.node.to_string())
            .collect(),
        TypeKind::Union(union) => union
            .members
            .iter()
            .map(|member| member.node.to_string())
            .collect(),
        _ => Vec::new(),
    }
}

/// What must be the same wherever the type occurs: each member with its type.
fn shape(definition: &TypeDefinition) -> BTreeMap<String, String> {
    let argument = |input: &InputValueDefinition| {
        let default = input
            .default_value
            .as_ref()
            .map(|value| value.node.to_string());
        format!("{}: {} = {default:?}", input.name.node, input.ty.node)
    };
    let of_fields = fields(definition).iter().map(|field| {
        let arguments: Vec<String> = field
            .node
            .arguments
            .iter()
            .map(|input| argument(&input.node))
            .collect();
        let name = field.node.name.node.to_string();
        (
            name,
            format!("({}) {}", arguments.join(", "), field.node.ty.node),
        )
    });
    let of_inputs = inputs(definition)
        .iter()
        .map(|input| (input.node.name.node.to_string(), argument(&input.node)));
    let of_values = values(definition)
        .into_iter()
        .map(|value| (value, String::new()));
    of_fields.chain(of_inputs).chain(of_values).collect()
}

fn pairs() -> [(&'static str, &'static str); 3] {
    [
        ("users", "sender"),
        ("users", "receiver"),
        ("sender", "receiver"),
    ]
}

#[test]
fn a_root_field_is_served_by_one_service() {
    let mut offences = Vec::new();
    for (one, other) in pairs() {
        let (one_types, other_types) = (types(one), types(other));
        for (root, _) in ROOTS {
            let (Some(one_root), Some(other_root)) = (one_types.get(root), other_types.get(root))
            else {
                continue;
            };
            let theirs = shape(other_root);
            let both = shape(one_root)
                .into_keys()
                .filter(|field| theirs.contains_key(field));
            offences.extend(both.map(|field| format!("{root}.{field} is in {one} and in {other}")));
        }
    }
    assert_none("a client could not tell where to send it", offences);
}

#[test]
fn a_type_in_two_schemas_is_the_same_or_a_subset() {
    let is_root = |name: &str| ROOTS.iter().any(|(root, _)| *root == name);
    let mut offences = Vec::new();
    for (one, other) in pairs() {
        let others = types(other);
        for (name, definition) in types(one).into_iter().filter(|(name, _)| !is_root(name)) {
            let Some(twin) = others.get(&name) else {
                continue;
            };
            let (ours, theirs) = (shape(&definition), shape(twin));
            let differs = ours
                .iter()
                .any(|(member, ty)| theirs.get(member).is_some_and(|t| t != ty));
            let (small, large) = if ours.len() <= theirs.len() {
                (&ours, &theirs)
            } else {
                (&theirs, &ours)
            };
            let is_subset = small.keys().all(|member| large.contains_key(member));
            let same_kind =
                std::mem::discriminant(&definition.kind) == std::mem::discriminant(&twin.kind);
            // A missing member would be a value that one side does not understand.
            let closed = !values(&definition).is_empty() && ours != theirs;
            if differs || !is_subset || !same_kind || closed {
                offences.push(format!("{name} differs between {one} and {other}"));
            }
        }
    }
    assert_none("one name, two meanings", offences);
}

#[test]
fn everything_is_described() {
    let mut offences = Vec::new();
    for service in SERVICES {
        for (name, definition) in types(service) {
            let mut check = |what: String, is_described: bool| {
                if !is_described {
                    offences.push(format!("{service}: {what}"));
                }
            };
            let is_root = ROOTS.iter().any(|(root, _)| *root == name);
            check(name.clone(), is_root || definition.description.is_some());
            for field in fields(&definition) {
                let field_name = format!("{name}.{}", field.node.name.node);
                check(field_name.clone(), field.node.description.is_some());
                for input in &field.node.arguments {
                    let argument = format!("{field_name}({})", input.node.name.node);
                    check(argument, input.node.description.is_some());
                }
            }
            for input in inputs(&definition) {
                let what = format!("{name}.{}", input.node.name.node);
                check(what, input.node.description.is_some());
            }
            if let TypeKind::Enum(choice) = &definition.kind {
                for value in &choice.values {
                    let what = format!("{name}.{}", value.node.value.node);
                    check(what, value.node.description.is_some());
                }
            }
        }
    }
    assert_none("the SDL is the manual, and this is not in it", offences);
}

#[test]
fn every_operation_has_a_file_of_its_name() {
    let files = checkout::files(&[".rs"]);
    let mut offences = Vec::new();
    for service in SERVICES {
        let types = types(service);
        for (root, folder) in ROOTS {
            let Some(definition) = types.get(root) else {
                continue;
            };
            for field in fields(definition) {
                let file = snake_case(&field.node.name.node) + ".rs";
                let folder = Path::new(service).join("src").join(folder);
                // In the folder itself, or in the folder of a noun.
                let is_there = files.iter().any(|path| {
                    path.file_name() == Some(file.as_ref())
                        && path
                            .ancestors()
                            .skip(1)
                            .take(2)
                            .any(|above| above == folder)
                });
                if !is_there {
                    offences.push(folder.join(file).display().to_string());
                }
            }
        }
    }
    assert_none("an operation without a file of its own", offences);
}

fn snake_case(name: &str) -> String {
    let mut snake = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() {
            snake.push('_');
        }
        snake.extend(letter.to_lowercase());
    }
    snake
}

#[test]
fn only_the_sides_that_may_have_them_have_mutations_and_subscriptions() {
    assert!(
        !types("receiver").contains_key("Mutation"),
        "the read side has a mutation"
    );
    for service in ["users", "sender"] {
        assert!(
            !types(service).contains_key("Subscription"),
            "{service} has a subscription"
        );
    }
    let queries = shape(&types("sender")["Query"]);
    assert_eq!(
        queries.keys().collect::<Vec<_>>(),
        ["serviceInfo"],
        "the write side answers queries"
    );
}

/// The inbox documents of our tests and of lab, with the names of their constants.
const INBOX_DOCUMENTS: [(&str, &str); 3] = [
    ("lab/stack/src/client/documents.rs", "INBOX"),
    ("lab/faults/src/client/documents.rs", "DEVICE_INBOX"),
    ("receiver/tests/api/documents.rs", "INBOX"),
];

/// All kinds of events must be in these documents: tests and runs of lab would not notice that one is missing.
#[test]
fn every_inbox_document_names_every_kind_of_event() {
    let kinds = types("receiver").into_iter().filter(|(_, definition)| {
        let TypeKind::Object(object) = &definition.kind else {
            return false;
        };
        let mut interfaces = object.implements.iter();
        interfaces.any(|interface| interface.node == "FeedEvent")
    });
    let kinds: Vec<String> = kinds.map(|(kind, _)| kind).collect();
    assert!(kinds.len() > 10, "{kinds:?}");
    let mut offences = Vec::new();
    for (path, constant) in INBOX_DOCUMENTS {
        let text = checkout::read(Path::new(path));
        let start = format!("const {constant}: &str");
        let document = text
            .split_once(&start)
            .and_then(|(_, rest)| rest.split_once(';'));
        let (document, _) = document.unwrap_or_else(|| panic!("{path} has no {constant}"));
        let missing = kinds
            .iter()
            .filter(|kind| !document.contains(&format!("... on {kind} ")));
        offences.extend(missing.map(|kind| format!("{path}: {constant} lacks {kind}")));
    }
    assert_none(
        "what follows everything names every kind of event",
        offences,
    );
}

/// Lists that cost one point each and that no other list multiplies, with the reason.
const LISTS_WITHOUT_COST: [(&str, &str); 1] = [(
    "Query.unreadCounts",
    "its items have no fields of their own to multiply, and there are 1,000 at the most",
)];

/// If the length of a list is not counted, one point of a request can cost a thousand rows.
#[test]
fn every_list_that_a_service_computes_has_a_complexity() {
    let mut offences = Vec::new();
    let mut computed = 0;
    for service in SERVICES {
        let sources: Vec<String> = checkout::files(&[".rs"])
            .into_iter()
            .filter(|path| path.starts_with(format!("{service}/src")))
            // What resolvers read from is no field of the schema.
            .filter(|path| !path.starts_with(format!("{service}/src/databases")))
            .map(|path| checkout::read(&path))
            .collect();
        for (name, definition) in types(service) {
            for field in fields(&definition) {
                let ty = field.node.ty.node.to_string();
                if !ty.starts_with('[') && !ty.contains("Connection") {
                    continue;
                }
                let place = format!("{name}.{}", field.node.name.node);
                // The cost of a subscription is that of its selection.
                let excused = LISTS_WITHOUT_COST.iter().any(|(known, _)| place == *known);
                if excused || name == "Subscription" {
                    continue;
                }
                let function = format!("async fn {}(", snake_case(&field.node.name.node));
                for source in &sources {
                    let Some((before, _)) = source.split_once(&function) else {
                        continue;
                    };
                    computed += 1;
                    let since_the_last = before.rsplit("async fn ").next().unwrap_or_default();
                    if !since_the_last.contains("complexity = ") {
                        offences.push(format!("{service}: {place}"));
                    }
                }
            }
        }
    }
    assert!(
        computed >= 8,
        "{computed} lists that are computed were found"
    );
    assert_none("a list says what it costs", offences);
}
