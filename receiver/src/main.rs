//! The `receiver` binary.

use chassis::{StartError, config, shutdown, telemetry};
use receiver::{Application, Config};

#[tokio::main]
async fn main() -> Result<(), StartError> {
    if std::env::args().nth(1).as_deref() == Some("sdl") {
        print!("{}", receiver::sdl());
        return Ok(());
    }
    let config: Config = config::parse();
    telemetry::init("receiver", &config.listen.instance, &config.log)?;
    let stop = shutdown::signal()?;
    Application::build(config).await?.run(stop).await
}
