//! `sender`: the write side of Antiphon.

use chassis::{StartError, config, shutdown, telemetry};
use sender::{Application, Config, schema};

#[tokio::main]
async fn main() -> Result<(), StartError> {
    // Before the configuration: printing the schema needs none.
    if std::env::args().nth(1).as_deref() == Some("sdl") {
        print!("{}", schema::sdl());
        return Ok(());
    }
    let config: Config = config::parse();
    telemetry::init("sender", &config.listen.instance, &config.log)?;
    let shutdown = shutdown::signal()?;
    Application::build(&config).await?.run(shutdown).await
}
