//! What several of the examples share.

use std::io;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// Listens on a free port of the loopback interface, prints the address, and echoes until a client says `quit`.
///
/// # Errors
///
/// Whatever goes wrong with the listening socket or with a client.
pub async fn echo() -> io::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("{}", listener.local_addr()?);
    loop {
        let (client, _) = listener.accept().await?;
        let served = tokio::spawn(serve(client)).await;
        if served.map_err(io::Error::other)?? {
            return Ok(());
        }
    }
}

/// Serves one client; whether it said `quit`.
async fn serve(mut client: TcpStream) -> io::Result<bool> {
    let mut buffer = [0; 1024];
    loop {
        let length = client.read(&mut buffer).await?;
        if length == 0 {
            return Ok(false);
        }
        client.write_all(&buffer[..length]).await?;
        if buffer[..length].starts_with(b"quit") {
            return Ok(true);
        }
    }
}
