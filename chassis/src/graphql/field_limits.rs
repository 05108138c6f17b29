//! Limits of a schema's root fields: each one of a request is charged before anything runs.

use std::{collections::HashMap, net::SocketAddr, sync::Arc};

use async_graphql::parser::types::{
    ExecutableDocument, OperationDefinition, Selection, SelectionSet,
};
use http::HeaderMap;

use crate::{
    auth::Caller,
    client_address::TrustedProxies,
    error::Error,
    rate_limit::{Class, Limiter, Subject},
};

/// Rate limits of root fields. Cheap to clone.
#[derive(Clone)]
pub struct FieldLimits(Arc<Inner>);

#[derive(Clone)]
struct Inner {
    limiter: Limiter,
    proxies: TrustedProxies,
    of_user: Class,
    of_network: Class,
    fields: HashMap<&'static str, Option<Class>>,
}

impl FieldLimits {
    /// Every root field is charged to `of_user` for its caller, or to `of_network` for the client's network if there is
    /// no token.
    #[must_use]
    pub fn new(
        limiter: &Limiter,
        proxies: &TrustedProxies,
        of_user: Class,
        of_network: Class,
    ) -> Self {
        Self(Arc::new(Inner {
            limiter: limiter.clone(),
            proxies: proxies.clone(),
            of_user,
            of_network,
            fields: HashMap::new(),
        }))
    }

    /// Charges callers of this field by a class of its own instead.
    #[must_use]
    pub fn field(self, name: &'static str, class: Class) -> Self {
        self.with(name, Some(class))
    }

    /// Does not charge this field, because its resolver knows better what it costs.
    #[must_use]
    pub fn in_resolver(self, name: &'static str) -> Self {
        self.with(name, None)
    }

    fn with(self, name: &'static str, class: Option<Class>) -> Self {
        let mut inner = Arc::unwrap_or_clone(self.0);
        inner.fields.insert(name, class);
        Self(Arc::new(inner))
    }

    /// Charges an operation whose document was measured. All of it or nothing.
    ///
    /// # Errors
    /// `RATE_LIMITED` with the time to wait.
    pub(crate) fn charge(
        &self,
        operation: &OperationDefinition,
        document: &ExecutableDocument,
        requester: Requester<'_>,
    ) -> Result<(), Error> {
        if self.is_off() {
            return Ok(());
        }
        let mut names = Vec::new();
        root_fields(document, &operation.selection_set.node, &mut names);
        let subject = match requester {
            Requester::User(caller) => Subject::user(caller.user_id),
            Requester::Anonymous { peer, headers } => {
                Subject::network(self.0.proxies.client(peer, headers))
            }
        };
        let is_known = matches!(requester, Requester::User(_));
        let costs = self.costs(&names, is_known);
        for (index, (class, cost)) in costs.iter().enumerate() {
            if let Err(error) = self.0.limiter.charge(class, subject, *cost) {
                for (class, cost) in &costs[..index] {
                    self.0.limiter.refund(class, subject, *cost);
                }
                return Err(error);
            }
        }
        Ok(())
    }

    fn is_off(&self) -> bool {
        let is_off = |class: &Class| class.at_once().is_none();
        let own = self.0.fields.values().flatten();
        own.chain([&self.0.of_user, &self.0.of_network]).all(is_off)
    }

    fn costs(&self, names: &[&str], is_known: bool) -> Vec<(Class, u32)> {
        let mut costs: Vec<(Class, u32)> = Vec::new();
        for name in names {
            let class = match self.0.fields.get(name) {
                _ if !is_known => self.0.of_network,
                None => self.0.of_user,
                Some(Some(class)) => *class,
                Some(None) => continue,
            };
            match costs.iter_mut().find(|(one, _)| one.name() == class.name()) {
                Some((_, cost)) => *cost += 1,
                None => costs.push((class, 1)),
            }
        }
        for (class, cost) in &mut costs {
            // A request may hold more than a very low limit allows at once: then it costs all of it.
            *cost = class.at_once().map_or(*cost, |most| most.min(*cost));
        }
        costs
    }
}

/// The requester.
#[derive(Clone, Copy)]
pub(crate) enum Requester<'a> {
    /// A caller with a token.
    User(&'a Caller),
    /// A client without a token.
    Anonymous {
        peer: SocketAddr,
        headers: &'a HeaderMap,
    },
}

/// The fields at the top, also those in fragments, each as often as it stands there. The document's measure has bounded
/// them and has refused cycles.
fn root_fields<'a>(
    document: &'a ExecutableDocument,
    set: &'a SelectionSet,
    into: &mut Vec<&'a str>,
) {
    for item in &set.items {
        match &item.node {
            Selection::Field(field) => into.push(field.node.name.node.as_str()),
            Selection::InlineFragment(inline) => {
                root_fields(document, &inline.node.selection_set.node, into);
            }
            Selection::FragmentSpread(spread) => {
                if let Some(found) = document.fragments.get(&spread.node.fragment_name.node) {
                    root_fields(document, &found.node.selection_set.node, into);
                }
            }
        }
    }
}
