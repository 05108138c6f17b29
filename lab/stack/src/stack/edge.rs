//! The load balancer and the web client's static server.

use std::fs;
use std::path::Path;

use rustix::process::{Resource, getrlimit};

use super::instances::{BALANCER_ADDRESS, Instance};
use super::options::{Options, StackPorts};
use crate::Error;
use crate::directory::Directory;
use crate::installed_programs;
use crate::process::{Process, ProcessSpec, StopSteps};

const HAPROXY: &str = include_str!("../../../../deploy/haproxy.cfg");
const NGINX: &str = include_str!("../../../../deploy/nginx.conf");

/// Starts HAProxy with `deploy/haproxy.cfg`, as in every other deployment. `takeover` are arguments for taking over from a
/// running process.
pub(super) fn load_balancer(
    directory: &Directory,
    options: &Options,
    takeover: &[&str],
) -> Result<Process, Error> {
    write(&directory.path().join("haproxy.cfg"), HAPROXY)?;
    let address = |port: u16| format!("127.0.0.1:{port}");
    let ports = &options.ports;
    let mut environment = vec![
        ("LB_LISTEN", address(ports.balancer)),
        ("LB_METRICS", address(ports.balancer_metrics)),
        // Relative, because the path of a socket may not be longer than 107 bytes.
        ("LB_ADMIN", "unix@haproxy.sock".to_owned()),
        ("LB_MAXCONN", connections().to_string()),
        (
            "LB_PINNING",
            if options.pinning { "on" } else { "off" }.to_owned(),
        ),
        ("LB_DNS", "off".to_owned()),
        ("LB_SOURCE", BALANCER_ADDRESS.to_owned()),
    ];
    if options.web.is_some() {
        environment.push(("WEB", address(ports.web)));
    }
    if let Some(limits) = &options.address_limits {
        let limit = |value: Option<u32>| value.map_or("off".to_owned(), |value| value.to_string());
        environment.extend([
            ("LB_PER_ADDRESS", limit(limits.connections)),
            ("LB_CONNECTIONS_PER_ADDRESS", limit(limits.opened)),
            ("LB_UPGRADES_PER_ADDRESS", limit(limits.upgrades)),
        ]);
    }
    let balanced = |instance: &Instance| instance.service.is_balanced();
    let instances = ports
        .instances()
        .into_iter()
        .filter(balanced)
        .map(|instance| {
            let variable = instance.to_string().to_uppercase().replace('-', "_");
            (variable, address(ports.of(instance)))
        });
    let mut command = vec![
        installed_programs::haproxy()?.into(),
        "-db".into(),
        "-f".into(),
        "haproxy.cfg".into(),
    ];
    command.extend(takeover.iter().map(Into::into));
    let spec = ProcessSpec {
        name: "haproxy".to_owned(),
        command,
        environment: environment
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .chain(instances)
            .collect(),
        stop: StopSteps::QUICK,
    };
    Process::start(&spec, directory)
}

/// The maximum number of connections. Each needs two files, and HAProxy needs some for itself.
fn connections() -> u64 {
    let files = getrlimit(Resource::Nofile)
        .maximum
        .unwrap_or(65_536)
        .min(65_536);
    (files / 2).saturating_sub(100).max(100)
}

/// Starts nginx with `deploy/nginx.conf`, with its own prefix.
pub(super) fn web(
    directory: &Directory,
    ports: &StackPorts,
    root: &Path,
) -> Result<Process, Error> {
    let config = NGINX
        .replace("${WEB_LISTEN}", &format!("127.0.0.1:{}", ports.web))
        .replace("${WEB_ROOT}", &root.display().to_string());
    write(&directory.path().join("nginx.conf"), &config)?;
    let mut command = vec![
        installed_programs::nginx()?.into(),
        "-p".into(),
        directory.path().into(),
        "-c".into(),
        "nginx.conf".into(),
        "-e".into(),
        "stderr".into(),
    ];
    if rustix::process::getuid().is_root() {
        // Its usual unprivileged user could not read a checkout under /root.
        command.extend(["-g", "user root;"].map(Into::into));
    }
    let spec = ProcessSpec {
        name: "nginx".to_owned(),
        command,
        environment: Vec::new(),
        stop: StopSteps::QUICK,
    };
    Process::start(&spec, directory)
}

fn write(path: &Path, text: &str) -> Result<(), Error> {
    fs::write(path, text).map_err(|cause| Error::io(format!("write {}", path.display()), cause))
}
