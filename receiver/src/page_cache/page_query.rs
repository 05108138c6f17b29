//! The key by which requests for the same page are recognized.

use async_graphql::{
    InputType, Name, Request, Value, Variables,
    parser::types::{Field, OperationDefinition, Selection},
};
use chassis::graphql::selected;
use shared_schema::ChatId;

/// A request without its caller.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct PageQuery {
    query: String,
    operation: Option<String>,
    /// As JSON.
    variables: String,
}

impl PageQuery {
    /// The chat and the page that a request selects. None if the request selects anything else or has to wait for a
    /// position.
    pub(crate) fn of(request: &mut Request) -> Option<(ChatId, Self)> {
        // Out of the request while its document is looked at.
        let variables = std::mem::take(&mut request.variables);
        let operation = request.operation_name.clone();
        let chat = request
            .parsed_query()
            .ok()
            .and_then(|document| selected(document, operation.as_deref()).ok())
            .and_then(|operation| chat(operation, &variables));
        request.variables = variables;
        let chat = chat?;
        let query = Self {
            query: request.query.clone(),
            operation,
            variables: serde_json::to_string(&request.variables).ok()?,
        };
        Some((chat, query))
    }

    /// A request that asks the same.
    pub(crate) fn request(&self) -> Option<Request> {
        let variables = serde_json::from_str(&self.variables).ok()?;
        let mut request = Request::new(&self.query).variables(variables);
        request.operation_name.clone_from(&self.operation);
        Some(request)
    }

    pub(crate) fn bytes(&self) -> usize {
        let operation = self.operation.as_ref().map_or(0, String::len);
        self.query.len() + operation + self.variables.len()
    }
}

/// The chat of an operation that is one field `messages` which waits for nothing.
fn chat(operation: &OperationDefinition, variables: &Variables) -> Option<ChatId> {
    let [selection] = operation.selection_set.node.items.as_slice() else {
        return None;
    };
    let field = match &selection.node {
        Selection::Field(field) if field.node.name.node == "messages" => &field.node,
        _ => return None,
    };
    match argument("atLeast", field, operation, variables) {
        Value::Null => {}
        _ => return None,
    }
    ChatId::parse(Some(argument("chatId", field, operation, variables))).ok()
}

/// The value of an argument; null without one.
fn argument(
    name: &str,
    field: &Field,
    operation: &OperationDefinition,
    variables: &Variables,
) -> Value {
    let of_variable = |name: Name| -> Result<Value, std::convert::Infallible> {
        let given = variables.get(&name).cloned();
        Ok(given.unwrap_or_else(|| default(&name, operation)))
    };
    field
        .get_argument(name)
        .and_then(|value| value.node.clone().into_const_with(of_variable).ok())
        .unwrap_or_default()
}

fn default(variable: &Name, operation: &OperationDefinition) -> Value {
    operation
        .variable_definitions
        .iter()
        .find(|definition| definition.node.name.node == *variable)
        .and_then(|definition| definition.node.default_value.as_ref())
        .map(|value| value.node.clone())
        .unwrap_or_default()
}
