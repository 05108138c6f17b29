//! A service's schema, for tests that cover all of it: what is not in a list by hand cannot be forgotten there.

use std::collections::BTreeMap;

use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{
    BaseType, InputValueDefinition, Type, TypeKind, TypeSystemDefinition,
};

use super::conformance::committed_schema;
use super::graphql_client::GraphqlClient;

/// A field of an object or of an input, or an argument.
#[derive(Clone, Debug)]
pub struct SchemaField {
    /// Its name.
    pub name: String,
    /// The name of its type, or of what its list holds.
    pub type_name: String,
    /// Whether it is a list.
    pub is_list: bool,
    arguments: Vec<SchemaField>,
}

/// The objects and inputs of a schema.
#[derive(Clone, Debug)]
pub struct SchemaDocument {
    fields: BTreeMap<String, Vec<SchemaField>>,
}

impl SchemaDocument {
    /// Reads a schema.
    ///
    /// # Panics
    /// When it is none.
    pub fn parse(sdl: &str) -> Self {
        let document = parse_schema(sdl).unwrap_or_else(|error| panic!("no schema: {error}"));
        let types = document.definitions.into_iter();
        let types = types.filter_map(|definition| match definition {
            TypeSystemDefinition::Type(definition) => Some(definition.node),
            _ => None,
        });
        let fields = types.map(|definition| {
            let fields = match definition.kind {
                TypeKind::Object(object) => object
                    .fields
                    .into_iter()
                    .map(|field| {
                        let field = field.node;
                        let arguments = field.arguments.iter();
                        SchemaField {
                            arguments: arguments.map(|argument| input(&argument.node)).collect(),
                            ..SchemaField::new(&field.name.node, &field.ty.node)
                        }
                    })
                    .collect(),
                TypeKind::InputObject(object) => object
                    .fields
                    .iter()
                    .map(|field| input(&field.node))
                    .collect(),
                _ => vec![],
            };
            (definition.name.node.to_string(), fields)
        });
        Self {
            fields: fields.collect(),
        }
    }

    /// Reads the committed schema of a service.
    ///
    /// # Panics
    /// When there is none.
    pub fn committed(service: &str) -> Self {
        Self::parse(&committed_schema(service))
    }

    /// The fields of an object or an input.
    ///
    /// # Panics
    /// When the schema has no such type.
    pub fn fields(&self, type_name: &str) -> &[SchemaField] {
        let fields = self.fields.get(type_name);
        fields.unwrap_or_else(|| panic!("the schema has no {type_name}"))
    }

    /// The names of the fields of an object or an input, such as `Mutation`.
    ///
    /// # Panics
    /// When the schema has no such type.
    pub fn field_names(&self, type_name: &str) -> Vec<&str> {
        let fields = self.fields(type_name).iter();
        fields.map(|field| field.name.as_str()).collect()
    }

    /// The fields of a mutation's `input`.
    ///
    /// # Panics
    /// When the schema has no such mutation, or it has no `input`.
    pub fn input_of(&self, mutation: &str) -> &[SchemaField] {
        let mut arguments = self.mutation_field(mutation).arguments.iter();
        let input = arguments.find(|argument| argument.name == "input");
        let input = input.unwrap_or_else(|| panic!("{mutation} has no input"));
        self.fields(&input.type_name)
    }

    /// The ids in a mutation's `input`: each with the fields that lead to it, which is the last one.
    ///
    /// # Panics
    /// When the schema has no such mutation.
    pub fn ids_of(&self, mutation: &str) -> Vec<Vec<&SchemaField>> {
        self.ids_among(self.input_of(mutation))
    }

    fn ids_among<'a>(&'a self, fields: &'a [SchemaField]) -> Vec<Vec<&'a SchemaField>> {
        let mut found = vec![];
        for field in fields {
            if field.type_name == "ID" {
                found.push(vec![field]);
            } else if let Some(inner) = self.fields.get(&field.type_name) {
                let ids = self.ids_among(inner).into_iter();
                found.extend(ids.map(|mut path| {
                    path.insert(0, field);
                    path
                }));
            }
        }
        found
    }

