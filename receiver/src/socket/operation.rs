//! What may run on a socket.

use async_graphql::{
    Request,
    parser::types::{ExecutableDocument, OperationType, Selection, SelectionSet},
};
use chassis::{
    Error,
    graphql::{Endpoint, selected},
};

/// Measures the document as over HTTP, and lets one subscription pass.
///
/// # Errors
/// `BAD_USER_INPUT` for everything else.
pub(super) fn admit(endpoint: &Endpoint, request: &mut Request) -> Result<(), Error> {
    match endpoint.check(request)? {
        OperationType::Subscription => {}
        _ => return Err(Error::bad_request("send queries and mutations over HTTP")),
    }
    let name = request.operation_name.clone();
    let document = request
        .parsed_query()
        .map_err(|error| Error::bad_request(error.message))?;
    // One source of events: answers of several could not be told apart, and the specification forbids it.
    let operation = selected(document, name.as_deref())?;
    if fields(document, &operation.selection_set.node) == 1 {
        Ok(())
    } else {
        Err(Error::bad_request(
            "a subscription has one field at the top",
        ))
    }
}

/// Fields of a selection set, also those in fragments. The check above has refused cycles.
fn fields(document: &ExecutableDocument, set: &SelectionSet) -> usize {
    let in_selection = |selection: &Selection| match selection {
        Selection::Field(_) => 1,
        Selection::InlineFragment(inline) => fields(document, &inline.node.selection_set.node),
        Selection::FragmentSpread(spread) => document
            .fragments
            .get(&spread.node.fragment_name.node)
            .map_or(0, |found| fields(document, &found.node.selection_set.node)),
    };
    set.items
        .iter()
        .map(|item| in_selection(&item.node))
        .fold(0, usize::saturating_add)
}
