//! Sockets outlive sign-ins unless somebody looks: once a minute, each arbiter looks whether those who
//! opened its sockets may still be there.

use std::{
    cell::{Cell, RefCell},
    rc::{Rc, Weak},
    time::Duration,
};

use http::HeaderMap;
use switchboard_schema::wire::CloseCode;

use super::commands::Work;
use crate::access::Denied;

/// Time between two looks.
const EVERY: Duration = Duration::from_secs(60);

thread_local! {
    static WATCHED: RefCell<Vec<Weak<Work>>> = const { RefCell::new(Vec::new()) };
    static RUNNING: Cell<bool> = const { Cell::new(false) };
}

/// Watches a socket for as long as it lives.
pub(super) fn watch(work: &Rc<Work>) {
    if work.kept.is_none() {
        return;
    }
    WATCHED.with_borrow_mut(|watched| watched.push(Rc::downgrade(work)));
    if !RUNNING.replace(true) {
        tokio::task::spawn_local(run());
    }
}

/// Looks until no socket is left.
async fn run() {
    loop {
        tokio::time::sleep(EVERY).await;
        let watched = WATCHED.with_borrow_mut(|watched| {
            watched.retain(|work| work.strong_count() > 0);
            watched.clone()
        });
        if watched.is_empty() {
            RUNNING.set(false);
            return;
        }
        for work in watched {
            look(&work).await;
        }
    }
}

/// Closes a socket whose credential has ended. When that cannot be known now, the next look will tell.
async fn look(work: &Weak<Work>) {
    let Some(work) = work.upgrade() else { return };
    let Some((name, value)) = &work.kept else { return };
    let mut headers = HeaderMap::with_capacity(1);
    headers.insert(name, value.clone());
    match work.access.authenticate(&headers, None).await {
        Err(Denied::NotSignedIn) => work.socket.close(CloseCode::NotSignedIn, "the sign-in or key has ended"),
        Ok(caller) if caller.scope != work.caller.scope => {
            work.socket.close(CloseCode::NotAllowed, "no longer a member of this workspace");
        }
        Ok(_) | Err(_) => {}
    }
}
