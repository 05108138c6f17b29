//! A document in the form in which async-graphql executes it as the specification says.
//!
//! It starts subscriptions only for fields that stand at the top themselves, and ends in silence where there are none. It
//! takes a variable that was not given for null, where it is the same as no argument at all.

use std::collections::HashSet;

use async_graphql::{
    Name, Variables,
    parser::types::{
        DocumentOperations, ExecutableDocument, OperationDefinition, OperationType, Selection,
        SelectionSet,
    },
};
use async_graphql_value::Value;

use super::{operation::selected, subscription_root::root_field, used_names};
use crate::error::Error;

/// Brings the selected operation into that form. `variables` are coerced; `root` is the name of the type that
/// subscriptions start at.
///
/// # Errors
/// `BAD_USER_INPUT` when a subscription has anything but one field at the top.
pub(super) fn normalize(
    document: &mut ExecutableDocument,
    name: Option<&str>,
    variables: &Variables,
    root: &str,
) -> Result<(), Error> {
    let operation = selected(document, name)?;
    let absent: HashSet<Name> = operation
        .variable_definitions
        .iter()
        .map(|definition| definition.node.name.node.clone())
        .filter(|name| !variables.contains_key(name))
        .collect();
    let top = match operation.ty {
        OperationType::Subscription => root_field(document, operation, variables, root)?,
        _ => None,
    };
    if absent.is_empty() && top.is_none() {
        return Ok(());
    }
    let before = used_names::by_operation(document, operation);
    let by_any = used_names::fragments(document);
    let mut changed = top.is_some();
    if let Some(top) = top {
        selected_mut(document, name)?.selection_set.node.items = vec![top];
    }
    let operation = &mut selected_mut(document, name)?.selection_set.node;
    changed |= without_absent(operation, &absent);
    for fragment in document.fragments.values_mut() {
        changed |= without_absent(&mut fragment.node.selection_set.node, &absent);
    }
    if changed {
        prune(document, name, &before, &by_any)?;
    }
    Ok(())
}

/// Takes out what nothing uses any more; what nothing has ever used stays, to be refused.
fn prune(
    document: &mut ExecutableDocument,
    name: Option<&str>,
    before: &used_names::UsedNames,
    by_any: &HashSet<Name>,
) -> Result<(), Error> {
    if let (DocumentOperations::Multiple(operations), Some(name)) = (&mut document.operations, name)
    {
        operations.retain(|own, _| own == name);
    }
    let now = used_names::by_operation(document, selected(document, name)?);
    let fragments = &mut document.fragments;
    fragments.retain(|name, _| now.fragments.contains(name) || !by_any.contains(name));
    let definitions = &mut selected_mut(document, name)?.variable_definitions;
    definitions.retain(|definition| {
        let name = &definition.node.name.node;
        now.variables.contains(name) || !before.variables.contains(name)
    });
    Ok(())
}

fn selected_mut<'a>(
    document: &'a mut ExecutableDocument,
    name: Option<&str>,
) -> Result<&'a mut OperationDefinition, Error> {
    let found = match (&mut document.operations, name) {
        (DocumentOperations::Single(operation), _) => Some(operation),
        (DocumentOperations::Multiple(operations), Some(name)) => operations.get_mut(name),
        (DocumentOperations::Multiple(operations), None) => operations.values_mut().next(),
    };
    found
        .map(|operation| &mut operation.node)
        .ok_or_else(|| Error::internal("the operation was selected before"))
}

/// Takes out arguments, and fields of input objects, that are variables without a value. Whether there were any.
fn without_absent(set: &mut SelectionSet, absent: &HashSet<Name>) -> bool {
    if absent.is_empty() {
        return false;
    }
    let mut changed = false;
    for item in &mut set.items {
        changed |= match &mut item.node {
            Selection::Field(field) => {
                let arguments = &mut field.node.arguments;
                let count = arguments.len();
                arguments.retain(|(_, value)| !is_absent(&value.node, absent));
                let mut fewer = arguments.len() < count;
                for (_, value) in arguments {
                    fewer |= value_without_absent(&mut value.node, absent);
                }
                without_absent(&mut field.node.selection_set.node, absent) || fewer
            }
            Selection::InlineFragment(inline) => {
                without_absent(&mut inline.node.selection_set.node, absent)
            }
            Selection::FragmentSpread(_) => false,
        };
    }
    changed
}

fn is_absent(value: &Value, absent: &HashSet<Name>) -> bool {
    matches!(value, Value::Variable(name) if absent.contains(name))
}

fn value_without_absent(value: &mut Value, absent: &HashSet<Name>) -> bool {
    let mut changed = false;
    match value {
        Value::List(items) => {
            for item in items {
                changed |= value_without_absent(item, absent);
            }
        }
        Value::Object(entries) => {
            let count = entries.len();
            entries.retain(|_, value| !is_absent(value, absent));
            changed = entries.len() < count;
            for value in entries.values_mut() {
                changed |= value_without_absent(value, absent);
            }
        }
        _ => {}
    }
    changed
}
