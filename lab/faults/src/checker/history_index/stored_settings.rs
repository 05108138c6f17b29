//! What users have set for their chats and have begun to write, as it is stored.

use std::collections::BTreeMap;

use serde_json::Value;
use uuid::Uuid;

use super::fields::id;

#[derive(Default)]
pub struct StoredSettings {
    /// Rows by chat and user.
    pub of_chats: BTreeMap<(Uuid, Uuid), Value>,
    /// Texts by chat and user, and by root; under the empty one what is in no thread.
    pub drafts: BTreeMap<(Uuid, Uuid), BTreeMap<String, Value>>,
}

impl StoredSettings {
    pub fn add(&mut self, kind: &str, row: &Value) {
        let key = (id(&row["chat_id"]), id(&row["user_id"]));
        if kind == "dump.chat_settings" {
            self.of_chats.insert(key, row.clone());
            return;
        }
        let root = row["root_id"].as_str().unwrap_or_default().to_owned();
        let drafts = self.drafts.entry(key).or_default();
        drafts.insert(root, row["content"].clone());
    }
}
