//! Listening: one accept loop per arbiter, each with a socket of its own on the same address, so that the
//! kernel spreads connections and none crosses threads.

use std::{
    io,
    net::{SocketAddr, TcpListener},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use actix::Arbiter;
use axum::Router;
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use socket2::{Domain, Protocol, Socket, Type};
use tokio::{
    net::TcpStream,
    sync::{OwnedSemaphorePermit, Semaphore, watch},
};
use tower::ServiceExt as _;

use super::Error;
use crate::{config, http::extract::Peer};

/// Connections the kernel holds for one loop before it is asked for them.
const BACKLOG: i32 = 4_096;
/// Bytes of a request's head and of what is read ahead, at most.
const HEAD_BYTES_MAX: usize = 64 * 1_024;
/// How long an accept loop rests when the system has no file for a connection.
const ACCEPT_REST: Duration = Duration::from_millis(100);

/// Sockets that listen.
pub(crate) struct Listeners {
    /// The address, with the port that was taken.
    pub(crate) address: SocketAddr,
    sockets: Vec<TcpListener>,
}

impl Listeners {
    /// Listens `count` times on an address.
    ///
    /// # Errors
    /// When the address is taken or not ours.
    pub(crate) fn bind(address: SocketAddr, count: usize) -> Result<Self, Error> {
        let failed = |source| Error::Listen { address, source };
        // Sockets that share a port do not notice another server that does so, too: ask without sharing first.
        let probe = listen(address, false).map_err(failed)?;
        let address = probe.local_addr().map_err(failed)?;
        drop(probe);
        let sockets = (0..count).map(|_| listen(address, true)).collect::<io::Result<_>>().map_err(failed)?;
        Ok(Self { address, sockets })
    }

    /// How many.
    pub(crate) const fn count(&self) -> usize {
        self.sockets.len()
    }
}

fn listen(address: SocketAddr, shared: bool) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    socket.set_reuse_address(true)?;
    socket.set_reuse_port(shared)?;
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    Ok(socket.into())
}

/// A connection's place among those an arbiter may have. Requests carry it in their extensions: whoever
/// keeps the connection after the request, as a socket does, keeps a clone of it.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    _permit: Arc<OwnedSemaphorePermit>,
}

/// Accept loops that run.
pub(crate) struct Accepting {
    stop: watch::Sender<bool>,
    serving: Arc<AtomicUsize>,
}

impl Accepting {
    /// Starts one loop on each arbiter.
    pub(crate) fn start(
        listeners: Listeners,
        arbiters: &[Arbiter],
        router: &Router,
        limits: &config::Http,
    ) -> Self {
        let (stop, stopped) = watch::channel(false);
        let serving = Arc::new(AtomicUsize::new(0));
        for (index, (socket, arbiter)) in listeners.sockets.into_iter().zip(arbiters).enumerate() {
            let loop_ = Loop {
                index,
                router: router.clone(),
                stopped: stopped.clone(),
                serving: Arc::clone(&serving),
                places: Arc::new(Semaphore::new(limits.connections_per_arbiter_max)),
                header_timeout: Duration::from_secs(limits.header_timeout_s),
            };
            arbiter.spawn_fn(move || drop(actix::spawn(loop_.run(socket))));
        }
        Self { stop, serving }
    }

    /// Takes no more connections and lets those there are finish their request.
    pub(crate) fn stop(&self) {
        self.stop.send_replace(true);
    }

    /// Connections that still have a request to finish. Sockets are not among them.
    pub(crate) fn serving(&self) -> usize {
        self.serving.load(Ordering::Acquire)
    }
}

/// One arbiter's loop.
struct Loop {
    index: usize,
    router: Router,
    stopped: watch::Receiver<bool>,
    serving: Arc<AtomicUsize>,
    places: Arc<Semaphore>,
    header_timeout: Duration,
}

impl Loop {
    async fn run(mut self, socket: TcpListener) {
        let listener = match tokio::net::TcpListener::from_std(socket) {
            Ok(listener) => listener,
            Err(error) => {
                tracing::error!(arbiter = self.index, %error, "an accept loop cannot start");
                return;
            }
        };
        loop {
            let accepted = tokio::select! {
                accepted = listener.accept() => accepted,
                _ = self.stopped.wait_for(|stopped| *stopped) => return,
            };
            match accepted {
                Ok((stream, peer)) => self.connection(stream, peer),
                Err(error) => {
                    tracing::warn!(arbiter = self.index, %error, "a connection cannot be accepted");
                    tokio::time::sleep(ACCEPT_REST).await;
                }
            }
        }
    }

    fn connection(&self, stream: TcpStream, peer: SocketAddr) {
        let Ok(permit) = Arc::clone(&self.places).try_acquire_owned() else {
            metrics::counter!("http_connections_refused_total").increment(1);
            return;
        };
        // Without it small answers wait for the peer's acknowledgement; a failure costs only that.
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "a connection without TCP_NODELAY");
        }
        let place = Place { _permit: Arc::new(permit) };
        let serving = Serving::new(&self.serving, self.index);
        drop(actix::spawn(serve(
            stream,
            peer,
            place,
            serving,
            self.router.clone(),
            self.header_timeout,
            self.stopped.clone(),
        )));
    }
}

/// Serves one connection to its end, or to its upgrade.
async fn serve(
    stream: TcpStream,
    peer: SocketAddr,
    place: Place,
    serving: Serving,
    router: Router,
    header_timeout: Duration,
    mut stopped: watch::Receiver<bool>,
) {
    let service = service_fn(move |mut request: hyper::Request<Incoming>| {
        request.extensions_mut().insert(Peer(peer));
        request.extensions_mut().insert(place.clone());
        router.clone().oneshot(request)
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(header_timeout)
        .max_buf_size(HEAD_BYTES_MAX)
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades();
    let mut connection = std::pin::pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        _ = stopped.wait_for(|stopped| *stopped) => {
            connection.as_mut().graceful_shutdown();
            connection.as_mut().await
        }
    };
    if let Err(error) = ended {
        tracing::trace!(%error, "a connection ended early");
    }
    drop(serving);
}

/// Counts a connection while it is served.
struct Serving {
    all: Arc<AtomicUsize>,
    arbiter: usize,
}

impl Serving {
    fn new(all: &Arc<AtomicUsize>, arbiter: usize) -> Self {
        all.fetch_add(1, Ordering::AcqRel);
        metrics::gauge!("http_connections", "arbiter" => arbiter.to_string()).increment(1.0);
        Self { all: Arc::clone(all), arbiter }
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        self.all.fetch_sub(1, Ordering::AcqRel);
        metrics::gauge!("http_connections", "arbiter" => self.arbiter.to_string()).decrement(1.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_that_is_taken_is_said_to_be() {
        let taken = Listeners::bind("127.0.0.1:0".parse().unwrap(), 2).unwrap();
        assert_eq!(taken.count(), 2);
        assert_ne!(taken.address.port(), 0);
        let error = Listeners::bind(taken.address, 1).err().unwrap().to_string();
        assert!(error.starts_with("http.listen: "), "{error}");
    }
}
