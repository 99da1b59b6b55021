//! A listener that can be closed and opened again, and connections that can be cut without an answer.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// How long to wait before trying again to listen or accept, e.g. when file handles have run out.
const RETRY: Duration = Duration::from_millis(20);

/// Opens and closes the listener; a closed one refuses connections and cuts those that speak.
#[derive(Clone, Debug)]
pub(super) struct Door(watch::Sender<bool>);

impl Door {
    pub(super) fn new() -> Self {
        Self(watch::Sender::new(true))
    }

    pub(super) fn set_open(&self, open: bool) {
        self.0.send_replace(open);
    }
}

/// The listener behind a [`Door`].
pub(super) struct Doorway {
    listener: Option<TcpListener>,
    address: SocketAddr,
    open: watch::Receiver<bool>,
    listening: watch::Sender<bool>,
}

impl Doorway {
    /// Also gives a view of whether the socket listens at this moment.
    pub(super) fn new(
        listener: TcpListener,
        address: SocketAddr,
        door: &Door,
    ) -> (Self, watch::Receiver<bool>) {
        let listening = watch::Sender::new(true);
        let view = listening.subscribe();
        (Self { listener: Some(listener), address, open: door.0.subscribe(), listening }, view)
    }
}

impl Listener for Doorway {
    type Io = Line;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Line, SocketAddr) {
        loop {
            if !*self.open.borrow_and_update() {
                self.listener = None;
                self.listening.send_replace(false);
                if self.open.wait_for(|open| *open).await.is_err() {
                    // The graph is gone; its task is about to be ended.
                    std::future::pending::<()>().await;
                }
            }
            let Some(listener) = &self.listener else {
                match TcpListener::bind(self.address).await {
                    Ok(listener) => {
                        self.listener = Some(listener);
                        self.listening.send_replace(true);
                    }
                    Err(error) => {
                        tracing::warn!(address = %self.address, %error, "cannot listen again yet");
                        tokio::time::sleep(RETRY).await;
                    }
                }
                continue;
            };
            tokio::select! {
                accepted = listener.accept() => match accepted {
                    Ok((stream, peer)) => {
                        let cut = Cut { one: Arc::default(), all: self.open.clone() };
                        return (Line { stream, cut }, peer);
                    }
                    Err(_) => tokio::time::sleep(RETRY).await,
                },
                changed = self.open.changed() => if changed.is_err() {
                    std::future::pending::<()>().await;
                },
            }
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.address)
    }
}

/// The means to cut one connection; handlers get it as connection info.
#[derive(Clone, Debug)]
pub(super) struct Cut {
    one: Arc<AtomicBool>,
    all: watch::Receiver<bool>,
}

impl Cut {
    /// From now on nothing is read from or written to the connection: the peer sees it closed.
    pub(super) fn cut(&self) {
        self.one.store(true, Ordering::Release);
    }

    fn is_cut(&self) -> bool {
        self.one.load(Ordering::Acquire) || !*self.all.borrow()
    }
}

impl Connected<IncomingStream<'_, Doorway>> for Cut {
    fn connect_info(stream: IncomingStream<'_, Doorway>) -> Self {
        stream.io().cut.clone()
    }
}

/// One connection.
pub(super) struct Line {
    stream: TcpStream,
    cut: Cut,
}

fn cut_off<T>() -> Poll<io::Result<T>> {
    Poll::Ready(Err(io::ErrorKind::ConnectionReset.into()))
}

impl AsyncRead for Line {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.cut.is_cut() {
            return cut_off();
        }
        let polled = Pin::new(&mut self.stream).poll_read(context, buffer);
        if self.cut.is_cut() { cut_off() } else { polled }
    }
}

impl AsyncWrite for Line {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        if self.cut.is_cut() {
            return cut_off();
        }
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
