//! Sockets, on the loopback alone.

use std::env;
use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream, ToSocketAddrs, UdpSocket};
use std::os::unix::net::{UnixDatagram, UnixListener, UnixStream};
use std::path::Path;
use std::thread;

use crate::Feature;

/// Some free port of the loopback.
const LOOPBACK: &str = "127.0.0.1:0";

pub const FEATURES: &[Feature] = &[
    ("tcp_client", |_| {
        let server = env::var("LISTENER").map_err(io::Error::other)?;
        let server: SocketAddr = server.parse().map_err(io::Error::other)?;
        let mut client = TcpStream::connect(server)?;
        client.write_all(b"x")?;
        client.shutdown(Shutdown::Write)
    }),
    ("tcp_server", |_| {
        let listener = TcpListener::bind(LOOPBACK)?;
        let mut client = TcpStream::connect(listener.local_addr()?)?;
        let (mut server, peer) = listener.accept()?;
        assert_eq!(client.local_addr()?, peer);
        assert_eq!(client.peer_addr()?, listener.local_addr()?);
        client.set_nodelay(true)?;
        client.nodelay()?;
        client.write_all(b"x")?;
        client.shutdown(Shutdown::Write)?;
        let mut text = String::new();
        server.read_to_string(&mut text)?;
        server.try_clone().map(drop)
    }),
    ("tcp_server_threaded", |_| {
        let listener = TcpListener::bind(LOOPBACK)?;
        let address = listener.local_addr()?;
        let server = thread::spawn(move || -> io::Result<()> {
            let (mut stream, _) = listener.accept()?;
            let mut byte = [0];
            stream.read_exact(&mut byte)?;
            stream.write_all(&byte)
        });
        let mut client = TcpStream::connect(address)?;
        client.write_all(b"x")?;
        client.read_to_end(&mut Vec::new())?;
        server.join().expect("the server doesn't panic")
    }),
    ("udp", |_| {
        let socket = UdpSocket::bind(LOOPBACK)?;
        let own = socket.local_addr()?;
        let mut byte = [0];
        socket.send_to(b"x", own)?;
        socket.recv_from(&mut byte)?;
        socket.connect(own)?;
        socket.send(b"y")?;
        socket.recv(&mut byte)?;
        socket.set_broadcast(true)
    }),
    ("unix_pair_dgram", |_| {
        let (one, other) = UnixDatagram::pair()?;
        one.send(b"x")?;
        other.recv(&mut [0]).map(drop)
    }),
    ("unix_stream", |directory: &Path| {
        let path = directory.join("socket");
        let listener = UnixListener::bind(&path)?;
        let mut client = UnixStream::connect(&path)?;
        let (mut server, _) = listener.accept()?;
        client.write_all(b"x")?;
        drop(client);
        server.read_to_end(&mut Vec::new()).map(drop)
    }),
    // Whether the name is known is no matter here.
    ("dns_localhost", |_| {
        let _ = ("localhost", 80).to_socket_addrs();
        Ok(())
    }),
    // What the sets of others don't hold.
    ("listen", |_| TcpListener::bind(LOOPBACK).map(drop)),
    ("socket", |_| UdpSocket::bind(LOOPBACK).map(drop)),
];
