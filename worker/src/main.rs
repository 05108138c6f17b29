//! The `worker` binary.

use chassis::{StartError, config, shutdown, telemetry};
use worker::{Application, Config};

#[tokio::main]
async fn main() -> Result<(), StartError> {
    let config: Config = config::parse();
    telemetry::init("worker", &config.listen.instance, &config.log)?;
    let stop = shutdown::signal()?;
    Application::build(config).await?.run(stop).await
}
