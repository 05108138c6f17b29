//! Installs the packages by others if they are missing: npm packages beside the scripts, Python packages in a virtual
//! environment under `target/`.

use std::path::{Path, PathBuf};

use tokio::process::Command;
use tokio::sync::OnceCell;

/// The directory of the scripts.
pub fn scripts() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("conformance")
}

/// The target directory of this build.
pub fn target() -> PathBuf {
    let ours = std::env::current_exe().unwrap();
    ours.ancestors().nth(3).unwrap().to_owned()
}

/// A command that runs a script with Node.
pub async fn node(script: &str) -> Command {
    static INSTALLED: OnceCell<()> = OnceCell::const_new();
    INSTALLED.get_or_init(install_npm_packages).await;
    let mut command = Command::new("node");
    command.current_dir(scripts()).arg(script);
    command
}

/// A command that runs `program` of the Python environment, such as `python`.
pub async fn python(program: &str) -> Command {
    static INSTALLED: OnceCell<()> = OnceCell::const_new();
    INSTALLED.get_or_init(install_python_packages).await;
    let mut command = Command::new(environment().join("bin").join(program));
    command.current_dir(scripts());
    command
}

fn environment() -> PathBuf {
    target().join("conformance-python")
}

async fn install_npm_packages() {
    let modules = scripts().join("node_modules");
    let wanted = scripts().join("package-lock.json");
    if is_current(&modules, &wanted) {
        return;
    }
    let mut install = Command::new("npm");
    install.args(["ci", "--no-audit", "--no-fund"]);
    run(install.current_dir(scripts()), "npm comes with Node").await;
    mark(&modules, &wanted);
}

async fn install_python_packages() {
    let wanted = scripts().join("requirements.txt");
    if is_current(&environment(), &wanted) {
        return;
    }
    let hint = "`scripts/setup test` installs python3-venv";
    let mut create = Command::new("python3");
    create.args(["-m", "venv", "--clear"]).arg(environment());
    run(&mut create, hint).await;
    let mut install = Command::new(environment().join("bin/pip"));
    install.args(["install", "--quiet", "--disable-pip-version-check", "-r"]);
    run(install.arg(&wanted), hint).await;
    mark(&environment(), &wanted);
}

/// Whether `kit` was installed from the current content of `wanted`.
fn is_current(kit: &Path, wanted: &Path) -> bool {
    let installed = std::fs::read(kit.join(".installed-from")).ok();
    installed.is_some_and(|installed| installed == std::fs::read(wanted).unwrap())
}

fn mark(kit: &Path, wanted: &Path) {
    std::fs::copy(wanted, kit.join(".installed-from")).unwrap();
}

async fn run(command: &mut Command, hint: &str) {
    let shown = format!("{:?}", command.as_std());
    let outcome = command.output().await;
    let outcome = outcome.unwrap_or_else(|cause| panic!("{shown}: {cause} ({hint})"));
    let said = String::from_utf8_lossy(&outcome.stderr);
    assert!(outcome.status.success(), "{shown} failed ({hint}):\n{said}");
}
