//! The operation that a request selects.

use async_graphql::parser::types::{ExecutableDocument, OperationDefinition};

use crate::error::Error;

/// The operation of the document that this name selects.
///
/// # Errors
/// `BAD_USER_INPUT` when there is none of that name, or several and no name.
pub fn selected<'a>(
    document: &'a ExecutableDocument,
    name: Option<&str>,
) -> Result<&'a OperationDefinition, Error> {
    let mut operations = document.operations.iter();
    let found = match name {
        Some(name) => operations.find(|(own, _)| own.is_some_and(|own| own.as_str() == name)),
        None if operations.len() == 1 => operations.next(),
        None => {
            return Err(Error::bad_request(
                "the document has several operations: operationName must choose one",
            ));
        }
    };
    found
        .map(|(_, operation)| &operation.node)
        .ok_or_else(|| Error::bad_request("the document has no operation with that name"))
}
