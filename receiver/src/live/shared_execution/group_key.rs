//! What makes two subscriptions ask the same of a batch: their documents, and the variables that the selection uses. The
//! arguments of the subscription's own field only say which batches there are.

use std::{collections::HashSet, sync::Arc};

use async_graphql::{
    Name, Request, Value, Variables,
    parser::types::{ExecutableDocument, OperationDefinition, Selection},
};
use chassis::graphql::{UsedNames, selected};

/// Equal for subscriptions with the same document and variables.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct GroupKey {
    pub(crate) query: Arc<str>,
    pub(crate) operation: Option<String>,
    variables: String,
}

/// The query of a checked request. Whether its variables fit is known when its stream is open: only then may others
/// receive results of it.
pub(crate) struct SubscriptionQuery {
    pub(crate) key: GroupKey,
    pub(crate) variables: Variables,
}

impl SubscriptionQuery {
    /// The query of this request.
    pub(crate) fn of(request: &mut Request) -> Self {
        let operation = request.operation_name.clone();
        let opening = match request.parsed_query() {
            Ok(document) => OpeningVariables::of(document, operation.as_deref()),
            Err(_) => OpeningVariables::default(),
        };
        let mut variables = request.variables.clone();
        let asked: Vec<(&Name, &Value)> = variables
            .iter()
            .filter(|(name, _)| !opening.variables.contains(*name))
            .collect();
        let key = GroupKey {
            query: request.query.as_str().into(),
            operation,
            // Values that came as JSON can be written as JSON.
            variables: serde_json::to_string(&asked).unwrap_or_default(),
        };
        // Up to a thousand cursors need not stay in memory for as long as the subscription runs.
        variables.retain(|name, _| !opening.dispensable.contains(name));
        Self { key, variables }
    }

    /// The bytes that stay in memory for this query.
    pub(crate) fn bytes(&self) -> usize {
        self.key.query.len() + self.key.variables.len()
    }
}

/// The variables that only say which batches there are: they stand among the arguments of the field at the top and
/// nowhere else.
#[derive(Default)]
struct OpeningVariables {
    variables: HashSet<Name>,
    /// Arguments that are not needed once the batches exist.
    dispensable: HashSet<Name>,
}

impl OpeningVariables {
    /// Of a checked document, so of one whose subscription has one field at the top.
    fn of(document: &ExecutableDocument, operation: Option<&str>) -> Self {
        let Ok(operation) = selected(document, operation) else {
            return Self::default();
        };
        let (mut arguments, mut elsewhere) = (UsedNames::default(), UsedNames::default());
        elsewhere.of_directives(&operation.directives);
        for item in &operation.selection_set.node.items {
            elsewhere.of_directives(item.node.directives());
            if let Selection::Field(field) = &item.node {
                arguments.of_arguments(&field.node);
                elsewhere.below(document, &field.node);
            }
        }
        let variables = arguments.variables;
        let variables: HashSet<Name> = variables
            .difference(&elsewhere.variables)
            .cloned()
            .collect();
        let dispensable = dispensable(operation, &variables);
        Self {
            variables,
            dispensable,
        }
    }
}

fn dispensable(operation: &OperationDefinition, variables: &HashSet<Name>) -> HashSet<Name> {
    let definitions = operation.variable_definitions.iter();
    definitions
        .filter(|definition| definition.node.var_type.node.nullable)
        .map(|definition| definition.node.name.node.clone())
        .filter(|name| variables.contains(name))
        .collect()
}
