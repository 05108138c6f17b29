//! `lab up`: the stack of `make run`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use lab_stack::stack::{Instances, Options, Service, Stack, StackPorts};
use lab_stack::{Error, demo, directory, ports};

use super::shutdown_requested;

/// Every usual port can be changed, for machines on which it is taken. Third and further instances listen on free
/// ports.
#[derive(Args)]
pub struct Up {
    /// Directory of the built web client.
    #[arg(long, default_value = "frontend/dist")]
    web: PathBuf,
    /// Directory for data and logs. By default .local in the current directory, or a directory under /var/tmp if the
    /// database's Unix account cannot enter the current one.
    #[arg(long, env = "ANTIPHON_DATA")]
    data: Option<PathBuf>,
    /// Log level of the services, or filter directives such as debug,sender=trace.
    #[arg(long, env = "ANTIPHON_LOG", default_value = "info")]
    log: String,
    /// Create demo accounts and chats in a fresh database.
    #[arg(long, env = "ANTIPHON_DEMO", default_value_t = true, action = clap::ArgAction::Set)]
    demo: bool,
    /// Port of the application (the load balancer).
    #[arg(long, env = "ANTIPHON_PORT", default_value_t = 8080)]
    port: u16,
    /// Port of the web client's static server.
    #[arg(long, env = "ANTIPHON_WEB_PORT", default_value_t = 3000)]
    web_port: u16,
    #[command(flatten)]
    instances: Instances,
    /// Port of users, instance 1.
    #[arg(long, env = "ANTIPHON_USERS_1_PORT", default_value_t = 4001)]
    users_1_port: u16,
    /// Port of users, instance 2.
    #[arg(long, env = "ANTIPHON_USERS_2_PORT", default_value_t = 4003)]
    users_2_port: u16,
    /// Port of sender, instance 1.
    #[arg(long, env = "ANTIPHON_SENDER_1_PORT", default_value_t = 4002)]
    sender_1_port: u16,
    /// Port of sender, instance 2.
    #[arg(long, env = "ANTIPHON_SENDER_2_PORT", default_value_t = 4004)]
    sender_2_port: u16,
    /// Port of receiver, instance 1.
    #[arg(long, env = "ANTIPHON_RECEIVER_1_PORT", default_value_t = 4005)]
    receiver_1_port: u16,
    /// Port of receiver, instance 2.
    #[arg(long, env = "ANTIPHON_RECEIVER_2_PORT", default_value_t = 4006)]
    receiver_2_port: u16,
    /// Port of worker, instance 1: health checks and metrics.
    #[arg(long, env = "ANTIPHON_WORKER_1_PORT", default_value_t = 4009)]
    worker_1_port: u16,
    /// Port of worker, instance 2.
    #[arg(long, env = "ANTIPHON_WORKER_2_PORT", default_value_t = 4010)]
    worker_2_port: u16,
}

impl Up {
    /// All fixed ports, with the variables that change them.
    fn wanted_ports(&self) -> Vec<(u16, &'static str, &'static str)> {
        let Instances {
            users_instances,
            sender_instances,
            receiver_instances,
            worker_instances,
        } = self.instances;
        let mut wanted = vec![
            (self.port, "the application", "ANTIPHON_PORT"),
            (self.web_port, "the web client", "ANTIPHON_WEB_PORT"),
            (self.users_1_port, "users 1", "ANTIPHON_USERS_1_PORT"),
            (self.sender_1_port, "sender 1", "ANTIPHON_SENDER_1_PORT"),
            (
                self.receiver_1_port,
                "receiver 1",
                "ANTIPHON_RECEIVER_1_PORT",
            ),
            (self.worker_1_port, "worker 1", "ANTIPHON_WORKER_1_PORT"),
        ];
        let second = [
            (
                users_instances,
                (self.users_2_port, "users 2", "ANTIPHON_USERS_2_PORT"),
            ),
            (
                sender_instances,
                (self.sender_2_port, "sender 2", "ANTIPHON_SENDER_2_PORT"),
            ),
            (
                receiver_instances,
                (
                    self.receiver_2_port,
                    "receiver 2",
                    "ANTIPHON_RECEIVER_2_PORT",
                ),
            ),
            (
                worker_instances,
                (self.worker_2_port, "worker 2", "ANTIPHON_WORKER_2_PORT"),
            ),
        ];
        wanted.extend(
            second
                .into_iter()
                .filter(|(count, _)| *count > 1)
                .map(|(_, port)| port),
        );
        wanted
    }

