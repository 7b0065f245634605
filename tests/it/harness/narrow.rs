//! A way to the server that stops half-way: so many bytes of answers come through, the rest when it is opened.

use std::{
    io::{Read, Write},
    net::{Shutdown, TcpListener, TcpStream},
    sync::{Arc, Condvar, Mutex},
    thread,
};

#[derive(Default)]
struct Gate {
    bytes: Mutex<usize>,
    opened: Condvar,
}

/// Stands before a server.
pub struct Narrow {
    /// Where it listens.
    pub address: String,
    gate: Arc<Gate>,
}

impl Narrow {
    /// Lets `bytes` of the server's answers through.
    pub fn before(server: &str, bytes: usize) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("bind");
        let address = listener.local_addr().expect("address").to_string();
        let gate = Arc::new(Gate { bytes: Mutex::new(bytes), opened: Condvar::new() });
        let (server, shared) = (server.to_owned(), gate.clone());
        thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let server = TcpStream::connect(&server).expect("the server listens");
                carry(client, server, shared.clone());
            }
        });
        Self { address, gate }
    }

    /// Lets everything through from now on.
    pub fn open(&self) {
        *self.gate.bytes.lock().expect("gate") = usize::MAX;
        self.gate.opened.notify_all();
    }
}

fn carry(client: TcpStream, server: TcpStream, gate: Arc<Gate>) {
    let (mut asks, mut asked) = (client.try_clone().expect("socket"), server.try_clone().expect("socket"));
    thread::spawn(move || {
        let _ = std::io::copy(&mut asks, &mut asked);
        let _ = asked.shutdown(Shutdown::Both);
    });
    thread::spawn(move || answer(server, client, &gate));
}

fn answer(mut server: TcpStream, mut client: TcpStream, gate: &Gate) {
    let mut buffer = [0; 4096];
    loop {
        let bytes = gate.opened.wait_while(gate.bytes.lock().expect("gate"), |bytes| *bytes == 0).expect("gate");
        let most = buffer.len().min(*bytes);
        drop(bytes);
        let count = match server.read(&mut buffer[..most]) {
            Ok(count) if count > 0 && client.write_all(&buffer[..count]).is_ok() => count,
            _ => break,
        };
        let mut bytes = gate.bytes.lock().expect("gate");
        if *bytes != usize::MAX {
            *bytes = bytes.saturating_sub(count);
        }
    }
    let _ = client.shutdown(Shutdown::Both);
}
