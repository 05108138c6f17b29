//! Limits on guessing passwords and on creating accounts. Only failures count: a correct password costs nothing.
//!
//! Invariants: no limit reveals whether an account exists, nor that a name and an e-mail address belong together,
//! because accounts are identified by the text that was entered. Nobody is locked out: a device that has signed in to
//! the account before has a limit of its own, and all other attempts are only delayed, by a time that others cannot
//! extend.

use std::time::Duration;

use chassis::{
    Error, Network, SharedLimiter, Subject,
    rate_limit::{Class, Delay, Rate},
};
use futures_util::future::join;
use shared_schema::UserId;

use crate::{config::LimitArgs, sessions::device_token::Device};

const MINUTE: Duration = Duration::from_secs(60);
const QUARTER: Duration = Duration::from_secs(15 * 60);
const HOUR: Duration = Duration::from_secs(60 * 60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// The limits of this service that hold across instances.
pub(crate) struct Limits {
    pub(crate) shared: SharedLimiter,
    logins_of_network: Class,
    logins_to_account: Class,
    logins_on_device: Class,
    slow_logins: Delay,
    confirmations: Class,
    registrations: Class,
    username_changes: Class,
}

/// An attempt with a password, which counts as wrong until it turns out to be correct.
pub(crate) struct Guess<'a> {
    limits: &'a Limits,
    by: By,
}

enum By {
    /// A device that has signed in to the account before.
    Device(Subject),
    Stranger {
        account: Subject,
        network: Network,
    },
    /// A signed-in user.
    User(Subject),
}

impl Limits {
    pub(crate) fn new(shared: SharedLimiter, args: &LimitArgs) -> Self {
        let per_account = Rate::new(args.logins_per_account, QUARTER);
        Self {
            shared,
            logins_of_network: Class::new("login", Rate::new(args.logins_per_address, MINUTE)),
            logins_to_account: Class::new("login-to-account", per_account),
            logins_on_device: Class::new("login-on-device", per_account),
            slow_logins: Delay::new("slow-login", "slow-login-wait", per_account),
            confirmations: Class::new("password", per_account),
            registrations: Class::new("register", Rate::new(args.registrations_per_address, HOUR)),
            username_changes: Class::new(
                "username",
                Rate::new(args.username_changes_per_user, DAY),
            ),
        }
    }

    /// Charges an attempt to sign in with the login `name`. `device` is a device that has signed in before, if there is
    /// one.
    ///
    /// # Errors
    /// `RATE_LIMITED` with the time to wait.
    pub(crate) async fn sign_in(
        &self,
        name: &str,
        network: Network,
        device: Option<Device>,
    ) -> Result<Guess<'_>, Error> {
        if let Some(device) = device {
            let device = Subject::of("device", device.session.0);
            let charged = self.shared.charge(&self.logins_on_device, device, 1).await;
            // A device that has used up its own limit is no worse off than a stranger's.
            if charged.is_ok() {
                return Ok(self.guess(By::Device(device)));
            }
        }
        let account = Subject::typed(name);
        let (from_network, at_account) = (Subject::network(network), account.from_network(network));
        let of_network = &self.logins_of_network;
        self.shared.charge(of_network, from_network, 1).await?;
        let to_account = &self.logins_to_account;
        if let Err(refused) = self.shared.charge(to_account, at_account, 1).await {
            self.shared.refund(of_network, from_network, 1).await;
            return Err(refused);
        }
        // A provider's customer has many networks, but one site.
        let comer = account.from_network(network.site());
        let slow = &self.slow_logins;
        if let Err(refused) = self.shared.delay(slow, account, comer).await {
            join(
                self.shared.refund(of_network, from_network, 1),
                self.shared.refund(to_account, at_account, 1),
            )
            .await;
            return Err(refused);
        }
        Ok(self.guess(By::Stranger { account, network }))
    }

    /// Charges an attempt of a signed-in user to confirm something with their password.
    ///
    /// # Errors
    /// `RATE_LIMITED` with the time to wait.
    pub(crate) async fn confirm(&self, user: UserId) -> Result<Guess<'_>, Error> {
        let user = Subject::user(user);
        self.shared.charge(&self.confirmations, user, 1).await?;
        Ok(self.guess(By::User(user)))
    }

    /// Charges a registration, whether it succeeds or not.
    ///
    /// # Errors
    /// `RATE_LIMITED` with the time to wait.
    pub(crate) async fn register(&self, network: Network) -> Result<(), Error> {
        let network = Subject::network(network);
        self.shared.charge(&self.registrations, network, 1).await
    }

    /// Charges an attempt to change the username, because each attempt reveals whether a name is free.
    ///
    /// # Errors
    /// `RATE_LIMITED` with the time to wait.
    pub(crate) async fn change_username(&self, user: UserId) -> Result<(), Error> {
        let user = Subject::user(user);
        self.shared.charge(&self.username_changes, user, 1).await
    }

    fn guess(&self, by: By) -> Guess<'_> {
        Guess { limits: self, by }
    }
}

impl Guess<'_> {
    /// Whether the attempt comes from a device that has signed in to the account before.
    pub(crate) fn is_from_known_device(&self) -> bool {
        matches!(self.by, By::Device(_))
    }

    /// The password was not wrong, so the attempt does not count.
    pub(crate) async fn take_back(self) {
        let limits = self.limits;
        let shared = &limits.shared;
        match self.by {
            By::Device(device) => shared.refund(&limits.logins_on_device, device, 1).await,
            By::User(user) => shared.refund(&limits.confirmations, user, 1).await,
            By::Stranger { account, network } => {
                let at_account = account.from_network(network);
                let classes = join(
                    shared.refund(&limits.logins_of_network, Subject::network(network), 1),
                    shared.refund(&limits.logins_to_account, at_account, 1),
                );
                join(classes, shared.forgive(&limits.slow_logins, account)).await;
            }
        }
    }
}
