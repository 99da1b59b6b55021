//! What goes over HTTP and the socket, in the shapes of the API's contract.
//!
//! Enumerations are open on the client's side: a client accepts values it does not know.

mod audit;
mod automation;
mod bulk;
mod channel;
mod consent;
mod content;
mod conversation;
mod draft;
mod filter;
mod hours;
mod http;
mod label;
mod notification;
mod permission;
mod presence;
mod reply;
mod report;
mod search;
mod socket;
mod team;
mod template;

pub use audit::*;
pub use automation::*;
pub use bulk::*;
pub use channel::*;
pub use consent::*;
pub use content::*;
pub use conversation::*;
pub use draft::*;
pub use filter::*;
pub use hours::*;
pub use http::*;
pub use label::*;
pub use notification::*;
pub use permission::*;
pub use presence::*;
pub use reply::*;
pub use report::*;
pub use search::*;
pub use socket::*;
pub use team::*;
pub use template::*;

/// Derives what every wire type needs.
macro_rules! wire {
    ($($(#[$meta:meta])* pub $kind:ident $name:ident $body:tt)*) => {$(
        #[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize, utoipa::ToSchema, schemars::JsonSchema)]
        $(#[$meta])*
        pub $kind $name $body
    )*};
}
pub(crate) use wire;

/// The same for what holds a secret: it has a `Debug` that does not show it.
macro_rules! wire_with_secrets {
    ($($(#[$meta:meta])* pub $kind:ident $name:ident $body:tt)*) => {$(
        #[derive(Clone, PartialEq, serde::Serialize, serde::Deserialize, utoipa::ToSchema, schemars::JsonSchema)]
        $(#[$meta])*
        pub $kind $name $body
        $crate::undisclosed!($name);
    )*};
}
pub(crate) use wire_with_secrets;
