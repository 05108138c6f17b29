//! The real stack, set up for measurements: data that is synced to disk, and thousands of users and chats.

mod pinned_instances;

use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use jsonwebtoken::{Algorithm, EncodingKey, Header};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use serde_json::{Value, json};
use tempfile::TempDir;
use uuid::Uuid;

use crate::db::{BareTable, BenchAccount, BenchDatabase, username};
use lab_stack::Error;
use lab_stack::process::Process;
use lab_stack::stack::{Instance, Options, Service, Stack, StackPorts};

/// Name of the database for bare inserts, on the same server as Antiphon's own.
const BARE_DATABASE: &str = "bare";

/// How long access tokens are valid: longer than any run.
const ACCESS_TOKEN_LIFETIME: Duration = Duration::from_secs(12 * 3600);

/// Open files that each process is allowed, if the system lets us set it.
const MAX_OPEN_FILES: u64 = 200_000;

/// Users among whom many small chats are shared: with a thousand chats of ten, each user is in twenty.
const MAX_USERS_OF_SMALL_CHATS: usize = 500;

/// The only settings that differ from production, besides [`UNLIMITED`](lab_stack::stack::UNLIMITED): how much one user or
/// one address may do at once.
const SERVICE_ENVIRONMENT: [(&str, &str); 8] = [
    ("LOGINS_PER_ACCOUNT", "0"),
    ("MAX_CONNECTIONS", "200000"),
    ("MAX_SOCKETS", "100000"),
    ("MAX_SOCKETS_PER_USER", "100000"),
    ("SUBSCRIPTION_KIB_PER_USER", "100000000"),
    ("SOCKETS_PER_SECOND", "100000"),
    ("DRAIN_WAIT_MS", "0"),
    // The same as `ACCESS_TOKEN_LIFETIME`.
    ("ACCESS_TOKEN_MAX_SECONDS", "43200"),
];

/// A signed-in user.
#[derive(Clone, Debug)]
pub struct BenchUser {
    /// The user's id.
    pub id: Uuid,
    /// The user's access token.
    pub token: String,
}

/// A chat and its participants.
#[derive(Clone, Debug)]
pub struct Chat {
    /// The chat's id.
    pub id: Uuid,
    /// The participants, as indexes into the users of the environment.
    pub users: Vec<usize>,
}

/// A running system with its users.
pub struct BenchEnvironment {
    // In the order in which they are dropped: what depends on the rest comes first.
    /// Additional instances, with the names of their services.
    pinned: Mutex<Vec<(&'static str, Process)>>,
    stack: Stack,
    ports: StackPorts,
    database: BenchDatabase,
    signer: Signer,
    users: Mutex<Vec<BenchUser>>,
    service_environment: Vec<(String, String)>,
    // Last: it is removed after everything in it has stopped.
    data: TempDir,
}

impl BenchEnvironment {
    /// Starts the system.
    ///
    /// # Errors
    /// If anything does not start.
    pub async fn start(
        service_environment: &[(String, String)],
    ) -> Result<BenchEnvironment, Error> {
        raise_open_file_limit();
        let data = tempfile::Builder::new()
            .prefix("antiphon-bench-")
            .tempdir_in("/var/tmp")
            .map_err(|cause| Error::io("make a directory in /var/tmp", cause))?;
        let mut options = Options {
            // With a named directory the data is kept, so Postgres syncs it.
            data: Some(data.path().to_owned()),
            ..Options::for_tests()
        };
        let defaults = SERVICE_ENVIRONMENT.map(|(name, value)| (name.to_owned(), value.to_owned()));
        options.environment.extend(defaults);
        options
            .environment
            .extend(service_environment.iter().cloned());
        let ports = options.ports.clone();
        let stack = Stack::start(options).await?;
        let database = BenchDatabase::connect(&stack.database_url(None)).await?;
        stack.postgres().create_database(BARE_DATABASE).await?;
        BareTable::create(&stack.postgres().owner_url(BARE_DATABASE)).await?;
        let signer = Signer::of(&stack).await?;
        Ok(BenchEnvironment {
            stack,
            ports,
            database,
            signer,
            users: Mutex::default(),
            service_environment: service_environment.to_vec(),
            pinned: Mutex::default(),
            data,
        })
    }

    /// The running stack.
    pub fn stack(&self) -> &Stack {
        &self.stack
    }

    /// The connection to the database.
    pub fn database(&self) -> &BenchDatabase {
        &self.database
    }

    /// The directory of data and logs.
    pub fn directory(&self) -> &Path {
        self.data.path()
    }

    /// The URL of the database for bare inserts.
    pub fn bare_url(&self) -> String {
        self.stack.postgres().owner_url(BARE_DATABASE)
    }

    /// The addresses of both instances of a service, without the load balancer.
    pub fn instances(&self, service: Service) -> Vec<SocketAddr> {
        let address =
            |number| SocketAddr::from(([127, 0, 0, 1], self.ports.of(service.instance(number))));
        vec![address(1), address(2)]
    }

    /// The address of the load balancer.
    pub fn balancer(&self) -> SocketAddr {
        SocketAddr::from(([127, 0, 0, 1], self.ports.balancer))
    }

