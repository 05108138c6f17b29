//! A schema as clients reach it, behind HTTP and sockets alike.

use std::{any::TypeId, collections::HashSet, panic::AssertUnwindSafe, sync::Arc};

use async_graphql::{
    ObjectType, Request, Response, Schema, SubscriptionType,
    parser::types::{ExecutableDocument, OperationType},
};
use axum::body::Bytes;
use futures_util::{FutureExt, StreamExt, future::BoxFuture, stream::BoxStream};

use super::{
    answer_budget::AnswerBudget,
    document_cache::DocumentCache,
    errors::{self, error_response, into_client_response},
    field_limits::{FieldLimits, Requester},
    introspection::Introspection,
    limits::Limits,
    normalize, null_propagation,
    operation::selected,
    variables,
};
use crate::{
    auth::{caller::Caller, verifier::Verifier},
    config::groups::GraphqlArgs,
    error::Error,
    metrics::Operations,
};

/// Marks a checked request whose document has no aliases: of its answer nothing is counted.
struct WithoutAliases;

type Execute = Arc<dyn Fn(Request) -> BoxFuture<'static, Response> + Send + Sync>;
type ExecuteStream = Arc<dyn Fn(Request) -> BoxStream<'static, Response> + Send + Sync>;
type PerRequest = Arc<dyn Fn(Request) -> Request + Send + Sync>;
type Share =
    Arc<dyn Fn(&mut Request, &Caller) -> Option<BoxFuture<'static, Option<Bytes>>> + Send + Sync>;
type Subscribe = Arc<
    dyn Fn(Request, Caller) -> BoxFuture<'static, Result<axum::response::Response, Error>>
        + Send
        + Sync,
>;

/// A schema as clients reach it.
#[derive(Clone)]
pub struct Endpoint {
    execute: Execute,
    /// For documents with aliases.
    execute_counting: Option<Execute>,
    execute_stream: ExecuteStream,
    pub(super) args: GraphqlArgs,
    pub(super) limits: Limits,
    field_limits: Option<FieldLimits>,
    documents: DocumentCache,
    pub(super) verifier: Option<Verifier>,
    per_request: Vec<PerRequest>,
    share: Option<Share>,
    pub(super) subscribe: Option<Subscribe>,
    operations: Operations,
    /// The schema's own names: the only ones that may become a metric label.
    names: Arc<HashSet<String>>,
    /// What introspection is weighed against, where it is on.
    introspection: Option<Introspection>,
    /// The type that subscriptions start at.
    subscription: Arc<str>,
}

impl Endpoint {
    /// An endpoint for this schema, which should have been built through [`Limits::apply`].
    #[must_use]
    pub fn new<Q, M, S>(schema: Schema<Q, M, S>, args: &GraphqlArgs) -> Self
    where
        Q: ObjectType + 'static,
        M: ObjectType + 'static,
        S: SubscriptionType + 'static,
    {
        let names = Arc::new(schema.names().into_iter().collect());
        let introspection = if args.introspection {
            Introspection::of(&schema)
        } else {
            None
        };
        Self {
            execute: executing(schema.clone()),
            execute_counting: None,
            execute_stream: streaming(schema),
            args: args.clone(),
            limits: Limits::default(),
            field_limits: None,
            documents: DocumentCache::default(),
            verifier: None,
            per_request: Vec::new(),
            share: None,
            subscribe: None,
            operations: Operations::default(),
            names,
            introspection,
            subscription: S::type_name().into(),
        }
    }

    /// Other limits than the default ones. Give the same to [`Limits::apply`].
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Executes subscriptions and documents with aliases on this schema, which was built through [`Limits::count`] as well. Without it they
    /// are executed like all others, which is right where even twenty times the longest text is little.
    #[must_use]
    pub fn counting<Q, M, S>(mut self, schema: Schema<Q, M, S>) -> Self
    where
        Q: ObjectType + 'static,
        M: ObjectType + 'static,
        S: SubscriptionType + 'static,
    {
        self.execute_counting = Some(executing(schema.clone()));
        self.execute_stream = streaming(schema);
        self
    }

