//! Limits the size of an answer while it is created.
//!
//! A document does not reveal the size of its answer: how long a text is, or a list without pages. A resolver that is
//! about to read something large asks [`AnswerBudget::admits`]. A document with aliases can select the same text
//! repeatedly, so for such a document every value is counted as soon as it exists, which makes every field slower. Once
//! the limit is exceeded, nothing else is resolved, and the answer is an error, because a partial answer would be
//! wrong.

use std::{
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use async_graphql::{
    Context, QueryPathSegment, Request, Response, ServerError, ServerResult, Value,
    extensions::{
        Extension, ExtensionContext, ExtensionFactory, NextExecute, NextPrepareRequest,
        NextResolve, ResolveInfo,
    },
};

use crate::error::Error;

/// Bytes that a field counts in addition to its name and value, because it takes more in memory than as JSON.
const FIELD: usize = 32;

/// The same of an item of a list.
const ITEM: usize = 12;

type Pinned<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Gives each request a budget and counts every value of its answer.
pub(super) struct AnswerBudgets {
    pub(super) most: usize,
}

impl ExtensionFactory for AnswerBudgets {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(AnswerBudget::new(self.most))
    }
}

/// Bytes that one answer, or one event of a subscription, may still take.
#[derive(Clone)]
pub struct AnswerBudget(Arc<Inner>);

struct Inner {
    spent: AtomicUsize,
    most: usize,
}

impl AnswerBudget {
    pub(super) fn new(most: usize) -> Self {
        let spent = AtomicUsize::new(0);
        Self(Arc::new(Inner { spent, most }))
    }

    /// Takes bytes from this request's budget, for what is about to be read and may be as long as that. If it is false
    /// there is no need to read it: the answer is an error.
    pub fn admits(context: &Context<'_>, bytes: usize) -> bool {
        let budget = context.data_opt::<Self>();
        budget.is_none_or(|budget| budget.take(bytes))
    }

    fn take(&self, bytes: usize) -> bool {
        let before = self.0.spent.fetch_add(bytes, Ordering::Relaxed);
        before + bytes <= self.0.most
    }

    /// The answer, or an error if it was to become too large.
    pub(super) fn settle(&self, response: Response) -> Response {
        match self.is_overdrawn() {
            true => {
                let cause = overdrawn();
                let mut error = ServerError::new(cause.to_string(), None);
                error.source = Some(Arc::new(cause));
                Response::from_errors(vec![error])
            }
            false => response,
        }
    }

    fn is_overdrawn(&self) -> bool {
        self.0.spent.load(Ordering::Relaxed) > self.0.most
    }

    async fn resolved(
        &self,
        context: &ExtensionContext<'_>,
        info: ResolveInfo<'_>,
        next: NextResolve<'_>,
    ) -> ServerResult<Option<Value>> {
        let frame = match info.path_node.segment {
            QueryPathSegment::Name(key) => FIELD + key.len(),
            QueryPathSegment::Index(_) => ITEM,
        };
        if !self.take(frame) {
            return Ok(Some(Value::Null));
        }
        let value = next.run(context, info).await?;
        Ok(value.map(|value| match self.take(size(&value)) {
            true => value,
            false => Value::Null,
        }))
    }
}

/// Why an answer is refused: it could not be sent whole, and a part of it would be a lie.
pub(super) fn overdrawn() -> Error {
    Error::bad_request("the answer is too large: ask for fewer fields")
}

/// The bytes of a value; of lists and objects none, since what is in them was counted before.
fn size(value: &Value) -> usize {
    match value {
        Value::String(text) => text.len(),
        Value::Enum(name) => name.len(),
        Value::Binary(bytes) => bytes.len(),
        Value::Number(_) => 4,
        Value::Null | Value::Boolean(_) | Value::List(_) | Value::Object(_) => 0,
    }
}

// As the trait has it, which a macro wrote.
impl Extension for AnswerBudget {
    fn prepare_request<'a, 'b, 'c, 'd, 'e>(
        &'a self,
        context: &'b ExtensionContext<'c>,
        request: Request,
        next: NextPrepareRequest<'d>,
    ) -> Pinned<'e, ServerResult<Request>>
    where
        'a: 'e,
        'b: 'e,
        'c: 'e,
        'd: 'e,
        Self: 'e,
    {
        Box::pin(async move { next.run(context, request.data(self.clone())).await })
    }

    fn execute<'a, 'b, 'c, 'd, 'e, 'f>(
        &'a self,
        context: &'b ExtensionContext<'c>,
        operation_name: Option<&'d str>,
        next: NextExecute<'e>,
    ) -> Pinned<'f, Response>
    where
        'a: 'f,
        'b: 'f,
        'c: 'f,
        'd: 'f,
        'e: 'f,
        Self: 'f,
    {
        Box::pin(async move {
            // A subscription is executed for each of its events.
            self.0.spent.store(0, Ordering::Relaxed);
            self.settle(next.run(context, operation_name).await)
        })
    }

    fn resolve<'a, 'b, 'c, 'd, 'e, 'f>(
        &'a self,
        context: &'b ExtensionContext<'c>,
        info: ResolveInfo<'d>,
        next: NextResolve<'e>,
    ) -> Pinned<'f, ServerResult<Option<Value>>>
    where
        'a: 'f,
        'b: 'f,
        'c: 'f,
        'd: 'f,
        'e: 'f,
        Self: 'f,
    {
        Box::pin(self.resolved(context, info, next))
    }
}
