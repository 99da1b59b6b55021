//! The simulator as a server sees it: real sockets on loopback, no sleeps.

#[path = "it/support.rs"]
mod support;

#[path = "it/customers.rs"]
mod customers;
#[path = "it/faults.rs"]
mod faults;
#[path = "it/graph.rs"]
mod graph;
#[path = "it/signup.rs"]
mod signup;
#[path = "it/webhooks.rs"]
mod webhooks;
#[path = "it/world.rs"]
mod world;