    /// The document that calls a mutation and selects everything in its payload.
    ///
    /// # Panics
    /// When the schema has no such mutation.
    pub fn mutation(&self, field: &str) -> String {
        let payload = &self.mutation_field(field).type_name;
        GraphqlClient::mutation(field, &self.selection(payload, &[]))
    }

    fn mutation_field(&self, name: &str) -> &SchemaField {
        let mut mutations = self.fields("Mutation").iter();
        let mutation = mutations.find(|field| field.name == name);
        mutation.unwrap_or_else(|| panic!("the schema has no mutation {name}"))
    }

    /// Everything in an object that needs no argument. `outer` are the types around it: an object in itself is left out.
    fn selection(&self, type_name: &str, outer: &[&str]) -> String {
        let outer = [outer, &[type_name]].concat();
        let fields = self.fields(type_name).iter();
        let fields = fields.filter(|field| {
            field.arguments.is_empty() && !outer.contains(&field.type_name.as_str())
        });
        let selected = fields.map(|field| {
            let is_object = self
                .fields
                .get(&field.type_name)
                .is_some_and(|inner| !inner.is_empty());
            match is_object {
                true => {
                    let inner = self.selection(&field.type_name, &outer);
                    format!("{} {{ {inner} }}", field.name)
                }
                false => field.name.clone(),
            }
        });
        selected.collect::<Vec<_>>().join(" ")
    }
}

impl SchemaField {
    fn new(name: &str, of: &Type) -> Self {
        let (type_name, is_list) = named(of);
        Self {
            name: name.to_owned(),
            type_name,
            is_list,
            arguments: vec![],
        }
    }
}

fn input(definition: &InputValueDefinition) -> SchemaField {
    SchemaField::new(&definition.name.node, &definition.ty.node)
}

/// The name of a type without its brackets, and whether it had any.
fn named(of: &Type) -> (String, bool) {
    match &of.base {
        BaseType::Named(name) => (name.to_string(), false),
        BaseType::List(inner) => (named(inner).0, true),
    }
}

#[cfg(test)]
mod tests {
    use super::SchemaDocument;

    const SDL: &str = "
        input PinMessageInput { chatId: ID!, messageIds: [ID!]!, note: String, places: [PlaceInput!] }
        input PlaceInput { threadId: ID!, number: Int }
        type Chat { id: ID!, name: String, pinned(first: Int): [Message!]! }
        type Message { id: ID!, chat: Chat!, replyTo: Message }
        type PinMessagePayload { message: Message!, cursor: Cursor! }
        type Mutation { pinMessage(input: PinMessageInput!): PinMessagePayload! }
        type Query { chat: Chat }
        scalar Cursor
        schema { query: Query mutation: Mutation }";

    #[test]
    fn the_ids_of_an_input_are_found_also_in_lists() {
        let schema = SchemaDocument::parse(SDL);
        assert_eq!(schema.field_names("Mutation"), ["pinMessage"]);
        let ids = schema.ids_of("pinMessage").into_iter();
        let ids: Vec<Vec<_>> = ids
            .map(|path| {
                let path = path.into_iter();
                path.map(|id| (id.name.as_str(), id.is_list)).collect()
            })
            .collect();
        let in_lists = vec![("places", true), ("threadId", false)];
        assert_eq!(
            ids,
            [
                vec![("chatId", false)],
                vec![("messageIds", true)],
                in_lists
            ]
        );
    }

    #[test]
    fn everything_in_a_payload_is_selected_once() {
        let expected = "mutation($input: PinMessageInput!) { pinMessage(input: $input) \
                        { message { id chat { id name } } cursor } }";
        let schema = SchemaDocument::parse(SDL);
        assert_eq!(schema.mutation("pinMessage"), expected);
    }
}
