//! The schema as text.

use async_graphql::{ObjectType, SDLExportOptions, Schema, SubscriptionType};

/// The SDL of a schema: sorted, so that it changes only when the schema does, and ending in one newline.
#[must_use]
pub fn sdl<Q, M, S>(schema: &Schema<Q, M, S>) -> String
where
    Q: ObjectType + 'static,
    M: ObjectType + 'static,
    S: SubscriptionType + 'static,
{
    let options = SDLExportOptions::new()
        .sorted_fields()
        .sorted_arguments()
        .sorted_enum_items()
        .include_specified_by()
        .use_space_ident()
        .indent_width(2);
    let text = schema.sdl_with_options(options);
    let mut lines: Vec<&str> = text.trim().lines().map(str::trim_end).collect();
    // async-graphql separates some definitions by two empty lines.
    lines.dedup_by(|next, line| next.is_empty() && line.is_empty());
    lines.join("\n") + "\n"
}
