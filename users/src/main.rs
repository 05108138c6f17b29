//! The `users` binary.

use chassis::{StartError, config, shutdown, telemetry};
use users::{Application, Config};

#[tokio::main]
async fn main() -> Result<(), StartError> {
    if std::env::args().nth(1).as_deref() == Some("sdl") {
        print!("{}", users::sdl());
        return Ok(());
    }
    let config: Config = config::parse();
    telemetry::init("users", &config.listen.instance, &config.log)?;
    let stop = shutdown::signal()?;
    Application::build(config).await?.run(stop).await
}
