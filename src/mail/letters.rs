//! What our mails say.

use std::time::Duration;

use switchboard_domain::roles;
use switchboard_schema::{Timestamp, wire::Role};
use url::Url;

/// A mail before it is posted.
pub(crate) struct Letter {
    /// What kind it is, for measurements: `code`, `notice` or `invitation`.
    pub(crate) kind: &'static str,
    /// To whom.
    pub(crate) to: String,
    /// What it is about.
    pub(crate) subject: String,
    /// What it says.
    pub(crate) text: String,
    /// After this it is of no use any more, and not sent.
    pub(crate) good_until: Timestamp,
}

switchboard_schema::undisclosed!(Letter);

/// The code that proves the address of a new account.
pub(crate) fn sign_up_code(to: String, code: &str, lifetime: Duration, good_until: Timestamp) -> Letter {
    let minutes = lifetime.as_secs() / 60;
    let text = format!(
        "Your code to make an account on Switchboard:\n\n    {code}\n\nIt is good for {minutes} minutes, once. If you did \
         not ask for it, do nothing: without the code no account is made.\n"
    );
    Letter { kind: "code", to, subject: "Your code to sign up".to_owned(), text, good_until }
}

/// What somebody is told who asks to sign up and has an account.
pub(crate) fn has_account(to: String, public_url: &Url, good_until: Timestamp) -> Letter {
    let text = format!(
        "Somebody asked to make an account with this address on Switchboard. You have one already: sign in at\n\n    \
         {public_url}signin\n\nIf you forgot your password, you can set it anew there. If it was not you who asked, do \
         nothing.\n"
    );
    Letter { kind: "notice", to, subject: "You have an account already".to_owned(), text, good_until }
}

/// The code by which a forgotten password is set anew.
pub(crate) fn password_code(to: String, code: &str, lifetime: Duration, good_until: Timestamp) -> Letter {
    let minutes = lifetime.as_secs() / 60;
    let text = format!(
        "Your code to set a new password on Switchboard:\n\n    {code}\n\nIt is good for {minutes} minutes, once. If you \
         did not ask for it, do nothing: your password stays as it is. Give the code to nobody.\n"
    );
    Letter { kind: "code", to, subject: "Your code for a new password".to_owned(), text, good_until }
}

/// What an invitation says.
pub(crate) struct Invited<'a> {
    /// The workspace.
    pub(crate) workspace: &'a str,
    /// Who asks.
    pub(crate) by: &'a str,
    /// As what they are to join.
    pub(crate) role: Role,
    /// Where they accept.
    pub(crate) link: &'a str,
    /// For how long it is good.
    pub(crate) lifetime: Duration,
}

/// Asks somebody to join a workspace.
pub(crate) fn invitation(to: String, invited: &Invited<'_>, good_until: Timestamp) -> Letter {
    let Invited { workspace, by, role, link, lifetime } = invited;
    let days = lifetime.as_secs() / 86_400;
    let role = roles::name(*role);
    let text = format!(
        "{by} asks you to join “{workspace}” on Switchboard as {role}.\n\nTo join, open\n\n    {link}\n\nThe link is good \
         for {days} days and for you alone: whoever has it can join in your name. If you do not know {by}, do nothing.\n"
    );
    Letter { kind: "invitation", to, subject: format!("Join {workspace} on Switchboard"), text, good_until }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_stands_alone_in_its_line_and_not_in_the_subject() {
        let end = Timestamp::from_secs(900);
        for letter in [
            sign_up_code("a@b.example".into(), "012345", Duration::from_secs(900), end),
            password_code("a@b.example".into(), "012345", Duration::from_secs(900), end),
        ] {
            assert!(letter.text.lines().any(|line| line.trim() == "012345"), "{}", letter.text);
            assert!(letter.text.contains("15 minutes") && !letter.subject.contains("012345"));
        }
    }

    #[test]
    fn an_invitation_names_who_asks_where_and_as_what() {
        let invited = Invited {
            workspace: "Vela Bikes",
            by: "Ana",
            role: Role::Agent,
            link: "https://inbox.example/join#abc",
            lifetime: Duration::from_secs(7 * 86_400),
        };
        let text = invitation("ben@b.example".into(), &invited, Timestamp::from_secs(0)).text;
        for words in
            ["Ana asks you", "“Vela Bikes”", "as agent", "    https://inbox.example/join#abc\n", "7 days"]
        {
            assert!(text.contains(words), "{words}: {text}");
        }
    }
}
