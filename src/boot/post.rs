//! From the settings to the way out for mail.

use std::{fs, sync::Arc};

use secrecy::SecretString;
use switchboard_channels::mail::{self, Misconfigured, Outbox, Resend, Smtp, smtp};
use switchboard_ports::{clock::Clock, mail::Mailer};
use tokio::runtime::Handle;

use crate::{
    config::{Config, MailKind, SmtpTls},
    mail::Way,
};

/// By which way mail leaves, as the settings say. Lines are held on `io`.
///
/// # Errors
/// Which setting is wrong.
pub(crate) fn way(config: &Config, clock: &Arc<dyn Clock>, io: &Handle) -> Result<Way, Misconfigured> {
    match config.mail.kind {
        MailKind::None => Ok(Way::None),
        MailKind::Outbox => {
            tracing::warn!(
                "mail stays here and is shown to whoever opens /outbox: this is for trying things out"
            );
            Ok(Way::Outbox(Outbox::new(Arc::clone(clock))))
        }
        MailKind::Smtp | MailKind::Resend => Ok(Way::Out(mailer(config, clock, io)?)),
    }
}

/// Whoever takes the mail that leaves.
///
/// # Errors
/// Which setting is wrong.
pub(crate) fn mailer(
    config: &Config,
    clock: &Arc<dyn Clock>,
    io: &Handle,
) -> Result<Arc<dyn Mailer>, Misconfigured> {
    let mail = &config.mail;
    let from = mail::sender(&mail.from).map_err(|problem| Misconfigured { key: "mail.from", problem })?;
    if mail.kind == MailKind::Resend {
        let none = SecretString::default();
        let api_key = config.resend.api_key.as_ref().unwrap_or(&none);
        return Ok(Arc::new(Resend::new(&config.resend.api_url, api_key, &from, io.clone())?));
    }
    let authority = mail.smtp_tls_ca.as_ref().map(|path| {
        fs::read(path).map_err(|error| Misconfigured {
            key: "mail.smtp_tls_ca",
            problem: format!("{} cannot be read: {error}", path.display()),
        })
    });
    let options = smtp::Options {
        host: mail.smtp_host.clone(),
        port: mail.smtp_port,
        privacy: match mail.smtp_tls {
            SmtpTls::Starttls => smtp::Privacy::StartTls,
            SmtpTls::Tls => smtp::Privacy::Tls,
            SmtpTls::None => smtp::Privacy::None,
        },
        authority: authority.transpose()?,
        login: mail.smtp_user.clone().zip(mail.smtp_password.clone()),
        from,
    };
    Ok(Arc::new(Smtp::new(options, Arc::clone(clock), io.clone())?))
}

/// Whether mail would be taken, by the setting to look at where it would not.
///
/// # Errors
/// What is in the way.
pub(crate) async fn look(config: &Config, clock: &Arc<dyn Clock>) -> Result<(), Misconfigured> {
    let key = if config.mail.kind == MailKind::Resend { "resend.api_key" } else { "mail.smtp_host" };
    let looked = mailer(config, clock, &Handle::current())?.look().await;
    looked.map_err(|error| Misconfigured { key, problem: error.to_string() })
}
