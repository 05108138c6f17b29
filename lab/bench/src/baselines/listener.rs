//! The socket that a bare server listens on.

use std::net::SocketAddr;

use lab_stack::Error;

pub(super) async fn listen(port: u16) -> Result<tokio::net::TcpListener, Error> {
    let address = SocketAddr::from(([127, 0, 0, 1], port));
    tokio::net::TcpListener::bind(address)
        .await
        .map_err(|cause| Error::io(format!("listen on {address}"), cause))
}
