//! The answers of one operation, from its beginning to its end.

use std::{collections::VecDeque, pin::Pin, sync::Arc};

use async_graphql::{Request, Response};
use chassis::{Caller, Error};
use futures_util::{
    Stream, StreamExt,
    stream::{self, BoxStream},
};

use super::operation_result::Answer;
use crate::live::{
    feeds::batch::Batch,
    shared_execution::{
        executor::Presses,
        group::{Document, Printed},
        group_key::Wish,
        resolver_input::Handover,
    },
};

/// What an operation says, its end included: whoever reads several of them does not notice that a stream is over.
pub(crate) type Answers = Pin<Box<dyn Stream<Item = Answer> + Send>>;

/// An operation whose batches are printed.
struct Printing {
    batches: BoxStream<'static, Arc<Batch>>,
    document: Arc<Document>,
    caller: Caller,
    waiting: VecDeque<Answer>,
}

/// Where an operation is.
enum Stage {
    /// The library executes it. If it turns out that the answers can be shared, its part ends with opening the batches.
    Opening {
        presses: Presses,
        answers: BoxStream<'static, Response>,
        opened: Handover,
        wish: Box<Wish>,
        caller: Caller,
    },
    Printing(Box<Printing>),
    Ended,
}

/// Begins an operation.
///
/// # Errors
/// `BAD_USER_INPUT` when the caller runs too much already, `UNAVAILABLE` when all together do.
pub(crate) fn answers(
    presses: &Presses,
    mut request: Request,
    caller: &Caller,
) -> Result<Answers, Error> {
    let opened = Handover::default();
    let wish = Box::new(Wish::of(&mut request));
    let entry = presses.enter(caller, &wish)?;
    let stage = Stage::Opening {
        wish,
        presses: presses.clone(),
        answers: presses
            .run(request.data(opened.clone()), Some(caller.clone()))
            .boxed(),
        opened,
        caller: caller.clone(),
    };
    Ok(Box::pin(stream::unfold(stage, move |mut stage| {
        let _running = &entry;
        async move {
            loop {
                stage = match stage {
                    Stage::Opening {
                        presses,
                        mut answers,
                        opened,
                        wish,
                        caller,
                    } => match (answers.next().await, opened.take()) {
                        (Some(answer), _) => {
                            let stage = Stage::Opening {
                                presses,
                                answers,
                                opened,
                                wish,
                                caller,
                            };
                            return Some((Answer::Own(Box::new(answer)), stage));
                        }
                        (None, None) => return Some((Answer::End, Stage::Ended)),
                        (None, Some(batches)) => Stage::Printing(Box::new(Printing {
                            batches,
                            document: presses.document(*wish),
                            caller,
                            waiting: VecDeque::new(),
                        })),
                    },
                    Stage::Printing(mut printing) => match printing.next().await {
                        Some(answer) => return Some((answer, Stage::Printing(printing))),
                        None => return Some((Answer::End, Stage::Ended)),
                    },
                    Stage::Ended => return None,
                };
            }
        }
    })))
}

impl Printing {
    async fn next(&mut self) -> Option<Answer> {
        loop {
            if let Some(answer) = self.waiting.pop_front() {
                return Some(answer);
            }
            let batch = self.batches.next().await?;
            match self.document.print(&batch, &self.caller).await {
                Printed::Same(payloads) => {
                    let count = payloads.texts.len();
                    let answer = |index| Answer::Same(Arc::clone(&payloads), index);
                    self.waiting.extend((0..count).map(answer));
                }
                Printed::Own(answers) => {
                    let answers = answers.into_iter().map(Box::new).map(Answer::Own);
                    self.waiting.extend(answers);
                }
            }
        }
    }
}