    fn ports(&self) -> StackPorts {
        let usual = |ports: &mut Vec<u16>, usual: [u16; 2]| {
            for (port, usual) in ports.iter_mut().zip(usual) {
                *port = usual;
            }
        };
        // Only the services use the other ports, and a Postgres or Redis on its standard port must not be in the way.
        let mut ports = StackPorts::free_for(self.instances);
        ports.balancer = self.port;
        ports.web = self.web_port;
        usual(&mut ports.users, [self.users_1_port, self.users_2_port]);
        usual(&mut ports.sender, [self.sender_1_port, self.sender_2_port]);
        usual(
            &mut ports.receiver,
            [self.receiver_1_port, self.receiver_2_port],
        );
        usual(&mut ports.worker, [self.worker_1_port, self.worker_2_port]);
        ports
    }
}

/// Runs until it receives a signal to end.
pub async fn run(up: Up) -> Result<ExitCode, Error> {
    let taken: Vec<String> = up
        .wanted_ports()
        .into_iter()
        .filter_map(|(port, purpose, variable)| {
            let owner = ports::listener_owner(port)?;
            Some(format!(
                "port {port}, for {purpose}, is taken by {owner}; {variable} changes it"
            ))
        })
        .collect();
    if !taken.is_empty() {
        eprintln!("lab: cannot start:\n  {}", taken.join("\n  "));
        return Ok(ExitCode::FAILURE);
    }

    let (data, note) = directory::for_checkout(up.data.as_deref())?;
    let web = std::path::absolute(&up.web).map_err(|cause| Error::Io {
        what: format!("find {}", up.web.display()),
        cause,
    })?;
    let mut options = Options::for_development(up.ports(), &data, &web);
    options.log.clone_from(&up.log);
    println!("lab: starting; data and logs in {}{note}", data.display());

    let stack = tokio::select! {
        stack = Stack::start(options) => stack?,
        _ = shutdown_requested() => return Ok(ExitCode::SUCCESS),
    };
    let ended = tokio::select! {
        outcome = serve(&stack, &data, up.demo) => outcome,
        _ = shutdown_requested() => Ok(()),
    };
    println!("\nlab: stopping");
    stack.stop();
    ended.map(|()| ExitCode::SUCCESS)
}

async fn serve(stack: &Stack, data: &Path, with_demo: bool) -> Result<(), Error> {
    stack.create_lobby().await?;
    if with_demo {
        demo::seed_once(&stack.url(), data).await?;
    }
    announce(stack, with_demo);
    let Err(error) = stack.supervise(|what| println!("lab: {what}")).await;
    Err(error)
}

fn announce(stack: &Stack, with_demo: bool) {
    let address = stack.url().replace("127.0.0.1", "localhost");
    println!("\n  Antiphon is ready:  {address}\n");
    if with_demo {
        let names = demo::USERNAMES.join(", ");
        println!(
            "  Demo accounts       {names}; password: {}",
            demo::PASSWORD
        );
    }
    println!("  GraphQL             {address}/users/graphql  /sender/graphql  /receiver/graphql");
    let ides = Service::BALANCED.map(|service| {
        let url = stack.instance_url(service.instance(1));
        format!("{}/graphql", url.replace("127.0.0.1", "localhost"))
    });
    println!("  IDE                 {}", ides.join("  "));
    println!("  Database            {}", stack.database_url(None));
    println!("  Metrics             {}", stack.balancer_metrics_url());
    println!("\n  Ctrl-C stops everything.");
}
