//! A document as the web client sends it: each field once, whatever fragments ask for it. Its `mergedSelections.ts` does the
//! same.

use std::collections::{BTreeMap, BTreeSet};

use async_graphql::parser::{
    parse_query,
    types::{ExecutableDocument, Field, Selection, SelectionSet},
};

/// What is asked for in one place: fields by how they are written, and by type what only some kinds have.
#[derive(Default)]
struct Merged<'a> {
    fields: BTreeMap<String, Vec<&'a SelectionSet>>,
    of_kinds: BTreeMap<&'a str, Vec<&'a SelectionSet>>,
}

/// The document of one operation with the fragments that it uses, without them.
pub fn merged(document: &str) -> String {
    let header = document.split('{').next().unwrap();
    let parsed = parse_query(document).unwrap();
    let (_, operation) = parsed.operations.iter().next().unwrap();
    let mut sent = header.to_owned();
    write(
        &[&operation.node.selection_set.node],
        &parsed,
        &kinds(),
        &mut sent,
    );
    sent
}

/// The types that stand for an interface or a union.
fn kinds() -> BTreeSet<String> {
    let sdl = receiver::sdl();
    let mut kinds = BTreeSet::new();
    for line in sdl.lines() {
        if let Some((name, _)) = line
            .strip_prefix("type ")
            .and_then(|line| line.split_once(" implements "))
        {
            kinds.insert(name.to_owned());
        }
        if let Some((_, members)) = line
            .strip_prefix("union ")
            .and_then(|line| line.split_once('='))
        {
            kinds.extend(members.split('|').map(|name| name.trim().to_owned()));
        }
    }
    assert!(kinds.contains("MessageAdded") && kinds.contains("Typing"));
    kinds
}

fn write(
    sets: &[&SelectionSet],
    document: &ExecutableDocument,
    kinds: &BTreeSet<String>,
    sent: &mut String,
) {
    let mut merged = Merged::default();
    for set in sets {
        collect(set, document, kinds, &mut merged);
    }
    sent.push_str(" {");
    for (field, children) in &merged.fields {
        sent.push(' ');
        sent.push_str(field);
        if children.iter().any(|set| !set.items.is_empty()) {
            write(children, document, kinds, sent);
        }
    }
    for (kind, sets) in &merged.of_kinds {
        sent.push_str(&format!(" ... on {kind}"));
        write(sets, document, kinds, sent);
    }
    sent.push_str(" }");
}

fn collect<'a>(
    set: &'a SelectionSet,
    document: &'a ExecutableDocument,
    kinds: &BTreeSet<String>,
    merged: &mut Merged<'a>,
) {
    for item in &set.items {
        let (condition, own) = match &item.node {
            Selection::Field(field) => {
                let children = merged.fields.entry(written(&field.node)).or_default();
                children.push(&field.node.selection_set.node);
                continue;
            }
            Selection::InlineFragment(inline) => {
                let condition = inline.node.type_condition.as_ref();
                (condition, &inline.node.selection_set.node)
            }
            Selection::FragmentSpread(spread) => {
                let fragment = &document.fragments[&spread.node.fragment_name.node].node;
                (Some(&fragment.type_condition), &fragment.selection_set.node)
            }
        };
        let kind = condition.map(|condition| condition.node.on.node.as_str());
        match kind.filter(|kind| kinds.contains(*kind)) {
            Some(kind) => merged.of_kinds.entry(kind).or_default().push(own),
            None => collect(own, document, kinds, merged),
        }
    }
}

fn written(field: &Field) -> String {
    assert!(field.directives.is_empty());
    let mut text = match &field.alias {
        Some(alias) => format!("{}: {}", alias.node, field.name.node),
        None => field.name.node.to_string(),
    };
    if !field.arguments.is_empty() {
        let arguments: Vec<String> = field
            .arguments
            .iter()
            .map(|(name, value)| format!("{}: {}", name.node, value.node))
            .collect();
        text.push_str(&format!("({})", arguments.join(", ")));
    }
    text
}
