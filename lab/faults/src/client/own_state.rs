//! What a user has set for a chat and has begun to write in it, as one device knows it.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use uuid::Uuid;

use super::test_user::TestUser;
use lab_stack::client::Refusal;

const DRAFTS_QUERY: &str = "{ drafts { chatId threadRootId content } }";

#[derive(Clone, Debug, Default)]
pub struct OwnState {
    pub settings: Value,
    /// By root; under the empty one what is in no thread.
    pub drafts: BTreeMap<String, String>,
}

impl OwnState {
    /// With these settings, and the drafts of the chat loaded.
    pub async fn load(user: &TestUser, chat: Uuid, settings: &Value) -> Result<OwnState, Refusal> {
        let mut state = OwnState {
            settings: settings.clone(),
            ..OwnState::default()
        };
        let data = user.query(DRAFTS_QUERY, json!({})).await?;
        let drafts = data["drafts"].as_array().into_iter().flatten();
        for draft in drafts.filter(|draft| draft["chatId"] == json!(chat)) {
            state.set_draft(&draft["threadRootId"], &draft["content"]);
        }
        Ok(state)
    }

    /// The text in this place; without one there is no draft.
    pub fn set_draft(&mut self, root: &Value, content: &Value) {
        let root = root.as_str().unwrap_or_default().to_owned();
        match content.as_str() {
            Some(content) => drop(self.drafts.insert(root, content.to_owned())),
            None => drop(self.drafts.remove(&root)),
        }
    }
}
