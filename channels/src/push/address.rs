//! Where messages to browsers may go. Browsers name the place, and whoever is signed in may say that they are one: it is a
//! service outside, or nothing is sent.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use url::{Host, Url};

/// Longest place, in bytes.
pub const ENDPOINT_BYTES_MAX: usize = 1_024;

/// Reads the place where a browser's messages go: https, at the usual port of a host with a name, or with `loopback` anything
/// on this machine.
///
/// # Errors
/// What is wrong with it.
pub fn endpoint(text: &str, loopback: bool) -> Result<Url, String> {
    if text.len() > ENDPOINT_BYTES_MAX {
        return Err(format!("must have at most {ENDPOINT_BYTES_MAX} bytes"));
    }
    let url = Url::parse(text).map_err(|_| "must be an address that begins with https://".to_owned())?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err("must name no user".to_owned());
    }
    if crate::is_loopback(&url) && loopback && matches!(url.scheme(), "http" | "https") {
        return Ok(url);
    }
    if url.scheme() != "https" {
        return Err("must be an address that begins with https://".to_owned());
    }
    if url.port().is_some() {
        return Err("must be at the usual port of https".to_owned());
    }
    match url.host() {
        Some(Host::Domain(name)) if name.trim_end_matches('.').contains('.') => Ok(url),
        _ => Err("must be at a host with a name".to_owned()),
    }
}

/// May this address be asked: is it one that everybody can reach, or with `loopback` this machine's own?
#[must_use]
pub fn may_be_asked(address: IpAddr, loopback: bool) -> bool {
    if loopback && address.is_loopback() {
        return true;
    }
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

/// IANA's registry of special addresses, those taken out that everybody can reach.
fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let special = address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_multicast()
        || address.is_documentation()
        || a == 0
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 192 && b == 88 && c == 99)
        || (a == 198 && (18..20).contains(&b))
        || a >= 240;
    !special
}

/// Of 2000::/3, in which all are that everybody can reach, those that lead elsewhere are none.
fn is_public_v6(address: Ipv6Addr) -> bool {
    let [a, b, ..] = address.segments();
    // Teredo and its like, what is for documents, 6to4, and what is for documents again.
    let leads_elsewhere =
        (a == 0x2001 && (b < 0x200 || b == 0xdb8)) || a == 0x2002 || (a == 0x3fff && b < 0x1000);
    a & 0xe000 == 0x2000 && !leads_elsewhere
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_https_at_a_name_outside() {
        for good in [
            "https://fcm.googleapis.com/fcm/send/abc",
            "https://updates.push.services.mozilla.com/wpush/v2/x",
            "https://web.push.apple.com/q?a=b",
        ] {
            assert!(endpoint(good, false).is_ok(), "{good}");
        }
        let long = format!("https://push.example.com/{}", "x".repeat(ENDPOINT_BYTES_MAX));
        for bad in [
            "http://push.example.com/a",
            "https://127.0.0.1/a",
            "https://[::1]/a",
            "https://10.0.0.1/a",
            "https://8.8.8.8/a",
            "https://2130706433/a",
            "https://localhost/a",
            "https://metadata/a",
            "https://push.example.com:8443/a",
            "https://user:word@push.example.com/a",
            "ftp://push.example.com/a",
            "push.example.com",
            "",
            &long,
        ] {
            assert!(endpoint(bad, false).is_err(), "{bad}");
        }
        assert!(endpoint("http://127.0.0.1:9/a", true).is_ok());
        assert!(endpoint("http://10.0.0.1:9/a", true).is_err());
        assert!(endpoint("https://8.8.8.8/a", true).is_err());
    }

    #[test]
    fn only_what_everybody_can_reach_is_asked() {
        for (text, expected) in [
            ("8.8.8.8", true),
            ("142.250.1.1", true),
            ("0.0.0.0", false),
            ("10.1.2.3", false),
            ("100.64.0.1", false),
            ("100.128.0.1", true),
            ("127.0.0.1", false),
            ("169.254.169.254", false),
            ("172.16.0.1", false),
            ("172.32.0.1", true),
            ("192.0.0.1", false),
            ("192.168.1.1", false),
            ("198.18.0.1", false),
            ("224.0.0.1", false),
            ("255.255.255.255", false),
            ("2a00:1450:4001::1", true),
            ("::1", false),
            ("::", false),
            ("::ffff:127.0.0.1", false),
            ("::ffff:8.8.8.8", false),
            ("64:ff9b::7f00:1", false),
            ("fe80::1", false),
            ("fc00::1", false),
            ("ff02::1", false),
            ("2001:db8::1", false),
            ("2001::1", false),
            ("2001:4860:4860::8888", true),
            ("2002:7f00:1::", false),
        ] {
            assert_eq!(may_be_asked(text.parse().unwrap(), false), expected, "{text}");
        }
        assert!(may_be_asked("127.0.0.1".parse().unwrap(), true));
        assert!(!may_be_asked("10.0.0.1".parse().unwrap(), true));
    }
}