    /// The running processes, by their names in the results. Instances of one service share a name.
    pub fn processes(&self) -> Vec<(&'static str, u32)> {
        let mut named: Vec<_> = Instance::all()
            .filter_map(|one| Some((one.service.name(), self.stack.process_id(one)?)))
            .collect();
        named.extend(self.stack.redis().pid().map(|pid| ("redis", pid)));
        named.extend(self.stack.postgres().pid().map(|pid| ("postgres", pid)));
        let known: Vec<u32> = named.iter().map(|(_, pid)| *pid).collect();
        // The only other process of the stack is the load balancer: the bench has no web client.
        let rest = self.stack.process_ids().into_iter();
        named.extend(
            rest.filter(|pid| !known.contains(pid))
                .map(|pid| ("haproxy", pid)),
        );
        let pinned = self.pinned.lock().unwrap_or_else(PoisonError::into_inner);
        named.extend(pinned.iter().map(|(name, process)| (*name, process.pid())));
        named
    }

    /// Creates users until there are at least `count`.
    ///
    /// # Errors
    /// If the database returns an error.
    pub async fn ensure_users(&self, count: usize) -> Result<(), Error> {
        let missing = count.saturating_sub(self.users().len());
        let accounts: Vec<BenchAccount> = (0..missing)
            .map(|_| BenchAccount {
                user: Uuid::now_v7(),
                session: Uuid::now_v7(),
            })
            .collect();
        self.database.add_users(&accounts).await?;
        for account in &accounts {
            let token = self.signer.sign(account)?;
            self.users().push(BenchUser {
                id: account.user,
                token,
            });
        }
        Ok(())
    }

    /// Forgets all users, so that the next ones are new and in no chat.
    pub fn forget_users(&self) {
        self.users().clear();
    }

    /// The user with this index.
    pub fn user(&self, index: usize) -> BenchUser {
        self.users()[index].clone()
    }

    /// Creates chats of `size` users each.
    ///
    /// # Errors
    /// If the database returns an error.
    pub async fn chats(&self, count: usize, size: usize) -> Result<Vec<Chat>, Error> {
        // With many chats, each user is in several of them.
        let users = size.max((count * size).min(MAX_USERS_OF_SMALL_CHATS));
        self.chats_among(count, size, users).await
    }

    /// Creates chats of `size` users each, who are the first `users` users in turn.
    ///
    /// # Errors
    /// If the database returns an error.
    pub async fn chats_among(
        &self,
        count: usize,
        size: usize,
        users: usize,
    ) -> Result<Vec<Chat>, Error> {
        self.ensure_users(users).await?;
        let ids: Vec<Uuid> = self
            .users()
            .iter()
            .take(users)
            .map(|user| user.id)
            .collect();
        let chats: Vec<Chat> = (0..count)
            .map(|chat| Chat {
                id: Uuid::now_v7(),
                users: (0..size).map(|n| (chat * size + n) % ids.len()).collect(),
            })
            .collect();
        let rows: Vec<(Uuid, Vec<Uuid>)> = chats
            .iter()
            .map(|chat| (chat.id, chat.users.iter().map(|n| ids[*n]).collect()))
            .collect();
        self.database.add_chats(&rows).await?;
        Ok(chats)
    }

    fn users(&self) -> std::sync::MutexGuard<'_, Vec<BenchUser>> {
        self.users.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Signs tokens with the stack's own key. Password hashing is slow on purpose: fifty thousand users would take half an
/// hour to sign in.
struct Signer {
    key: EncodingKey,
    header: Header,
}

impl Signer {
    async fn of(stack: &Stack) -> Result<Signer, Error> {
        let path = stack.directory().join("signing-key.pem");
        let pem = std::fs::read(&path)
            .map_err(|cause| Error::io(format!("read {}", path.display()), cause))?;
        let failed = |output: String| Error::Failed {
            program: "signing".to_owned(),
            output,
        };
        let key = EncodingKey::from_ed_pem(&pem).map_err(|cause| failed(cause.to_string()))?;
        let url = format!("{}/users/.well-known/jwks.json", stack.url());
        let keys: Value = async { reqwest::get(&url).await?.json().await }
            .await
            .map_err(|cause: reqwest::Error| failed(cause.to_string()))?;
        let kid = keys["keys"][0]["kid"].as_str();
        let kid = kid.ok_or_else(|| failed(format!("no key in {keys}")))?;
        Ok(Signer {
            key,
            header: Header {
                typ: Some("at+jwt".to_owned()),
                kid: Some(kid.to_owned()),
                ..Header::new(Algorithm::EdDSA)
            },
        })
    }

    fn sign(&self, account: &BenchAccount) -> Result<String, Error> {
        let now = super::load::now_micros() / 1_000_000;
        let claims = json!({
            "iss": "antiphon", "aud": "antiphon", "sub": account.user, "sid": account.session,
            "username": username(account.user), "jti": Uuid::now_v7(),
            "iat": now, "exp": now + ACCESS_TOKEN_LIFETIME.as_secs(),
        });
        jsonwebtoken::encode(&self.header, &claims, &self.key).map_err(|cause| Error::Failed {
            program: "signing".to_owned(),
            output: cause.to_string(),
        })
    }
}

/// Raises the limit of open files. Child processes inherit it.
fn raise_open_file_limit() {
    let limit = Rlimit {
        current: Some(MAX_OPEN_FILES),
        maximum: Some(MAX_OPEN_FILES),
    };
    if setrlimit(Resource::Nofile, limit).is_err() {
        // Without root, the hard limit is the most we can get.
        let maximum = getrlimit(Resource::Nofile).maximum;
        let _ = setrlimit(
            Resource::Nofile,
            Rlimit {
                current: maximum,
                maximum,
            },
        );
    }
}

/// How many files one process may open.
pub fn open_file_limit() -> u64 {
    getrlimit(Resource::Nofile)
        .current
        .unwrap_or(MAX_OPEN_FILES)
}
