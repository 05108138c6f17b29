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

/// The data of the new account.
#[derive(InputObject)]
pub(crate) struct RegisterInput {
    /// The e-mail address to sign in with. Nobody else can see it.
    email: String,
    /// The username to sign in with and to be found by: 3 to 50 of the characters `a-z`, `0-9`, `_` and `-`. Upper-case
    /// letters are read as lower case.
    username: String,
    /// The password: 8 to 128 characters. It must not be easy to guess, nor contain the username or the e-mail address.
    password: String,
    /// The display name: 1 to 100 characters, of which at least one must be visible. Invisible characters are removed.
    /// If absent, the username.
    display_name: Option<String>,
}

#[derive(Default)]
pub(crate) struct Register;

#[Object]
impl Register {
    /// Creates an account and signs it in. Fails with `CONFLICT` and the name of the field if the username or the
    /// e-mail address is taken, and with `RATE_LIMITED` after too many registrations from one address.
    async fn register(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The data of the new account.")] input: RegisterInput,
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
