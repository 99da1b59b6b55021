//! Mail through an SMTP server: one connection a mail.

use std::{
    sync::Arc,
    time::{Duration, SystemTime},
};

use lettre::{
    AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor,
    message::{Mailbox, header::ContentType},
    transport::smtp::{
        authentication::Credentials,
        client::{Certificate, Tls, TlsParameters},
        extension::ClientId,
    },
};
use secrecy::{ExposeSecret as _, SecretString};
use switchboard_ports::{
    Future,
    clock::Clock,
    mail::{MAIL_TIMEOUT, Mail, MailError, Mailer},
};
use tokio::runtime::Handle;

use super::{Misconfigured, reason};

/// How long one command of the dialogue may take; the whole has [`MAIL_TIMEOUT`].
const COMMAND_TIMEOUT: Duration = Duration::from_secs(10);

/// How the line is kept private.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Privacy {
    /// TLS is asked for on the plain line, and nothing is sent where it is not given (port 587).
    StartTls,
    /// TLS from the first byte (port 465).
    Tls,
    /// None: for a server on the same machine.
    None,
}

/// How to reach the server.
#[derive(Debug, Clone)]
pub struct Options {
    /// Its name or address.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the line is kept private.
    pub privacy: Privacy,
    /// The certificates (PEM) of an authority that is believed besides the well-known ones.
    pub authority: Option<Vec<u8>>,
    /// Name and password, where it wants them.
    pub login: Option<(String, SecretString)>,
    /// Whom mail comes from.
    pub from: Mailbox,
}

/// An SMTP server.
#[derive(Clone)]
pub struct Smtp {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
    clock: Arc<dyn Clock>,
    runtime: Handle,
}

impl Smtp {
    /// Connections are made on `runtime`.
    ///
    /// # Errors
    /// When there is no TLS as it is asked for.
    pub fn new(options: Options, clock: Arc<dyn Clock>, runtime: Handle) -> Result<Self, Misconfigured> {
        let Options { host, port, privacy, authority, login, from } = options;
        let tls = match privacy {
            Privacy::None => Tls::None,
            Privacy::StartTls => Tls::Required(parameters(&host, authority.as_deref())?),
            Privacy::Tls => Tls::Wrapper(parameters(&host, authority.as_deref())?),
        };
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(host)
            .port(port)
            .tls(tls)
            .timeout(Some(COMMAND_TIMEOUT))
            .hello_name(ClientId::Domain(from.email.domain().to_owned()));
        if let Some((user, password)) = login {
            builder = builder.credentials(Credentials::new(user, password.expose_secret().to_owned()));
        }
        Ok(Self { transport: builder.build(), from, clock, runtime })
    }

    fn message(&self, mail: Mail) -> Result<Message, MailError> {
        let to = mail
            .to
            .parse()
            .map_err(|_| MailError::Refused("it goes to an address that SMTP has no words for".to_owned()))?;
        let id: String = mail.id.iter().map(|byte| format!("{byte:02x}")).collect();
        let millis = u64::try_from(self.clock.now().as_millis()).unwrap_or_default();
        Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            .subject(mail.subject)
            .date(SystemTime::UNIX_EPOCH + Duration::from_millis(millis))
            // The same at each attempt, by which a mail that came twice is known.
            .message_id(Some(format!("<{id}@{}>", self.from.email.domain())))
            .header(ContentType::TEXT_PLAIN)
            .body(mail.text)
            .map_err(|error| MailError::Refused(error.to_string()))
    }

    async fn within<T>(
        &self,
        work: impl std::future::Future<Output = Result<T, lettre::transport::smtp::Error>> + Send,
    ) -> Result<T, MailError> {
        match tokio::time::timeout(MAIL_TIMEOUT, work).await {
            Ok(done) => done.map_err(|error| refusal(&error)),
            Err(_) => Err(MailError::passing("the SMTP server does not answer in time")),
        }
    }
}

/// TLS to a host whose certificate names it.
fn parameters(host: &str, authority: Option<&[u8]>) -> Result<TlsParameters, Misconfigured> {
    let mut builder = TlsParameters::builder(host.to_owned());
    if let Some(pem) = authority {
        let problem = |error: lettre::transport::smtp::Error| Misconfigured {
            key: "mail.smtp_tls_ca",
            problem: error.to_string(),
        };
        builder = builder.add_root_certificate(Certificate::from_pem(pem).map_err(problem)?);
    }
    builder
        .build_rustls()
        .map_err(|error| Misconfigured { key: "mail.smtp_host", problem: error.to_string() })
}

/// What went wrong. What the server says it will never take stays; everything else may pass.
fn refusal(error: &lettre::transport::smtp::Error) -> MailError {
    use std::error::Error as _;
    let mut words = error.to_string();
    let mut source = error.source();
    while let Some(inner) = source {
        let inner_words = inner.to_string();
        if !words.contains(&inner_words) {
            words = format!("{words}: {inner_words}");
        }
        source = inner.source();
    }
    let words = reason(&words);
    if error.is_permanent() || error.is_client() {
        MailError::Refused(words)
    } else {
        MailError::passing(words)
    }
}

impl Mailer for Smtp {
    fn send(&self, mail: Mail) -> Future<Result<(), MailError>> {
        let (this, runtime) = (self.clone(), self.runtime.clone());
        Box::pin(async move {
            let sent = runtime.spawn(async move {
                let message = this.message(mail)?;
                this.within(this.transport.send(message)).await.map(drop)
            });
            sent.await.unwrap_or_else(|error| Err(MailError::passing(error.to_string())))
        })
    }

    /// Says hello, signs in where it is to, and goes.
    fn look(&self) -> Future<Result<(), MailError>> {
        let (this, runtime) = (self.clone(), self.runtime.clone());
        Box::pin(async move {
            let looked = runtime.spawn(async move { this.within(this.transport.test_connection()).await });
            match looked.await {
                Ok(Ok(true)) => Ok(()),
                Ok(Ok(false)) => Err(MailError::passing("the SMTP server does not answer as one")),
                Ok(Err(error)) => Err(error),
                Err(error) => Err(MailError::passing(error.to_string())),
            }
        })
    }
}
