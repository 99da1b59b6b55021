//! The whole server, from outside: its binary with a data folder of its own, a provider and customers played
//! by the simulator, clients that speak HTTP and WebSocket and keep count.
//!
//! Everything that is left to chance is thrown with a seed. A failure names it; `IT_SEED=<seed>` replays it.

mod access;
mod answers;
mod arrival;
mod assigning;
mod audit;
mod automation;
mod backup;
mod channels;
mod composing;
mod connecting;
mod crash;
mod disk;
mod drafts;
mod errors;
mod inbound;
mod kinds;
mod lists;
mod load;
mod measured;
mod media;
mod notifications;
mod paced;
mod people;
mod presence;
mod rating;
mod redacted;
mod replies;
mod reports;
mod roles;
mod scheduled;
mod searched;
mod sending;
mod settling;
mod socket;
mod stops;
mod stores;
mod support;
mod teams;
mod templates;
mod together;
mod traced;
