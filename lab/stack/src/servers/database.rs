//! A database for each test.

use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};

use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, NoTls};

use super::postgres::{DiscardedDatabases, OWNER, Postgres, url};
use crate::Error;
use crate::secret::Secret;

const TEMPLATE_DATABASE: &str = "antiphon_template";

/// A migrated database that only one test uses. It is dropped some time after this value.
#[derive(Debug)]
pub struct TestDatabase {
    name: String,
    port: u16,
    secret: Secret,
    discarded: DiscardedDatabases,
}

impl TestDatabase {
    /// Its URL for a role, such as `antiphon_sender`.
    pub fn url_as(&self, role: &str) -> String {
        url(&self.secret, self.port, role, &self.name)
    }

    /// Its URL for the owner, which has all permissions.
    pub fn owner_url(&self) -> String {
        self.url_as(OWNER)
    }

    /// Connects as `role`, for statements that no service executes.
    ///
    /// # Panics
    /// If Postgres refuses the connection.
    pub async fn connect_as(&self, role: &str) -> Client {
        connect(&self.url_as(role)).await
    }

    /// Runs the migrations again, as the next release does.
    ///
    /// # Panics
    /// If they fail.
    pub async fn migrate(&self) {
        if let Err(error) = migrations::run(&self.owner_url()).await {
            panic!("the migrations failed: {error}");
        }
    }

    /// Connects as the owner.
    ///
    /// # Panics
    /// If Postgres refuses the connection.
    pub async fn connect_as_owner(&self) -> Client {
        connect(&self.owner_url()).await
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        let name = std::mem::take(&mut self.name);
        self.discarded
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(name);
    }
}

impl Postgres {
    /// Creates a migrated database for the caller.
    ///
    /// # Panics
    /// If the migrations fail or Postgres is not running.
    pub async fn database(&self) -> TestDatabase {
        self.template.get_or_init(|| self.create_template()).await;
        let name = format!("test_{}", self.databases.fetch_add(1, Ordering::Relaxed));
        let client = connect(&self.owner_url("postgres")).await;
        let discarded = std::mem::take(
            &mut *self
                .discarded
                .lock()
                .unwrap_or_else(PoisonError::into_inner),
        );
        for old in discarded {
            execute(&client, &format!("DROP DATABASE {old} WITH (FORCE)")).await;
        }
        execute(
            &client,
            &format!("CREATE DATABASE {name} TEMPLATE {TEMPLATE_DATABASE}"),
        )
        .await;
        TestDatabase {
            name,
            port: self.port(),
            secret: self.secret().clone(),
            discarded: Arc::clone(&self.discarded),
        }
    }

    /// Creates an empty database, unless it exists.
    pub async fn create_database(&self, name: &str) -> Result<(), Error> {
        let failed = |cause: tokio_postgres::Error| Error::Failed {
            program: format!("creating the database {name}"),
            output: format!("{cause:?}"),
        };
        let url = self.owner_url("postgres");
        let (client, connection) = tokio_postgres::connect(&url, NoTls).await.map_err(failed)?;
        tokio::spawn(connection);
        match client
            .batch_execute(&format!("CREATE DATABASE {name}"))
            .await
        {
            Err(cause) if cause.code() == Some(&SqlState::DUPLICATE_DATABASE) => Ok(()),
            outcome => outcome.map_err(failed),
        }
    }

    /// Creates the template, which is migrated once. The databases of tests are copies of it.
    async fn create_template(&self) {
        let client = connect(&self.owner_url("postgres")).await;
        execute(&client, &format!("CREATE DATABASE {TEMPLATE_DATABASE}")).await;
        if let Err(error) = self.migrate(TEMPLATE_DATABASE).await {
            panic!("{error}");
        }
    }

    /// Gives a migrated database the lobby, unless a chat has been created in it.
    pub async fn create_lobby(&self, database: &str) -> Result<(), Error> {
        let failed = |output: String| Error::Failed {
            program: "creating the lobby".to_owned(),
            output,
        };
        let url = self.owner_url(database).parse::<tokio_postgres::Config>();
        let url = url.map_err(|cause| failed(cause.to_string()))?;
        let created = migrations::create_lobby_on(&url, "Lobby").await;
        created.map(drop).map_err(|cause| failed(cause.to_string()))
    }

    /// Migrates a database and sets the passwords of the services' roles.
    pub async fn migrate(&self, database: &str) -> Result<(), Error> {
        let failed = |cause: migrations::Error| Error::Failed {
            program: "the migrations".to_owned(),
            output: cause.to_string(),
        };
        let url = self.owner_url(database);
        migrations::run(&url).await.map_err(failed)?;
        for (_, role) in migrations::ROLES {
            migrations::set_password(&url, role, &self.password_of(role))
                .await
                .map_err(failed)?;
        }
        Ok(())
    }
}

async fn execute(client: &Client, statement: &str) {
    if let Err(error) = client.batch_execute(statement).await {
        panic!("{statement}: {error:?}");
    }
}

/// Connects. The connection runs on the caller's runtime until the client is dropped.
///
/// # Panics
/// If Postgres refuses the connection.
pub async fn connect(url: &str) -> Client {
    match tokio_postgres::connect(url, NoTls).await {
        Ok((client, connection)) => {
            // If the connection breaks, the next statement fails.
            tokio::spawn(connection);
            client
        }
        Err(error) => panic!("cannot connect to {url}: {error:?}"),
    }
}
