//! The providers as local servers, faults on demand, and customers who behave.
//!
//! Written from the WhatsApp Cloud API's documentation alone: it is the other side of the wire and
//! shares no type with the server, so that a mistake made there is not mirrored here. It listens on and
//! delivers to loopback addresses only.
//!
//! - [`world`]: everything together; most users need only [`World`].
//! - [`graph`]: the Graph API: accepts sends, answers with real shapes and errors, records everything.
//! - [`webhooks`]: signed deliveries with duplicates, reorder, delay, bursts and retries; the ledger.
//! - [`customers`]: people with stories who write, answer, read, correct themselves and fall silent.
//! - [`payload`]: pure builders of webhook bodies, cheap enough for a load driver.
//! - [`faults`]: what goes wrong, how often, and on demand.
//!
//! One seed decides every payload: names, texts, ids, which message is doubled, which status is late.
//! What the seed cannot decide is the order in which two sockets are served.
//!
//! ```no_run
//! use switchboard_simulator::{Fault, Person, When, World, WorldOptions};
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let world = World::start(WorldOptions::default()).await?;
//! // Start the server under test with `whatsapp.graph_url = world.graph_url()`, then:
//! world.set_webhook("http://127.0.0.1:8080/webhooks/whatsapp", "simulated-app-secret")?;
//! let ada = Person::phone("447700900123", "Ada");
//! let id = world.say("106540352242922", &ada, "Is my bike ready?")?;
//! world.ledger().until_acknowledged(&id).await;
//! // The next send is accepted, and its sender never hears of it:
//! world.graph().script(When::NextSend, Fault::AcceptThenClose);
//! world.graph().until_sends(1).await;
//! assert!(world.graph().delivered_twice().is_empty());
//! world.shutdown().await;
//! # Ok(())
//! # }
//! ```

pub mod clock;
pub mod customers;
pub mod dice;
pub mod faults;
pub mod graph;
mod guard;
pub mod payload;
mod statuses;
pub mod webhooks;
pub mod world;

pub use clock::Clock;
pub use faults::{Fault, Faults, GraphFaults, StatusFaults, WebhookFaults, When};
pub use graph::{Graph, Number, Outcome, Sent, Template, WebhookVersion, voice_note};
pub use payload::{Business, Person, Update};
pub use webhooks::{Delivery, Ledger, Retry, Target};
pub use world::{World, WorldOptions};
