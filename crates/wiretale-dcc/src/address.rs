//! Addresses as offers write them.

use alloc::string::String;
use core::net::IpAddr;

use wiretale_protocol::Address;

/// An address as an offer writes it: a number of 32 bits, dotted, or IPv6.
pub(crate) fn address(word: &[u8]) -> Option<Address> {
    if let Some(number) = number(word) {
        return u32::try_from(number).ok().map(|bits| Address::v4(bits.to_be_bytes()));
    }
    literal(word)
}

/// An address as text, dotted or IPv6, in brackets or not; a zone behind `%` is passed over.
pub(crate) fn literal(word: &[u8]) -> Option<Address> {
    let word = word.strip_prefix(b"[").and_then(|inner| inner.strip_suffix(b"]")).unwrap_or(word);
    let word = word.split(|&byte| byte == b'%').next().unwrap_or(word);
    if word.len() > LONGEST || !word.iter().all(|byte| byte.is_ascii_hexdigit() || matches!(byte, b'.' | b':')) {
        return None;
    }
    let text: String = word.iter().map(|&byte| char::from(byte)).collect();
    text.parse::<IpAddr>().ok().map(Address::from)
}

/// A decimal number of up to 64 bits, and nothing beside it.
pub(crate) fn number(word: &[u8]) -> Option<u64> {
    if word.is_empty() {
        return None;
    }
    word.iter().try_fold(0u64, |number, &byte| {
        let digit = byte.is_ascii_digit().then(|| u64::from(byte - b'0'))?;
        number.checked_mul(10)?.checked_add(digit)
    })
}

/// Is it of a range that no one reaches across the Internet: private, shared, link-local, loopback, unspecified?
pub(crate) fn is_private(address: Address) -> bool {
    match address.to_ip() {
        IpAddr::V4(v4) => {
            let [a, b, ..] = v4.octets();
            v4.is_private() || v4.is_loopback() || v4.is_link_local() || a == 0 || (a == 100 && b & 0xc0 == 64)
        }
        IpAddr::V6(v6) => v6.is_loopback() || v6.is_unspecified() || v6.is_unique_local() || v6.is_unicast_link_local(),
    }
}

// The longest text of an IPv6 address.
const LONGEST: usize = 45;

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    fn read(word: &str) -> Option<String> {
        address(word.as_bytes()).map(|address| address.to_string())
    }

    #[test]
    fn an_address_is_a_number_or_dotted_or_ipv6() {
        assert_eq!(read("3325256905").as_deref(), Some("198.51.100.201"));
        assert_eq!(read("10.0.0.1").as_deref(), Some("10.0.0.1"));
        assert_eq!(read("2001:db8::1").as_deref(), Some("2001:db8::1"));
        assert_eq!(read("[fe80::1%eth0]").as_deref(), Some("fe80::1"));
    }

    #[test]
    fn anything_else_is_none() {
        for word in ["", "4294967296", "-1", "10.0.0", "10.0.0.256", "host.example", "2001:db8::1::2", "1e3"] {
            assert_eq!(read(word), None, "{word}");
        }
    }
}
