//! How large a request may be.

use std::{borrow::Cow, time::Duration};

use async_graphql::{ObjectType, SchemaBuilder, SubscriptionType, Value, Variables};

use super::{answer_budget::AnswerBudgets, lexical_limits::scan};
use crate::error::Error;

/// Bounds of one request. The default is what every service of ours uses.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Fields below each other, leaves included.
    pub depth: usize,
    /// The same below `__schema` and `__type`: the usual introspection query needs 15.
    pub introspection_depth: usize,
    /// `fields`, `inputFields`, `interfaces` and `possibleTypes` below each other: the usual introspection query needs 1.
    pub introspection_lists: usize,
    /// Points for what a document reads of the schema, where a value is one and a list costs what it holds.
    pub introspection_complexity: usize,
    /// Points, where a field is one and a list multiplies by its page size. Needs [`Limits::apply`].
    pub complexity: usize,
    /// Aliases in an operation.
    pub aliases: usize,
    /// Fields at the top of an operation, each with its weight.
    pub root_fields: usize,
    /// Weights of fields at the top that cost more than others: what may be asked for once in a request weighs more than
    /// half of `root_fields`. A field that is not named here weighs 1.
    pub weights: &'static [(&'static str, usize)],
    /// Directives in an operation, wherever they stand.
    pub directives: usize,
    /// Fragment definitions in a document. The inbox document of the web client has one or two for each feature.
    pub fragments: usize,
    /// Tokens in a document; also the most fields and spreads that an operation may expand to.
    pub tokens: usize,
    /// The same for a document with a subscription, of which parts are kept for as long as it runs. The web client's
    /// largest has 400.
    pub subscription_tokens: usize,
    /// Bytes of a request's body.
    pub body_bytes: usize,
    /// Bytes of an answer, as JSON and while it is made. Pages of long texts are cut short before they get there.
    pub answer_bytes: usize,
    /// Lists and objects below each other in the variables, and in literals.
    pub value_depth: usize,
    /// Bytes of one string in the variables, and in literals.
    pub string_bytes: usize,
    /// Time for the execution.
    pub execution: Duration,
}

/// Brackets of any kind below each other: more than any document within the other limits needs, less than a recursive
/// parser can take.
const MAX_NESTING: usize = 48;

impl Default for Limits {
    fn default() -> Self {
        Self {
            depth: 10,
            introspection_depth: 16,
            introspection_lists: 3,
            introspection_complexity: 10_000,
            complexity: 1000,
            aliases: 20,
            root_fields: 10,
            weights: &[],
            directives: 10,
            fragments: 60,
            tokens: 2000,
            subscription_tokens: 800,
            body_bytes: 64 * 1024,
            answer_bytes: 1024 * 1024,
            value_depth: 20,
            string_bytes: 8 * 1024,
            execution: Duration::from_secs(2),
        }
    }
}

impl Limits {
    /// Builds the limit that async-graphql checks itself into the schema: complexity. Suggestions ("did you mean") are
    /// turned off, since they give away a schema whose introspection is off.
    #[must_use]
    pub fn apply<Q, M, S>(self, schema: SchemaBuilder<Q, M, S>) -> SchemaBuilder<Q, M, S>
    where
        Q: ObjectType + 'static,
        M: ObjectType + 'static,
        S: SubscriptionType + 'static,
    {
        schema
            .limit_complexity(self.complexity)
            .disable_suggestions()
    }

    /// Has the schema count every value of an answer while it is made: see [`Endpoint::counting`](super::endpoint::Endpoint::counting).
    #[must_use]
    pub fn count<Q, M, S>(self, schema: SchemaBuilder<Q, M, S>) -> SchemaBuilder<Q, M, S> {
        schema.extension(AnswerBudgets {
            most: self.answer_bytes,
        })
    }

    /// Measures a document's text, so that parsing it is safe. Answers its tokens.
    pub(super) fn check_text(&self, text: &str) -> Result<usize, Error> {
        without_nul(text)?;
        let size = scan(text);
        within("tokens", size.tokens, self.tokens)?;
        within("nested brackets", size.nesting, MAX_NESTING)?;
        if size.unfinished {
            return Err(Error::bad_request("a string does not end"));
        }
        Ok(size.tokens)
    }

    /// What a field at the top weighs.
    pub(super) fn weight(&self, field: &str) -> usize {
        let named = self.weights.iter().find(|(name, _)| *name == field);
        named.map_or(1, |(_, weight)| *weight)
    }

    /// Holds the variables to the rules.
    pub(super) fn check_variables(&self, variables: &Variables) -> Result<(), Error> {
        variables.iter().try_for_each(|(name, value)| {
            without_nul(name)?;
            self.check_value(value, 1)
        })
    }

    /// Holds a value, of a variable or of a literal, to the rules.
    pub(super) fn check_value(&self, value: &Value, depth: usize) -> Result<(), Error> {
        match value {
            Value::String(text) => self.check_string(text),
            Value::List(items) => {
                within("nested values", depth, self.value_depth)?;
                items
                    .iter()
                    .try_for_each(|item| self.check_value(item, depth + 1))
            }
            Value::Object(entries) => {
                within("nested values", depth, self.value_depth)?;
                entries.iter().try_for_each(|(key, item)| {
                    without_nul(key)?;
                    self.check_value(item, depth + 1)
                })
            }
            _ => Ok(()),
        }
    }

    fn check_string(&self, text: &str) -> Result<(), Error> {
        without_nul(text)?;
        within("bytes in a string", text.len(), self.string_bytes)
    }
}

/// Postgres cannot store NUL, and legitimate text does not contain it.
fn without_nul(text: &str) -> Result<(), Error> {
    if text.contains('\0') {
        return Err(Error::bad_request("the NUL character is not allowed"));
    }
    Ok(())
}

pub(super) fn within(what: &str, found: usize, allowed: usize) -> Result<(), Error> {
    if found > allowed {
        let message: Cow<'static, str> = format!("too many {what}: at most {allowed}").into();
        return Err(Error::bad_request(message));
    }
    Ok(())
}
