//! `login`: starts a session for a user who knows the password.
//!
//! Invariant: an unknown name, a wrong password and a deactivated account get the same answer after the same work.

use async_graphql::{Context, InputObject, Object, Result};
use chassis::Error;

use crate::{
    db::users::{self, Credentials, Login as Typed},
    passwords::{
        hasher::{HashQueue, PasswordCheck},
        password::PasswordAttempt,
    },
    pending_events::PendingEvents,
    sessions::{
        client_info::ClientInfo,
        device_token::Device,
        sign_in::{SignInPayload, start_session},
    },
    state::{RequestContext, State},
};

/// The credentials to sign in with.
#[derive(InputObject)]
pub(crate) struct LoginInput {
    /// The e-mail address or the username.
    login: String,
    /// The password.
    password: String,
    /// The device tokens that this device has received, one for each account used on it; at most 10. With the token of
    /// this account, other people guessing its password do not delay the sign-in. Invalid tokens are ignored.
    device_tokens: Option<Vec<String>>,
}

#[derive(Default)]
pub(crate) struct Login;

#[Object]
impl Login {
    /// Signs in on a device and starts a session. Fails with `UNAUTHENTICATED` if anything about the credentials is
    /// wrong, and with `RATE_LIMITED` after too many wrong passwords for the account or from the address. An account
    /// has at most 50 sessions: signing in once more ends the oldest.
    async fn login(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The credentials to sign in with.")] input: LoginInput,
    ) -> Result<SignInPayload> {
        let state = context.state()?;
        let client = ClientInfo::of(context, &state.proxies)?;
        // The limit and the lookup use the same folding, so that they agree on what is the same account.
        let name = Typed::of(&input.login);
        let tokens = input.device_tokens.unwrap_or_default();
        let device = known_device(state, &name, &tokens).await?;
        let guess = state
            .limits
            .sign_in(&name.folded, client.network, device)
            .await?;
        let queue = match guess.is_from_known_device() {
            true => HashQueue::Known,
            false => HashQueue::Strangers,
        };
        let attempt = PasswordAttempt::new(&input.password);
        let ended = login(state, &name, attempt, queue, &client).await;
        // What has failed for another reason than the password is no guess.
        if !matches!(ended, Err(Error::Unauthenticated(_))) {
            guess.take_back().await;
        }
        Ok(ended?)
    }
}

/// The device, if one of the tokens proves that somebody has signed in to this account on it before.
async fn known_device(
    state: &State,
    name: &Typed,
    tokens: &[String],
) -> Result<Option<Device>, Error> {
    let devices = state.device_tokens.read(tokens);
    if devices.is_empty() {
        return Ok(None);
    }
    let found = users::credentials(&state.pool.get().await?, name).await?;
    Ok(found.and_then(|account| devices.into_iter().find(|one| one.user == account.id)))
}

/// Tries a second time if the stored hash was replaced during the comparison, by a stronger one or with the password.
const MAX_ATTEMPTS: u32 = 2;

async fn login(
    state: &State,
    name: &Typed,
    password: PasswordAttempt,
    queue: HashQueue,
    client: &ClientInfo,
) -> Result<SignInPayload, Error> {
    for _ in 0..MAX_ATTEMPTS {
        let found = users::credentials(&state.pool.get().await?, name).await?;
        let stored = found.as_ref().map(|account| account.password_hash.clone());
        let check = state.hasher.verify(queue, password.clone(), stored).await?;
        let active = found.filter(|account| account.active);
        let (Some(credentials), PasswordCheck::Correct { rehashed }) = (active, check) else {
            break;
        };
        if let Some(payload) = complete_login(state, &credentials, rehashed, client).await? {
            return Ok(payload);
        }
    }
    Err(Error::refused_sign_in("wrong name or password"))
}

/// Completes a sign-in whose password was just verified. Returns nothing if the account was changed meanwhile, which is
/// checked under the account's lock.
async fn complete_login(
    state: &State,
    credentials: &Credentials,
    rehashed: Option<String>,
    client: &ClientInfo,
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
    if let Some(rehashed) = rehashed {
        users::set_password_hash(&transaction, credentials.id, &rehashed).await?;
    }
    let mut events = PendingEvents::of(credentials.id);
    let payload = start_session(
        &mut transaction,
        account,
        &client.user_agent,
        &state.minter,
        &mut events,
    )
    .await?;
    events.commit(transaction, state).await?;
    Ok(Some(payload))
}
