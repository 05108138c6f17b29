//! The field at the top of a subscription.
//!
//! A subscription has one source of events, so it has one field at the top. It may stand in fragments, more than once if
//! all are the same field, and under conditions.

use async_graphql::{
    Positioned, Variables,
    parser::types::{
        Directive, ExecutableDocument, Field, OperationDefinition, Selection, SelectionSet,
        TypeCondition,
    },
};
use async_graphql_value::{ConstValue, Value};

use crate::error::Error;

/// The selection at the top as one field, with all that is selected of it; none if it stands there as such already.
///
/// # Errors
/// `BAD_USER_INPUT` when there is no field or another one, or something that only a validator could understand and would
/// not find any more.
pub(super) fn root_field(
    document: &ExecutableDocument,
    operation: &OperationDefinition,
    variables: &Variables,
    root: &str,
) -> Result<Option<Positioned<Selection>>, Error> {
    let mut top = RootFields {
        document,
        variables,
        root,
        field: None,
    };
    let set = &operation.selection_set.node;
    top.collect(set)?;
    let field = top.field.ok_or_else(|| {
        Error::bad_request(
            "a subscription needs exactly one root field, but all of them are skipped",
        )
    })?;
    match set.items.as_slice() {
        [item] if is_plain(item) => Ok(None),
        _ => {
            let pos = field.pos;
            Ok(Some(Positioned::new(Selection::Field(field), pos)))
        }
    }
}

fn is_plain(item: &Positioned<Selection>) -> bool {
    matches!(&item.node, Selection::Field(field) if !field.node.directives.iter().any(is_condition))
}

fn is_condition(directive: &Positioned<Directive>) -> bool {
    matches!(directive.node.name.node.as_str(), "skip" | "include")
}

struct RootFields<'a> {
    document: &'a ExecutableDocument,
    variables: &'a Variables,
    root: &'a str,
    field: Option<Positioned<Field>>,
}

impl RootFields<'_> {
    fn collect(&mut self, set: &SelectionSet) -> Result<(), Error> {
        for item in &set.items {
            if !self.is_included(item.node.directives())? {
                continue;
            }
            match &item.node {
                Selection::Field(field) => self.add(field)?,
                Selection::InlineFragment(inline) => {
                    let inline = &inline.node;
                    self.enter(&inline.directives, inline.type_condition.as_ref())?;
                    self.collect(&inline.selection_set.node)?;
                }
                Selection::FragmentSpread(spread) => {
                    let name = &spread.node.fragment_name.node;
                    let fragment =
                        self.document.fragments.get(name).ok_or_else(|| {
                            Error::bad_request(format!("unknown fragment {name}"))
                        })?;
                    let fragment = &fragment.node;
                    self.enter(&spread.node.directives, Some(&fragment.type_condition))?;
                    self.enter(&fragment.directives, None)?;
                    self.collect(&fragment.selection_set.node)?;
                }
            }
        }
        Ok(())
    }

    /// Refuses what no validator will see, since the fragment is not there any more when one looks.
    fn enter(
        &self,
        directives: &[Positioned<Directive>],
        on: Option<&Positioned<TypeCondition>>,
    ) -> Result<(), Error> {
        if let Some(other) = directives.iter().find(|directive| !is_condition(directive)) {
            let name = &other.node.name.node;
            return Err(Error::bad_request(format!("unknown directive @{name}")));
        }
        match on.map(|on| &on.node.on.node) {
            Some(on) if on != self.root => Err(Error::bad_request(format!(
                "a fragment at the top of a subscription must be on {}, not on {on}",
                self.root
            ))),
            _ => Ok(()),
        }
    }

    fn add(&mut self, found: &Positioned<Field>) -> Result<(), Error> {
        if found.node.name.node.starts_with("__") {
            return Err(Error::bad_request(
                "a subscription needs exactly one root field, and introspection fields do not count",
            ));
        }
        let mut found = found.clone();
        found
            .node
            .directives
            .retain(|directive| !is_condition(directive));
        match &mut self.field {
            None => self.field = Some(found),
            Some(field) if is_same(&field.node, &found.node) => {
                let items = &mut field.node.selection_set.node.items;
                items.append(&mut found.node.selection_set.node.items);
                field.node.directives.append(&mut found.node.directives);
            }
            Some(_) => {
                return Err(Error::bad_request(
                    "a subscription needs exactly one root field",
                ));
            }
        }
        Ok(())
    }

    fn is_included(&self, directives: &[Positioned<Directive>]) -> Result<bool, Error> {
        for directive in directives
            .iter()
            .filter(|directive| is_condition(directive))
        {
            let directive = &directive.node;
            let value = match directive.arguments.as_slice() {
                [(name, value)] if name.node == "if" => match &value.node {
                    Value::Variable(name) => self.variables.get(name).cloned(),
                    literal => literal.clone().into_const(),
                },
                _ => None,
            };
            let name = &directive.name.node;
            match value {
                Some(ConstValue::Boolean(value)) if value == (name == "include") => {}
                Some(ConstValue::Boolean(_)) => return Ok(false),
                _ => {
                    let message = format!("@{name} needs a condition that is true or false");
                    return Err(Error::bad_request(message));
                }
            }
        }
        Ok(true)
    }
}

/// Whether both ask for the same under the same name, so that their selections can be merged.
fn is_same(one: &Field, other: &Field) -> bool {
    let has = |(name, value): &(Positioned<_>, Positioned<Value>)| {
        let same = |(other, of_other): &(Positioned<_>, Positioned<Value>)| {
            other.node == name.node && of_other.node == value.node
        };
        other.arguments.iter().any(same)
    };
    one.response_key().node == other.response_key().node
        && one.name.node == other.name.node
        && one.arguments.len() == other.arguments.len()
        && one.arguments.iter().all(has)
}
