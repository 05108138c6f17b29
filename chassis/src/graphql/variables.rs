//! Variables as the specification coerces them, where async-graphql takes them as they come.

use async_graphql::{
    Value, Variables,
    parser::types::{BaseType, OperationDefinition, Type},
};
use serde_json::Number;

use crate::error::Error;

/// Below this, every whole number that JSON writes with a fraction or an exponent is exact.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// Leaves the variables that the operation defines, with their defaults where the client gave nothing. A number is an
/// integer if its value is one, however it is written: JSON knows no other difference.
///
/// # Errors
/// `BAD_USER_INPUT` when a variable that has to be there is not, or a condition is neither true nor false.
pub(super) fn coerce(
    variables: &mut Variables,
    operation: &OperationDefinition,
) -> Result<(), Error> {
    let mut given = std::mem::take(variables);
    for definition in &operation.variable_definitions {
        let definition = &definition.node;
        let (name, ty) = (&definition.name.node, &definition.var_type.node);
        let value = match given.remove(name) {
            Some(value) => whole(value),
            None => match &definition.default_value {
                Some(default) => default.node.clone(),
                None if ty.nullable => continue,
                None => {
                    let message = format!("variable ${name} of type {ty} is missing");
                    return Err(Error::bad_request(message));
                }
            },
        };
        if !fits(&value, ty) {
            let message = format!("variable ${name} is not a valid {ty}");
            return Err(Error::bad_request(message));
        }
        variables.insert(name.clone(), value);
    }
    Ok(())
}

/// What would be taken for something else in a place that no validator looks at; the rest is looked at where it is used.
fn fits(value: &Value, ty: &Type) -> bool {
    match (value, &ty.base) {
        (Value::Null, _) => ty.nullable,
        (Value::Boolean(_), _) => true,
        (_, BaseType::Named(name)) => name != "Boolean",
        (_, BaseType::List(_)) => true,
    }
}

fn whole(value: Value) -> Value {
    match value {
        Value::Number(number) => Value::Number(integer(&number).unwrap_or(number)),
        Value::List(items) => Value::List(items.into_iter().map(whole).collect()),
        Value::Object(entries) => {
            let entries = entries.into_iter();
            Value::Object(entries.map(|(name, value)| (name, whole(value))).collect())
        }
        other => other,
    }
}

fn integer(number: &Number) -> Option<Number> {
    if !number.is_f64() {
        return None;
    }
    let value = number.as_f64()?;
    // It is whole and far from the bounds, so the cast loses nothing.
    #[allow(clippy::cast_possible_truncation)]
    (value.fract() == 0.0 && value.abs() < EXACT).then(|| (value as i64).into())
}
