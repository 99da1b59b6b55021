//! The provider that the driver plays: the simulator on a thread of its own, so that its CPU is counted apart.

use std::{sync::mpsc, thread, time::Duration};

use switchboard_simulator::{Faults, Number, Person, WebhookFaults, World, WorldOptions, webhooks};

use crate::{
    error::Error,
    proc::{self, Involved, Part},
    target::Tenant,
};

/// Every number as people read it. Only ids matter.
pub(crate) const DISPLAY_NUMBER: &str = "12125550199";

/// Sends remembered, to be compared with what the server says it sent; the oldest are forgotten.
const SENDS_MAX: usize = 400_000;
/// Factor on the provider's pauses: a working day is compressed.
const PACE: f64 = 0.1;
/// How long it may take to start.
const START_TIMEOUT: Duration = Duration::from_secs(10);

/// A provider that runs. Dropping it ends it.
pub(crate) struct Provider {
    world: World,
    thread_id: u32,
    stop: Option<tokio::sync::oneshot::Sender<()>>,
    thread: Option<thread::JoinHandle<()>>,
}

impl Provider {
    /// Starts one of a good day: several updates in a webhook, now and then one twice, statuses late or repeated.
    /// It limits no rates: what it costs to answer them is not what is measured.
    ///
    /// # Errors
    /// When it does not start.
    pub(crate) fn start() -> Result<Self, Error> {
        let options = WorldOptions {
            sends_max: SENDS_MAX,
            enforce_rates: false,
            pace: PACE,
            faults: Faults {
                webhooks: WebhookFaults {
                    duplicate: 0.02,
                    batch_max: 20,
                    in_flight_max: 4,
                    ..WebhookFaults::default()
                },
                statuses: Faults::everyday().statuses,
                ..Faults::none()
            },
            ..WorldOptions::default()
        };
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(Error::io("the provider's runtime"))?;
        let world = runtime
            .block_on(World::start(options))
            .map_err(|error| Error::Setup(format!("the simulated provider: {error}")))?;
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let (tell, told) = mpsc::sync_channel(1);
        let thread = thread::Builder::new()
            .name("provider".to_owned())
            .spawn(move || {
                // Nobody waits for it only when starting was given up.
                drop(tell.send(proc::this_thread()));
                runtime.block_on(async move {
                    // Either it is asked to stop, or whoever would ask is gone.
                    drop(stopped.await);
                });
            })
            .map_err(Error::io("the provider's thread"))?;
        let thread_id = told
            .recv_timeout(START_TIMEOUT)
            .map_err(|_| Error::Timeout("starting the provider", START_TIMEOUT.as_secs()))??;
        Ok(Self { world, thread_id, stop: Some(stop), thread: Some(thread) })
    }

    /// What it can be asked and told.
    pub(crate) fn world(&self) -> &World {
        &self.world
    }

    /// Its thread.
    pub(crate) fn involved(&self) -> Involved {
        Involved { name: "provider".to_owned(), part: Part::Provider(self.thread_id) }
    }

    /// Makes a number known, so that it can be connected.
    pub(crate) fn number(&self, waba_id: &str, phone_number_id: &str, access_token: &str, app_secret: &str) {
        let number = Number::new(waba_id, phone_number_id, DISPLAY_NUMBER, access_token);
        self.world.add_number(number.with_app_secret(app_secret));
    }

    /// Makes a workspace's number known: what is sent for it comes back as statuses to `webhook_url`, and the windows
    /// of these customers are open.
    ///
    /// # Errors
    /// When the address is not on this machine.
    pub(crate) fn meet(
        &self,
        tenant: &Tenant,
        access_token: &str,
        webhook_url: &str,
        customers: impl Iterator<Item = Person>,
    ) -> Result<(), Error> {
        let refused =
            |error: &dyn std::fmt::Display| Error::Setup(format!("the simulated provider: {error}"));
        let target = webhooks::Target::new(webhook_url, tenant.app_secret.as_str())
            .map_err(|error| refused(&error))?;
        let number = Number::new(&tenant.waba_id, &tenant.phone_number_id, DISPLAY_NUMBER, access_token);
        self.world.add_number(number.with_webhook(target));
        let at_ms = self.world.clock().now_ms();
        for customer in customers {
            self.world.graph().heard_from(&tenant.phone_number_id, &customer, at_ms);
        }
        Ok(())
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}
