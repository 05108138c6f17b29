//! A document in use, and its presses.

use std::{
    future::poll_fn,
    sync::{Arc, Mutex, PoisonError},
    task::Poll,
};

use async_graphql::{Request, Response, Variables};
use chassis::{
    Caller,
    graphql::{encode, failure},
};
use futures_util::{
    FutureExt, StreamExt,
    stream::{self, BoxStream},
};

use super::{executor::Presses, group_key::Key, resolver_input::Input};
use crate::live::feeds::{
    batch::Batch,
    payload_cache::{Payloads, Print, Printing},
};

/// Presses that wait for the next batch, at most: no more than ever run at once for long.
const IDLE: usize = 4;

/// Bytes of a payload that are printed for all, at most. Who asks for more is told so apart.
const LARGEST: usize = 1024 * 1024;

/// What a batch becomes for a subscriber.
pub(crate) enum Printed {
    /// What others get as well.
    Same(Arc<Payloads>),
    /// An answer, or none, or several, of their own.
    Own(Vec<Response>),
}

/// A running execution that takes batches.
struct Press {
    input: Input,
    answers: BoxStream<'static, Response>,
}

/// What a group of subscribers asks of each batch.
pub(crate) struct Document {
    presses: Presses,
    id: u64,
    key: Key,
    /// Those of the first subscriber, which were good enough to open its stream. Where they differ from another's they do
    /// not matter.
    variables: Variables,
    idle: Mutex<Vec<Press>>,
}

impl Document {
    pub(crate) fn new(presses: &Presses, id: u64, key: Key, variables: Variables) -> Self {
        Self {
            presses: presses.clone(),
            id,
            key,
            variables,
            idle: Mutex::default(),
        }
    }

    /// What this batch becomes for `caller`, who may read it.
    pub(crate) async fn print(self: &Arc<Self>, batch: &Arc<Batch>, caller: &Caller) -> Printed {
        let print = match self.begin(batch) {
            Ok(print) => print,
            Err(printing) => printing.await,
        };
        match print {
            Print::Same(payloads) => Printed::Same(payloads),
            Print::Apart => Printed::Own(Box::pin(self.answer(batch, caller)).await),
        }
    }

    fn begin(self: &Arc<Self>, batch: &Arc<Batch>) -> Result<Print, Printing> {
        match batch.prints.cell(self.id) {
            Some(cell) => cell.begin(|| {
                let (document, batch) = (Arc::clone(self), Arc::clone(batch));
                async move { document.make(&batch).await }.boxed()
            }),
            None => Ok(Print::Apart),
        }
    }

    /// Executes the document for everyone, that is, for nobody in particular.
    async fn make(&self, batch: &Arc<Batch>) -> Print {
        self.presses.0.metrics.shared.inc();
        let idle = self.idle().pop();
        let mut press = idle.unwrap_or_else(|| self.open(None));
        let (answers, reusable) = press.print(batch).await;
        if reusable {
            let mut idle = self.idle();
            if idle.len() < IDLE {
                idle.push(press);
            }
        }
        self.encode(&answers).unwrap_or(Print::Apart)
    }

    /// The answers as they can be given to everyone; none if there is anything about them that cannot be shared.
    fn encode(&self, answers: &[Response]) -> Option<Print> {
        let mut texts = Vec::with_capacity(answers.len());
        for answer in answers {
            if !answer.errors.is_empty() {
                return None;
            }
            texts.push(encode(answer, LARGEST)?);
        }
        let bytes = texts.iter().map(String::len).sum();
        if bytes > LARGEST {
            return None;
        }
        let _share = self.presses.0.budget.take(bytes)?;
        Some(Print::Same(Arc::new(Payloads { texts, _share })))
    }

    /// Executes the document for one caller alone.
    async fn answer(&self, batch: &Arc<Batch>, caller: &Caller) -> Vec<Response> {
        self.presses.0.metrics.apart.inc();
        self.open(Some(caller.clone())).print(batch).await.0
    }

    fn open(&self, caller: Option<Caller>) -> Press {
        let input = Input::default();
        let mut request = Request::new(&*self.key.query)
            .variables(self.variables.clone())
            .data(input.clone());
        request.operation_name.clone_from(&self.key.operation);
        // It passed when its first subscriber came, and is known since then.
        let answers = match self.presses.0.endpoint.check(&mut request) {
            Ok(_) => self.presses.run(request, caller).boxed(),
            Err(error) => stream::iter([failure(&error)]).boxed(),
        };
        Press { input, answers }
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Press>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Document {
    fn drop(&mut self) {
        self.presses.forget(&self.key);
    }
}

impl Press {
    /// What the batch leads to, and whether the press can take another one.
    async fn print(&mut self, batch: &Arc<Batch>) -> (Vec<Response>, bool) {
        self.input.put(Arc::clone(batch));
        let mut answers = Vec::new();
        let reusable = poll_fn(|context| {
            loop {
                match self.answers.poll_next_unpin(context) {
                    Poll::Ready(Some(answer)) => answers.push(answer),
                    Poll::Ready(None) => return Poll::Ready(false),
                    Poll::Pending if self.input.is_done() => return Poll::Ready(true),
                    Poll::Pending => return Poll::Pending,
                }
            }
        })
        .await;
        (answers, reusable)
    }
}
