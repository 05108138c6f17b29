//! What a document reads of the schema.
//!
//! Nothing in a document says how long the lists of the schema are, and types lead to each other in circles. So the
//! selection is walked over the schema as it is, and everything on the way is counted, before any of it is executed. The
//! walk ends as soon as the count is above the limit, so that it is never long itself.

use std::{collections::HashMap, sync::Arc};

use async_graphql::{
    ObjectType, Schema, SubscriptionType, Variables,
    parser::types::{ExecutableDocument, Field, OperationDefinition, Selection, SelectionSet},
};
use futures_util::FutureExt;
use serde_json::Value as Json;

use super::limits::within;
use crate::error::Error;

/// Asks for all that there is to ask for, apart from types below types, which are found by their names.
const WHOLE: &str = "{ __schema {
    description queryType { name } mutationType { name } subscriptionType { name }
    types {
        kind name description specifiedByURL isOneOf
        fields(includeDeprecated: true) {
            name description args(includeDeprecated: true) { ...Value } type { ...Type } isDeprecated deprecationReason
        }
        inputFields(includeDeprecated: true) { ...Value }
        interfaces { name } possibleTypes { name }
        enumValues(includeDeprecated: true) { name description isDeprecated deprecationReason }
    }
    directives { name description isRepeatable locations args(includeDeprecated: true) { ...Value } }
} }
fragment Value on __InputValue { name description type { ...Type } defaultValue isDeprecated deprecationReason }
fragment Type on __Type { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name } } } } }";

/// A schema that introspection can be weighed against. Cheap to clone.
#[derive(Clone)]
pub(super) struct Introspection(Arc<Whole>);

struct Whole {
    schema: Json,
    types: HashMap<String, Json>,
}

impl Introspection {
    /// Reads the schema; none if that cannot be done, and then introspection cannot be either.
    pub(super) fn of<Q, M, S>(schema: &Schema<Q, M, S>) -> Option<Self>
    where
        Q: ObjectType + 'static,
        M: ObjectType + 'static,
        S: SubscriptionType + 'static,
    {
        // Nothing in it waits.
        let answer = schema.execute(WHOLE).now_or_never()?;
        let mut data = answer.data.into_json().ok()?;
        let mut schema = data.get_mut("__schema")?.take();
        let types = schema.get_mut("types")?.take();
        let named = |ty: &Json| Some((ty.get("name")?.as_str()?.to_owned(), ty.clone()));
        let types: HashMap<String, Json> = types.as_array()?.iter().filter_map(named).collect();
        Some(Self(Arc::new(Whole { schema, types })))
    }

    /// Holds what an operation reads of the schema to the limit.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` when it is more.
    pub(super) fn check(
        &self,
        document: &ExecutableDocument,
        operation: &OperationDefinition,
        variables: &Variables,
        most: usize,
    ) -> Result<(), Error> {
        let mut walk = Walk {
            whole: &self.0,
            document,
            variables,
            points: 0,
            most,
        };
        // `None` is where the walk has gone too far.
        let points = walk
            .top(&operation.selection_set.node)
            .map_or(most + 1, |()| walk.points);
        within("points of complexity in introspection", points, most)
    }
}

struct Walk<'a> {
    whole: &'a Whole,
    document: &'a ExecutableDocument,
    variables: &'a Variables,
    points: usize,
    most: usize,
}

impl<'a> Walk<'a> {
    fn step(&mut self) -> Option<()> {
        self.points += 1;
        (self.points <= self.most).then_some(())
    }

    /// Fields at the top of an operation.
    fn top(&mut self, set: &'a SelectionSet) -> Option<()> {
        for item in &set.items {
            match &item.node {
                Selection::Field(field) => match field.node.name.node.as_str() {
                    "__schema" => {
                        self.object(&field.node.selection_set.node, &self.whole.schema)?
                    }
                    "__type" => self.named(&field.node)?,
                    _ => {}
                },
                inner => {
                    if let Some(set) = self.inner(inner) {
                        self.top(set)?;
                    }
                }
            }
        }
        Some(())
    }

    fn named(&mut self, field: &'a Field) -> Option<()> {
        let argument = field.get_argument("name");
        let name = argument.and_then(|value| {
            let of_variable =
                |name: async_graphql::Name| self.variables.get(&name).cloned().ok_or(());
            match value.node.clone().into_const_with(of_variable) {
                Ok(async_graphql::Value::String(name)) => Some(name),
                _ => None,
            }
        });
        match name.and_then(|name| self.whole.types.get(&name)) {
            Some(found) => self.object(&field.selection_set.node, found),
            None => Some(()),
        }
    }

    fn inner(&self, selection: &'a Selection) -> Option<&'a SelectionSet> {
        match selection {
            Selection::Field(_) => None,
            Selection::InlineFragment(inline) => Some(&inline.node.selection_set.node),
            Selection::FragmentSpread(spread) => {
                let fragment = self
                    .document
                    .fragments
                    .get(&spread.node.fragment_name.node)?;
                Some(&fragment.node.selection_set.node)
            }
        }
    }

    fn object(&mut self, set: &'a SelectionSet, object: &'a Json) -> Option<()> {
        for item in &set.items {
            self.step()?;
            match &item.node {
                Selection::Field(field) => {
                    let name = field.node.name.node.as_str();
                    let value = match name {
                        // Taken out, to be found by their names.
                        "types" => {
                            for ty in self.whole.types.values() {
                                self.value(&field.node.selection_set.node, ty)?;
                            }
                            continue;
                        }
                        name => object.get(name),
                    };
                    if let Some(value) = value {
                        self.value(&field.node.selection_set.node, value)?;
                    }
                }
                inner => {
                    if let Some(set) = self.inner(inner) {
                        self.object(set, object)?;
                    }
                }
            }
        }
        Some(())
    }

    fn value(&mut self, set: &'a SelectionSet, value: &'a Json) -> Option<()> {
        match value {
            Json::Array(items) => items.iter().try_for_each(|item| self.value(set, item)),
            Json::Object(object) => {
                self.step()?;
                // A type that is only named here is another one that is whole elsewhere.
                let name = object.get("name").and_then(Json::as_str);
                let whole = name.filter(|_| !object.contains_key("description"));
                let whole = whole.and_then(|name| self.whole.types.get(name));
                self.object(set, whole.unwrap_or(value))
            }
            // Long descriptions are more than one value's worth.
            Json::String(text) => (0..text.len() / 64).try_for_each(|_| self.step()),
            _ => Some(()),
        }
    }
}
