//! Which variables and fragments a document uses.

use std::collections::HashSet;

use async_graphql::{
    Name, Positioned,
    parser::types::{
        Directive, ExecutableDocument, Field, OperationDefinition, Selection, SelectionSet,
    },
};
use async_graphql_value::Value;

/// What an operation uses, fragments included.
#[derive(Default)]
pub struct UsedNames {
    /// Names of variables.
    pub variables: HashSet<Name>,
    /// Names of fragments.
    pub fragments: HashSet<Name>,
}

/// What an operation uses.
pub(super) fn by_operation(
    document: &ExecutableDocument,
    operation: &OperationDefinition,
) -> UsedNames {
    let mut used = UsedNames::default();
    used.of_directives(&operation.directives);
    used.of_selections(document, &operation.selection_set.node);
    used
}

/// The fragments that any operation of the document uses.
pub(super) fn fragments(document: &ExecutableDocument) -> HashSet<Name> {
    let operations = document.operations.iter();
    operations
        .flat_map(|(_, operation)| by_operation(document, &operation.node).fragments)
        .collect()
}

impl UsedNames {
    /// Adds what a field uses below itself, so neither its arguments nor its directives.
    pub fn below(&mut self, document: &ExecutableDocument, field: &Field) {
        self.of_selections(document, &field.selection_set.node);
    }

    /// Adds what directives use.
    pub fn of_directives(&mut self, directives: &[Positioned<Directive>]) {
        for (_, argument) in directives.iter().flat_map(|one| &one.node.arguments) {
            self.of_value(&argument.node);
        }
    }

    /// Adds what a field's arguments use.
    pub fn of_arguments(&mut self, field: &Field) {
        for (_, argument) in &field.arguments {
            self.of_value(&argument.node);
        }
    }

    fn of_selections(&mut self, document: &ExecutableDocument, set: &SelectionSet) {
        for item in &set.items {
            self.of_directives(item.node.directives());
            match &item.node {
                Selection::Field(field) => {
                    self.of_arguments(&field.node);
                    self.below(document, &field.node);
                }
                Selection::InlineFragment(inline) => {
                    self.of_selections(document, &inline.node.selection_set.node);
                }
                Selection::FragmentSpread(spread) => {
                    let name = &spread.node.fragment_name.node;
                    if let Some(fragment) = document.fragments.get(name)
                        && self.fragments.insert(name.clone())
                    {
                        self.of_directives(&fragment.node.directives);
                        self.of_selections(document, &fragment.node.selection_set.node);
                    }
                }
            }
        }
    }

    fn of_value(&mut self, value: &Value) {
        match value {
            Value::Variable(name) => {
                self.variables.insert(name.clone());
            }
            Value::List(items) => items.iter().for_each(|item| self.of_value(item)),
            Value::Object(entries) => entries.values().for_each(|value| self.of_value(value)),
            _ => {}
        }
    }
}
