//! Connections: how many, and how many calls each may have in hand. A connection too many is closed at once.

use std::{
    io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use futures::{Stream, StreamExt};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore},
};
use tokio_stream::wrappers::TcpListenerStream;
use tonic::transport::server::Connected;

use crate::config::Limits;

/// What a call knows of its connection; in the request's extensions.
#[derive(Debug, Clone)]
pub struct Connection {
    /// Calls that the connection may still have in hand.
    pub calls: Arc<Semaphore>,
}

/// A connection that counts.
#[derive(Debug)]
pub struct Counted {
    stream: TcpStream,
    connection: Connection,
    _permit: OwnedSemaphorePermit,
}

/// Accepts connections up to the limit.
pub fn accept(listener: TcpListener, limits: &Limits) -> impl Stream<Item = io::Result<Counted>> + use<> {
    let places = Arc::new(Semaphore::new(limits.connections));
    let calls = limits.calls_per_connection;
    TcpListenerStream::new(listener).filter_map(move |accepted| {
        let counted = accepted.ok().and_then(|stream| {
            let permit = places.clone().try_acquire_owned().ok()?;
            stream.set_nodelay(true).ok()?;
            Some(Ok(Counted {
                stream,
                connection: Connection { calls: Arc::new(Semaphore::new(calls)) },
                _permit: permit,
            }))
        });
        std::future::ready(counted)
    })
}

impl Connected for Counted {
    type ConnectInfo = Connection;

    fn connect_info(&self) -> Connection {
        self.connection.clone()
    }
}

impl AsyncRead for Counted {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Counted {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}
