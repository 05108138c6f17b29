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

/// What has to be the same wherever the type stands: each member with its type.
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
            // A member that is absent would be a value that one side does not understand.
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
                // In the folder itself, or in that of a noun.
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
