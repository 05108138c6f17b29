//! `login`: a session for someone who knows the password.
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

/// Who signs in.
#[derive(InputObject)]
pub(crate) struct LoginInput {
    /// E-mail address or username.
    login: String,
    /// The password.
    password: String,
    /// The device tokens that this device was given, one for each account that was used on it, at most 10. With the one of
    /// this account, sign-in is not slowed down by strangers who guess its password. What is not a good one is ignored.
    device_tokens: Option<Vec<String>>,
}

#[derive(Default)]
pub(crate) struct Login;

#[Object]
impl Login {
    /// Signs in, on one more device. `UNAUTHENTICATED` whatever is wrong, `RATE_LIMITED` after too many wrong passwords, for
    /// the account or from the address. Beyond 50 sessions the oldest one ends.
    async fn login(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Who signs in.")] input: LoginInput,
    ) -> Result<SignInPayload> {
        let state = context.state()?;
        let client = ClientInfo::of(context, &state.proxies)?;
        // One folding for the limit and for the lookup: what is one account to the one is one to the other.
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

/// The device, if one of the tokens says that somebody has signed in to this very account on it.
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

/// Once more when the stored hash was replaced while we compared it: by a stronger one, or with the password.
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

/// The password was right a moment ago. Nothing when that is not certain any more under the account's lock.
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
