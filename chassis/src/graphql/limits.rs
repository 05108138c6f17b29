//! How large a request may be.

use std::{borrow::Cow, time::Duration};

use async_graphql::{
    ObjectType, SchemaBuilder, SubscriptionType, Value, Variables,
    parser::types::ExecutableDocument,
};

use super::{measure::Measure, tokens};
use crate::error::Error;

/// Bounds of one request. The default is what every service of ours uses.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Fields below each other, leaves included.
    pub depth: usize,
    /// The same below `__schema` and `__type`: the usual introspection query needs 15.
    pub introspection_depth: usize,
    /// Points, where a field is one and a list multiplies by its page size. Needs [`Limits::apply`].
    pub complexity: usize,
    /// Aliases in an operation.
    pub aliases: usize,
    /// Fields at the top of an operation.
    pub root_fields: usize,
    /// Directives in an operation, wherever they stand.
    pub directives: usize,
    /// Fragment definitions in a document.
    pub fragments: usize,
    /// Tokens in a document; also the most fields and spreads that an operation may expand to.
    pub tokens: usize,
    /// Bytes of a request's body.
    pub body_bytes: usize,
    /// Lists and objects below each other in the variables, and in literals.
    pub value_depth: usize,
    /// Bytes of one string in the variables, and in literals.
    pub string_bytes: usize,
    /// Time for the execution.
    pub execution: Duration,
}

/// Brackets of any kind below each other: more than any document within the other limits needs, less than a recursive
/// parser can take.
const NESTING: usize = 48;

impl Default for Limits {
    fn default() -> Self {
        Self {
            depth: 10,
            introspection_depth: 16,
            complexity: 1000,
            aliases: 20,
            root_fields: 10,
            directives: 10,
            fragments: 30,
            tokens: 2000,
            body_bytes: 64 * 1024,
            value_depth: 20,
            string_bytes: 8 * 1024,
            execution: Duration::from_secs(2),
        }
    }
}

impl Limits {
    /// Builds the limits that async-graphql checks itself into the schema: complexity. Suggestions ("did you mean") are
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

    /// Measures a document's text, so that parsing it is safe.
    pub(super) fn check_text(&self, text: &str) -> Result<(), Error> {
        without_nul(text)?;
        let size = tokens::measure(text);
        within("tokens", size.tokens, self.tokens)?;
        within("nested brackets", size.nesting, NESTING)
    }

    /// Holds the variables to the rules.
    pub(super) fn check_variables(&self, variables: &Variables) -> Result<(), Error> {
        variables.iter().try_for_each(|(name, value)| {
            without_nul(name)?;
            self.check_value(value, 1)
        })
    }

    /// Measures a document.
    pub(super) fn check_document(&self, document: &ExecutableDocument) -> Result<(), Error> {
        within("fragments", document.fragments.len(), self.fragments)?;
        let mut measure = Measure::new(self, document);
        // Also fragments that nothing spreads: a cycle in one must not reach a validator.
        for name in document.fragments.keys() {
            measure.fragment(name)?;
        }
        for (_, operation) in document.operations.iter() {
            let cost = measure.selections(&operation.node.selection_set.node)?;
            let mut directives = measure.directives(&operation.node.directives)?;
            for variable in &operation.node.variable_definitions {
                directives += measure.directives(&variable.node.directives)?;
                if let Some(default) = &variable.node.default_value {
                    self.check_value(&default.node, 1)?;
                }
            }
            directives = directives.saturating_add(cost.directives);
            within("levels of fields", cost.depth, self.depth)?;
            let levels = "levels of introspection fields";
            within(levels, cost.introspection_depth, self.introspection_depth)?;
            within("fields at the top", cost.fields, self.root_fields)?;
            within("aliases", cost.aliases, self.aliases)?;
            within("directives", directives, self.directives)?;
            within("selections", cost.selections, self.tokens)?;
        }
        Ok(())
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

/// Postgres cannot store NUL, and nothing that people write contains it.
fn without_nul(text: &str) -> Result<(), Error> {
    if text.contains('\0') {
        return Err(Error::bad_request("the NUL character is not allowed"));
    }
    Ok(())
}

fn within(what: &str, found: usize, allowed: usize) -> Result<(), Error> {
    if found > allowed {
        let message: Cow<'static, str> = format!("too many {what}: at most {allowed}").into();
        return Err(Error::bad_request(message));
    }
    Ok(())
}
