//! `updateProfile`: what others see of the caller.

use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use chassis::Error;
use shared_schema::{Change, Reason};

use crate::{
    accounts::{
        account::Account,
        display_name::{About, DisplayName},
    },
    db::users::{self, ProfileChange},
    pending_events::PendingEvents,
    sessions::authenticated::AuthenticatedUser,
    state::{RequestContext, State},
};

/// The new display name and self-description. Fields that are absent or null stay unchanged.
#[derive(InputObject)]
pub(crate) struct UpdateProfileInput {
    /// The display name: 1 to 100 characters, of which at least one must be visible. Invisible characters are removed.
    display_name: Option<String>,
    /// The self-description: at most 500 characters; may be empty.
    about: Option<String>,
    /// The version of the account that this change is based on.
    version: i32,
}

/// The result of updating the profile.
#[derive(SimpleObject)]
pub(crate) struct UpdateProfilePayload {
    /// The account with its new version.
    account: Account,
}

#[derive(Default)]
pub(crate) struct UpdateProfile;

#[Object]
impl UpdateProfile {
    /// Changes the caller's profile. Fails with `CONFLICT` on the field `version` if the profile was changed elsewhere
    /// in the meantime: fetch it and try again.
    async fn update_profile(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The new display name and self-description.")] input: UpdateProfileInput,
    ) -> Result<UpdateProfilePayload> {
        let change = ProfileChange {
            display_name: input
                .display_name
                .as_deref()
                .map(DisplayName::parse)
                .transpose()?,
            about: input.about.as_deref().map(About::parse).transpose()?,
            version: input.version,
        };
        let account = update(context.state()?, context, &change).await?;
        Ok(UpdateProfilePayload { account })
    }
}

async fn update(
    state: &State,
    context: &Context<'_>,
    change: &ProfileChange,
) -> Result<Account, Error> {
    let mut connection = state.pool.get().await?;
    let transaction = connection.transaction().await?;
    let caller = AuthenticatedUser::locked(context, &transaction).await?;
    let account = users::set_profile(&transaction, caller.user_id(), change)
        .await?
        .ok_or_else(|| Error::conflict_on("version", Reason::ChangedMeanwhile))?;
    let mut events = PendingEvents::of(caller.user_id());
    events.append(&transaction, Change::ProfileUpdated).await?;
    events.commit(transaction, state).await?;
    Ok(account)
}
