//! The results of one operation, from its start to its end.

use std::{collections::VecDeque, pin::Pin, sync::Arc};

use async_graphql::{Request, Response, parser::types::OperationType};
use chassis::{Caller, Error, graphql::Endpoint};
use futures_util::{
    Stream, StreamExt,
    stream::{self, BoxStream},
};

use super::operation_result::OperationResult;
use crate::live::{
    feeds::batch::EventBatch,
    shared_execution::{
        executor::SharedExecutor,
        group::{Rendered, SubscriptionGroup},
        group_key::SubscriptionQuery,
        resolver_input::StreamHandoff,
    },
};

/// The results of an operation, its end included: a reader of several such streams would not notice that one is over.
pub(crate) type OperationStream = Pin<Box<dyn Stream<Item = OperationResult> + Send>>;

/// An operation whose batches are rendered by its group.
struct BatchRenderer {
    batches: BoxStream<'static, Arc<EventBatch>>,
    group: Arc<SubscriptionGroup>,
    caller: Caller,
    ready: VecDeque<OperationResult>,
}

/// The state of an operation.
enum OperationState {
    /// The library executes the request. If its results can be shared, this ends as soon as the resolver has opened the
    /// stream of batches.
    Opening {
        executor: SharedExecutor,
        answers: BoxStream<'static, Response>,
        handoff: StreamHandoff,
        query: Box<SubscriptionQuery>,
        caller: Caller,
    },
    Rendering(Box<BatchRenderer>),
    Ended,
}

/// Starts an operation.
///
/// # Errors
/// `BAD_USER_INPUT` when the caller runs too much already, `UNAVAILABLE` when all together do.
pub(crate) fn operation_stream(
    executor: &SharedExecutor,
    mut request: Request,
    caller: &Caller,
) -> Result<OperationStream, Error> {
    let handoff = StreamHandoff::default();
    let query = Box::new(SubscriptionQuery::of(&mut request));
    let reservation = executor.reserve(caller, &query)?;
    let state = OperationState::Opening {
        query,
        executor: executor.clone(),
        answers: executor.run(request.data(handoff.clone()), caller),
        handoff,
        caller: caller.clone(),
    };
    Ok(Box::pin(stream::unfold(state, move |mut state| {
        let _running = &reservation;
        async move {
            loop {
                state = match state {
                    OperationState::Opening {
                        executor,
                        mut answers,
                        handoff,
                        query,
                        caller,
                    } => match (answers.next().await, handoff.take()) {
                        (Some(answer), _) => {
                            let state = OperationState::Opening {
                                executor,
                                answers,
                                handoff,
                                query,
                                caller,
                            };
                            return Some((OperationResult::Individual(Box::new(answer)), state));
                        }
                        (None, None) => {
                            return Some((OperationResult::Complete, OperationState::Ended));
                        }
                        (None, Some(batches)) => {
                            OperationState::Rendering(Box::new(BatchRenderer {
                                batches,
                                group: executor.group(*query),
                                caller,
                                ready: VecDeque::new(),
                            }))
                        }
                    },
                    OperationState::Rendering(mut renderer) => match renderer.next().await {
                        Some(answer) => return Some((answer, OperationState::Rendering(renderer))),
                        None => return Some((OperationResult::Complete, OperationState::Ended)),
                    },
                    OperationState::Ended => return None,
                };
            }
        }
    })))
}

impl BatchRenderer {
    async fn next(&mut self) -> Option<OperationResult> {
        loop {
            if let Some(answer) = self.ready.pop_front() {
                return Some(answer);
            }
            let batch = self.batches.next().await?;
            match self.group.render(&batch, &self.caller).await {
                Rendered::Shared(payloads) => {
                    let count = payloads.texts.len();
                    let answer = |index| OperationResult::Shared(Arc::clone(&payloads), index);
                    self.ready.extend((0..count).map(answer));
                }
                Rendered::Individual(answers) => {
                    let answers = answers
                        .into_iter()
                        .map(Box::new)
                        .map(OperationResult::Individual);
                    self.ready.extend(answers);
                }
            }
        }
    }
}

/// Checks the document as over HTTP, and accepts only a subscription.
///
/// # Errors
/// `BAD_USER_INPUT` for everything else.
pub(crate) fn check_subscription(endpoint: &Endpoint, request: &mut Request) -> Result<(), Error> {
    match endpoint.check(request)? {
        OperationType::Subscription => Ok(()),
        _ => Err(Error::bad_request("send queries and mutations over HTTP")),
    }
}
