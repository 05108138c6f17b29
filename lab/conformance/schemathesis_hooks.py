"""What Schemathesis must know of Antiphon: its scalars, and what every response must satisfy.

Schemathesis takes every error for a defect, because GraphQL knows no others. Antiphon's errors say by their code whose
fault they are, so the judgement is here: a closed set of codes, never ours, and nothing of the inside in a message.
"""

import os
import re

import graphql
import schemathesis
from hypothesis import strategies as st
from schemathesis.graphql import nodes

CODES = {
    "UNAUTHENTICATED", "FORBIDDEN", "NOT_FOUND", "BAD_USER_INPUT", "CONFLICT", "RATE_LIMITED", "UNAVAILABLE",
}  # fmt: skip
INSIDES = re.compile(
    r"\b(SELECT|INSERT|UPDATE|DELETE|FROM|WHERE|relation|column|constraint|duplicate key|deadlock|panicked)\b"
    r"|postgres|redis|tokio|async.graphql|(?:/[\w.-]+){2,}|\w+\.rs\b|\d+\.\d+\.\d+"
)

known_cursors = os.environ["FUZZ_CURSORS"].split()
cursors = st.one_of(st.sampled_from(known_cursors), st.text(max_size=80))
schemathesis.graphql.scalar("Cursor", cursors.map(nodes.String))

@schemathesis.hook
def map_body(context, document):
    """Selects `__typename` where only it shows the type."""
    types = graphql.TypeInfo(context.operation.schema.client_schema)

    class AskForTypes(graphql.Visitor):
        def leave_selection_set(self, node, *_):
            if not graphql.is_abstract_type(types.get_parent_type()):
                return None
            name = graphql.FieldNode(name=graphql.NameNode(value="__typename"), arguments=(), directives=())
            return graphql.SelectionSetNode(selections=(name, *node.selections))

    return graphql.visit(document, graphql.TypeInfoVisitor(types, AskForTypes()))


@schemathesis.check
def is_answered_as_promised(context, response, case):
    assert response.status_code < 500, f"status {response.status_code}"
    media_type = response.headers["content-type"][0].split(";")[0]
    assert media_type in ("application/json", "application/graphql-response+json"), media_type
    answer = response.json()
    assert set(answer) <= {"data", "errors", "extensions"} and answer, f"members {sorted(answer)}"
    for error in answer.get("errors", []):
        assert set(error) <= {"message", "path", "locations", "extensions"}, f"members {sorted(error)}"
        assert error["extensions"].get("code") in CODES, f"code {error['extensions'].get('code')}"
        assert isinstance(error["message"], str) and error["message"], "no message"
        inside = INSIDES.search(error["message"])
        assert not inside, f"{inside.group()!r} in the message {error['message']!r}"
    if answer.get("data") is not None:
        assert_shape(case, answer["data"])
    else:
        assert answer.get("errors"), "neither data nor errors"


def assert_shape(case, data):
    """Executes the document over the response's own data: what does not match the schema is an error, or differs."""
    again = graphql.execute_sync(
        case.operation.schema.client_schema,
        graphql.parse(case.body),
        root_value=data,
        field_resolver=lambda parent, info, **_: parent[info.path.key],
        type_resolver=lambda value, *_: value["__typename"],
    )
    assert not again.errors, f"not what the schema says: {again.errors}"
    assert again.data == data, "not what was asked for"
