//! Long lists of numbers.

use std::borrow::Cow;

use async_graphql::{
    Context, ContextSelectionSet, OutputType, Positioned, ServerResult, Value,
    parser::types::Field, registry::Registry,
};
use chassis::graphql::AnswerBudget;
use shared_schema::Number;

/// Bytes that a number counts.
const NUMBER_BYTES: usize = 16;

/// A list of numbers that is resolved as a whole. As a `Vec` each number would be a future of its own, which takes a
/// hundred times what the number takes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Numbers(Vec<Number>);

impl Numbers {
    /// The numbers, if there is room for them in the answer.
    #[must_use]
    pub(crate) fn within_budget(context: &Context<'_>, numbers: Vec<Number>) -> Self {
        match AnswerBudget::admits(context, numbers.len() * NUMBER_BYTES) {
            true => Self(numbers),
            false => Self::default(),
        }
    }
}

impl OutputType for Numbers {
    fn type_name() -> Cow<'static, str> {
        <Vec<Number> as OutputType>::type_name()
    }

    fn qualified_type_name() -> String {
        <Vec<Number> as OutputType>::qualified_type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        <Vec<Number> as OutputType>::create_type_info(registry)
    }

    async fn resolve(
        &self,
        _: &ContextSelectionSet<'_>,
        _: &Positioned<Field>,
    ) -> ServerResult<Value> {
        let numbers = self.0.iter().map(|&number| Value::Number(number.into()));
        Ok(Value::List(numbers.collect()))
    }
}