    /// Limits the rate of root fields. Without this, they are not limited.
    #[must_use]
    pub fn field_limits(mut self, limits: FieldLimits) -> Self {
        self.field_limits = Some(limits);
        self
    }

    /// Accepts access tokens. Without a verifier every token is refused.
    #[must_use]
    pub fn verifier(mut self, verifier: &Verifier) -> Self {
        self.verifier = Some(verifier.clone());
        self
    }

    /// Adds data to each request, such as data loaders: `.per_request(move |request| request.data(loaders(&pool)))`.
    #[must_use]
    pub fn per_request(mut self, add: impl Fn(Request) -> Request + Send + Sync + 'static) -> Self {
        self.per_request.push(Arc::new(add));
        self
    }

    /// Answers queries without executing them if `share` returns a shared answer. `share` gets the checked request and
    /// its caller, and authorizes each caller. If it returns none, the query is executed.
    #[must_use]
    pub fn response_cache<F>(
        mut self,
        share: impl Fn(&mut Request, &Caller) -> Option<F> + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = Option<Bytes>> + Send + 'static,
    {
        self.share = Some(Arc::new(move |request, caller| {
            share(request, caller).map(FutureExt::boxed)
        }));
        self
    }

    /// Serves subscriptions whose client asks for server-sent events: the checked request and its caller go to
    /// `subscribe`, which answers with an event stream, or else with an error that is answered like any other. Without it
    /// subscriptions over HTTP are refused.
    #[must_use]
    pub fn subscriptions<F>(
        mut self,
        subscribe: impl Fn(Request, Caller) -> F + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = Result<axum::response::Response, Error>> + Send + 'static,
    {
        self.subscribe = Some(Arc::new(move |request, caller| {
            subscribe(request, caller).boxed()
        }));
        self
    }

    /// Counts operations.
    #[must_use]
    pub fn operations(mut self, operations: Operations) -> Self {
        self.operations = operations;
        self
    }

    /// Parses the document if it was not seen before, applies the limits, coerces the variables, and says what kind of
    /// operation would run. The parsed document stays in the request, so that nothing is parsed twice; a request that is
    /// checked again stays as it is.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` when the document cannot be parsed, is larger than the limits, does not hold the operation, or
    /// lacks a variable; and when a subscription has anything but one field at the top.
    pub fn check(&self, request: &mut Request) -> Result<OperationType, Error> {
        request.operation_name.take_if(|name| name.is_empty());
        self.limits.check_variables(&request.variables)?;
        let document = self.documents.parse(&request.query, &self.limits)?;
        let name = request.operation_name.clone();
        let operation = selected(&document.parsed, name.as_deref())?;
        let kind = operation.ty;
        variables::coerce(&mut request.variables, operation)?;
        if let Some(introspection) = &self.introspection {
            let most = self.limits.introspection_complexity;
            introspection.check(&document.parsed, operation, &request.variables, most)?;
        }
        if !document.has_aliases {
            request.data.insert(WithoutAliases);
        }
        let mut document = ExecutableDocument::clone(&document.parsed);
        let (variables, root) = (&request.variables, &self.subscription);
        normalize::normalize(&mut document, name.as_deref(), variables, root)?;
        request.set_parsed_query(document);
        Ok(kind)
    }

    /// Counts the root fields of a checked request among those of its caller. HTTP requests are counted before they get
    /// anywhere; a socket does it for each operation.
    ///
    /// # Errors
    /// `RATE_LIMITED` with the time to wait.
    pub fn charge(&self, request: &mut Request, caller: &Caller) -> Result<(), Error> {
        self.charge_requester(request, Requester::User(caller))
    }

    pub(super) fn charge_requester(
        &self,
        request: &mut Request,
        requester: Requester<'_>,
    ) -> Result<(), Error> {
        let Some(limits) = &self.field_limits else {
            return Ok(());
        };
        let name = request.operation_name.clone();
        let document = request
            .parsed_query()
            .map_err(|error| Error::bad_request(error.message))?;
        limits.charge(selected(document, name.as_deref())?, document, requester)
    }

    /// Gives the request what resolvers expect: the caller, if any, and the per-request data.
    #[must_use]
    pub fn prepare(&self, request: Request, caller: Option<Caller>) -> Request {
        let request = if self.args.introspection {
            request
        } else {
            request.disable_introspection()
        };
        let request = match caller {
            Some(caller) => request.data(caller),
            None => request,
        };
        self.per_request
            .iter()
            .fold(request, |request, add| add(request))
    }

    /// The shared, encoded answer for everyone who may send this query, if there is one.
    pub(super) async fn cached_response(
        &self,
        request: &mut Request,
        caller: &Caller,
    ) -> Option<Bytes> {
        let share = self.share.as_ref()?;
        let answer = share(request, caller)?.await?;
        for (_, field) in self.root_fields(request) {
            self.operations.count(&field, "ok");
        }
        Some(answer)
    }

    /// Executes and counts a prepared and checked query or mutation.
    pub(super) async fn run(&self, mut request: Request) -> Response {
        let fields = self.root_fields(&mut request);
        let response = self.execute(request).await;
        for (key, field) in &fields {
            self.operations
                .count(field, errors::outcome(&response, key));
        }
        response
    }

    /// Executes a prepared and checked query or mutation within its time, and maps its errors.
    pub async fn execute(&self, mut request: Request) -> Response {
        let budget = AnswerBudget::new(self.limits.answer_bytes);
        let execute = match &self.execute_counting {
            Some(counting) if !request.data.contains_key(&TypeId::of::<WithoutAliases>()) => {
                counting
            }
            _ => &self.execute,
        };
        request.data.insert(budget.clone());
        let execution = AssertUnwindSafe(execute(request)).catch_unwind();
        match tokio::time::timeout(self.limits.execution, execution).await {
            Ok(Ok(response)) => null_propagation::discard_incomplete_data(into_client_response(
                budget.settle(response),
            )),
            Ok(Err(_)) => error_response(&Error::internal("a resolver panicked")),
            Err(_) => error_response(&Error::unavailable("the execution took too long")),
        }
    }

    /// Executes a prepared and checked subscription, and maps the errors of each response.
    #[must_use]
    pub fn execute_stream(&self, request: Request) -> BoxStream<'static, Response> {
        (self.execute_stream)(request)
    }

    /// Response key and name of the fields at the top of the operation.
    fn root_fields(&self, request: &mut Request) -> Vec<(String, String)> {
        use async_graphql::parser::types::Selection;
        let name = request.operation_name.clone();
        let Ok(document) = request.parsed_query() else {
            return Vec::new();
        };
        let Ok(operation) = selected(document, name.as_deref()) else {
            return Vec::new();
        };
        let items = &operation.selection_set.node.items;
        items
            .iter()
            .filter_map(|selection| match &selection.node {
                Selection::Field(field) => Some(&field.node),
                _ => None,
            })
            .filter(|field| self.names.contains(field.name.node.as_str()))
            .map(|field| {
                (
                    field.response_key().node.to_string(),
                    field.name.node.to_string(),
                )
            })
            .collect()
    }
}

fn executing<Q, M, S>(schema: Schema<Q, M, S>) -> Execute
where
    Q: ObjectType + 'static,
    M: ObjectType + 'static,
    S: SubscriptionType + 'static,
{
    Arc::new(move |request| {
        let schema = schema.clone();
        async move { schema.execute(request).await }.boxed()
    })
}

fn streaming<Q, M, S>(schema: Schema<Q, M, S>) -> ExecuteStream
where
    Q: ObjectType + 'static,
    M: ObjectType + 'static,
    S: SubscriptionType + 'static,
{
    Arc::new(move |request| {
        schema
            .execute_stream(request)
            .map(into_client_response)
            .boxed()
    })
}
