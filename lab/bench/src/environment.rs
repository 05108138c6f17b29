//! The real stack, raised for speed: data that is synced, people and chats by the thousand.

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

/// Where the database of the bare inserts is, beside Antiphon's own.
const BARE_DATABASE: &str = "bare";

/// A signed-in person may be at it for so long.
const ACCESS_TOKEN_LIFETIME: Duration = Duration::from_secs(12 * 3600);

/// Files that each process may open, where the system lets us say so.
const MAX_OPEN_FILES: u64 = 200_000;

/// People of chats that are not larger. A thousand chats of ten are twenty chats for each.
const MAX_USERS_OF_SMALL_CHATS: usize = 500;

/// What the bench sets differently from a production environment besides
/// [`UNLIMITED`](lab_stack::stack::UNLIMITED), and nothing else: how many may come at once from one
/// place.
const SERVICE_ENVIRONMENT: [(&str, &str); 8] = [
    ("LOGINS_PER_ACCOUNT", "0"),
    ("MAX_CONNECTIONS", "200000"),
    ("MAX_SOCKETS", "100000"),
    ("MAX_SOCKETS_PER_USER", "100000"),
    ("SUBSCRIPTION_KIB_PER_USER", "100000000"),
    ("SOCKETS_PER_SECOND", "100000"),
    ("DRAIN_WAIT_MS", "0"),
    // As long as `SIGNED_IN`.
    ("ACCESS_TOKEN_MAX_SECONDS", "43200"),
];

/// A signed-in user.
#[derive(Clone, Debug)]
pub struct BenchUser {
    /// Who.
    pub id: Uuid,
    /// Their access token.
    pub token: String,
}

/// A chat, and who takes part.
#[derive(Clone, Debug)]
pub struct Chat {
    /// Which.
    pub id: Uuid,
    /// Indexes into the stage's people.
    pub users: Vec<usize>,
}

/// A running system with its people.
pub struct BenchEnvironment {
    // In the order in which they are dropped: first what needs the rest.
    /// More instances than the stack has, with the names of their services.
    pinned: Mutex<Vec<(&'static str, Process)>>,
    stack: Stack,
    ports: StackPorts,
    database: BenchDatabase,
    signer: Signer,
    users: Mutex<Vec<BenchUser>>,
    service_environment: Vec<(String, String)>,
    // Last: removed after everything in it has stopped.
    data: TempDir,
}

impl BenchEnvironment {
    /// Raises it.
    ///
    /// # Errors
    /// When anything does not start.
    pub async fn start(
        service_environment: &[(String, String)],
    ) -> Result<BenchEnvironment, Error> {
        raise_open_file_limit();
        let data = tempfile::Builder::new()
            .prefix("antiphon-bench-")
            .tempdir_in("/var/tmp")
            .map_err(|cause| Error::io("make a directory in /var/tmp", cause))?;
        let mut options = Options {
            // A named directory keeps its data, and so Postgres syncs.
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

    /// The system itself.
    pub fn stack(&self) -> &Stack {
        &self.stack
    }

    /// The database.
    pub fn database(&self) -> &BenchDatabase {
        &self.database
    }

    /// Where logs are.
    pub fn directory(&self) -> &Path {
        self.data.path()
    }

    /// The database for bare inserts.
    pub fn bare_url(&self) -> String {
        self.stack.postgres().owner_url(BARE_DATABASE)
    }

    /// Both instances of a service, past the load balancer.
    pub fn instances(&self, service: Service) -> Vec<SocketAddr> {
        let address =
            |number| SocketAddr::from(([127, 0, 0, 1], self.ports.of(service.instance(number))));
        vec![address(1), address(2)]
    }

    /// The load balancer.
    pub fn balancer(&self) -> SocketAddr {
        SocketAddr::from(([127, 0, 0, 1], self.ports.balancer))
    }

    /// What runs, as the results call it. Two instances of a service have one name.
    pub fn processes(&self) -> Vec<(&'static str, u32)> {
        let mut named: Vec<_> = Instance::all()
            .filter_map(|one| Some((one.service.name(), self.stack.process_id(one)?)))
            .collect();
        named.extend(self.stack.redis().pid().map(|pid| ("redis", pid)));
        named.extend(self.stack.postgres().pid().map(|pid| ("postgres", pid)));
        let known: Vec<u32> = named.iter().map(|(_, pid)| *pid).collect();
        // What is left of the stack is the load balancer: the bench has no web client.
        let rest = self.stack.process_ids().into_iter();
        named.extend(
            rest.filter(|pid| !known.contains(pid))
                .map(|pid| ("haproxy", pid)),
        );
        let pinned = self.pinned.lock().unwrap_or_else(PoisonError::into_inner);
        named.extend(pinned.iter().map(|(name, process)| (*name, process.pid())));
        named
    }

    /// Sees to it that there are at least so many people.
    ///
    /// # Errors
    /// When the database refuses.
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

    /// From here on there are other people, who are in no chat yet.
    pub fn forget_users(&self) {
        self.users().clear();
    }

    /// One of the people.
    pub fn user(&self, index: usize) -> BenchUser {
        self.users()[index].clone()
    }

    /// New chats of so many people each, taken in turn from the crowd.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn chats(&self, count: usize, size: usize) -> Result<Vec<Chat>, Error> {
        // Where there are many chats, people are in several of them.
        let users = size.max((count * size).min(MAX_USERS_OF_SMALL_CHATS));
        self.chats_among(count, size, users).await
    }

    /// New chats of so many people each: the first `crowd` people in turn.
    ///
    /// # Errors
    /// When the database refuses.
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

/// Signs tokens with the stack's own key. Passwords are slow on purpose, and fifty thousand
/// people would take half an hour to sign in.
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

/// Everything that is started from here inherits it.
fn raise_open_file_limit() {
    let limit = Rlimit {
        current: Some(MAX_OPEN_FILES),
        maximum: Some(MAX_OPEN_FILES),
    };
    if setrlimit(Resource::Nofile, limit).is_err() {
        // Not root: as much as there is.
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

/// Files that one process may open.
pub fn open_file_limit() -> u64 {
    getrlimit(Resource::Nofile)
        .current
        .unwrap_or(MAX_OPEN_FILES)
}
