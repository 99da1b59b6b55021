//! `switchboard demo`: a server, a simulated provider and customers who write, in one process.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
};

use secrecy::SecretString;
use switchboard_actors::Refusal;
use switchboard_domain::audit::By;
use switchboard_ports::clock::Entropy as _;
use switchboard_schema::{ChannelId, TenantScope, UserId, wire};
use switchboard_simulator::{Number, World, WorldOptions};
use switchboard_store::SystemEntropy;

use super::{Failure, failed, print};
use crate::{
    access::accounts::NewWorkspace,
    boot::{self, Server, admin::refusal_text},
    config::{Config, LogFormat, MailKind, port_of_environment},
    shutdown,
    webhooks::How,
};

/// The workspace.
const WORKSPACE: &str = "Bike workshop";
/// Who signs in.
const OWNER: &str = "anna@example.com";
/// Colleagues to give conversations to: name and address.
const COLLEAGUES: [(&str, &str); 2] =
    [("Ben Okafor", "ben@example.com"), ("Clara Weiss", "clara@example.com")];
/// Everybody's password. Known to all, so the demo listens on this machine only unless told otherwise.
const PASSWORD: &str = "switchboard-demo";
/// What a server logs unless told otherwise.
const LEVEL_UNLESS_TOLD: &str = "info";
/// What the demo logs in its stead.
const LEVEL: &str = "warn,switchboard::boot=info";
/// The word for the handshake.
const VERIFY_TOKEN: &str = "demo-verify-token";

/// Where the demo keeps its data.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// The data folder; kept from one demo to the next.
    #[arg(long, default_value = "data/demo")]
    data: PathBuf,
}

/// Runs the demo until it is asked to stop.
pub(crate) fn run(config: Option<&Path>, options: Options) -> Result<(), Failure> {
    let mut config = Config::load(config).map_err(failed)?;
    config.store.path = options.data;
    config.log.format = LogFormat::Pretty;
    if config.mail.kind == MailKind::None {
        // Who tries the demo reads what would be mailed.
        config.mail.kind = MailKind::Outbox;
        config.accounts.sign_up = true;
    }
    if config.log.level == LEVEL_UNLESS_TOLD {
        // A line for each request would carry the address and the password out of sight.
        config.log.level = LEVEL.to_owned();
    }
    if let Some(port) = port_of_environment().map_err(failed)? {
        config.http.listen.set_port(port);
    }
    boot::start_telemetry(&config).map_err(failed)?;
    actix::System::new().block_on(async {
        // Ids of messages come from the seed: a seed of its own each time, or they would be known already.
        let mut seed = [0; 8];
        SystemEntropy::new().fill(&mut seed);
        let world = WorldOptions::demo(u64::from_be_bytes(seed));
        let (number, app_secret) = (world.numbers.first().cloned(), world.app_secret.clone());
        let number = number.ok_or_else(|| failed("the simulated provider has no number"))?;
        let world = World::start(world).await.map_err(failed)?;
        config.whatsapp.graph_url = world.graph_url().parse().map_err(failed)?;
        let server = boot::start(&config).await.map_err(failed)?;
        let channel = seed_workspace(&server, &number, &app_secret)
            .await
            .map_err(|refusal| failed(refusal_text(&refusal)))?;
        let webhook = format!("http://{}/webhooks/whatsapp/{channel}", reachable(server.address));
        world.set_webhook(&webhook, &app_secret).map_err(failed)?;
        print(&welcome(&server))?;
        shutdown::asked().await.map_err(failed)?;
        world.shutdown().await;
        server.down.run().await;
        Ok(())
    })
}

fn welcome(server: &Server) -> String {
    let address = &server.public_url;
    format!(
        "\n  Switchboard is running: {address}\n\n  Sign in as   {OWNER}\n  Password     {PASSWORD}\n\n  \
         Colleagues sign in with the same password: {}.\n  Customers write by themselves; answer one. \
         What is mailed \
         stands at {address}outbox.\n  The API is described at {address}docs\n  Stop with Ctrl-C.\n\n",
        COLLEAGUES.map(|(_, email)| email).join(", ")
    )
}

/// The address under which this machine reaches a listener.
fn reachable(address: SocketAddr) -> SocketAddr {
    match address.ip() {
        ip if ip.is_unspecified() => SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), address.port()),
        _ => address,
    }
}

/// Makes what is not there of the workspace, its people and its channel.
async fn seed_workspace(server: &Server, number: &Number, app_secret: &str) -> Result<ChannelId, Refusal> {
    let scope = match sign_in(server).await? {
        Some(scope) => scope,
        None => {
            let new = NewWorkspace { name: WORKSPACE.into(), email: OWNER.into(), password: PASSWORD.into() };
            server.accounts.create_workspace(new).await?;
            sign_in(server).await?.ok_or(Refusal::NotFound("workspace"))?
        }
    };
    for (name, email) in COLLEAGUES {
        let id = UserId::derived(&[b"demo", scope.tenant().as_bytes(), email.as_bytes()]);
        if server.accounts.user(scope, id).await?.is_none() {
            let (name, email) = (name.to_owned(), email.to_owned());
            let new = wire::CreateUser { email, name, password: PASSWORD.into(), role: wire::Role::Agent };
            server.accounts.add_user(scope, wire::Role::Owner, &By::server(), id, new).await?;
        }
    }
    let phone_number_id = &number.business.phone_number_id;
    let channels = server.house.channels(scope).await?.channels;
    if let Some(channel) = channels.iter().find(|channel| channel.phone_number_id == *phone_number_id) {
        return Ok(channel.id);
    }
    let id = ChannelId::derived(&[b"demo", scope.tenant().as_bytes(), phone_number_id.as_bytes()]);
    let new = wire::ConnectChannel {
        kind: wire::ChannelKind::Whatsapp,
        name: number.verified_name.clone(),
        phone_number_id: phone_number_id.clone(),
        waba_id: number.business.waba_id.clone(),
        access_token: number.access_token.clone(),
        app_secret: Some(app_secret.to_owned()),
        verify_token: Some(VERIFY_TOKEN.to_owned()),
        verify: false,
    };
    Ok(server.webhooks.connect(scope, By::server(), id, new, How::ByHand).await?.id)
}

async fn sign_in(server: &Server) -> Result<Option<TenantScope>, Refusal> {
    let found = server.accounts.check(OWNER, SecretString::from(PASSWORD)).await?;
    Ok(found.map(|(scope, _)| scope))
}
