//! `register`: a new account, signed in.

use async_graphql::{Context, InputObject, Object, Result};
use chassis::Error;
use shared_schema::UserId;

use crate::{
    accounts::{display_name::DisplayName, email::Email, username::Username},
    db::{
        feeds, reserved_usernames,
        users::{self, NewUser},
    },
    passwords::password::NewPassword,
    pending_events::PendingEvents,
    sessions::{
        client_info::ClientInfo,
        sign_in::{SignInPayload, start_session},
    },
    state::{RequestContext, State},
};

/// A new account.
#[derive(InputObject)]
pub(crate) struct RegisterInput {
    /// The address to sign in with. Nobody else sees it.
    email: String,
    /// The name to sign in with and to be found by: 3 to 50 of a-z, 0-9, _ and -. Upper case is read as lower case.
    username: String,
    /// 8 to 128 characters, not easily guessed, and containing neither the username nor the e-mail address.
    password: String,
    /// The name to show, 1 to 100 characters, at least one of them visible; those that nobody sees are taken out. The
    /// username when it is not given.
    display_name: Option<String>,
}

#[derive(Default)]
pub(crate) struct Register;

#[Object]
impl Register {
    /// Makes an account and signs it in. `CONFLICT` with the field when the username or the e-mail address is taken.
    async fn register(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The new account.")] input: RegisterInput,
    ) -> Result<SignInPayload> {
        let state = context.state()?;
        let client = ClientInfo::of(context, &state.proxies)?;
        let registration = Registration::parse(&input)?;
        state.limits.register(client.network).await?;
        Ok(register(state, registration, &client).await?)
    }
}

/// An input that is in order.
struct Registration {
    email: Email,
    username: Username,
    password: NewPassword,
    display_name: Option<DisplayName>,
}

impl Registration {
    fn parse(input: &RegisterInput) -> Result<Self, Error> {
        Ok(Self {
            email: Email::parse(&input.email)?,
            username: Username::parse(&input.username)?,
            password: NewPassword::parse(&input.password, "password")?,
            display_name: input
                .display_name
                .as_deref()
                .map(DisplayName::parse)
                .transpose()?,
        })
    }
}

async fn register(
    state: &State,
    registration: Registration,
    client: &ClientInfo,
) -> Result<SignInPayload, Error> {
    let Registration {
        email,
        username,
        password,
        display_name,
    } = registration;
    let known = vec![username.to_string(), email.as_str().to_owned()];
    let password_hash = state.hasher.hash(password, known).await?;

    let mut connection = state.pool.get().await?;
    let mut transaction = connection.transaction().await?;
    let new = NewUser {
        id: UserId::new(),
        username: &username,
        email: &email,
        password_hash: &password_hash,
        display_name: display_name
            .as_ref()
            .map_or(username.as_str(), DisplayName::as_str),
    };
    let account = users::insert(&transaction, &new).await?;
    reserved_usernames::claim(&transaction, &username, new.id).await?;
    feeds::insert(&transaction, new.id).await?;
    let mut events = PendingEvents::of(new.id);
    let payload = start_session(
        &mut transaction,
        account,
        &client.user_agent,
        &state.minter,
        &mut events,
    )
    .await?;
    events.commit(transaction, state).await?;
    Ok(payload)
}
