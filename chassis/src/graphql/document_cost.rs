//! What a document costs.
//!
//! Everything is counted with fragments expanded, and each fragment is visited once: thirty fragments that each spread
//! the next one twice cost thirty steps to refuse, not a billion.

use std::collections::HashMap;

use async_graphql::{
    Name, Positioned, Value,
    parser::types::{
        Directive, ExecutableDocument, Field, OperationDefinition, OperationType, Selection,
        SelectionSet,
    },
};

use super::limits::{Limits, within};
use crate::error::Error;

/// What a selection set costs with its fragments expanded.
#[derive(Clone, Copy, Default)]
struct Cost {
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
struct CostMeter<'a> {
    limits: &'a Limits,
    document: &'a ExecutableDocument,
    /// `None` while the fragment is being measured: meeting it again means that there is a cycle.
    fragments: HashMap<&'a str, Option<Cost>>,
}

impl<'a> CostMeter<'a> {
    fn new(limits: &'a Limits, document: &'a ExecutableDocument) -> Self {
        Self {
            limits,
            document,
            fragments: HashMap::new(),
        }
    }

    fn selections(&mut self, set: &'a SelectionSet) -> Result<Cost, Error> {
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

    fn fragment(&mut self, name: &str) -> Result<Cost, Error> {
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

    fn directives(&self, directives: &[Positioned<Directive>]) -> Result<usize, Error> {
        for (_, argument) in directives.iter().flat_map(|one| &one.node.arguments) {
            let literal = argument.node.clone().into_const_with(blank)?;
            self.limits.check_value(&literal, 1)?;
        }
        Ok(directives.len())
    }
}

/// Measures a document of so many tokens. Answers whether it has aliases.
pub(super) fn check_document(
    limits: &Limits,
    document: &ExecutableDocument,
    tokens: usize,
) -> Result<bool, Error> {
    let mut has_aliases = false;
    within("fragments", document.fragments.len(), limits.fragments)?;
    let mut measure = CostMeter::new(limits, document);
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
                limits.check_value(&default.node, 1)?;
            }
        }
        directives = directives.saturating_add(cost.directives);
        within("levels of fields", cost.depth, limits.depth)?;
        let levels = "levels of introspection fields";
        within(levels, cost.introspection_depth, limits.introspection_depth)?;
        if operation.node.ty == OperationType::Subscription {
            within(
                "tokens beside a subscription",
                tokens,
                limits.subscription_tokens,
            )?;
        }
        let lists = "lists of the schema below each other";
        within(lists, cost.introspection_lists, limits.introspection_lists)?;
        check_top(limits, &operation.node, cost.fields)?;
        within("aliases", cost.aliases, limits.aliases)?;
        has_aliases |= cost.aliases > 0;
        within("directives", directives, limits.directives)?;
        within("selections", cost.selections, limits.tokens)?;
    }
    Ok(has_aliases)
}

fn check_top(limits: &Limits, operation: &OperationDefinition, weight: usize) -> Result<(), Error> {
    let names = operation.selection_set.node.items.iter();
    let mut heavy = names.filter_map(|item| match &item.node {
        Selection::Field(field) if limits.weight(&field.node.name.node) > 1 => {
            Some(field.node.name.node.as_str())
        }
        _ => None,
    });
    match heavy.next_back() {
        Some(heavy) if weight > limits.root_fields => Err(Error::bad_request(format!(
            "too many fields at the top beside {heavy}, which counts as {}: at most {}",
            limits.weight(heavy),
            limits.root_fields
        ))),
        _ => within("fields at the top", weight, limits.root_fields),
    }
}

/// A literal is held to the rules of a variable's value; the variables inside it are checked on their own.
fn blank(_: Name) -> Result<Value, Error> {
    Ok(Value::Null)
}
