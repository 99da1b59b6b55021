//! Sockets outlive sign-ins unless somebody looks. Who signs out or revokes a key closes its sockets at
//! once; what ends by itself, or was opened in the same moment, is found here: once a minute, each arbiter
//! looks whether those who opened its sockets may still be there.

use std::{
    cell::{Cell, RefCell},
    rc::{Rc, Weak},
    time::Duration,
};

use switchboard_schema::wire::CloseCode;

use switchboard_actors::fanout::{CREDENTIAL_ENDED, ROLE_CHANGED};

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

/// Closes a socket whose credential has ended, or stands for another role by now. When that cannot be known now, the
/// next look will tell.
async fn look(work: &Weak<Work>) {
    let Some(work) = work.upgrade() else { return };
    let caller = &work.caller;
    match work.access.by_id(caller.scope, caller.credential.id()).await {
        Err(Denied::NotSignedIn) => work.socket.close(CloseCode::NotSignedIn, CREDENTIAL_ENDED),
        Ok(now) if now.user.role != caller.user.role => {
            work.socket.close(CloseCode::Restarting, ROLE_CHANGED);
        }
        _ => {}
    }
}
