//! Loads public profiles of users.

use std::{collections::HashMap, sync::Arc};

use async_graphql::dataloader::Loader;
use chassis::{Error, postgres::Pool};
use moka::sync::Cache;
use shared_schema::UserId;

use crate::db;

pub(crate) struct Users {
    pub(crate) pool: Pool,
    pub(crate) profiles: Cache<UserId, Option<shared_schema::User>>,
}

impl Loader<UserId> for Users {
    type Value = shared_schema::User;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[UserId]) -> Result<HashMap<UserId, Self::Value>, Self::Error> {
        let mut found = HashMap::new();
        let mut missing = Vec::new();
        for &key in keys {
            match self.profiles.get(&key) {
                Some(Some(profile)) => drop(found.insert(key, profile)),
                Some(None) => {}
                None => missing.push(key),
            }
        }
        if !missing.is_empty() {
            for profile in db::profiles::by_id(&self.pool, &missing).await? {
                found.insert(profile.id, profile);
            }
            for key in missing {
                self.profiles.insert(key, found.get(&key).cloned());
            }
        }
        Ok(found)
    }
}
