//! What makes two subscriptions ask the same of a batch: their documents, and the variables that the selection uses. The
//! arguments of the subscription's own field only say which batches there are.

use std::{collections::HashSet, convert::Infallible};

use async_graphql::{
    Name, Positioned, Request, Value, Variables,
    parser::types::{Directive, ExecutableDocument, OperationDefinition, Selection, SelectionSet},
};
use serde::Serialize;

/// Equal for subscriptions that ask the same.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Key {
    pub(super) query: String,
    pub(super) operation: Option<String>,
    variables: String,
}

/// What a checked request asks for. Whether its variables fit is known when its stream is open: not before that may
/// others be answered with them.
pub struct Wish {
    pub(super) key: Key,
    pub(super) variables: Variables,
}

impl Wish {
    /// What this request asks for.
    pub fn of(request: &mut Request) -> Self {
        Self {
            key: Key::of(request),
            variables: request.variables.clone(),
        }
    }
}

impl Key {
    fn of(request: &mut Request) -> Self {
        let operation = request.operation_name.clone();
        let used = match request.parsed_query() {
            Ok(document) => used(document, operation.as_deref()),
            Err(_) => HashSet::new(),
        };
        let variables: Vec<(&Name, &Value)> = request
            .variables
            .iter()
            .filter(|(name, _)| used.contains(*name))
            .collect();
        Self {
            query: request.query.clone(),
            operation,
            variables: text(&variables),
        }
    }
}

/// Values that came as JSON can be written as JSON.
fn text(variables: &impl Serialize) -> String {
    serde_json::to_string(variables).unwrap_or_default()
}

/// The variables that stand anywhere but among the arguments of the field at the top.
fn used(document: &ExecutableDocument, operation: Option<&str>) -> HashSet<Name> {
    let mut names = HashSet::new();
    for (own, found) in document.operations.iter() {
        if operation.is_none() || own.map(Name::as_str) == operation {
            let OperationDefinition {
                selection_set,
                directives,
                ..
            } = &found.node;
            of_directives(directives, &mut names);
            of_top(&selection_set.node, &mut names);
        }
    }
    // A fragment at the top may only count too much: then subscribers that ask the same do not share.
    for fragment in document.fragments.values() {
        of_directives(&fragment.node.directives, &mut names);
        of_selection(&fragment.node.selection_set.node, &mut names);
    }
    names
}

fn of_top(set: &SelectionSet, names: &mut HashSet<Name>) {
    for item in &set.items {
        of_directives(item.node.directives(), names);
        match &item.node {
            Selection::Field(field) => of_selection(&field.node.selection_set.node, names),
            Selection::InlineFragment(inline) => of_top(&inline.node.selection_set.node, names),
            Selection::FragmentSpread(_) => {}
        }
    }
}

fn of_selection(set: &SelectionSet, names: &mut HashSet<Name>) {
    for item in &set.items {
        of_directives(item.node.directives(), names);
        match &item.node {
            Selection::Field(field) => {
                for (_, argument) in &field.node.arguments {
                    let _ = argument.node.clone().into_const_with(noting(names));
                }
                of_selection(&field.node.selection_set.node, names);
            }
            Selection::InlineFragment(inline) => {
                of_selection(&inline.node.selection_set.node, names);
            }
            Selection::FragmentSpread(_) => {}
        }
    }
}

fn of_directives(directives: &[Positioned<Directive>], names: &mut HashSet<Name>) {
    for (_, argument) in directives.iter().flat_map(|one| &one.node.arguments) {
        let _ = argument.node.clone().into_const_with(noting(names));
    }
}

/// Notes the variables of a value, which is not needed itself.
fn noting(names: &mut HashSet<Name>) -> impl FnMut(Name) -> Result<Value, Infallible> {
    |name| {
        names.insert(name);
        Ok(Value::Null)
    }
}
