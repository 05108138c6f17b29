//! `login`: a session for someone who knows the password.
//!
//! Invariant: an unknown name, a wrong password and a deactivated account get the same answer after the same work.

use async_graphql::{Context, InputObject, Object, Result};
use chassis::Error;

use crate::{
    app::State,
    client::Client,
    db::users::{self, Credentials, Login as Typed},
    feed::Pending,
    hasher::Verdict,
    password::Claimed,
    sign_in::{SignInPayload, start_session},
    throttle::Action,
};

/// Who signs in.
#[derive(InputObject)]
pub(crate) struct LoginInput {
    /// E-mail address or username.
    login: String,
    /// The password.
    password: String,
}

#[derive(Default)]
pub(crate) struct Login;

#[Object]
impl Login {
    /// Signs in, on one more device. `UNAUTHENTICATED` whatever is wrong, `RATE_LIMITED` after too many attempts. Beyond
    /// 50 sessions the oldest one ends.
    async fn login(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Who signs in.")] input: LoginInput,
    ) -> Result<SignInPayload> {
        let state = State::of(context)?;
        let client = Client::of(context, &state.trusted_proxies)?;
        // One folding for the limit and for the lookup: what is one account to the one is one to the other.
        let name = Typed::of(&input.login);
        state
            .throttle
            .admit(Action::LoginFromAddress, &client.network)
            .await?;
        state
            .throttle
            .admit(Action::PasswordOfAccount, &name.folded)
            .await?;
        Ok(login(state, &name, Claimed::new(&input.password), &client).await?)
    }
}

/// Once more when the stored hash was replaced while we compared it: by a stronger one, or with the password.
const ATTEMPTS: u32 = 2;

async fn login(
    state: &State,
    name: &Typed,
    password: Claimed,
    client: &Client,
) -> Result<SignInPayload, Error> {
    for _ in 0..ATTEMPTS {
        let found = users::credentials(&state.pool.get().await?, name).await?;
        let stored = found.as_ref().map(|account| account.password_hash.clone());
        let verdict = state.hasher.verify(password.clone(), stored).await?;
        let active = found.filter(|account| account.active);
        let (Some(credentials), Verdict::Right { stronger }) = (active, verdict) else {
            break;
        };
        if let Some(payload) = enter(state, &credentials, stronger, client).await? {
            return Ok(payload);
        }
    }
    Err(Error::refused_sign_in("wrong name or password"))
}

/// The password was right a moment ago. Nothing when that is not certain any more under the account's lock.
async fn enter(
    state: &State,
    credentials: &Credentials,
    stronger: Option<String>,
    client: &Client,
) -> Result<Option<SignInPayload>, Error> {
    let mut connection = state.pool.get().await?;
    let mut transaction = connection.transaction().await?;
    let Some(account) = users::lock(&transaction, credentials.id).await? else {
        return Ok(None);
    };
    let stored = users::password_hash(&transaction, credentials.id).await?;
    if stored.as_ref() != Some(&credentials.password_hash) {
        return Ok(None);
    }
    if let Some(stronger) = stronger {
        users::set_password_hash(&transaction, credentials.id, &stronger).await?;
    }
    let mut pending = Pending::of(credentials.id);
    let payload = start_session(
        &mut transaction,
        account,
        &client.user_agent,
        &state.minter,
        &mut pending,
    )
    .await?;
    pending.commit(transaction, state).await?;
    Ok(Some(payload))
}
