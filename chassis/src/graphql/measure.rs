//! What a document costs.
//!
//! Everything is counted with fragments expanded, and each fragment is visited once: thirty fragments that each spread
//! the next one twice cost thirty steps to refuse, not a billion.

use std::collections::HashMap;

use async_graphql::{
    Name, Positioned, Value,
    parser::types::{Directive, ExecutableDocument, Field, Selection, SelectionSet},
};

use super::limits::Limits;
use crate::error::Error;

/// What a selection set costs with its fragments expanded.
#[derive(Clone, Copy, Default)]
pub(super) struct Cost {
    pub(super) depth: usize,
    pub(super) introspection_depth: usize,
    /// Lists of the schema below each other: each multiplies by its length whatever is below it.
    pub(super) introspection_lists: usize,
    /// Fields at the top of this set, weighed.
    pub(super) fields: usize,
    pub(super) aliases: usize,
    pub(super) directives: usize,
    pub(super) selections: usize,
}

impl Cost {
    /// Both side by side in one selection set.
    fn beside(self, other: Self) -> Self {
        Self {
            depth: self.depth.max(other.depth),
            introspection_depth: self.introspection_depth.max(other.introspection_depth),
            introspection_lists: self.introspection_lists.max(other.introspection_lists),
            fields: self.fields.saturating_add(other.fields),
            aliases: self.aliases.saturating_add(other.aliases),
            directives: self.directives.saturating_add(other.directives),
            selections: self.selections.saturating_add(other.selections),
        }
    }
}

/// Measures the operations of one document.
pub(super) struct Measure<'a> {
    limits: &'a Limits,
    document: &'a ExecutableDocument,
    /// `None` while the fragment is being measured: whoever meets that again is inside a cycle.
    fragments: HashMap<&'a str, Option<Cost>>,
}

impl<'a> Measure<'a> {
    pub(super) fn new(limits: &'a Limits, document: &'a ExecutableDocument) -> Self {
        Self {
            limits,
            document,
            fragments: HashMap::new(),
        }
    }

    pub(super) fn selections(&mut self, set: &'a SelectionSet) -> Result<Cost, Error> {
        set.items.iter().try_fold(Cost::default(), |sum, item| {
            let (mut cost, directives) = match &item.node {
                Selection::Field(field) => (self.field(&field.node)?, &field.node.directives),
                Selection::InlineFragment(inline) => (
                    self.selections(&inline.node.selection_set.node)?,
                    &inline.node.directives,
                ),
                Selection::FragmentSpread(spread) => (
                    self.fragment(spread.node.fragment_name.node.as_str())?,
                    &spread.node.directives,
                ),
            };
            cost.selections = cost.selections.saturating_add(1);
            cost.directives = cost.directives.saturating_add(self.directives(directives)?);
            Ok(sum.beside(cost))
        })
    }

    fn field(&mut self, field: &'a Field) -> Result<Cost, Error> {
        for (_, argument) in &field.arguments {
            let literal = argument.node.clone().into_const_with(blank)?;
            self.limits.check_value(&literal, 1)?;
        }
        let mut cost = self.selections(&field.selection_set.node)?;
        match field.name.node.as_str() {
            "__schema" | "__type" => {
                cost.introspection_depth = cost.introspection_depth.max(cost.depth + 1);
                cost.depth = 1;
            }
            "fields" | "inputFields" | "interfaces" | "possibleTypes" => {
                cost.introspection_lists += 1;
                cost.depth += 1;
            }
            _ => cost.depth += 1,
        }
        cost.fields = self.limits.weight(field.name.node.as_str());
        cost.aliases = cost
            .aliases
            .saturating_add(usize::from(field.alias.is_some()));
        Ok(cost)
    }

    pub(super) fn fragment(&mut self, name: &str) -> Result<Cost, Error> {
        // An unknown fragment is the validator's to refuse.
        let Some((name, fragment)) = self.document.fragments.get_key_value(name) else {
            return Ok(Cost::default());
        };
        match self.fragments.get(name.as_str()) {
            Some(Some(cost)) => return Ok(*cost),
            Some(None) => return Err(Error::bad_request("fragments must not form a cycle")),
            None => {}
        }
        self.fragments.insert(name, None);
        let mut cost = self.selections(&fragment.node.selection_set.node)?;
        let own = self.directives(&fragment.node.directives)?;
        cost.directives = cost.directives.saturating_add(own);
        self.fragments.insert(name, Some(cost));
        Ok(cost)
    }

    pub(super) fn directives(&self, directives: &[Positioned<Directive>]) -> Result<usize, Error> {
        for (_, argument) in directives.iter().flat_map(|one| &one.node.arguments) {
            let literal = argument.node.clone().into_const_with(blank)?;
            self.limits.check_value(&literal, 1)?;
        }
        Ok(directives.len())
    }
}

/// A literal is held to the rules of a variable's value; the variables inside it are checked on their own.
fn blank(_: Name) -> Result<Value, Error> {
    Ok(Value::Null)
}
